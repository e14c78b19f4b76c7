// SPDX-License-Identifier: Apache-2.0
// Power cuts, by the model of ledger/log: every prefix of what a witness or a cosigner did to the disk, and
// for each many of the disks that it can leave. What was answered must be remembered, what was said to be
// cosigned must stay; writers that leave a step out must be caught.
#include "cupel/base/file.h"
#include "cupel/crypto/hash.h"
#include "cupel/ledger/log/power_cut_for_test.h"
#include "cupel/ledger/witness/policy.h"
#include "cupel/ledger/witness/signer_for_test.h"
#include "cupel/testing/scratch_folder.h"

namespace cupel::ledger::witness {
namespace {

using cupel::testing::IsOk;
using cupel::testing::ScratchFolder;
using log::ModelDisk;
using log::Operation;
using log::RecordingFiles;
using Kind = Operation::Kind;

constexpr int kRandomDisks = 8;
constexpr std::int64_t kNow = 1'700'000'000;

/// Why a disk that is left is not what was promised, or "". promised: nothing before the first promise.
using Judge =
    std::function<std::string(const std::filesystem::path& root, std::optional<std::uint64_t> promised)>;

/// Cuts the power after every operation; returns what one of the disks had lost, or "".
std::string FirstLoss(ModelDisk disk, const std::filesystem::path& root,
                      const std::vector<Operation>& operations, const Judge& judge) {
  std::mt19937 random(20261125);  // NOLINT(cert-msc51-cpp): the same disks in every run
  std::optional<std::uint64_t> promised;
  for (std::size_t k = 0; k < operations.size(); ++k) {
    disk.Play(operations[k]);
    if (operations[k].kind == Kind::kPromise) promised = operations[k].promised;
    for (int draw = 0; draw < 2 + kRandomDisks; ++draw) {
      const ScratchFolder after;
      disk.WriteSurvivors(root, after.path(), draw == 0 ? 0.0 : draw == 1 ? 1.0 : 0.5, random);
      const std::string lost = judge(after.path(), promised);
      if (!lost.empty()) return fmt::format("power cut after operation {}: {}", k, lost);
    }
  }
  return "";
}

std::vector<Operation> Without(const std::vector<Operation>& operations,
                               const std::function<bool(const Operation&)>& left_out) {
  std::vector<Operation> rest;
  for (const Operation& operation : operations) {
    if (!left_out(operation)) rest.push_back(operation);
  }
  return rest;
}

/// The n-th of these operations comes where the one after it was, and that one before it: a swap.
std::vector<Operation> WithSwapped(std::vector<Operation> operations, Kind first, Kind second) {
  for (std::size_t i = 0; i + 1 < operations.size(); ++i) {
    if (operations[i].kind == first && operations[i + 1].kind == second) {
      std::swap(operations[i], operations[i + 1]);
      ++i;
    }
  }
  return operations;
}

/// A witness that is made, and cosigns two logs as they grow. A promise is the number of answers that left.
class WitnessPowerCut : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { log::UseMemoryForScratchFolders(); }

  WitnessPowerCut() {
    const std::filesystem::path state = scratch_ / "w/state";
    RecordingFiles files;
    CUPEL_CHECK(FileStore::Create(state, key().Verifier(), files).has_value());
    for (const auto& [number, old_size, size] : Asked()) {
      // A new process for each, as restarts do.
      auto store = FileStore::Open(state, key().Verifier(), files).value();
      const auto witness =
          Witness::Create(key(), {logs_[0].Known(), logs_[1].Known()}, std::move(store), clock_).value();
      const Answer answer = witness->Add(logs_[number].Request(tree_, old_size, size).ToText());
      EXPECT_EQ(answer.status, 200) << answer.body;
      files.Promise(++answers_);
    }
    operations_ = files.operations();
  }

  static CosignatureKey key() { return WitnessKey("example.com/w", 7); }

  struct Question {
    std::size_t log;
    std::uint64_t old_size;
    std::uint64_t size;
  };
  static std::vector<Question> Asked() {
    return {{0, 0, 4}, {1, 0, 3}, {0, 4, 9}, {0, 9, 9}, {1, 3, 20}, {0, 9, 20}};
  }

  /// The largest size that each log was told to be cosigned at, in the first `answers` answers.
  static std::array<std::uint64_t, 2> Told(std::uint64_t answers) {
    std::array<std::uint64_t, 2> told{};
    const auto asked = Asked();
    for (std::size_t i = 0; i < answers; ++i) told[asked[i].log] = asked[i].size;
    return told;
  }

  std::string WhatIsForgotten(const std::filesystem::path& root, std::optional<std::uint64_t> promised) {
    const std::filesystem::path state = root / "w/state";
    log::UnsyncedFiles files;
    auto store = FileStore::Open(state, key().Verifier(), files);
    if (!store) {
      if (promised) return "does not open: " + store.error().ToString();
      // Not promised yet: it can be made.
      const Status made = FileStore::Create(state, key().Verifier(), files);
      return made ? "" : "cannot be made: " + made.error().ToString();
    }
    const auto told = Told(promised.value_or(0));
    for (std::size_t i = 0; i < logs_.size(); ++i) {
      const auto kept = (*store)->Load(crypto::Sha256(AsBytes(logs_[i].origin())));
      if (!kept) return "cannot be read: " + kept.error().ToString();
      if (!*kept && told[i] == 0) continue;
      if (!*kept) return "a log was forgotten";
      const auto seen = Seen::Parse(**kept, key().Verifier());
      if (!seen) return "a note is torn: " + seen.error().ToString();
      if (seen->checkpoint.size < told[i]) return "a cosignature was forgotten";
    }
    return "";
  }

  std::string FirstForgotten(const std::vector<Operation>& operations) {
    return FirstLoss(ModelDisk(scratch_.path()), scratch_.path(), operations,
                     [this](const auto& root, auto promised) { return WhatIsForgotten(root, promised); });
  }

  const ScratchFolder scratch_;
  const std::array<SigningLog, 2> logs_ = {SigningLog(), SigningLog("example.com/other", 2)};
  const merkle::Tree tree_ = History(20);
  ManualClock clock_{kNow};
  std::uint64_t answers_ = 0;
  std::vector<Operation> operations_;
};

TEST_F(WitnessPowerCut, ForgetsNothingThatItHasTold) {
  ASSERT_GT(operations_.size(), 30u);
  EXPECT_EQ(FirstForgotten(operations_), "");
}

TEST_F(WitnessPowerCut, AWitnessThatLeavesOutAnyFlushIsCaught) {
  const auto state = scratch_ / "w/state";
  const std::pair<const char*, std::function<bool(const Operation&)>> twins[] = {
      {"of notes", [](const auto& o) { return o.kind == Kind::kSyncFile; }},
      {"of the folders of logs",
       [&](const auto& o) { return o.kind == Kind::kSyncFolder && o.path.parent_path() == state; }},
      {"of the state's folder",
       [&](const auto& o) { return o.kind == Kind::kSyncFolder && o.path == state; }},
      {"of the folder above it",
       [&](const auto& o) { return o.kind == Kind::kSyncFolder && o.path == state.parent_path(); }},
  };
  for (const auto& [what, left_out] : twins) {
    const auto rest = Without(operations_, left_out);
    ASSERT_LT(rest.size(), operations_.size()) << what;
    EXPECT_NE(FirstForgotten(rest), "") << what;
  }
}

TEST_F(WitnessPowerCut, AWitnessThatAnswersBeforeItHasFlushedIsCaught) {
  EXPECT_NE(FirstForgotten(WithSwapped(operations_, Kind::kSyncFolder, Kind::kPromise)), "");
}

/// A log that witnesses cosign, and that is appended to afterwards. A promise counts those that have cosigned
/// the checkpoint of five leaves.
class CosignerPowerCut : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { log::UseMemoryForScratchFolders(); }

  CosignerPowerCut() {
    log_.Grow(scratch_ / "log", "leaf", 5);
    // Playing changes a disk, and a copy shares its files: one for each time.
    for (int i = 0; i < 4; ++i) before_.push_back(ModelDisk::Of(scratch_.path()));
    RecordingFiles files;
    for (int number = 1; number <= 3; ++number) {
      const auto witness =
          WitnessIn(states_ / std::to_string(number), WitnessKey(number), {log_.Known()}, clock_);
      const std::vector<Cosigner> one = {{witness->Verifier(), InProcess(*witness)}};
      EXPECT_THAT(CosignLog(scratch_ / "log", log_.Verifier(), one, {.files = &files}), IsOk());
      files.Promise(static_cast<std::uint64_t>(number));
    }
    operations_ = files.operations();
  }

  /// What the next writer finds, or the next cosigner: the log, and at least the promised lines.
  std::string WhatIsLost(const std::filesystem::path& root, std::optional<std::uint64_t> promised) const {
    log::UnsyncedFiles files;
    auto log = log::Log::Open(root / "log", log_.Key(), log_.origin(), {.files = &files});
    if (!log) return "does not open: " + log.error().ToString();
    if (log->size() != 5) return "leaves are lost";
    const auto note = merkle::SignedNote::Parse(ReadTextFile(root / "log/checkpoint").value());
    for (std::uint64_t number = 1; number <= promised.value_or(0); ++number) {
      const auto time = WitnessKey(static_cast<int>(number)).Verifier().TimeOf(*note);
      if (!time || !*time) return fmt::format("the line of witness {} is lost", number);
    }
    if (!log->Append(AsBytes("another"))) return "does not append";
    const auto verified = log::VerifyStreaming(root / "log", log_.Verifier());
    return verified && verified->checkpoint.size == 6 ? "" : "does not verify after another append";
  }

  std::string FirstLost(const std::vector<Operation>& operations) {
    ModelDisk before = std::move(before_.back());
    before_.pop_back();
    return FirstLoss(std::move(before), scratch_.path(), operations,
                     [this](const auto& root, auto promised) { return WhatIsLost(root, promised); });
  }

  const SigningLog log_;
  const ScratchFolder scratch_;
  const ScratchFolder states_;
  ManualClock clock_{kNow};
  std::vector<ModelDisk> before_;
  std::vector<Operation> operations_;
};

TEST_F(CosignerPowerCut, NeitherTheLogNorAPromisedLineIsLost) {
  ASSERT_GT(operations_.size(), 15u);
  EXPECT_EQ(FirstLost(operations_), "");
}

TEST_F(CosignerPowerCut, ACosignerThatLeavesOutAFlushIsCaught) {
  EXPECT_NE(FirstLost(Without(operations_, [](const auto& o) { return o.kind == Kind::kSyncFile; })), "");
  EXPECT_NE(FirstLost(Without(operations_, [](const auto& o) { return o.kind == Kind::kSyncFolder; })), "");
}

TEST_F(CosignerPowerCut, ACosignerThatWritesOverTheCheckpointIsCaught) {
  // Straight into its file, as careless programs do.
  std::vector<Operation> careless;
  for (Operation operation : operations_) {
    if (operation.kind == Kind::kRename || operation.kind == Kind::kSyncFolder) continue;
    if (operation.path.filename() == "checkpoint.next") operation.path.replace_filename("checkpoint");
    careless.push_back(std::move(operation));
  }
  EXPECT_NE(FirstLost(careless), "");
}

}  // namespace
}  // namespace cupel::ledger::witness
