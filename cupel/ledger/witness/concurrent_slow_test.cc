// SPDX-License-Identifier: Apache-2.0
// A process that appends to a log while others have it cosigned: no acknowledged leaf and no checkpoint that
// anybody saw may be lost. A cosigner that does not take the log's lock must be caught by the same questions.
#include <signal.h>
#include <sys/wait.h>

#include <thread>

#include "cupel/base/file.h"
#include "cupel/ledger/log/log_twins_for_test.h"
#include "cupel/ledger/witness/signer_for_test.h"
#include "cupel/testing/scratch_folder.h"

namespace cupel::ledger::witness {
namespace {

using cupel::testing::IsOk;
using cupel::testing::ScratchFolder;
using log::NumberedLeaves;

constexpr std::int64_t kNow = 1'700'000'000;
constexpr std::uint64_t kAppends = 150;

/// Has the checkpoint cosigned once; says whether the lines were written.
using CosignOnce =
    std::function<bool(const std::filesystem::path& folder, const SigningLog& log, Witness& witness)>;

bool WithTheLock(const std::filesystem::path& folder, const SigningLog& log, Witness& witness) {
  const std::vector<Cosigner> one = {{witness.Verifier(), InProcess(witness)}};
  const auto cosigned = CosignLog(folder, log.Verifier(), one);
  if (cosigned) return cosigned->outcomes[0].time.has_value();
  EXPECT_EQ(cosigned.error().code, ErrorCode::kResourceLimit) << cosigned.error().ToString();
  return false;
}

/// The broken twin: reads, and writes what it read with a line more; an append may come between the two.
bool WithoutTheLock(const std::filesystem::path& folder, const SigningLog&, Witness&) {
  const auto note = merkle::SignedNote::Parse(ReadTextFile(folder / "checkpoint").value());
  const std::vector<merkle::NoteSignature> line = {WitnessKey(1).Sign(note->text, kNow).value()};
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
  return WriteFileAtomic(folder / "checkpoint", WithCosignatures(*note, line).ToText()).has_value();
}

struct Count {
  int cosigned = 0;
  int went_back = 0;  ///< Checkpoints smaller than one that was seen before.
  std::string wrong;  ///< With the log at the end.
  bool appender_failed = false;
};

class ConcurrentCosigner : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { log::UseMemoryForScratchFolders(); }

  std::uint64_t SizeNow() const {
    const auto note = ReadTextFile(folder_ / "checkpoint");
    return merkle::OpenCheckpoint(note.value(), log_.Verifier()).value().size;
  }

  Count Run(const CosignOnce& cosign) {
    CUPEL_CHECK(log::Log::Create(folder_.path(), log_.Key(), log_.origin()).has_value());
    const auto witness = WitnessIn(state_ / "w", WitnessKey(1), {log_.Known()}, clock_);
    Count count;
    const log::ChildReport report = log::RunChild(
        [&](const auto& tell) {
          log::UnsyncedFiles files;
          auto log = log::Log::Open(folder_.path(), log_.Key(), log_.origin(), {.files = &files});
          for (std::uint64_t i = 0; log && i < kAppends; ++i) {
            const auto first = log->Append(NumberedLeaves(log->size(), log->size() + 1 + i % 9));
            if (!first) return 1;
            tell(log->size());
            std::this_thread::sleep_for(std::chrono::milliseconds(i % 4));
          }
          return log ? 0 : 2;
        },
        [&](pid_t child) {
          std::uint64_t seen = 0;
          for (siginfo_t ended{}; ended.si_pid != child;) {
            count.cosigned += cosign(folder_.path(), log_, *witness) ? 1 : 0;
            const std::uint64_t now = SizeNow();
            count.went_back += now < seen ? 1 : 0;
            seen = std::max(seen, now);
            if (::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOHANG | WNOWAIT) != 0) return;
          }
        });
    count.appender_failed = report.exit_code != 0;
    if (count.appender_failed) return count;
    const auto verified = log::Verify(folder_.path(), log_.Verifier());
    if (!verified) {
      count.wrong = verified.error().ToString();
    } else if (verified->checkpoint.size != report.told.back()) {
      count.wrong = "acknowledged leaves are lost";
    } else if (verified->entries != NumberedLeaves(0, report.told.back())) {
      count.wrong = "the leaves are not those that were appended";
    }
    return count;
  }

  const ScratchFolder folder_;
  const ScratchFolder state_;
  const SigningLog log_;
  ManualClock clock_{kNow};
};

TEST_F(ConcurrentCosigner, AnAppenderAndACosignerNeverLoseEachOthersWork) {
  const Count count = Run(WithTheLock);
  EXPECT_FALSE(count.appender_failed);
  EXPECT_EQ(count.wrong, "");
  EXPECT_EQ(count.went_back, 0);
  EXPECT_GT(count.cosigned, 3) << "some must have come between two appends";
  const auto witness = WitnessIn(state_ / "w", WitnessKey(1), {log_.Known()}, clock_);
  ASSERT_TRUE(WithTheLock(folder_.path(), log_, *witness));
  const auto note = merkle::SignedNote::Parse(ReadTextFile(folder_ / "checkpoint").value());
  EXPECT_TRUE(witness->Verifier().TimeOf(*note).value().has_value());
}

TEST_F(ConcurrentCosigner, ACosignerWithoutTheLockIsCaught) {
  const Count count = Run(WithoutTheLock);
  EXPECT_TRUE(count.appender_failed || count.went_back > 0 || !count.wrong.empty());
}

TEST_F(ConcurrentCosigner, TwoCosignersKeepEachOthersLines) {
  log_.Grow(folder_.path(), "leaf", 300);
  constexpr int kWitnesses = 6;
  std::vector<pid_t> children;
  for (int number = 1; number <= kWitnesses; ++number) {
    children.push_back(::fork());
    if (children.back() != 0) continue;
    const auto witness =
        WitnessIn(state_ / std::to_string(number), WitnessKey(number), {log_.Known()}, clock_);
    bool all = true;
    for (int i = 0; i < 20; ++i) all = all && WithTheLock(folder_.path(), log_, *witness);
    ::_exit(all ? 0 : 1);
  }
  for (const pid_t child : children) {
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  const auto note = merkle::SignedNote::Parse(ReadTextFile(folder_ / "checkpoint").value());
  for (int number = 1; number <= kWitnesses; ++number) {
    EXPECT_TRUE(WitnessKey(number).Verifier().TimeOf(*note).value().has_value()) << number;
  }
}

}  // namespace
}  // namespace cupel::ledger::witness
