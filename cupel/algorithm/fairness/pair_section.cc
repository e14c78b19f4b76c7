// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "cupel/algorithm/fairness/audit.h"
#include "cupel/algorithm/fairness/group_metrics.h"
#include "cupel/stats/contingency.h"
#include "cupel/stats/distribution.h"
#include "cupel/stats/proportion.h"

namespace cupel::algorithm::fairness {
namespace {

using check::CheckResult;

constexpr std::array kRates = {Rate::kSelection, Rate::kTpr, Rate::kFpr,
                               Rate::kPpv,       Rate::kNpv, Rate::kAccuracy};

struct Pair {
  const Audit& audit;
  std::size_t group;

  const Cell& own() const { return audit.cells[group]; }
  const Cell& reference() const { return audit.cells[audit.reference]; }
};

stats::Interval DifferenceInterval(const Pair& pair, Rate rate, double level) {
  const auto [k1, n1] = CountOf(pair.own(), rate);
  const auto [k2, n2] = CountOf(pair.reference(), rate);
  return stats::NewcombeDifference(k1, n1, k2, n2, level);
}

bool BothLargeEnough(const Pair& pair, Rate rate, std::int64_t smallest) {
  return std::min(CountOf(pair.own(), rate).n, CountOf(pair.reference(), rate).n) >= smallest;
}

void AddDifferences(const Pair& pair, const Settings& settings, CheckResult& result) {
  const std::string suffix = pair.audit.Suffix(pair.group);
  for (const Rate rate : kRates) {
    if (!BothLargeEnough(pair, rate, settings.smallest)) continue;
    const stats::GroupCount own = CountOf(pair.own(), rate);
    const stats::GroupCount reference = CountOf(pair.reference(), rate);
    result.metrics.push_back({.name = fmt::format("difference.{}.{}", InfoOf(rate).id, suffix),
                              .value = *SignedDifference(pair.own(), pair.reference(), rate),
                              .interval = DifferenceInterval(pair, rate, settings.level),
                              .n = own.n + reference.n});
    result.metrics.push_back(
        {.name = fmt::format("equivalence_p.{}.{}", InfoOf(rate).id, suffix),
         .value = stats::TestEquivalence(own, reference, settings.margin, (1 - settings.level)).p_value,
         .n = own.n + reference.n});
  }
}

/// The mean of two independent differences: their limits are combined by square and add, as each was made.
void AddAverageOdds(const Pair& pair, const Settings& settings, CheckResult& result) {
  if (!BothLargeEnough(pair, Rate::kTpr, settings.smallest)) return;
  if (!BothLargeEnough(pair, Rate::kFpr, settings.smallest)) return;
  double below = 0;
  double above = 0;
  for (const Rate rate : {Rate::kTpr, Rate::kFpr}) {
    const double difference = *SignedDifference(pair.own(), pair.reference(), rate);
    const stats::Interval interval = DifferenceInterval(pair, rate, settings.level);
    below += std::pow(difference - interval.low, 2);
    above += std::pow(interval.high - difference, 2);
  }
  const double value = *AverageOddsDifference(pair.own(), pair.reference());
  result.metrics.push_back(
      {.name = "average_odds." + pair.audit.Suffix(pair.group),
       .value = value,
       .interval = stats::Interval{value - std::sqrt(below) / 2, value + std::sqrt(above) / 2, settings.level,
                                   "newcombe-mean"},
       .n = pair.own().n() + pair.reference().n()});
}

/// FN / FP is an odds: that of a wrong decision being a refusal.
void AddErrorBalance(const Audit& audit, std::size_t group, const Settings& settings, CheckResult& result) {
  const Cell& cell = audit.cells[group];
  const std::optional<double> value = ErrorBalance(cell);
  if (!value || cell.fn + cell.fp < settings.smallest) return;
  const stats::Interval share = stats::Wilson(cell.fn, cell.fn + cell.fp, settings.level);
  result.metrics.push_back(
      {.name = "fn_over_fp." + audit.Suffix(group),
       .value = *value,
       .interval = stats::Interval{share.low / (1 - share.low), share.high / (1 - share.high), settings.level,
                                   "wilson-odds"},
       .n = cell.fn + cell.fp});
}

std::vector<stats::Stratum> StrataOf(const Pair& pair, const Audit& strata, const Decisions& decisions,
                                     Rate rate) {
  const std::size_t layers = strata.cells.size();
  std::vector<std::int32_t> crossed(decisions.outcomes.size(), -1);
  for (std::size_t i = 0; i < crossed.size(); ++i) {
    const std::int32_t layer = strata.attribute.group_of[i];
    const std::int32_t group = pair.audit.attribute.group_of[i];
    if (layer < 0 || group < 0) continue;
    if (static_cast<std::size_t>(group) == pair.group) crossed[i] = 2 * layer;
    if (static_cast<std::size_t>(group) == pair.audit.reference) crossed[i] = 2 * layer + 1;
  }
  const std::vector<Cell> cells = CountCells(decisions.outcomes, crossed, 2 * layers);
  std::vector<stats::Stratum> result;
  for (std::size_t layer = 0; layer < layers; ++layer) {
    const stats::Stratum stratum{CountOf(cells[2 * layer], rate), CountOf(cells[2 * layer + 1], rate)};
    if (stratum.first.n > 0 && stratum.second.n > 0) result.push_back(stratum);
  }
  return result;
}

void AddConditional(const Pair& pair, const Audit& strata, const Decisions& decisions,
                    const Settings& settings, CheckResult& result) {
  const std::string suffix = pair.audit.Suffix(pair.group);
  for (const Rate rate : {Rate::kSelection, Rate::kFpr}) {
    if (!BothLargeEnough(pair, rate, settings.smallest)) continue;
    const auto test = stats::MantelHaenszel(StrataOf(pair, strata, decisions, rate));
    if (!test) continue;
    const double reach = stats::TwoSidedZ(settings.level) * test->rate_difference_error;
    const double plain = *SignedDifference(pair.own(), pair.reference(), rate);
    const std::int64_t n = CountOf(pair.own(), rate).n + CountOf(pair.reference(), rate).n;
    result.metrics.push_back(
        {.name = fmt::format("conditional_difference.{}.{}", InfoOf(rate).id, suffix),
         .value = test->rate_difference,
         .interval = stats::Interval{test->rate_difference - reach, test->rate_difference + reach,
                                     settings.level, "mantel-haenszel"},
         .n = n});
    result.metrics.push_back({.name = fmt::format("conditional_p.{}.{}", InfoOf(rate).id, suffix),
                              .value = test->p_value,
                              .n = n});
    const stats::Interval plain_interval = DifferenceInterval(pair, rate, settings.level);
    const bool is_shown = plain_interval.low > 0 || plain_interval.high < 0;
    if (is_shown && plain * test->rate_difference < 0) {
      result.notes.push_back(
          {fmt::format(
               "Simpson's paradox: the difference in \"{}\" between {} and {} has the opposite sign once "
               "samples of equal {} are compared ({:.3f}, against {:.3f} in the sum).",
               InfoOf(rate).title.en, pair.audit.GroupName(pair.group),
               pair.audit.GroupName(pair.audit.reference), strata.name(), test->rate_difference, plain),
           fmt::format(
               "辛普森悖论：在 {} 相同的样本中比较时，{} 与 {} 的“{}”之差变号（{:.3f}，合并时为 {:.3f}）。",
               strata.name(), pair.audit.GroupName(pair.group), pair.audit.GroupName(pair.audit.reference),
               InfoOf(rate).title.zh, test->rate_difference, plain)});
    }
  }
}

}  // namespace

void AddPairs(const Audit& audit, const Audit* strata, const Decisions& decisions, const Settings& settings,
              CheckResult& result) {
  for (const std::size_t g : LargeEnough(audit, Rate::kSelection, settings.smallest)) {
    AddErrorBalance(audit, g, settings, result);
    if (g == audit.reference) continue;
    const Pair pair{audit, g};
    AddDifferences(pair, settings, result);
    AddAverageOdds(pair, settings, result);
    if (strata != nullptr && strata->name() != audit.name()) {
      AddConditional(pair, *strata, decisions, settings, result);
    }
  }
}

}  // namespace cupel::algorithm::fairness
