// SPDX-License-Identifier: Apache-2.0
// COCO's twelve statistics on 1,000 images, 80 classes, 7,254 objects and 98,855 detections, one thread. The
// peer: pycocotools' COCOeval (evaluate + accumulate) took 19.1 s and 526 MiB on a set of this size; run
// tests/golden/detection/coco_reference.py on the written set "large" for today's figure on this machine.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <sys/resource.h>

#include <string>

#include "cupel/algorithm/detection/coco.h"
#include "cupel/algorithm/detection/coco_average.h"
#include "cupel/algorithm/detection/generated_for_test.h"
#include "cupel/algorithm/detection/greedy_match.h"

namespace {

using namespace cupel::algorithm::detection;  // NOLINT: a benchmark names little else

double PeakMebibytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

const test_support::GeneratedFiles& Files() {
  static const test_support::GeneratedFiles files = test_support::Generator(test_support::LargeSet()).Make();
  return files;
}

void ReadFiles(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(ParseFiles(Files()));
  state.counters["peak_MiB"] = PeakMebibytes();
}
BENCHMARK(ReadFiles)->Unit(benchmark::kMillisecond);

void TwelveStatistics(benchmark::State& state) {
  const Detections set = ParseFiles(Files());
  for (auto _ : state) benchmark::DoNotOptimize(CocoStatistics(set, true));
  std::string twelve;  // To be compared with the peer's.
  for (const auto& value : CocoStatistics(set, true)) twelve += fmt::format("{} ", value.value_or(-1));
  state.SetLabel(twelve);
  state.counters["peak_MiB"] = PeakMebibytes();
}
BENCHMARK(TwelveStatistics)->Unit(benchmark::kMillisecond);

/// One replicate of the bootstrap of the average precision: the matchings are kept.
void Replicate(benchmark::State& state) {
  const Detections set = ParseFiles(Files());
  const std::vector<Ranking> rankings = MatchGreedily(set, {.thresholds = CocoThresholds()});
  CocoAverage average(rankings, {0, 10}, 100);
  std::vector<double> weights = OnePerImage(set.images());
  for (auto _ : state) benchmark::DoNotOptimize(average.Precision(weights));
}
BENCHMARK(Replicate)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
