// SPDX-License-Identifier: Apache-2.0
// The compiled executor beside the general one in the same run: CPU time an image of the forward pass and of
// forward + input gradient, one thread, on the shared benchmark models (../shared/data/bench-inspect, or
// CUPEL_SHARED), and the share of the measured matrix product rate.
#include <ATen/ops/mm.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/rand.h>
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>

#include "cupel/algorithm/executor/executor.h"
#include "cupel/algorithm/graph/cost.h"
#include "cupel/algorithm/onnx/reader.h"

namespace {

using cupel::algorithm::compiled::Precision;
using cupel::algorithm::executor::ExecutorKind;
using cupel::algorithm::executor::ExecutorOptions;
using cupel::algorithm::executor::MakeExecutor;
namespace tensor = cupel::algorithm::tensor;

struct Setting {
  const char* model;
  ExecutorOptions options;
};

/// Of libtorch's float32 product of 1024 x 1024 matrices, by CPU time, the best of ten: what else runs on the
/// machine matters little.
double PeakFlops() {
  static const double peak = [] {
    const auto a = at::rand({1024, 1024});
    double best = 0;
    for (int i = 0; i < 10; ++i) {
      const std::clock_t start = std::clock();
      benchmark::DoNotOptimize(at::mm(a, a));
      const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
      best = std::max(best, 2.0 * 1024 * 1024 * 1024 / seconds);
    }
    return best;
  }();
  return peak;
}

void Run(benchmark::State& state, const Setting& setting, bool gradient) {
  tensor::UseOneThreadPerOperator();
  const char* named = std::getenv("CUPEL_SHARED");
  const std::filesystem::path shared = named != nullptr ? named : CUPEL_SOURCE_DIR "/../shared";
  const auto graph = cupel::algorithm::onnx::ReadModel(shared / "data/bench-inspect" / setting.model);
  if (!graph) return state.SkipWithError(graph.error().ToString().c_str());
  const auto executor = MakeExecutor(*graph, setting.options);
  if (!executor) return state.SkipWithError(executor.error().ToString().c_str());
  const std::int64_t tile = state.range(0);
  const auto images = at::rand({tile, 1, 28, 28});
  const auto objective = [](const auto& output) { return at::ones_like(output); };
  for (auto _ : state) {
    if (gradient) {
      benchmark::DoNotOptimize((*executor)->ForwardGradient(images, objective));
    } else {
      benchmark::DoNotOptimize((*executor)->Forward(images));
    }
  }
  using benchmark::Counter;
  const double count = static_cast<double>(state.iterations()) * static_cast<double>(tile);
  const double flops = static_cast<double>(MeasureCost(*graph).linear_flops) * (gradient ? 2 : 1);
  state.counters["ms_per_image"] = Counter(count / 1000, Counter::kIsRate | Counter::kInvert);
  state.counters["share_of_fp32_peak"] = Counter(count * flops / PeakFlops(), Counter::kIsRate);
  state.counters["peak_gflops"] = PeakFlops() * 1e-9;
}

void Forward(benchmark::State& state, const Setting& setting) { Run(state, setting, false); }
void ForwardGradient(benchmark::State& state, const Setting& setting) { Run(state, setting, true); }

const ExecutorOptions kGeneral{.device = {}, .optimise = true, .kind = ExecutorKind::kGeneral};
const ExecutorOptions kFloat{.device = {}, .optimise = true, .kind = ExecutorKind::kCompiled};
const ExecutorOptions kBfloat{
    .device = {}, .optimise = true, .kind = ExecutorKind::kCompiled, .precision = Precision::kBfloat16};

#define CUPEL_MODEL(name, file)                                                            \
  BENCHMARK_CAPTURE(Forward, name##_general, Setting{file, kGeneral}) CUPEL_TILES;         \
  BENCHMARK_CAPTURE(Forward, name##_compiled, Setting{file, kFloat}) CUPEL_TILES;          \
  BENCHMARK_CAPTURE(Forward, name##_compiled_bf16, Setting{file, kBfloat}) CUPEL_TILES;    \
  BENCHMARK_CAPTURE(ForwardGradient, name##_general, Setting{file, kGeneral}) CUPEL_TILES; \
  BENCHMARK_CAPTURE(ForwardGradient, name##_compiled, Setting{file, kFloat}) CUPEL_TILES;  \
  BENCHMARK_CAPTURE(ForwardGradient, name##_compiled_bf16, Setting{file, kBfloat}) CUPEL_TILES
#define CUPEL_TILES ->Arg(32)->Arg(64)->Unit(benchmark::kMillisecond)

CUPEL_MODEL(resnet, "resnet_bn.onnx");
CUPEL_MODEL(cnn, "cnn.onnx");

}  // namespace

BENCHMARK_MAIN();
