// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/fairness/cells.h"

#include <array>

#include "cupel/base/error.h"

namespace cupel::algorithm::fairness {

Cell Sum(std::span<const Cell> cells) {
  Cell sum;
  for (const Cell& cell : cells) {
    sum.tn += cell.tn;
    sum.fp += cell.fp;
    sum.fn += cell.fn;
    sum.tp += cell.tp;
  }
  return sum;
}

std::vector<Cell> CountCells(std::span<const Outcome> outcomes, std::span<const std::int32_t> group_of,
                             std::size_t groups) {
  CUPEL_CHECK(outcomes.size() == group_of.size());
  // Four tables, taken in turn, so that two samples of one group do not wait for each other's increment. The
  // first slot is for unknown groups.
  constexpr std::size_t kTables = 4;
  const std::size_t slots = 4 * (groups + 1);
  std::vector<std::int64_t> counts(kTables * slots);
  const auto slot = [&](std::size_t i) {
    return 4 * static_cast<std::size_t>(group_of[i] + 1) + outcomes[i];
  };
  const std::size_t n = outcomes.size();
  std::size_t i = 0;
  for (; i + kTables <= n; i += kTables) {
    ++counts[slot(i)];
    ++counts[slots + slot(i + 1)];
    ++counts[2 * slots + slot(i + 2)];
    ++counts[3 * slots + slot(i + 3)];
  }
  for (; i < n; ++i) ++counts[slot(i)];
  std::vector<Cell> cells(groups);
  for (std::size_t table = 0; table < kTables; ++table) {
    for (std::size_t g = 0; g < groups; ++g) {
      const std::int64_t* own = counts.data() + table * slots + 4 * (g + 1);
      cells[g].tn += own[0];
      cells[g].fp += own[1];
      cells[g].fn += own[2];
      cells[g].tp += own[3];
    }
  }
  return cells;
}

std::span<const RateInfo> AllRates() {
  static const std::array<RateInfo, 10> rates = {{
      {Rate::kSelection, "selection_rate", {"Selection rate", "选择率"}, true},
      {Rate::kBase, "base_rate", {"Base rate: share that is positive", "基础率：正例所占比例"}, true},
      {Rate::kTpr, "tpr", {"True positive rate", "真正率"}, true},
      {Rate::kFpr, "fpr", {"False positive rate", "假正率"}, false},
      {Rate::kFnr, "fnr", {"False negative rate", "假负率"}, false},
      {Rate::kPpv, "ppv", {"Positive predictive value", "阳性预测值"}, true},
      {Rate::kNpv, "npv", {"Negative predictive value", "阴性预测值"}, true},
      {Rate::kFdr, "fdr", {"False discovery rate", "错误发现率"}, false},
      {Rate::kFor, "for", {"False omission rate", "错误遗漏率"}, false},
      {Rate::kAccuracy, "accuracy", {"Accuracy", "准确率"}, true},
  }};
  return rates;
}

const RateInfo& InfoOf(Rate rate) { return AllRates()[static_cast<std::size_t>(rate)]; }

stats::GroupCount CountOf(const Cell& cell, Rate rate) {
  const std::int64_t rejected = cell.tn + cell.fn;
  switch (rate) {
    case Rate::kSelection: return {cell.selected(), cell.n()};
    case Rate::kBase: return {cell.positives(), cell.n()};
    case Rate::kTpr: return {cell.tp, cell.positives()};
    case Rate::kFpr: return {cell.fp, cell.negatives()};
    case Rate::kFnr: return {cell.fn, cell.positives()};
    case Rate::kPpv: return {cell.tp, cell.selected()};
    case Rate::kNpv: return {cell.tn, rejected};
    case Rate::kFdr: return {cell.fp, cell.selected()};
    case Rate::kFor: return {cell.fn, rejected};
    case Rate::kAccuracy: return {cell.tn + cell.tp, cell.n()};
  }
  return {};
}

std::optional<double> RateOf(const Cell& cell, Rate rate) {
  const auto [k, n] = CountOf(cell, rate);
  if (n == 0) return std::nullopt;
  return static_cast<double>(k) / static_cast<double>(n);
}

}  // namespace cupel::algorithm::fairness
