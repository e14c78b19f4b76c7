// SPDX-License-Identifier: Apache-2.0
#include "cupel/stats/group_gap.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "cupel/base/error.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/stats/distribution.h"
#include "cupel/stats/proportion.h"

namespace cupel::stats {
namespace {

double Rate(const GroupCount& group) { return static_cast<double>(group.k) / static_cast<double>(group.n); }

double PooledRate(std::span<const GroupCount> groups) {
  GroupCount sum;
  for (const GroupCount& group : groups) {
    sum.k += group.k;
    sum.n += group.n;
  }
  return Rate(sum);
}

double MaxMinusMin(std::span<const GroupCount> groups) {
  double low = 1;
  double high = 0;
  for (const GroupCount& group : groups) {
    low = std::min(low, Rate(group));
    high = std::max(high, Rate(group));
  }
  return high - low;
}

/// Largest |p_i - p_j| in units of its standard error under the pooled rate; 0 when all trials agree.
double LargestStandardisedDifference(std::span<const GroupCount> groups) {
  const double pooled = PooledRate(groups);
  const double spread = pooled * (1 - pooled);
  if (spread <= 0) return 0;
  double largest = 0;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    for (std::size_t j = i + 1; j < groups.size(); ++j) {
      const double scale = 1 / static_cast<double>(groups[i].n) + 1 / static_cast<double>(groups[j].n);
      largest = std::max(largest, std::abs(Rate(groups[i]) - Rate(groups[j])) / std::sqrt(spread * scale));
    }
  }
  return largest;
}

void CheckGroups(std::span<const GroupCount> groups) {
  CUPEL_CHECK(groups.size() >= 2);
  for (const GroupCount& group : groups) CUPEL_CHECK(group.n > 0 && group.k >= 0 && group.k <= group.n);
}

double PairLevel(std::size_t groups, double level) {
  return 1 - (1 - level) / (static_cast<double>(groups * (groups - 1)) / 2);
}

}  // namespace

Interval GapInterval(std::span<const GroupCount> groups, double level) {
  CheckGroups(groups);
  const double pair_level = PairLevel(groups.size(), level);
  Interval interval{0, 0, level, "newcombe-bonferroni"};
  for (std::size_t i = 0; i < groups.size(); ++i) {
    for (std::size_t j = i + 1; j < groups.size(); ++j) {
      const Interval pair =
          NewcombeDifference(groups[i].k, groups[i].n, groups[j].k, groups[j].n, pair_level);
      interval.low = std::max({interval.low, pair.low, -pair.high});
      interval.high = std::max({interval.high, pair.high, -pair.low});
    }
  }
  return interval;
}

GroupGap LargestGap(std::span<const GroupCount> groups, const GapOptions& options) {
  CheckGroups(groups);
  CUPEL_CHECK(options.replicates > 0);
  GroupGap gap;
  const auto by_rate = [](const GroupCount& a, const GroupCount& b) { return Rate(a) < Rate(b); };
  gap.lowest = static_cast<std::size_t>(std::ranges::min_element(groups, by_rate) - groups.begin());
  gap.highest = static_cast<std::size_t>(std::ranges::max_element(groups, by_rate) - groups.begin());
  gap.observed = MaxMinusMin(groups);
  gap.interval = GapInterval(groups, options.level);

  const double pooled = PooledRate(groups);
  std::vector<BinomialSampler> samplers;
  for (const GroupCount& group : groups) samplers.emplace_back(group.n, pooled);
  const double statistic =
      LargestStandardisedDifference(groups) * (1 - 1e-12);  // rounding must not break ties
  std::vector<GroupCount> drawn(groups.begin(), groups.end());
  std::int64_t exceeded = 0;
  double sum = 0;
  for (std::int64_t replicate = 0; replicate < options.replicates; ++replicate) {
    ReproducibleStream stream(options.seed, options.name, static_cast<std::uint64_t>(replicate));
    for (std::size_t g = 0; g < drawn.size(); ++g) drawn[g].k = samplers[g].Draw(stream);
    sum += MaxMinusMin(drawn);
    if (LargestStandardisedDifference(drawn) >= statistic) ++exceeded;
  }
  gap.expected_if_equal = sum / static_cast<double>(options.replicates);
  gap.corrected = std::clamp(gap.observed - gap.expected_if_equal, gap.interval.low, gap.interval.high);
  gap.p_value = static_cast<double>(1 + exceeded) / static_cast<double>(1 + options.replicates);
  return gap;
}

GroupRatio SmallestRatio(std::span<const GroupCount> groups, double level) {
  CheckGroups(groups);
  const double z = TwoSidedZ(PairLevel(groups.size(), level));
  GroupRatio ratio{1, {1, 1, level, "walters-bonferroni"}};
  double low = 1;
  double high = 0;
  for (const GroupCount& below : groups) {
    low = std::min(low, Rate(below));
    high = std::max(high, Rate(below));
    for (const GroupCount& above : groups) {
      if (&below == &above) continue;
      const double a = static_cast<double>(below.k) + 0.5;
      const double b = static_cast<double>(above.k) + 0.5;
      const double m = static_cast<double>(below.n) + 0.5;
      const double n = static_cast<double>(above.n) + 0.5;
      const double centre = std::log(a / m) - std::log(b / n);
      const double reach = z * std::sqrt(std::max(0.0, 1 / a - 1 / m + 1 / b - 1 / n));
      ratio.interval.low = std::min(ratio.interval.low, std::exp(centre - reach));
      ratio.interval.high = std::min(ratio.interval.high, std::exp(centre + reach));
    }
  }
  ratio.value = low / high;
  // The added halves move the centre: the estimate itself must stay inside.
  ratio.interval.low = std::min(ratio.interval.low, ratio.value);
  ratio.interval.high = std::max(ratio.interval.high, ratio.value);
  return ratio;
}

}  // namespace cupel::stats
