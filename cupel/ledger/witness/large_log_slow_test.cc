// SPDX-License-Identifier: Apache-2.0
// A log that is much larger than the memory that cosigning, comparing and monitoring may use: a process of
// its own does each, and tells how much it has needed.
#include <sys/resource.h>

#include "cupel/base/file.h"
#include "cupel/ledger/log/log_twins_for_test.h"
#include "cupel/ledger/log/monitor.h"
#include "cupel/ledger/witness/signer_for_test.h"
#include "cupel/ledger/witness/split_view.h"
#include "cupel/testing/scratch_folder.h"

namespace cupel::ledger::witness {
namespace {

using cupel::testing::ScratchFolder;

/// The leaves alone are 96 MB, their hashes 32 MB; what is measured is what a question adds.
constexpr std::uint64_t kLeaves = 500'000;
constexpr std::size_t kLeafBytes = 192;
constexpr std::uint64_t kMostKibibytes = 24 * 1024;

std::uint64_t PeakKibibytes() {
  rusage usage{};
  CUPEL_CHECK(::getrusage(RUSAGE_SELF, &usage) == 0);
  return static_cast<std::uint64_t>(usage.ru_maxrss);
}

/// The peak of a process that forks, asks nothing, and ends; then of one that does `work`.
std::uint64_t AddedKibibytes(const std::function<bool()>& work) {
  const auto peak = [](const std::function<bool()>& what) {
    const log::ChildReport report = log::RunChild([&](const auto& tell) {
      if (!what()) return 1;
      tell(PeakKibibytes());
      return 0;
    });
    EXPECT_EQ(report.exit_code, 0);
    return report.told.empty() ? ~std::uint64_t{0} : report.told[0];
  };
  const std::uint64_t floor = peak([] { return true; });
  const std::uint64_t reached = peak(work);
  return reached > floor ? reached - floor : 0;
}

class LargeLog : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    log::UseMemoryForScratchFolders();
    folder_ = new ScratchFolder();
    // In a process of its own: what this one had needed would count as its children's.
    const log::ChildReport report = log::RunChild([](const auto&) {
      log::UnsyncedFiles files;
      const SigningLog signer;
      auto log = log::Log::Create(folder_->path(), signer.Key(), signer.origin(), {.files = &files}).value();
      for (std::uint64_t from = 0; from < kLeaves; from += 50'000) {
        std::vector<Bytes> leaves;
        for (std::uint64_t i = from; i < from + 50'000; ++i) {
          leaves.push_back(log::NumberedLeaf(i));
          leaves.back().resize(kLeafBytes, 'x');
        }
        if (!log.Append(leaves)) return 1;
        if (from + 50'000 != kLeaves / 2) continue;
        if (!WriteFileAtomic(folder_->path() / "early", std::string_view(log.Note()))) return 1;
      }
      return 0;
    });
    ASSERT_EQ(report.exit_code, 0);
  }
  static void TearDownTestSuite() { delete std::exchange(folder_, nullptr); }

  static std::string Early() { return ReadTextFile(folder_->path() / "early").value(); }

  const SigningLog log_;
  const ScratchFolder states_;
  inline static ScratchFolder* folder_ = nullptr;
};

TEST_F(LargeLog, IsCosignedWithBoundedMemoryByAWitnessThatHasSeenHalfOfIt) {
  const std::uint64_t added = AddedKibibytes([&] {
    const ManualClock clock(1'700'000'000);
    const auto witness = WitnessIn(states_ / "w", WitnessKey(1), {log_.Known()}, clock);
    const AddCheckpoint first{0, {}, merkle::SignedNote::Parse(Early()).value()};
    if (witness->Add(first.ToText()).status != 200) return false;
    const std::vector<Cosigner> one = {{witness->Verifier(), InProcess(*witness)}};
    const auto cosigned = CosignLog(folder_->path(), log_.Verifier(), one);
    return cosigned && cosigned->outcomes[0].time.has_value();
  });
  EXPECT_LT(added, kMostKibibytes);
}

TEST_F(LargeLog, IsComparedWithBoundedMemory) {
  const std::uint64_t added = AddedKibibytes([&] {
    const auto early = CompareWithCheckpoint(folder_->path(), Early(), log_.Verifier());
    const auto itself = CompareFolders(folder_->path(), folder_->path(), log_.Verifier());
    return early && early->relation == Relation::kExtends && itself && itself->relation == Relation::kSame;
  });
  EXPECT_LT(added, kMostKibibytes);
}

TEST_F(LargeLog, IsMonitoredWithBoundedMemory) {
  const std::uint64_t added = AddedKibibytes([&] {
    const log::MonitorState state(states_ / "seen");
    const auto log = log::LogReader::Open(folder_->path(), log_.Verifier());
    if (!log || !state.Save(Early())) return false;
    const auto known = state.Compare(*log, log_.Verifier());
    if (!known || *known != kLeaves / 2) return false;
    std::uint64_t entries = 0;
    const Status read = log->ForEachEntry(**known, log->size(), [&](std::uint64_t, BytesView) -> Status {
      ++entries;
      return {};
    });
    return read && entries == kLeaves / 2;
  });
  EXPECT_LT(added, kMostKibibytes);
}

TEST_F(LargeLog, ReadingAllOfItIntoMemoryWouldBeNoticed) {
  const std::uint64_t added =
      AddedKibibytes([&] { return log::Verify(folder_->path(), log_.Verifier()).has_value(); });
  EXPECT_GT(added, kMostKibibytes);
}

}  // namespace
}  // namespace cupel::ledger::witness
