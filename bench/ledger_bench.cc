// SPDX-License-Identifier: Apache-2.0
// The ledger: durable appends, proofs from a large ledger, verification of every entry by one thread.
//
// The large ledger has CUPEL_BENCH_LEAVES (default 10,000,000) short entries; it is built once, without
// waiting for the disk, in a temporary folder that is removed at the end. Entries of appends and verification
// have 512 bytes, as dsse records have.
#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <random>

#include "cupel/ledger/log/log.h"
#include "cupel/ledger/log/log_reader.h"
#include "cupel/ledger/merkle/tree.h"

namespace {

using cupel::Bytes;
using cupel::ledger::log::FileOperations;
using cupel::ledger::log::Log;
using cupel::ledger::log::LogReader;
using cupel::ledger::log::SystemFiles;

constexpr const char* kOrigin = "example.com/bench";
constexpr std::size_t kLeafBytes = 512;
constexpr std::uint64_t kVerified = 1 << 18;

cupel::crypto::LogKey Key() { return cupel::crypto::LogKey::FromSeed(Bytes(32, 7)).value(); }
cupel::ledger::merkle::NoteVerifier Verifier() {
  return cupel::ledger::merkle::NoteVerifier::Create(kOrigin, Key().Public()).value();
}

/// For ledgers that are only read by the benchmark.
class UnsyncedFiles final : public FileOperations {
 public:
  cupel::Result<bool> MakeFolder(const std::filesystem::path& path) override {
    return SystemFiles().MakeFolder(path);
  }
  cupel::Result<int> CreateFile(const std::filesystem::path& path) override {
    return SystemFiles().CreateFile(path);
  }
  cupel::Result<int> OpenFolder(const std::filesystem::path& path) override {
    return SystemFiles().OpenFolder(path);
  }
  cupel::Status Write(int handle, cupel::BytesView bytes) override {
    return SystemFiles().Write(handle, bytes);
  }
  cupel::Status Sync(int) override { return {}; }
  void Close(int handle) override { SystemFiles().Close(handle); }
  cupel::Status Rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    return SystemFiles().Rename(from, to);
  }
  cupel::Status Remove(const std::filesystem::path& path) override { return SystemFiles().Remove(path); }
};

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "cupel-bench-XXXXXX").string();
    CUPEL_CHECK(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

Bytes ShortLeaf(std::uint64_t i) {
  const std::string text = "leaf " + std::to_string(i);
  return Bytes(text.begin(), text.end());
}

std::vector<Bytes> LongLeaves(std::uint64_t from, std::uint64_t count) {
  std::vector<Bytes> leaves;
  for (std::uint64_t i = from; i < from + count; ++i) {
    leaves.push_back(ShortLeaf(i));
    leaves.back().resize(kLeafBytes, 'x');
  }
  return leaves;
}

std::uint64_t LargeSize() {
  const char* given = std::getenv("CUPEL_BENCH_LEAVES");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : 10'000'000;
}

/// The large ledger; built when it is first asked for.
const std::filesystem::path& LargeLedger() {
  static const std::unique_ptr<Folder> folder = [] {
    auto made = std::make_unique<Folder>();
    const auto start = std::chrono::steady_clock::now();
    UnsyncedFiles files;
    Log log = Log::Create(made->path(), Key(), kOrigin, {.files = &files}).value();
    while (log.size() < LargeSize()) {
      std::vector<Bytes> batch;
      const std::uint64_t end = std::min<std::uint64_t>(LargeSize(), log.size() + (1 << 18));
      for (std::uint64_t i = log.size(); i < end; ++i) batch.push_back(ShortLeaf(i));
      CUPEL_CHECK(log.Append(batch).has_value());
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    std::fprintf(stderr, "built a ledger of %llu entries in %.1f s\n",
                 static_cast<unsigned long long>(log.size()), took.count());
    return made;
  }();
  return folder->path();
}

void CountEntries(benchmark::State& state, std::uint64_t entries) {
  state.counters["entries_per_s"] =
      benchmark::Counter(static_cast<double>(entries), benchmark::Counter::kIsRate);
}

/// Returns only when everything is on disk: wall-clock time counts.
void AppendDurable(benchmark::State& state) {
  const Folder folder;
  Log log = Log::Create(folder.path(), Key(), kOrigin).value();
  const auto batch = LongLeaves(0, static_cast<std::uint64_t>(state.range(0)));
  for (auto _ : state) {
    if (!log.Append(batch)) state.SkipWithError("append failed");
  }
  CountEntries(state, log.size());
}
BENCHMARK(AppendDurable)
    ->Arg(1)
    ->Arg(1024)
    ->Arg(16384)
    ->Arg(65536)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

void ProveInclusion(benchmark::State& state) {
  const auto log = LogReader::Open(LargeLedger(), Verifier()).value();
  std::mt19937_64 random(1);
  for (auto _ : state) {
    const auto receipt = log.Prove(random() % log.size());
    if (!receipt) state.SkipWithError("no proof");
    benchmark::DoNotOptimize(receipt);
  }
  state.counters["leaves"] = static_cast<double>(log.size());
}
BENCHMARK(ProveInclusion)->UseRealTime()->Unit(benchmark::kMicrosecond);

/// As a command does it: opens the ledger, verifies the checkpoint and the edge, proves one entry.
void OpenAndProve(benchmark::State& state) {
  LargeLedger();
  std::mt19937_64 random(2);
  for (auto _ : state) {
    const auto log = LogReader::Open(LargeLedger(), Verifier()).value();
    const auto receipt = log.Prove(random() % log.size());
    if (!receipt) state.SkipWithError("no proof");
    benchmark::DoNotOptimize(receipt);
  }
}
BENCHMARK(OpenAndProve)->UseRealTime()->Unit(benchmark::kMicrosecond);

void ProveConsistency(benchmark::State& state) {
  const auto log = LogReader::Open(LargeLedger(), Verifier()).value();
  std::mt19937_64 random(3);
  for (auto _ : state) {
    const auto proof = log.ProveConsistency(random() % log.size(), log.size());
    if (!proof) state.SkipWithError("no proof");
    benchmark::DoNotOptimize(proof);
  }
}
BENCHMARK(ProveConsistency)->UseRealTime()->Unit(benchmark::kMicrosecond);

/// One thread; processor time counts.
void VerifyAll(benchmark::State& state, const std::filesystem::path& folder) {
  std::uint64_t entries = 0;
  for (auto _ : state) {
    const auto verified = cupel::ledger::log::VerifyStreaming(folder, Verifier());
    if (!verified) {
      state.SkipWithError("does not verify");
      return;
    }
    entries += verified->checkpoint.size;
  }
  CountEntries(state, entries);
}

void VerifyLongEntries(benchmark::State& state) {
  const Folder folder;
  UnsyncedFiles files;
  Log log = Log::Create(folder.path(), Key(), kOrigin, {.files = &files}).value();
  for (std::uint64_t i = 0; i < kVerified; i += 1 << 15)
    CUPEL_CHECK(log.Append(LongLeaves(i, 1 << 15)).has_value());
  VerifyAll(state, folder.path());
}
BENCHMARK(VerifyLongEntries)->Unit(benchmark::kMillisecond);

void VerifyLargeLedger(benchmark::State& state) { VerifyAll(state, LargeLedger()); }
BENCHMARK(VerifyLargeLedger)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
