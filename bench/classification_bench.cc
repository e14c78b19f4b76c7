// SPDX-License-Identifier: Apache-2.0
// Metrics of ten million rows on one thread. scikit-learn 1.2.1 on this project's machine, the same rows, in
// CPU seconds: roc_auc_score 7.10, average_precision_score 5.97, confusion_matrix of ten classes 2.66,
// f1_score 5.89, log_loss 3.73.
#include <benchmark/benchmark.h>

#include <array>
#include <numeric>

#include "cupel/algorithm/classification/probability.h"
#include "cupel/algorithm/classification/ranking.h"
#include "cupel/algorithm/classification/table.h"
#include "cupel/base/reproducible_stream.h"

namespace {

using namespace cupel::algorithm::classification;

constexpr std::size_t kRows = 10'000'000;

struct Rows {
  std::vector<double> scores;
  std::vector<std::uint8_t> positives;
};

Rows MakeRows(std::uint64_t levels) {
  cupel::ReproducibleStream stream(1, "classification-bench");
  Rows rows;
  for (std::size_t i = 0; i < kRows; ++i) {
    const bool positive = stream.Next32() % 2 == 1;
    double score = 0.8 * stream.UniformDouble() + (positive ? 0.2 : 0.0);
    if (levels > 0)
      score = static_cast<double>(static_cast<std::uint64_t>(score * static_cast<double>(levels))) /
              static_cast<double>(levels);
    rows.scores.push_back(score);
    rows.positives.push_back(positive ? 1 : 0);
  }
  return rows;
}

const Rows& Distinct() {
  static const Rows rows = MakeRows(0);
  return rows;
}

void BM_RocAuc(benchmark::State& state) {
  const Rows rows = state.range(0) == 0 ? Distinct() : MakeRows(static_cast<std::uint64_t>(state.range(0)));
  for (auto _ : state) {
    benchmark::DoNotOptimize(RocAuc(cupel::stats::GroupScores(rows.scores, rows.positives, {})));
  }
}
BENCHMARK(BM_RocAuc)->Arg(0)->Arg(1000)->Unit(benchmark::kMillisecond);

void BM_AveragePrecision(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        AveragePrecision(cupel::stats::GroupScores(Distinct().scores, Distinct().positives, {})));
  }
}
BENCHMARK(BM_AveragePrecision)->Unit(benchmark::kMillisecond);

template <typename T>
void BM_Confusion(benchmark::State& state) {
  cupel::ReproducibleStream stream(2, "classification-bench");
  std::vector<T> labels(kRows);
  std::vector<T> answers(kRows);
  for (T& label : labels) label = static_cast<T>(stream.Next32() % 10);
  for (T& answer : answers) answer = static_cast<T>(stream.Next32() % 10);
  for (auto _ : state) {
    if constexpr (sizeof(T) == 1) {
      benchmark::DoNotOptimize(CountTable(10, labels, answers));
    } else {
      benchmark::DoNotOptimize(CountTable(10, labels, answers, {}));
    }
  }
}
BENCHMARK(BM_Confusion<std::uint8_t>)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Confusion<std::int32_t>)->Unit(benchmark::kMillisecond);

void BM_F1(benchmark::State& state) {
  const std::vector<std::uint8_t>& labels = Distinct().positives;
  std::vector<std::uint8_t> answers(kRows);
  for (std::size_t i = 0; i < kRows; ++i) answers[i] = Distinct().scores[i] > 0.5 ? 1 : 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(RateOf(CountsOf(CountTable(2, labels, answers), 1), {.rate = Rate::kFScore}));
  }
}
BENCHMARK(BM_F1)->Unit(benchmark::kMillisecond);

void BM_LogLoss(benchmark::State& state) {
  for (auto _ : state) {
    double sum = 0;
    for (std::size_t i = 0; i < kRows; ++i) {
      const double score = Distinct().scores[i];
      sum += LogLossOf(std::array{1 - score, score}, Distinct().positives[i]);
    }
    benchmark::DoNotOptimize(sum);
  }
}
BENCHMARK(BM_LogLoss)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
