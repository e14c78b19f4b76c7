// SPDX-License-Identifier: Apache-2.0
// Power cuts: every prefix of what the writer did, and for each many of the disks that it can leave. This is
// what killing a process cannot show: then the system still writes what it has in memory.
#include <cstdlib>

#include "cupel/ledger/log/power_cut_for_test.h"
#include "cupel/testing/scratch_folder.h"

namespace cupel::ledger::log {
namespace {

using cupel::testing::IsOk;
using cupel::testing::ScratchFolder;
using Kind = Operation::Kind;

/// How many random disks are looked at after each operation, beside the emptiest and the fullest.
constexpr int kRandomDisks = 6;

bool IsTile(const std::filesystem::path& path) { return path.string().find("/tile/") != std::string::npos; }
bool IsCheckpoint(const std::filesystem::path& path) { return path.filename() == "checkpoint"; }

class PowerCut : public ::testing::Test {
 protected:
  /// A log that is made and grows, by two writers one after the other. A promise is made when a checkpoint
  /// becomes visible, before the append is acknowledged: what anybody may have seen must not be taken back.
  void SetUp() override {
    RecordingFiles files;
    std::uint64_t size = 0;
    const auto append = [&](Log& log, std::size_t to) {
      ASSERT_THAT(log.Append(NumberedLeaves(log.size(), to)), IsOk());
      size = log.size();
      files.Promise(size);
    };
    {
      CUPEL_ASSERT_OK(Log log, Log::Create(folder_, TestKey(), kTestOrigin, {.files = &files}));
      files.Promise(0);
      append(log, 3);
      append(log, 250);
    }
    CUPEL_ASSERT_OK(Log log, Log::Open(folder_, TestKey(), kTestOrigin, {.files = &files}));
    append(log, 260);
    append(log, 600);
    append(log, 601);
    for (const Operation& operation : files.operations()) {
      operations_.push_back(operation);
      if (operation.kind == Kind::kRename && IsCheckpoint(operation.to))
        operations_.push_back(PromiseOf(operation));
    }
  }

  /// The size in the checkpoint that a rename made visible.
  Operation PromiseOf(const Operation& rename) const {
    std::uint64_t size = 0;
    for (const Operation& operation : operations_) {
      if (operation.kind != Kind::kWrite || operation.path != rename.path) continue;
      size = merkle::OpenCheckpoint(AsText(operation.bytes), TestVerifier())->size;
    }
    return {.kind = Kind::kPromise, .promised = size};
  }

  static void SetUpTestSuite() { UseMemoryForScratchFolders(); }

  /// Cuts the power after every operation; returns what one of the disks had lost, or "" if none had lost
  /// anything. root: the folder that holds the log's folder. promised: before the first operation.
  static std::string FirstLoss(ModelDisk disk, const std::filesystem::path& root,
                               const std::vector<Operation>& operations,
                               std::optional<std::uint64_t> promised, int random_disks) {
    std::mt19937 random(20261125);
    for (std::size_t k = 0; k < operations.size(); ++k) {
      disk.Play(operations[k]);
      if (operations[k].kind == Kind::kPromise) promised = operations[k].promised;
      for (int draw = 0; draw < 2 + random_disks; ++draw) {
        const double keep = draw == 0 ? 0.0 : draw == 1 ? 1.0 : 0.5;
        const ScratchFolder after;
        disk.WriteSurvivors(root, after.path(), keep, random);
        const std::string lost =
            promised ? WhatIsLost(after / "ledger", *promised) : WhatIsLostOfNothing(after / "ledger");
        if (!lost.empty()) return "power cut after operation " + std::to_string(k) + ": " + lost;
      }
    }
    return "";
  }
  std::string FirstLoss(const std::vector<Operation>& operations) const {
    return FirstLoss(ModelDisk(scratch_.path()), scratch_.path(), operations, std::nullopt, kRandomDisks);
  }

  /// Before the log was promised to exist: it can be made, or is there and empty.
  static std::string WhatIsLostOfNothing(const std::filesystem::path& folder) {
    UnsyncedFiles files;
    const LogOptions options{.files = &files};
    if (Log::Open(folder, TestKey(), kTestOrigin, options)) return WhatIsLost(folder, 0);
    const auto made = Log::Create(folder, TestKey(), kTestOrigin, options);
    return made ? "" : "cannot be made: " + made.error().ToString();
  }

  std::vector<Operation> Without(const std::function<bool(const Operation&)>& left_out) const {
    std::vector<Operation> rest;
    for (const Operation& operation : operations_) {
      if (!left_out(operation)) rest.push_back(operation);
    }
    return rest;
  }

  const ScratchFolder scratch_;
  const std::filesystem::path folder_ = scratch_ / "ledger";
  std::vector<Operation> operations_;
};

TEST_F(PowerCut, LosesNothingWheneverItComes) {
  ASSERT_GT(operations_.size(), 100u);
  EXPECT_EQ(FirstLoss(operations_), "");
}

// A second cut, while the next writer puts in order what the first one left.
TEST_F(PowerCut, LosesNothingWhenItComesAgainDuringRecovery) {
  std::mt19937 random(4);
  ModelDisk disk(scratch_.path());
  std::optional<std::uint64_t> promised;
  int recoveries = 0;
  for (std::size_t k = 0; k < operations_.size(); ++k) {
    disk.Play(operations_[k]);
    if (operations_[k].kind == Kind::kPromise) promised = operations_[k].promised;
    if (!promised || k % 3 != 0) continue;
    const ScratchFolder after;
    disk.WriteSurvivors(scratch_.path(), after.path(), 0.5, random);
    ModelDisk second = ModelDisk::Of(after.path());
    RecordingFiles files;
    CUPEL_ASSERT_OK(Log log, Log::Open(after / "ledger", TestKey(), kTestOrigin, {.files = &files}));
    ASSERT_THAT(log.Append(NumberedLeaves(log.size(), log.size() + 40)), IsOk());
    files.Promise(log.size());
    EXPECT_EQ(FirstLoss(std::move(second), after.path(), files.operations(), promised, 1), "")
        << "first cut " << k;
    ++recoveries;
  }
  EXPECT_GT(recoveries, 30);
}

TEST_F(PowerCut, AWriterThatDoesNotFlushTilesIsCaught) {
  EXPECT_NE(FirstLoss(Without([](const auto& o) { return o.kind == Kind::kSyncFile && IsTile(o.path); })),
            "");
}

TEST_F(PowerCut, AWriterThatDoesNotFlushTheFoldersOfTilesIsCaught) {
  const auto tile_folder = [](const Operation& o) {
    return o.kind == Kind::kSyncFolder && (IsTile(o.path) || o.path.filename() == "tile");
  };
  EXPECT_NE(FirstLoss(Without(tile_folder)), "");
}

TEST_F(PowerCut, AWriterThatDoesNotFlushTheCheckpointIsCaught) {
  EXPECT_NE(FirstLoss(Without([](const auto& o) { return o.kind == Kind::kSyncFile && !IsTile(o.path); })),
            "");
}

TEST_F(PowerCut, AWriterThatDoesNotFlushTheLogsFolderIsCaught) {
  const auto own_folder = [&](const Operation& o) {
    return o.kind == Kind::kSyncFolder && o.path == folder_;
  };
  EXPECT_NE(FirstLoss(Without(own_folder)), "");
}

// Renames that are flushed only afterwards: a checkpoint that others have seen can be lost. (All but the
// first, for a log that is not there at all is no test of this.)
TEST_F(PowerCut, AWriterThatShowsACheckpointBeforeItIsSafeIsCaught) {
  std::vector<Operation> plain;
  int renames = 0;
  for (std::size_t i = 0; i < operations_.size(); ++i) {
    const bool before_rename = i + 1 < operations_.size() && operations_[i + 1].kind == Kind::kRename &&
                               operations_[i].kind == Kind::kSyncFolder;
    if (!before_rename || renames++ == 0) plain.push_back(operations_[i]);
  }
  ASSERT_EQ(plain.size() + 5, operations_.size());
  EXPECT_THAT(FirstLoss(plain), ::testing::HasSubstr("promised entries are lost"));
}

TEST_F(PowerCut, AWriterThatReplacesTheCheckpointBeforeTheTilesIsCaught) {
  std::vector<Operation> broken;
  std::vector<Operation> late;
  for (const Operation& operation : operations_) {
    const bool of_tile = operation.kind != Kind::kMakeFolder && operation.kind != Kind::kRemove &&
                         operation.kind != Kind::kSyncFolder && IsTile(operation.path);
    (of_tile ? late : broken).push_back(operation);
    if (operation.kind == Kind::kRename)
      std::ranges::move(std::exchange(late, {}), std::back_inserter(broken));
  }
  EXPECT_NE(FirstLoss(broken), "");
}

TEST(ModelDisk, KeepsWhatIsSyncedAndLosesWhatIsNot) {
  const std::filesystem::path root = "/disk";
  const auto left = [&](const std::vector<Operation>& operations, double keep) {
    ModelDisk disk(root);
    for (const Operation& operation : operations) disk.Play(operation);
    const ScratchFolder after;
    std::mt19937 random(1);
    disk.WriteSurvivors(root, after.path(), keep, random);
    return ReadTextFile(after / "a").value_or("absent");
  };
  const Operation create{.kind = Kind::kCreateFile, .path = root / "a"};
  const Operation write{.kind = Kind::kWrite, .path = root / "a", .bytes = {'x'}};
  const Operation sync{.kind = Kind::kSyncFile, .path = root / "a"};
  const Operation sync_folder{.kind = Kind::kSyncFolder, .path = root};
  EXPECT_EQ(left({create, write, sync, sync_folder}, 0), "x");
  EXPECT_EQ(left({create, write, sync}, 0), "absent");
  EXPECT_NE(left({create, write, sync_folder}, 0), "x");
  EXPECT_EQ(left({create, write}, 1), "x");
  const Operation rename{.kind = Kind::kRename, .path = root / "a", .to = root / "b"};
  EXPECT_EQ(left({create, write, sync, sync_folder, rename}, 0), "x");
  EXPECT_EQ(left({create, write, sync, sync_folder, rename, sync_folder}, 0), "absent");
}

}  // namespace
}  // namespace cupel::ledger::log
