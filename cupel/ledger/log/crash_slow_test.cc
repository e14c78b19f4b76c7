// SPDX-License-Identifier: Apache-2.0
// Processes that are killed while they append, and disks that are full: what was acknowledged stays.
#include <sys/mount.h>

#include <chrono>
#include <random>
#include <thread>

#include "cupel/ledger/log/log_twins_for_test.h"
#include "cupel/testing/scratch_folder.h"

namespace cupel::ledger::log {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::ScratchFolder;
using Fault = FaultyFiles::Fault;

/// Sizes after each append: a first partial tile, a fuller one, a full one and more, two at once, one leaf.
const std::vector<std::size_t> kSizes = {3, 250, 260, 600, 601};

/// Opens or makes the log in `folder` and appends up to each of the sizes; tells each size once it is
/// acknowledged.
int AppendAll(const std::filesystem::path& folder, FileOperations& files,
              const std::function<void(std::uint64_t)>& tell) {
  const LogOptions options{.files = &files};
  auto log = Log::Create(folder, TestKey(), kTestOrigin, options);
  if (!log) return 1;
  for (const std::size_t size : kSizes) {
    if (!log->Append(NumberedLeaves(log->size(), size))) return 1;
    tell(size);
  }
  return 0;
}

/// Kills the writer at its k-th operation; says what was lost. `done` when there is no k-th operation any
/// more.
template <typename Twin>
std::string LostByKillAt(int k, bool& done) {
  UseMemoryForScratchFolders();
  const ScratchFolder scratch;
  const std::filesystem::path folder = scratch / "ledger";
  const ChildReport report = RunChild([&](const auto& tell) {
    FaultyFiles faulty(Fault::kKill, k);
    Twin files(static_cast<FileOperations&>(faulty));
    return AppendAll(folder, files, tell);
  });
  done = report.exit_code == 0;
  if (!done && !report.killed) return "the writer failed by itself";
  if (!std::filesystem::exists(folder / "checkpoint") && report.told.empty()) {
    // Killed while the log was made: then it can be made again.
    return Log::Create(folder, TestKey(), kTestOrigin) ? "" : "cannot be made again";
  }
  return WhatIsLost(folder, report.told.empty() ? 0 : report.told.back());
}

TEST(KilledWriter, LosesNothingWhereverItIsKilled) {
  bool done = false;
  int k = 0;
  for (; !done; ++k) EXPECT_EQ(LostByKillAt<ForwardingFiles>(k, done), "") << "killed at operation " << k;
  EXPECT_GT(k, 80);  // five appends with all their tiles and folders, or the seam was passed by
}

TEST(KilledWriter, WhoReplacesTheCheckpointBeforeTheTilesIsCaught) {
  bool done = false;
  int caught = 0;
  for (int k = 0; !done; ++k) caught += !LostByKillAt<CheckpointFirstFiles>(k, done).empty();
  EXPECT_GT(caught, 5);
}

TEST(KilledWriter, LosesNothingWhenKilledAtAnyTimeAgainAndAgain) {
  const ScratchFolder folder;
  ASSERT_THAT(Log::Create(folder.path(), TestKey(), kTestOrigin), IsOk());
  std::mt19937 random(20261125);
  std::uint64_t promised = 0;
  int killed = 0;
  for (int round = 0; round < 40; ++round) {
    const unsigned seed = random();
    const auto delay = std::chrono::microseconds(random() % 60'000);
    const ChildReport report = RunChild(
        [&](const auto& tell) {
          std::mt19937 sizes(seed);
          auto log = Log::Open(folder.path(), TestKey(), kTestOrigin);
          if (!log) return 1;
          for (int i = 0; i < 1000; ++i) {
            const std::size_t size = log->size() + 1 + sizes() % 200;
            if (!log->Append(NumberedLeaves(log->size(), size))) return 1;
            tell(size);
          }
          return 0;
        },
        [&](pid_t child) {
          std::this_thread::sleep_for(delay);
          ::kill(child, SIGKILL);
        });
    ASSERT_TRUE(report.killed) << "the writer ended by itself, with " << report.exit_code;
    ++killed;
    if (!report.told.empty()) promised = report.told.back();
    ASSERT_EQ(WhatIsLost(folder.path(), promised), "") << "round " << round;
    promised = Log::Open(folder.path(), TestKey(), kTestOrigin)->size();
  }
  EXPECT_EQ(killed, 40);
  EXPECT_GT(promised, 100u);
}

// One operation fails, at every operation there is: the append says so, the log is as before, and the next
// works.
TEST(FullDisk, FailsOneAppendAndHarmsNothing) {
  UseMemoryForScratchFolders();
  for (int k = 0;; ++k) {
    const ScratchFolder scratch;
    UnsyncedFiles unsynced;
    FaultyFiles files(Fault::kDiskFull, k, unsynced);
    const LogOptions options{.files = &files};
    auto log = Log::Create(scratch.path(), TestKey(), kTestOrigin, options);
    if (!log) {
      EXPECT_THAT(log, HasError(ErrorCode::kResourceLimit)) << k;
      log = Log::Create(scratch.path(), TestKey(), kTestOrigin, options);
      ASSERT_THAT(log, IsOk()) << k;
    }
    int failures = 0;
    for (const std::size_t size : kSizes) {
      const std::uint64_t before = log->size();
      auto index = log->Append(NumberedLeaves(before, size));
      if (!index) {
        ++failures;
        EXPECT_THAT(index, HasError(ErrorCode::kResourceLimit)) << k;
        EXPECT_EQ(log->size(), before) << k;
        CUPEL_ASSERT_OK(const SignedCheckpoint now, VerifyStreaming(scratch.path(), TestVerifier()));
        EXPECT_EQ(now.checkpoint.size, before) << "operation " << k;
        index = log->Append(NumberedLeaves(before, size));
      }
      ASSERT_EQ(index.value_or(~0u), before) << k;
    }
    EXPECT_LE(failures, 1);
    ASSERT_EQ(WhatIsLost(scratch.path(), kSizes.back()), "") << k;
    if (k >= files.count()) break;
  }
}

// A disk of 192 KiB that really fills up.
TEST(FullDisk, IsReportedByARealOne) {
  const ScratchFolder scratch;
  if (::mount("tmpfs", scratch.path().c_str(), "tmpfs", 0, "size=192k") != 0)
    GTEST_SKIP() << "mounting a small disk takes the right to mount";
  const std::filesystem::path folder = scratch / "ledger";
  std::uint64_t kept = 0;
  Status failed;
  {
    CUPEL_ASSERT_OK(Log log, Log::Create(folder, TestKey(), kTestOrigin));
    for (int i = 0; i < 1000 && failed; ++i) {
      const auto index = log.Append(NumberedLeaves(log.size(), log.size() + 100));
      if (index) {
        kept = log.size();
      } else {
        failed = tl::make_unexpected(index.error());
      }
    }
  }
  EXPECT_THAT(failed, HasError(ErrorCode::kResourceLimit));
  EXPECT_GT(kept, 100u);
  CUPEL_ASSERT_OK(const VerifiedLog verified, Verify(folder, TestVerifier()));
  EXPECT_EQ(verified.entries, NumberedLeaves(0, kept));
  EXPECT_EQ(::umount(scratch.path().c_str()), 0);
}

}  // namespace
}  // namespace cupel::ledger::log
