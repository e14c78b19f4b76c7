// SPDX-License-Identifier: Apache-2.0
// Several processes append to one log at once: every acknowledged entry is there, where it was said to be,
// once.
#include <map>

#include "cupel/base/file.h"
#include "cupel/base/folder_lock.h"
#include "cupel/ledger/log/log_reader.h"
#include "cupel/ledger/log/log_twins_for_test.h"
#include "cupel/testing/scratch_folder.h"

namespace cupel::ledger::log {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::ScratchFolder;

constexpr int kProcesses = 5;
constexpr std::uint64_t kAppends = 30;

/// What process `process` appends as its `number`-th: 1 to 40 leaves that nobody else has.
std::vector<Bytes> Batch(std::uint64_t process, std::uint64_t number) {
  std::vector<Bytes> leaves;
  for (std::uint64_t i = 0; i < 1 + (process * 7 + number * 13) % 40; ++i) {
    const std::string text = std::to_string(process) + "/" + std::to_string(number) + "/" + std::to_string(i);
    leaves.emplace_back(text.begin(), text.end());
  }
  return leaves;
}

/// Acknowledged batches: where each began.
using Acknowledged = std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint64_t>;

/// Why the log is not made of exactly these batches, or "".
std::string WhatIsWrong(const std::vector<Bytes>& entries, const Acknowledged& acknowledged) {
  std::size_t total = 0;
  for (const auto& [who, index] : acknowledged) {
    const std::vector<Bytes> batch = Batch(who.first, who.second);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (index + i >= entries.size() || entries[index + i] != batch[i])
        return "an acknowledged entry is not at its index";
    }
    total += batch.size();
  }
  return total == entries.size() ? "" : "there are entries that nobody appended, or twice";
}

class Concurrent : public ::testing::Test {
 protected:
  const ScratchFolder folder_;
};

TEST_F(Concurrent, AllEntriesOfAllProcessesAreThereOnce) {
  ASSERT_THAT(Log::Create(folder_.path(), TestKey(), kTestOrigin), IsOk());
  std::vector<pid_t> children;
  std::vector<int> pipes;
  for (std::uint64_t process = 0; process < kProcesses; ++process) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      auto log = Log::Open(folder_.path(), TestKey(), kTestOrigin, {.lock_timeout_ms = 120'000});
      for (std::uint64_t number = 0; log && number < kAppends; ++number) {
        const auto index = log->Append(Batch(process, number));
        if (!index || ::write(ends[1], &*index, sizeof(*index)) != sizeof(*index)) ::_exit(1);
      }
      ::_exit(log ? 0 : 2);
    }
    ::close(ends[1]);
    children.push_back(child);
    pipes.push_back(ends[0]);
  }
  Acknowledged acknowledged;
  for (std::uint64_t process = 0; process < kProcesses; ++process) {
    std::uint64_t index = 0;
    for (std::uint64_t number = 0; ::read(pipes[process], &index, sizeof(index)) == sizeof(index); ++number)
      acknowledged[{process, number}] = index;
    ::close(pipes[process]);
    int status = 0;
    ASSERT_EQ(::waitpid(children[process], &status, 0), children[process]);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "process " << process << " failed";
  }
  EXPECT_EQ(acknowledged.size(), kProcesses * kAppends);

  CUPEL_ASSERT_OK(const VerifiedLog verified, Verify(folder_.path(), TestVerifier()));
  EXPECT_EQ(WhatIsWrong(verified.entries, acknowledged), "");
}

TEST_F(Concurrent, TheComparisonSeesAMissingADoubleAndAMisplacedEntry) {
  std::vector<Bytes> entries = Batch(0, 1);
  const std::size_t second = entries.size();
  for (const Bytes& leaf : Batch(1, 2)) entries.push_back(leaf);
  const Acknowledged good = {{{0, 1}, 0}, {{1, 2}, second}};
  EXPECT_EQ(WhatIsWrong(entries, good), "");
  std::vector<Bytes> missing = entries;
  missing.pop_back();
  EXPECT_NE(WhatIsWrong(missing, good), "");
  std::vector<Bytes> twice = entries;
  twice.push_back(entries.back());
  EXPECT_NE(WhatIsWrong(twice, good), "");
  EXPECT_NE(WhatIsWrong(entries, {{{0, 1}, second}, {{1, 2}, 0}}), "");
}

TEST_F(Concurrent, ReadersAndVerifiersAreNotDisturbedByWriters) {
  ASSERT_THAT(Log::Create(folder_.path(), TestKey(), kTestOrigin), IsOk());
  std::uint64_t seen = 0;
  int verifications = 0;
  const ScratchFolder signs;  // with "enough" in it, the writer may end
  const ChildReport report = RunChild(
      [&](const auto& tell) {
        UnsyncedFiles files;  // faster than the disk, so that more happens under the readers' eyes
        auto log = Log::Open(folder_.path(), TestKey(), kTestOrigin, {.files = &files});
        const auto goes_on = [&](std::size_t i) {
          return i < 400 || (i < 10'000 && !std::filesystem::exists(signs / "enough"));
        };
        for (std::size_t i = 0; log && goes_on(i); ++i) {
          if (!log->Append(NumberedLeaves(log->size(), log->size() + 1 + i % 60))) return 1;
        }
        tell(log->size());
        return 0;
      },
      [&](pid_t child) {
        for (siginfo_t ended{}; ended.si_pid != child;) {
          const auto verified = VerifyStreaming(folder_.path(), TestVerifier());
          ASSERT_THAT(verified, IsOk());
          EXPECT_GE(verified->checkpoint.size, seen);
          seen = verified->checkpoint.size;
          CUPEL_ASSERT_OK(const LogReader reader, LogReader::Open(folder_.path(), TestVerifier()));
          if (reader.size() > 0) {
            CUPEL_ASSERT_OK(const Receipt receipt, reader.Prove(reader.size() / 2));
            EXPECT_THAT(receipt.Verify(NumberedLeaf(reader.size() / 2), TestVerifier()), IsOk());
          }
          if (++verifications == 4) {
            ASSERT_THAT(WriteFileAtomic(signs / "enough", std::string_view()), IsOk());
          }
          ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOHANG | WNOWAIT), 0);
        }
      });
  ASSERT_EQ(report.exit_code, 0);
  EXPECT_GT(verifications, 3);
  CUPEL_ASSERT_OK(const SignedCheckpoint last, VerifyStreaming(folder_.path(), TestVerifier()));
  EXPECT_EQ(last.checkpoint.size, report.told.at(0));
}

TEST_F(Concurrent, WaitsForTheLockAndGivesUpAfterItsTime) {
  ASSERT_THAT(Log::Create(folder_.path(), TestKey(), kTestOrigin), IsOk());
  CUPEL_ASSERT_OK(Log log, Log::Open(folder_.path(), TestKey(), kTestOrigin, {.lock_timeout_ms = 50}));
  {
    CUPEL_ASSERT_OK(const FolderLock lock, FolderLock::Take(folder_.path(), {}));
    EXPECT_THAT(
        log.Append(NumberedLeaf(0)),
        HasError(ErrorCode::kResourceLimit, ::testing::ContainsRegex("the folder was in use .* for 50 ms")));
  }
  EXPECT_THAT(log.Append(NumberedLeaf(0)), IsOk());
}

}  // namespace
}  // namespace cupel::ledger::log
