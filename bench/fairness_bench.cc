// SPDX-License-Identifier: Apache-2.0
// Grouped metrics and subgroup search. Peer on the project's machine, CPU time of one thread: fairlearn 0.9
// MetricFrame with three metrics of ten groups takes 26 s for 1e6 rows (2.50 s for 1e5); here 0.8 ms.
#include <benchmark/benchmark.h>

#include "cupel/algorithm/fairness/group_metrics.h"
#include "cupel/algorithm/fairness/subgroup_search.h"
#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::fairness {
namespace {

struct Rows {
  std::vector<std::int32_t> labels, decisions, group_of;

  explicit Rows(std::int64_t n) {
    ReproducibleStream stream(1, "fairness_bench");
    for (std::int64_t i = 0; i < n; ++i) {
      labels.push_back(static_cast<std::int32_t>(stream.Below(2)));
      decisions.push_back(static_cast<std::int32_t>(stream.Below(2)));
      group_of.push_back(static_cast<std::int32_t>(stream.Below(10)));
    }
  }
};

/// From labels, decisions and groups to demographic parity, equalised odds and the gap of accuracy.
void GroupedMetrics(benchmark::State& state) {
  const Rows rows(state.range(0));
  for (auto _ : state) {
    std::vector<Outcome> outcomes(rows.labels.size());
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      outcomes[i] = static_cast<Outcome>(2 * rows.labels[i] + rows.decisions[i]);
    }
    const std::vector<Cell> cells = CountCells(outcomes, rows.group_of, 10);
    benchmark::DoNotOptimize(LargestDifference(cells, Rate::kSelection));
    benchmark::DoNotOptimize(EqualizedOddsDifference(cells));
    benchmark::DoNotOptimize(LargestDifference(cells, Rate::kAccuracy));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(GroupedMetrics)->Arg(100000)->Arg(1000000)->Unit(benchmark::kMillisecond);

/// n rows, twelve attributes of five values, up to three items, 100 permutations.
void Subgroups(benchmark::State& state) {
  ReproducibleStream stream(2, "fairness_bench");
  std::vector<data::dataset::GroupAttribute> attributes(12, {"a", {"0", "1", "2", "3", "4"}, {}});
  std::vector<std::uint8_t> is_case, success;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    for (auto& attribute : attributes) {
      attribute.group_of.push_back(static_cast<std::int32_t>(stream.Below(5)));
    }
    is_case.push_back(stream.Below(2) == 0);
    success.push_back(stream.Below(4) == 0);
  }
  std::size_t found = 0;
  for (auto _ : state) {
    const auto result =
        SearchSubgroups(attributes, is_case, success,
                        {.min_support = 0.005, .max_items = 3, .permutations = 100, .name = "bench"});
    found = result.value().subgroups.size();
  }
  state.counters["subgroups"] = static_cast<double>(found);
}
BENCHMARK(Subgroups)->Arg(10000)->Arg(100000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace cupel::algorithm::fairness

BENCHMARK_MAIN();
