// SPDX-License-Identifier: Apache-2.0
// How fast a model is identified: one core on a file of 1 GiB in the page cache, in the three ways in which
// one is hashed; and what the identity of a small model costs beyond hashing it. Wanted: 1.5 GB/s a core with
// SHA-NI.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "cupel/base/bytes.h"
#include "cupel/crypto/hash.h"
#include "cupel/ledger/identity/model_identity.h"

namespace {

namespace identity = cupel::ledger::identity;

constexpr std::size_t kBigBytes = std::size_t{1} << 30;

/// A file of `size` bytes in a folder of its own, removed at the end of the program.
class TemporaryModel {
 public:
  TemporaryModel(const char* name, std::size_t size) {
    std::string folder = (std::filesystem::temp_directory_path() / "cupel-bench-XXXXXX").string();
    CUPEL_CHECK(::mkdtemp(folder.data()) != nullptr);
    folder_ = folder;
    std::ofstream file(path_ = folder_ / name, std::ios::binary);
    std::string piece(std::size_t{1} << 20, '\0');
    for (std::size_t i = 0; i < piece.size(); ++i) piece[i] = static_cast<char>(i * 2654435761u >> 13);
    for (std::size_t done = 0; done < size; done += piece.size()) {
      file.write(piece.data(), static_cast<std::streamsize>(std::min(piece.size(), size - done)));
    }
  }
  TemporaryModel(const TemporaryModel&) = delete;
  TemporaryModel& operator=(const TemporaryModel&) = delete;
  ~TemporaryModel() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path folder_;
  std::filesystem::path path_;
};

const std::filesystem::path& BigModel() {
  static const TemporaryModel model("big.onnx", kBigBytes);
  return model.path();
}

void Sha256InMemory(benchmark::State& state) {
  const cupel::Bytes bytes(std::size_t{256} << 20, 7);
  for (auto _ : state) benchmark::DoNotOptimize(cupel::crypto::Sha256(bytes));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
}

void Sha256OfABigFile(benchmark::State& state) {
  for (auto _ : state) CUPEL_CHECK(cupel::crypto::Sha256OfFile(BigModel()).has_value());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kBigBytes));
}

void IdentifyABigFile(benchmark::State& state) {
  for (auto _ : state) CUPEL_CHECK(identity::Identify(BigModel()).has_value());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kBigBytes));
}

void ManifestOfShards(benchmark::State& state) {
  const identity::Serialization shards{.method = identity::Method::kShards, .shard_size = 100'000'000};
  for (auto _ : state) {
    CUPEL_CHECK(identity::BuildManifest({BigModel()}, shards, static_cast<int>(state.range(0))).has_value());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kBigBytes));
}

void IdentifyASmallFile(benchmark::State& state) {
  static const TemporaryModel model("small.onnx", 1000);
  for (auto _ : state) CUPEL_CHECK(identity::Identify(model.path()).has_value());
}

BENCHMARK(Sha256InMemory)->Unit(benchmark::kMillisecond);
BENCHMARK(Sha256OfABigFile)->Unit(benchmark::kMillisecond);
BENCHMARK(IdentifyABigFile)->Unit(benchmark::kMillisecond);
BENCHMARK(ManifestOfShards)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(IdentifyASmallFile)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
