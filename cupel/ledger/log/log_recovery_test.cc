// SPDX-License-Identifier: Apache-2.0
// What the next writer does about an append that was cut short, one state after the other. All states
// together, by killing and by pulling the plug: crash_slow_test.cc and power_cut_slow_test.cc.
#include "cupel/base/file.h"
#include "cupel/ledger/log/checkpoint_file.h"
#include "cupel/ledger/log/log_reader.h"
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

class LogRecovery : public ::testing::Test {
 protected:
  LogRecovery() {
    Log log = Log::Create(folder_.path(), TestKey(), kTestOrigin, options_).value();
    EXPECT_THAT(log.Append(NumberedLeaves(0, 300)), IsOk());
    old_note_ = log.Note();
    EXPECT_THAT(log.Append(NumberedLeaves(300, 310)), IsOk());
    new_note_ = log.Note();
  }
  Result<Log> Open() const { return Log::Open(folder_.path(), TestKey(), kTestOrigin, options_); }
  void Put(const char* name, std::string_view text) const {
    ASSERT_THAT(WriteFileAtomic(folder_ / name, text), IsOk());
  }
  bool Exists(const char* name) const { return std::filesystem::exists(folder_ / name); }

  mutable UnsyncedFiles files_;
  const LogOptions options_{.lock_timeout_ms = 100, .files = &files_};
  const ScratchFolder folder_;
  std::string old_note_;
  std::string new_note_;
};

TEST_F(LogRecovery, FinishesWhatWasOnDiskBeforeItWasShown) {
  Put("checkpoint", old_note_);
  Put("checkpoint.next", new_note_);
  CUPEL_ASSERT_OK(const Log log, Open());
  EXPECT_EQ(log.size(), 310u);
  EXPECT_FALSE(Exists("checkpoint.next"));
  EXPECT_THAT(VerifyStreaming(folder_.path(), TestVerifier()), IsOk());
}

TEST_F(LogRecovery, ForgetsACheckpointThatIsOnlyHalfWritten) {
  Put("checkpoint", old_note_);
  for (std::size_t size = 0; size < new_note_.size(); size += 7) {
    Put("checkpoint.next", new_note_.substr(0, size));
    EXPECT_THAT(FinishPublication(files_, folder_.path(), TestVerifier()), IsOk());
    EXPECT_FALSE(Exists("checkpoint.next")) << size;
  }
  CUPEL_ASSERT_OK(const Log log, Open());
  EXPECT_EQ(log.size(), 300u);
  EXPECT_FALSE(Exists("tile/entries/001.p/54"));
}

TEST_F(LogRecovery, ForgetsAnOlderOrEqualCheckpoint) {
  for (const std::string& note : {old_note_, new_note_}) {
    Put("checkpoint.next", note);
    CUPEL_ASSERT_OK(const Log log, Open());
    EXPECT_EQ(log.size(), 310u);
    EXPECT_FALSE(Exists("checkpoint.next"));
  }
}

TEST_F(LogRecovery, DoesNotFinishWhatTheTilesDoNotBearOut) {
  Put("checkpoint", old_note_);
  Put("checkpoint.next", new_note_);
  std::filesystem::remove(folder_ / "tile/0/001.p/54");
  EXPECT_THAT(Open(),
              HasError(ErrorCode::kNotFound, AllOf(HasSubstr("checkpoint.next"), HasSubstr("damaged"))));
  EXPECT_TRUE(Exists("checkpoint.next"));
}

TEST_F(LogRecovery, DoesNotFinishACheckpointOfAnotherHistory) {
  const ScratchFolder other;
  CUPEL_ASSERT_OK(Log fork, Log::Create(other.path(), TestKey(), kTestOrigin, options_));
  ASSERT_THAT(fork.Append(NumberedLeaves(1000, 1400)), IsOk());
  std::filesystem::copy(
      other.path() / "tile", folder_ / "tile",
      std::filesystem::copy_options::recursive | std::filesystem::copy_options::overwrite_existing);
  Put("checkpoint.next", fork.Note());
  EXPECT_THAT(Open(), HasError(ErrorCode::kVerificationFailed, HasSubstr("old root")));
}

TEST_F(LogRecovery, RemovesWhatNoCheckpointCovers) {
  for (const char* name : {"tile/0/001.p/60", "tile/0/002.p/3", "tile/entries/002", "tile/1/000.p/2",
                           "tile/2/000.p/1", "tile/0/x001/000", "tile/entries/001.p/54.tmp-1"}) {
    ASSERT_THAT(MakeFolder((folder_ / name).parent_path()), IsOk());
    Put(name, "left over");
    EXPECT_THAT(VerifyStreaming(folder_.path(), TestVerifier()), HasError(ErrorCode::kVerificationFailed));
    ASSERT_THAT(Open(), IsOk());
    EXPECT_FALSE(Exists(name)) << name;
    EXPECT_THAT(VerifyStreaming(folder_.path(), TestVerifier()), IsOk()) << name;
  }
  EXPECT_TRUE(Exists("tile/0/001.p/44"));  // covered once, and true
}

TEST_F(LogRecovery, RemovesPartialTilesThatAWriterDidNotLiveToRemove) {
  ASSERT_THAT(MakeFolder(folder_ / "tile/0/000.p"), IsOk());
  CUPEL_ASSERT_OK(const Bytes full, ReadFile(folder_ / "tile/0/000"));
  Put("tile/0/000.p/7", AsText(full).substr(0, 7 * 32));
  ASSERT_THAT(Open(), IsOk());
  EXPECT_FALSE(Exists("tile/0/000.p"));
}

TEST_F(LogRecovery, AnOpenLogSeesThatItWentBack) {
  CUPEL_ASSERT_OK(Log log, Open());
  Put("checkpoint", old_note_);
  EXPECT_THAT(log.Append(NumberedLeaf(310)),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("went back from 310 leaves to 300")));
}

TEST_F(LogRecovery, AFailedAppendLeavesNothing) {
  FaultyFiles full(FaultyFiles::Fault::kDiskFull, 9, files_);
  CUPEL_ASSERT_OK(Log log, Log::Open(folder_.path(), TestKey(), kTestOrigin, {.files = &full}));
  EXPECT_THAT(log.Append(NumberedLeaves(310, 900)), HasError(ErrorCode::kResourceLimit));
  EXPECT_EQ(log.size(), 310u);
  EXPECT_THAT(VerifyStreaming(folder_.path(), TestVerifier()), IsOk());
  EXPECT_THAT(log.Append(NumberedLeaves(310, 900)), IsOkAndHolds(310u));
  EXPECT_THAT(VerifyStreaming(folder_.path(), TestVerifier()), IsOk());
}

TEST_F(LogRecovery, NamesItsOriginWithoutAKey) {
  EXPECT_THAT(OriginOf(folder_.path()), IsOkAndHolds(std::string(kTestOrigin)));
  Put("checkpoint", "nonsense");
  EXPECT_THAT(OriginOf(folder_.path()), HasError(ErrorCode::kCorrupt, HasSubstr("checkpoint")));
  EXPECT_THAT(OriginOf(folder_ / "absent"), HasError(ErrorCode::kNotFound));
}

// The broken twin of all of this: a writer that replaces the checkpoint before the tiles.
TEST_F(LogRecovery, ChecksSeeAWriterThatReplacesTheCheckpointBeforeTheTiles) {
  int caught = 0;
  for (int k = 0; k < 40; ++k) {
    const ScratchFolder copy;
    std::filesystem::copy(folder_.path(), copy.path(), std::filesystem::copy_options::recursive);
    FaultyFiles full(FaultyFiles::Fault::kDiskFull, k, files_);
    CheckpointFirstFiles broken(full);
    if (auto log = Log::Open(copy.path(), TestKey(), kTestOrigin, {.files = &broken}))
      (void)log->Append(NumberedLeaves(310, 900));
    caught += !WhatIsLost(copy.path(), 310).empty();
  }
  EXPECT_GT(caught, 0);
}

}  // namespace
}  // namespace cupel::ledger::log
