// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "cupel/algorithm/fairness/audit.h"
#include "cupel/algorithm/fairness/differentials.h"
#include "cupel/algorithm/fairness/inequality.h"
#include "cupel/algorithm/fairness/intersection.h"

namespace cupel::algorithm::fairness {
namespace {

using check::CheckResult;

constexpr double kConcentration = 1;  // of the Dirichlet prior of differential fairness (Foulds et al.)

void AddTheil(const std::vector<Audit>& audits, const Settings& settings, CheckResult& result) {
  const Cell all = Sum(audits.front().cells);
  const std::optional<Theil> theil = TheilIndex(all, settings.level);
  if (!theil) return;
  result.metrics.push_back(
      {.name = "theil", .value = theil->value, .interval = theil->interval, .n = all.n()});
  for (const Audit& audit : audits) {
    const std::optional<double> between = BetweenGroupEntropy(audit.cells, 1);
    if (!between) continue;
    result.metrics.push_back(
        {.name = "theil_between." + audit.name(), .value = *between, .n = Sum(audit.cells).n()});
  }
}

void AddDifferentialFairness(const Audit& audit, const Settings& settings, CheckResult& result) {
  const std::vector<stats::GroupCount> counts =
      CountsOf(audit, Rate::kSelection, LargeEnough(audit, Rate::kSelection, settings.smallest));
  if (counts.size() < 2) return;
  const std::string name = "differential_fairness." + audit.name();
  result.metrics.push_back(DifferentialFairnessMetric(
      name, counts, kConcentration,
      {.level = settings.level, .replicates = settings.replicates, .seed = settings.seed, .name = name}));
}

/// False matches are false positives, false non-matches are false negatives of mated comparisons.
void AddDifferentials(const Audit& audit, const Settings& settings, CheckResult& result) {
  std::vector<std::size_t> groups = LargeEnough(audit, Rate::kFpr, settings.smallest);
  const std::vector<std::size_t> mated = LargeEnough(audit, Rate::kFnr, settings.smallest);
  std::erase_if(groups, [&](std::size_t g) { return !std::ranges::binary_search(mated, g); });
  if (groups.size() < 2) return;
  const std::vector<stats::GroupCount> false_matches = CountsOf(audit, Rate::kFpr, groups);
  const std::vector<stats::GroupCount> false_non_matches = CountsOf(audit, Rate::kFnr, groups);
  const Differentials own = DifferentialsOf(false_matches, false_non_matches, {});
  const std::string stream = "evaluate.fairness.differentials." + audit.name();
  const DifferentialIntervals intervals = IntervalsOf(
      false_matches, false_non_matches, {},
      {.level = settings.level, .replicates = settings.replicates, .seed = settings.seed, .name = stream});
  std::int64_t n = 0;
  for (const std::size_t g : groups) n += audit.cells[g].n();
  const auto add = [&](const char* name, double value, const stats::Interval& interval) {
    result.metrics.push_back(
        {.name = fmt::format("{}.{}", name, audit.name()), .value = value, .interval = interval, .n = n});
  };
  add("inequity_rate", own.inequity, intervals.inequity);
  add("discrepancy_rate", own.discrepancy, intervals.discrepancy);
  add("garbe", own.garbe, intervals.garbe);
  add("fmr_max_over_mean", own.fmr_max_over_mean, intervals.fmr_max_over_mean);
  add("fnmr_max_over_mean", own.fnmr_max_over_mean, intervals.fnmr_max_over_mean);
}

void AddShrunken(const Audit& audit, const Settings& settings, CheckResult& result) {
  for (const Rate rate : {Rate::kSelection, Rate::kFpr}) {
    const std::vector<std::size_t> groups = LargeEnough(audit, rate, 1);
    const std::vector<stats::GroupCount> counts = CountsOf(audit, rate, groups);
    const std::optional<BetaPrior> prior = FitBetaPrior(counts);
    if (!prior) continue;
    for (std::size_t i = 0; i < groups.size(); ++i) {
      const ShrunkenRate shrunken = Shrink(counts[i], *prior, settings.level);
      result.metrics.push_back(
          {.name = fmt::format("shrunken.{}.{}", InfoOf(rate).id, audit.Suffix(groups[i])),
           .value = shrunken.value,
           .interval = shrunken.interval,
           .n = counts[i].n});
    }
  }
}

}  // namespace

void AddInequality(const std::vector<Audit>& audits, const Settings& settings, CheckResult& result) {
  AddTheil(audits, settings, result);
  for (const Audit& audit : audits) {
    AddDifferentialFairness(audit, settings, result);
    if (settings.differentials) AddDifferentials(audit, settings, result);
    if (audit.crossed) AddShrunken(audit, settings, result);
  }
}

}  // namespace cupel::algorithm::fairness
