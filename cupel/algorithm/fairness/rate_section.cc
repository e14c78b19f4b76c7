// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <numeric>

#include "cupel/algorithm/fairness/audit.h"
#include "cupel/stats/group_gap.h"
#include "cupel/stats/multiple_testing.h"
#include "cupel/stats/proportion.h"

namespace cupel::algorithm::fairness {
namespace {

using check::CheckResult;
using check::Metric;

/// Rates that are compared; the others are one minus these, so their gaps and p-values are the same.
constexpr std::array kCompared = {Rate::kSelection, Rate::kBase, Rate::kTpr,     Rate::kFpr,
                                  Rate::kPpv,       Rate::kNpv,  Rate::kAccuracy};

std::vector<Rate> WithComplement(Rate rate) {
  switch (rate) {
    case Rate::kTpr: return {rate, Rate::kFnr};
    case Rate::kPpv: return {rate, Rate::kFdr};
    case Rate::kNpv: return {rate, Rate::kFor};
    default: return {rate};
  }
}

struct Comparison {
  Rate rate = Rate::kSelection;
  const Audit* audit = nullptr;
  std::vector<std::size_t> groups;
  std::vector<stats::GroupCount> counts;
  stats::GroupGap gap{};
};

std::int64_t SamplesOf(const Comparison& comparison) {
  std::int64_t n = 0;
  for (const stats::GroupCount& count : comparison.counts) n += count.n;
  return n;
}

std::vector<Comparison> Compare(const std::vector<Audit>& audits, const Settings& settings) {
  std::vector<Comparison> comparisons;
  for (const Audit& audit : audits) {
    for (const Rate rate : kCompared) {
      Comparison comparison{
          .rate = rate, .audit = &audit, .groups = LargeEnough(audit, rate, settings.smallest), .counts = {}};
      if (comparison.groups.size() < 2) continue;
      comparison.counts = CountsOf(audit, rate, comparison.groups);
      const std::string stream = fmt::format("evaluate.fairness.{}.{}", InfoOf(rate).id, audit.name());
      comparison.gap = stats::LargestGap(comparison.counts, {.level = settings.level,
                                                             .replicates = settings.replicates,
                                                             .seed = settings.seed,
                                                             .name = stream});
      comparisons.push_back(std::move(comparison));
    }
  }
  return comparisons;
}

void AddGroupRates(const Audit& audit, const Settings& settings, CheckResult& result) {
  for (const RateInfo& info : AllRates()) {
    for (const std::size_t g : LargeEnough(audit, info.rate, settings.smallest)) {
      const auto [k, n] = CountOf(audit.cells[g], info.rate);
      result.metrics.push_back({.name = fmt::format("{}.{}", info.id, audit.Suffix(g)),
                                .value = static_cast<double>(k) / static_cast<double>(n),
                                .interval = stats::Wilson(k, n, settings.level),
                                .n = n,
                                .count = k});
    }
  }
}

void AddGap(const Comparison& comparison, double p_holm, CheckResult& result) {
  const std::int64_t n = SamplesOf(comparison);
  for (const Rate rate : WithComplement(comparison.rate)) {
    const std::string suffix = fmt::format("{}.{}", InfoOf(rate).id, comparison.audit->name());
    const stats::GroupGap& gap = comparison.gap;
    result.metrics.push_back(
        {.name = "gap." + suffix, .value = gap.corrected, .interval = gap.interval, .n = n});
    result.metrics.push_back({.name = "observed_gap." + suffix, .value = gap.observed, .n = n});
    result.metrics.push_back({.name = "expected_gap." + suffix, .value = gap.expected_if_equal, .n = n});
    result.metrics.push_back({.name = "p_holm." + suffix, .value = p_holm, .n = n});
  }
}

void AddRatio(const Comparison& comparison, double level, CheckResult& result) {
  const stats::GroupRatio ratio = stats::SmallestRatio(comparison.counts, level);
  if (!(ratio.value >= 0)) return;  // nobody was selected
  result.metrics.push_back({.name = "ratio.selection_rate." + comparison.audit->name(),
                            .value = ratio.value,
                            .interval = ratio.interval,
                            .n = SamplesOf(comparison)});
}

/// The largest of several corrected gaps; limits at a level divided among them.
Metric LargestOf(std::string name, const std::vector<const Comparison*>& members, double level) {
  const double shared = 1 - (1 - level) / static_cast<double>(members.size());
  Metric metric{.name = std::move(name), .interval = stats::Interval{0, 0, level, "newcombe-bonferroni"}};
  for (const Comparison* member : members) {
    const stats::Interval interval = stats::GapInterval(member->counts, shared);
    metric.value = std::max(metric.value, member->gap.corrected);
    metric.interval->low = std::max(metric.interval->low, interval.low);
    metric.interval->high = std::max(metric.interval->high, interval.high);
    metric.n = std::max(metric.n, SamplesOf(*member));
  }
  return metric;
}

void AddLargest(const std::vector<Comparison>& comparisons, double level, CheckResult& result) {
  for (const Rate rate : kCompared) {
    std::vector<const Comparison*> members;
    for (const Comparison& comparison : comparisons) {
      if (comparison.rate == rate) members.push_back(&comparison);
    }
    if (members.empty()) continue;
    for (const Rate named : WithComplement(rate)) {
      result.metrics.push_back(LargestOf(fmt::format("largest_gap.{}", InfoOf(named).id), members, level));
    }
  }
}

void AddEqualizedOdds(const std::vector<Comparison>& comparisons, double level, CheckResult& result) {
  std::map<std::string, std::vector<const Comparison*>> by_attribute;
  for (const Comparison& comparison : comparisons) {
    if (comparison.rate == Rate::kTpr || comparison.rate == Rate::kFpr) {
      by_attribute[comparison.audit->name()].push_back(&comparison);
    }
  }
  for (const auto& [name, members] : by_attribute) {
    if (members.size() == 2) result.metrics.push_back(LargestOf("equalized_odds." + name, members, level));
  }
}

void NoteLeftOut(const Audit& audit, const Settings& settings, CheckResult& result) {
  const std::vector<std::size_t> kept = LargeEnough(audit, Rate::kSelection, settings.smallest);
  std::vector<std::string> left_out;
  for (std::size_t g = 0; g < audit.cells.size(); ++g) {
    if (audit.cells[g].n() > 0 && !std::ranges::binary_search(kept, g)) {
      left_out.push_back(fmt::format("{} ({})", audit.GroupName(g), audit.cells[g].n()));
    }
  }
  if (left_out.empty()) return;
  constexpr std::size_t kShown = 8;
  const std::size_t more = left_out.size() - std::min(kShown, left_out.size());
  left_out.resize(std::min(kShown, left_out.size()));
  result.notes.push_back(
      {fmt::format("Too small to be compared by {} (fewer than {} samples): {}{}.", audit.name(),
                   settings.smallest, fmt::join(left_out, ", "),
                   more > 0 ? fmt::format(" and {} more", more) : ""),
       fmt::format("按 {} 比较时样本过少（少于 {} 个）而未计入：{}{}。", audit.name(), settings.smallest,
                   fmt::join(left_out, "、"), more > 0 ? fmt::format("等，另有 {} 组", more) : "")});
}

}  // namespace

std::vector<std::size_t> LargeEnough(const Audit& audit, Rate rate, std::int64_t smallest) {
  std::vector<std::size_t> groups(audit.cells.size());
  std::iota(groups.begin(), groups.end(), std::size_t{0});
  const auto size = [&](std::size_t g) { return CountOf(audit.cells[g], rate).n; };
  std::erase_if(groups, [&](std::size_t g) { return size(g) < std::max<std::int64_t>(1, smallest); });
  std::ranges::stable_sort(groups, [&](std::size_t a, std::size_t b) { return size(a) > size(b); });
  groups.resize(std::min(groups.size(), kMaxGroups));
  std::ranges::sort(groups);
  return groups;
}

std::vector<stats::GroupCount> CountsOf(const Audit& audit, Rate rate, std::span<const std::size_t> groups) {
  std::vector<stats::GroupCount> counts;
  for (const std::size_t g : groups) counts.push_back(CountOf(audit.cells[g], rate));
  return counts;
}

void AddRates(const std::vector<Audit>& audits, const Settings& settings, CheckResult& result) {
  const std::vector<Comparison> comparisons = Compare(audits, settings);
  std::vector<double> p_values;
  for (const Comparison& comparison : comparisons) p_values.push_back(comparison.gap.p_value);
  const std::vector<double> adjusted = stats::HolmAdjusted(p_values);
  AddLargest(comparisons, settings.level, result);
  AddEqualizedOdds(comparisons, settings.level, result);
  for (std::size_t i = 0; i < comparisons.size(); ++i) {
    AddGap(comparisons[i], adjusted[i], result);
    if (comparisons[i].rate == Rate::kSelection) AddRatio(comparisons[i], settings.level, result);
  }
  for (const Audit& audit : audits) {
    AddGroupRates(audit, settings, result);
    NoteLeftOut(audit, settings, result);
  }
}

}  // namespace cupel::algorithm::fairness
