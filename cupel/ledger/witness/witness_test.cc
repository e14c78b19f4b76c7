// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/witness/witness.h"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "cupel/base/file.h"
#include "cupel/crypto/hash.h"
#include "cupel/ledger/witness/signer_for_test.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::witness {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;
using cupel::testing::ScratchFolder;
using ::testing::HasSubstr;
using ::testing::Optional;

std::string HashOf(const std::string& origin) { return crypto::Sha256(AsBytes(origin)).Hex(); }

class WitnessTest : public ::testing::Test {
 protected:
  WitnessTest() { EXPECT_THAT(FileStore::Create(folder_.path(), Key().Verifier()), IsOk()); }

  static CosignatureKey Key() { return WitnessKey("example.com/w", 7); }

  Result<std::unique_ptr<Witness>> TryOpen() {
    CUPEL_TRY(std::unique_ptr<FileStore> store, FileStore::Open(folder_.path(), Key().Verifier()));
    return Witness::Create(Key(), {log_.Known(), other_.Known()}, std::move(store), clock_);
  }
  std::unique_ptr<Witness> Open() { return TryOpen().value(); }

  std::filesystem::path Record(const std::string& name = "checkpoint") const {
    return folder_.path() / HashOf(log_.origin()) / name;
  }

  const ScratchFolder folder_;
  const SigningLog log_;
  const SigningLog other_{"example.com/other", 2};
  const merkle::Tree tree_ = History(40);
  ManualClock clock_{1'700'000'000};
};

TEST_F(WitnessTest, ServesWhatItCosignedLast) {
  const auto witness = Open();
  EXPECT_EQ(witness->Latest(HashOf(log_.origin())).status, 404);
  ASSERT_EQ(witness->Add(log_.Request(tree_, 0, 5).ToText()).status, 200);
  const Answer added = witness->Add(log_.Request(tree_, 5, 9).ToText());
  ASSERT_EQ(added.status, 200);
  const Answer latest = witness->Latest(HashOf(log_.origin()));
  EXPECT_EQ(latest.status, 200);
  EXPECT_EQ(latest.body, log_.Sign(tree_, 9).ToText() + added.body);
  EXPECT_EQ(witness->Latest(HashOf(other_.origin())).status, 404);
}

TEST_F(WitnessTest, FindsALogByTheOneSpellingOfItsHash) {
  const auto witness = Open();
  ASSERT_EQ(witness->Add(log_.Request(tree_, 0, 5).ToText()).status, 200);
  std::string upper = HashOf(log_.origin());
  std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return std::toupper(c); });
  for (const std::string& hash : {upper, std::string("../") + HashOf(log_.origin()), std::string(),
                                  std::string(64, 'z'), HashOf(log_.origin()).substr(1)}) {
    EXPECT_EQ(witness->Latest(hash).status, 404) << hash;
  }
}

TEST_F(WitnessTest, RemembersAcrossRestarts) {
  ASSERT_EQ(Open()->Add(log_.Request(tree_, 0, 5).ToText()).status, 200);
  const auto witness = Open();
  EXPECT_EQ(witness->Add(log_.Request(tree_, 0, 5).ToText()).body, "5\n");
  EXPECT_EQ(witness->Add(log_.Request(History(9, 3, "fork"), 5, 9).ToText()).status, 422);
  EXPECT_EQ(witness->Add(log_.Request(tree_, 5, 9).ToText()).status, 200);
}

TEST_F(WitnessTest, KeepsLogsApart) {
  const auto witness = Open();
  ASSERT_EQ(witness->Add(log_.Request(tree_, 0, 5).ToText()).status, 200);
  ASSERT_EQ(witness->Add(other_.Request(tree_, 0, 7).ToText()).status, 200);
  EXPECT_EQ(witness->Add(log_.Request(tree_, 0, 9).ToText()).body, "5\n");
  EXPECT_EQ(witness->Add(other_.Request(tree_, 0, 9).ToText()).body, "7\n");
}

TEST_F(WitnessTest, AnswersNonsenseWith400) {
  const auto witness = Open();
  for (const char* body : {"", "old 0\n\n", "old 0\n\nx\n\ny\n", "GET / HTTP/1.1\r\n\r\n"}) {
    EXPECT_EQ(witness->Add(body).status, 400) << body;
  }
  EXPECT_EQ(witness->Add(std::string(kMaxRequestBytes + 1, 'x')).status, 400);
}

TEST_F(WitnessTest, TwoProcessesCannotHoldOneState) {
  const auto witness = Open();
  EXPECT_THAT(TryOpen(), HasError(ErrorCode::kResourceLimit, HasSubstr("the folder is in use")));
  // Also from a real other process, and free again once this one is gone.
  const pid_t child = ::fork();
  if (child == 0) ::_exit(TryOpen().has_value() ? 1 : 0);
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST_F(WitnessTest, AStateBelongsToOneKeyAndIsNeverMadeInPassing) {
  EXPECT_THAT(FileStore::Open(folder_.path(), WitnessKey("example.com/w", 8).Verifier()),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("another witness")));
  EXPECT_THAT(FileStore::Create(folder_.path(), Key().Verifier()), HasError(ErrorCode::kInvalidArgument));
  const ScratchFolder empty;
  EXPECT_THAT(FileStore::Open(empty.path(), Key().Verifier()), HasError(ErrorCode::kNotFound));
  EXPECT_THAT(FileStore::Open(empty / "absent", Key().Verifier()), HasError(ErrorCode::kNotFound));
}

TEST_F(WitnessTest, ADamagedRecordStopsItForThatLogAlone) {
  ASSERT_EQ(Open()->Add(log_.Request(tree_, 0, 5).ToText()).status, 200);
  CUPEL_ASSERT_OK(const std::string good, ReadTextFile(Record()));
  for (std::size_t i = 0; i < good.size(); i += 3) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ (1 << i % 8));
    ASSERT_THAT(WriteFileAtomic(Record(), std::string_view(bad)), IsOk());
    const auto witness = Open();
    // The log's own line may be damaged: it decides nothing any more. Everything else stops the witness.
    const int status = witness->Add(log_.Request(History(9, 3, "fork"), 5, 9).ToText()).status;
    EXPECT_TRUE(status == 500 || status == 422) << "byte " << i << " status " << status;
  }
  ASSERT_THAT(WriteFileAtomic(Record(), std::string_view()), IsOk());
  const auto witness = Open();
  EXPECT_EQ(witness->Add(log_.Request(tree_, 0, 5).ToText()).status, 500);
  EXPECT_EQ(witness->Latest(HashOf(log_.origin())).status, 500);
  EXPECT_EQ(witness->Add(other_.Request(tree_, 0, 5).ToText()).status, 200);
}

TEST_F(WitnessTest, ARecordOfAnotherLogIsNotItsOwn) {
  ASSERT_EQ(Open()->Add(other_.Request(tree_, 0, 5).ToText()).status, 200);
  std::filesystem::create_directory(Record().parent_path());
  std::filesystem::copy_file(folder_.path() / HashOf(other_.origin()) / "checkpoint", Record());
  EXPECT_EQ(Open()->Add(log_.Request(tree_, 0, 5).ToText()).status, 500);
}

TEST_F(WitnessTest, SignsNothingThatItCannotKeep) {
  const auto witness = Open();
  // A file where the log's folder is needed stops everybody, also root.
  ASSERT_THAT(WriteFileAtomic(Record().parent_path(), std::string_view("in the way")), IsOk());
  const Answer answer = witness->Add(log_.Request(tree_, 0, 5).ToText());
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.body.find("\xE2\x80\x94"), std::string::npos) << "no signature leaves the witness";
  std::filesystem::remove(Record().parent_path());
  EXPECT_EQ(witness->Add(log_.Request(tree_, 0, 5).ToText()).status, 200);
}

TEST_F(WitnessTest, AsLargeARequestAsItReadsDoesNotStopIt) {
  // Extension lines fill the request; the note that is kept has the witness's line as well.
  const std::string origin = log_.origin();
  const auto request = [&](std::uint64_t size, std::size_t filler) {
    const std::string text =
        merkle::Checkpoint{origin, size, tree_.RootAt(size).value(), {std::string(filler, 'x')}}.ToText();
    return AddCheckpoint{size == 5 ? 0u : 5u, {}, merkle::SignNote(text, origin, KeyOf(1)).value()};
  };
  const std::size_t rest = kMaxRequestBytes - request(5, 1).ToText().size() + 1;
  ASSERT_EQ(request(5, rest).ToText().size(), kMaxRequestBytes);
  const auto witness = Open();
  EXPECT_EQ(witness->Add(request(5, rest + 1).ToText()).status, 400);
  EXPECT_EQ(witness->Add(request(5, rest).ToText()).status, 200);
  EXPECT_EQ(witness->Latest(HashOf(origin)).status, 200);
  EXPECT_EQ(witness->Add(log_.Request(tree_, 5, 9).ToText()).status, 200);
}

TEST_F(WitnessTest, KeepsTheFirstEvidenceOfAFork) {
  const auto witness = Open();
  ASSERT_EQ(witness->Add(log_.Request(tree_, 0, 5).ToText()).status, 200);
  ASSERT_EQ(witness->Add(log_.Request(History(5, 3, "fork"), 5, 5).ToText()).status, 422);
  ASSERT_EQ(witness->Add(log_.Request(History(5, 2, "second"), 5, 5).ToText()).status, 422);
  CUPEL_ASSERT_OK(const std::string kept, ReadTextFile(Record("conflict")));
  EXPECT_EQ(kept, log_.Sign(History(5, 3, "fork"), 5).ToText());
}

TEST_F(WitnessTest, AClockThatGoesBackStopsIt) {
  const auto witness = Open();
  ASSERT_EQ(witness->Add(log_.Request(tree_, 0, 5).ToText()).status, 200);
  clock_.Advance(-10);
  EXPECT_EQ(witness->Add(log_.Request(tree_, 5, 9).ToText()).status, 500);
  clock_.Advance(10);
  EXPECT_EQ(witness->Add(log_.Request(tree_, 5, 9).ToText()).status, 200);
}

TEST_F(WitnessTest, RefusesAListWithOneOriginTwice) {
  CUPEL_ASSERT_OK(auto store, FileStore::Open(folder_.path(), Key().Verifier()));
  EXPECT_THAT(Witness::Create(Key(), {log_.Known(), log_.Known()}, std::move(store), clock_),
              HasError(ErrorCode::kInvalidArgument));
}

/// Threads race with two histories; the cosignatures that any of them got are of one.
TEST_F(WitnessTest, RacingRequestsEndWithOneHistory) {
  constexpr std::uint64_t kSize = 12;
  const std::vector<merkle::Tree> histories = {History(kSize), History(kSize, 0, "a"),
                                               History(kSize, 0, "b")};
  const auto witness = Open();
  std::vector<int> accepted(histories.size());
  std::vector<std::thread> threads;
  for (std::size_t h = 0; h < histories.size(); ++h) {
    threads.emplace_back([&, h] {
      for (std::uint64_t size = 1; size <= kSize; ++size) {
        for (std::uint64_t old_size = 0; old_size < size; ++old_size) {
          const Answer answer = witness->Add(log_.Request(histories[h], old_size, size).ToText());
          accepted[h] += answer.status == 200 ? 1 : 0;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(std::ranges::count_if(accepted, [](int count) { return count > 0; }), 1);
}

}  // namespace
}  // namespace cupel::ledger::witness
