// SPDX-License-Identifier: Apache-2.0
// How long a witness takes for one update: parse, verify signature and proof, sign, and keep the note durably
// (two flushes of the disk). The goal is below 5 ms. `UpdateInMemory` is the same without the disk, and
// `TwoFlushesAlone` the disk without the witness.
#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <filesystem>
#include <map>

#include "cupel/ledger/log/durable_write.h"
#include "cupel/ledger/merkle/checkpoint.h"
#include "cupel/ledger/merkle/tree.h"
#include "cupel/ledger/witness/witness.h"

namespace cupel::ledger::witness {
namespace {

constexpr std::uint64_t kFirst = 1'000'000;
constexpr std::uint64_t kStep = 100;

class MemoryStore : public Store {
 public:
  Result<std::optional<std::string>> Load(const Digest& hash) const override {
    const auto found = notes_.find(hash);
    return found == notes_.end() ? std::optional<std::string>() : std::optional(found->second);
  }
  Status Save(const Digest& hash, const std::string& note) override {
    notes_[hash] = note;
    return {};
  }
  Status SaveConflict(const Digest&, const std::string&) override { return {}; }

 private:
  std::map<Digest, std::string> notes_;
};

/// A log of a million leaves that grows by a hundred at a time.
class GrowingLog {
 public:
  GrowingLog() {
    for (std::uint64_t i = 0; i < kFirst; ++i) AppendOne();
  }
  std::string NextRequest() {
    const std::uint64_t old_size = seen_;
    if (seen_ != 0) {
      for (std::uint64_t i = 0; i < kStep; ++i) AppendOne();
    }
    seen_ = tree_.size();
    const merkle::Checkpoint checkpoint{kOrigin, seen_, tree_.Root(), {}};
    const AddCheckpoint request{old_size, tree_.ProveConsistency(old_size, seen_)->path,
                                merkle::SignNote(checkpoint.ToText(), kOrigin, key_).value()};
    return request.ToText();
  }
  KnownLog Known() const { return {kOrigin, {merkle::NoteVerifier::Create(kOrigin, key_.Public()).value()}}; }

 private:
  static constexpr const char* kOrigin = "example.com/log";
  void AppendOne() { tree_.Append(merkle::LeafHash(AsBytes(std::to_string(tree_.size())))); }

  crypto::LogKey key_ = crypto::LogKey::FromSeed(Bytes(32, 1)).value();
  merkle::Tree tree_;
  std::uint64_t seen_ = 0;
};

CosignatureKey Key() {
  return CosignatureKey::Create("example.com/w", crypto::LogKey::FromSeed(Bytes(32, 7)).value()).value();
}

void Update(benchmark::State& state, std::unique_ptr<Store> store) {
  GrowingLog log;
  const auto witness = Witness::Create(Key(), {log.Known()}, std::move(store), SystemClock()).value();
  for (auto _ : state) {
    state.PauseTiming();
    const std::string body = log.NextRequest();
    state.ResumeTiming();
    const Answer answer = witness->Add(body);
    if (answer.status != 200) state.SkipWithError(answer.body.c_str());
  }
}

void UpdateOnDisk(benchmark::State& state) {
  std::string folder = (std::filesystem::temp_directory_path() / "cupel-bench-XXXXXX").string();
  CUPEL_CHECK(::mkdtemp(folder.data()) != nullptr);
  CUPEL_CHECK(FileStore::Create(folder, Key().Verifier()).has_value());
  Update(state, FileStore::Open(folder, Key().Verifier()).value());
  std::filesystem::remove_all(folder);
}
BENCHMARK(UpdateOnDisk)->Unit(benchmark::kMillisecond)->UseRealTime();

/// The floor that the disk sets: a note's worth of bytes written and flushed, renamed, and its folder
/// flushed.
void TwoFlushesAlone(benchmark::State& state) {
  std::string folder = (std::filesystem::temp_directory_path() / "cupel-bench-XXXXXX").string();
  CUPEL_CHECK(::mkdtemp(folder.data()) != nullptr);
  const std::string note(500, 'x');
  for (auto _ : state) {
    CUPEL_CHECK(
        log::ReplaceSynced(log::SystemFiles(), std::filesystem::path(folder) / "checkpoint", AsBytes(note))
            .has_value());
  }
  std::filesystem::remove_all(folder);
}
BENCHMARK(TwoFlushesAlone)->Unit(benchmark::kMillisecond)->UseRealTime();

void UpdateInMemory(benchmark::State& state) { Update(state, std::make_unique<MemoryStore>()); }
BENCHMARK(UpdateInMemory)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace cupel::ledger::witness

BENCHMARK_MAIN();
