// SPDX-License-Identifier: Apache-2.0
// CPU time of one forward pass and of one forward + input-gradient pass, per image, one thread, on the shared
// benchmark models (../shared/data/bench-inspect, or CUPEL_SHARED). The peers' figures are in
// bench/README.md.
#include <ATen/ops/ones_like.h>
#include <ATen/ops/rand.h>
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>

#include "cupel/algorithm/executor/executor.h"
#include "cupel/algorithm/onnx/reader.h"

namespace {

using cupel::algorithm::executor::Executor;
using cupel::algorithm::executor::MakeExecutor;
namespace tensor = cupel::algorithm::tensor;

std::unique_ptr<Executor> Load(benchmark::State& state, const std::string& model, bool optimise) {
  const char* named = std::getenv("CUPEL_SHARED");
  const std::filesystem::path shared = named != nullptr ? named : CUPEL_SOURCE_DIR "/../shared";
  const auto graph = cupel::algorithm::onnx::ReadModel(shared / "data/bench-inspect" / model);
  if (!graph) {
    state.SkipWithError(graph.error().ToString().c_str());
    return nullptr;
  }
  auto executor = MakeExecutor(*graph, {.device = {}, .optimise = optimise});
  if (!executor) {
    state.SkipWithError(executor.error().ToString().c_str());
    return nullptr;
  }
  return *std::move(executor);
}

void Report(benchmark::State& state) {
  const double images = static_cast<double>(state.iterations()) * static_cast<double>(state.range(0));
  state.counters["ms_per_image"] =
      benchmark::Counter(images / 1000, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void Forward(benchmark::State& state, const std::string& model, bool optimise) {
  tensor::UseOneThreadPerOperator();
  const auto executor = Load(state, model, optimise);
  if (!executor) return;
  const auto images = at::rand({state.range(0), 1, 28, 28});
  for (auto _ : state) benchmark::DoNotOptimize(executor->Forward(images));
  Report(state);
}

void ForwardGradient(benchmark::State& state, const std::string& model, bool optimise) {
  tensor::UseOneThreadPerOperator();
  const auto executor = Load(state, model, optimise);
  if (!executor) return;
  const auto images = at::rand({state.range(0), 1, 28, 28});
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        executor->ForwardGradient(images, [](const auto& output) { return at::ones_like(output); }));
  }
  Report(state);
}

#define CUPEL_TILES ->Arg(1)->Arg(16)->Arg(32)->Arg(64)->Arg(128)->Arg(250)->Unit(benchmark::kMillisecond)

BENCHMARK_CAPTURE(Forward, resnet, "resnet.onnx", true) CUPEL_TILES;
BENCHMARK_CAPTURE(ForwardGradient, resnet_unmodified, "resnet_bn.onnx", false) CUPEL_TILES;
BENCHMARK_CAPTURE(ForwardGradient, resnet, "resnet_bn.onnx", true) CUPEL_TILES;
BENCHMARK_CAPTURE(Forward, cnn, "cnn.onnx", true) CUPEL_TILES;
BENCHMARK_CAPTURE(ForwardGradient, cnn, "cnn.onnx", true) CUPEL_TILES;

}  // namespace

BENCHMARK_MAIN();
