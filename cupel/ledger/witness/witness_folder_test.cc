// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/witness/witness_folder.h"

#include <sys/stat.h>

#include "cupel/base/file.h"
#include "cupel/ledger/witness/signer_for_test.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::witness {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::ScratchFolder;
using ::testing::HasSubstr;

class WitnessFolderTest : public ::testing::Test {
 protected:
  Result<CosignatureVerifier> Create() {
    const std::vector<merkle::NoteVerifier> logs = {log_.Verifier()};
    return CreateWitnessFolder(folder_ / "w", "example.com/w", logs);
  }
  Result<std::unique_ptr<Witness>> Open() { return OpenWitnessFolder(folder_ / "w", clock_); }

  const ScratchFolder folder_;
  const SigningLog log_;
  const merkle::Tree tree_ = History(9);
  ManualClock clock_{1'700'000'000};
};

TEST_F(WitnessFolderTest, WorksOnceItIsMadeAndRemembers) {
  CUPEL_ASSERT_OK(const CosignatureVerifier verifier, Create());
  {
    CUPEL_ASSERT_OK(const auto witness, Open());
    EXPECT_EQ(witness->Verifier(), verifier);
    EXPECT_EQ(witness->Add(log_.Request(tree_, 0, 5).ToText()).status, 200);
  }
  CUPEL_ASSERT_OK(const auto witness, Open());
  EXPECT_EQ(witness->Add(log_.Request(tree_, 0, 9).ToText()).body, "5\n");
}

TEST_F(WitnessFolderTest, KeepsItsKeyFromOthers) {
  ASSERT_THAT(Create(), IsOk());
  struct stat status{};
  ASSERT_EQ(::stat((folder_ / "w/witness.key.pem").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  ASSERT_EQ(::chmod((folder_ / "w/witness.key.pem").c_str(), 0644), 0);
  EXPECT_THAT(Open(), HasError(ErrorCode::kPermission));
}

TEST_F(WitnessFolderTest, IsMadeOnce) {
  ASSERT_THAT(Create(), IsOk());
  EXPECT_THAT(Create(), HasError(ErrorCode::kInvalidArgument, HasSubstr("already")));
}

TEST_F(WitnessFolderTest, RefusesNamesAndListsThatCannotBeRead) {
  EXPECT_THAT(CreateWitnessFolder(folder_ / "x", "a b", {}), HasError(ErrorCode::kInvalidArgument));
  const std::vector<merkle::NoteVerifier> twice = {log_.Verifier(), log_.Verifier()};
  EXPECT_THAT(CreateWitnessFolder(folder_ / "x", "example.com/w", twice),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("twice")));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "x")) << "nothing is half made";
}

TEST_F(WitnessFolderTest, FollowsTheListOfLogsAsItIsEdited) {
  ASSERT_THAT(Create(), IsOk());
  const SigningLog second("example.com/second", 2);
  const SigningLog next_key("example.com/log", 3);
  ASSERT_THAT(WriteFileAtomic(folder_ / "w/logs.policy",
                              "log " + log_.Verifier().ToText() + "\nlog " + second.Verifier().ToText() +
                                  "\nlog " + next_key.Verifier().ToText() + "\nquorum none\n"),
              IsOk());
  {
    CUPEL_ASSERT_OK(const auto witness, Open());
    EXPECT_EQ(witness->Add(second.Request(tree_, 0, 5).ToText()).status, 200);
    EXPECT_EQ(witness->Add(log_.Request(tree_, 0, 5).ToText()).status, 200);
    EXPECT_EQ(witness->Add(next_key.Request(tree_, 5, 7).ToText()).status, 200);
  }
  ASSERT_THAT(WriteFileAtomic(folder_ / "w/logs.policy", std::string_view("logs x\n")), IsOk());
  EXPECT_THAT(Open(), HasError(ErrorCode::kInvalidArgument, HasSubstr("logs.policy: line 1")));
}

TEST_F(WitnessFolderTest, RefusesAnotherKeyAndAnAbsentFolder) {
  EXPECT_THAT(Open(), HasError(ErrorCode::kNotFound));
  ASSERT_THAT(Create(), IsOk());
  ASSERT_THAT(WriteFileAtomic(folder_ / "w/witness.key.pem", KeyOf(9).ToPem().RevealText(), 0600), IsOk());
  EXPECT_THAT(Open(), HasError(ErrorCode::kInvalidArgument, HasSubstr("not that of its verifier key")));
}

}  // namespace
}  // namespace cupel::ledger::witness
