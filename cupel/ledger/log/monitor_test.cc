// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/log/monitor.h"

#include "cupel/base/file.h"
#include "cupel/ledger/log/log_twins_for_test.h"
#include "cupel/testing/scratch_folder.h"

namespace cupel::ledger::log {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;
using cupel::testing::ScratchFolder;
using ::testing::AllOf;
using ::testing::HasSubstr;

class MonitorTest : public ::testing::Test {
 protected:
  /// A log of these leaves, with the same key and name wherever it lies.
  LogReader LogOf(const std::vector<Bytes>& leaves) {
    const std::filesystem::path folder = scratch_ / ("log" + std::to_string(logs_++));
    Log log = Log::Create(folder, TestKey(), kTestOrigin, {.files = &files_}).value();
    CUPEL_CHECK(log.Append(leaves).has_value());
    return LogReader::Open(folder, TestVerifier()).value();
  }

  /// A visit: compares, and remembers what it saw.
  Result<std::optional<std::uint64_t>> Visit(const LogReader& log) const {
    auto known = state_.Compare(log, TestVerifier());
    if (known) CUPEL_TRY_STATUS(state_.Save(log.Note()));
    return known;
  }

  const ScratchFolder scratch_;
  UnsyncedFiles files_;
  int logs_ = 0;
  const MonitorState state_{scratch_ / "seen/state"};
};

TEST_F(MonitorTest, FollowsALogThatGrows) {
  EXPECT_THAT(state_.Load(), IsOkAndHolds(std::optional<std::string>()));
  EXPECT_THAT(Visit(LogOf(NumberedLeaves(0, 3))), IsOkAndHolds(std::optional<std::uint64_t>()));
  const LogReader grown = LogOf(NumberedLeaves(0, 700));
  EXPECT_THAT(Visit(grown), IsOkAndHolds(std::optional<std::uint64_t>(3)));
  EXPECT_THAT(Visit(grown), IsOkAndHolds(std::optional<std::uint64_t>(700)));
  EXPECT_THAT(state_.Load(), IsOkAndHolds(std::optional(grown.Note())));
}

TEST_F(MonitorTest, CatchesALogThatWentBack) {
  const LogReader before = LogOf(NumberedLeaves(0, 9));
  const LogReader now = LogOf(NumberedLeaves(0, 8));
  ASSERT_THAT(Visit(before), IsOk());
  EXPECT_THAT(Visit(now), HasError(ErrorCode::kVerificationFailed,
                                   AllOf(HasSubstr("went back"),
                                         HasSubstr("9 leaves, root " + before.checkpoint().root.Hex()),
                                         HasSubstr("8 leaves, root " + now.checkpoint().root.Hex()))));
  EXPECT_THAT(state_.Load(), IsOkAndHolds(std::optional(before.Note())));  // not overwritten by the lie
  EXPECT_THAT(ReadTextFile(scratch_ / "seen/state.conflict"), IsOkAndHolds(now.Note()));
}

TEST_F(MonitorTest, CatchesTwoTreesOfOneSize) {
  std::vector<Bytes> leaves = NumberedLeaves(0, 300);
  const LogReader one = LogOf(leaves);
  leaves[17] = {'x'};
  const LogReader other = LogOf(leaves);
  EXPECT_THAT(CheckContinues(other, one.Note(), TestVerifier()),
              HasError(ErrorCode::kVerificationFailed,
                       AllOf(HasSubstr("two trees of one size"), HasSubstr(one.checkpoint().root.Hex()),
                             HasSubstr(other.checkpoint().root.Hex()))));
}

TEST_F(MonitorTest, CatchesAChangedLeafOfEveryPositionUnderALargerTree) {
  const LogReader before = LogOf(NumberedLeaves(0, 7));
  for (std::size_t changed = 0; changed < 7; ++changed) {
    std::vector<Bytes> leaves = NumberedLeaves(0, 12);
    EXPECT_THAT(CheckContinues(LogOf(leaves), before.Note(), TestVerifier()), IsOkAndHolds(7u));
    leaves[changed] = {'x'};
    EXPECT_THAT(CheckContinues(LogOf(leaves), before.Note(), TestVerifier()),
                HasError(ErrorCode::kVerificationFailed, HasSubstr("does not continue")))
        << changed;
  }
}

TEST_F(MonitorTest, DoesNotBlameTheLogForABrokenState) {
  const LogReader log = LogOf(NumberedLeaves(0, 5));
  ASSERT_THAT(state_.Save("nonsense"), IsOk());
  EXPECT_THAT(Visit(log), HasError(ErrorCode::kCorrupt, HasSubstr("seen/state")));
  const auto stranger = crypto::LogKey::Generate();
  const auto forged =
      merkle::SignNote(merkle::Checkpoint{kTestOrigin, 9, {}, {}}.ToText(), kTestOrigin, stranger);
  ASSERT_THAT(state_.Save(forged->ToText()), IsOk());
  EXPECT_THAT(Visit(log), HasError(ErrorCode::kVerificationFailed,
                                   AllOf(HasSubstr("seen/state"), HasSubstr("not signed by"))));
  EXPECT_FALSE(std::filesystem::exists(scratch_ / "seen/state.conflict"));
}

TEST_F(MonitorTest, SaysWhichTileIsFalseInsteadOfBlamingTheHistory) {
  const LogReader before = LogOf(NumberedLeaves(0, 100));
  const std::filesystem::path folder = scratch_ / "damaged";
  CUPEL_ASSERT_OK(Log log, Log::Create(folder, TestKey(), kTestOrigin, {.files = &files_}));
  ASSERT_THAT(log.Append(NumberedLeaves(0, 300)), IsOk());
  ASSERT_THAT(WriteFileAtomic(folder / "tile/0/000", Bytes(8192, 1)), IsOk());
  CUPEL_ASSERT_OK(const LogReader damaged, LogReader::Open(folder, TestVerifier()));
  EXPECT_THAT(CheckContinues(damaged, before.Note(), TestVerifier()),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("tile/0/000")));
}

}  // namespace
}  // namespace cupel::ledger::log
