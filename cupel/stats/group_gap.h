// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The largest gap between groups: max - min of a rate over g groups, without its upward bias.
///
/// The plain max - min is positive even when all groups are equal: 10 groups of 100 at a rate of 0.3 show a
/// gap of 0.14 on average. Here
///   - `expected_if_equal` is the mean gap of a parametric bootstrap in which every group has the pooled
///   rate;
///   - `corrected` = observed - expected_if_equal, kept inside `interval` (when one tiny group makes the
///   expectation
///     large, a gap between two big groups must not vanish);
///   - `interval` holds the true gap: Newcombe intervals of all pairs at a Bonferroni level, their largest
///   lower and
///     largest upper limit. It is simultaneous, hence valid whichever pair turns out to be the extreme one;
///   - `p_value` tests "all rates equal" by the largest standardised pairwise difference, against the same
///   bootstrap
///     ((1 + exceedances) / (1 + replicates), never 0). Standardised, because in raw differences the smallest
///     group's noise would drown every other.

#include <cstdint>
#include <span>
#include <string_view>

#include "cupel/stats/interval.h"

namespace cupel::stats {

struct GroupCount {
  std::int64_t k = 0;  ///< Successes.
  std::int64_t n = 0;  ///< Trials, > 0.
};

struct GapOptions {
  double level = 0.95;
  std::int64_t replicates = 2000;
  std::uint64_t seed = 0;
  std::string_view name;  ///< Of the random stream.
};

struct GroupGap {
  double observed = 0;
  double expected_if_equal = 0;
  double corrected = 0;
  double p_value = 1;
  Interval interval;  ///< Method "newcombe-bonferroni".
  std::size_t highest = 0;
  std::size_t lowest = 0;  ///< Indices of the extreme groups; the first among equals.
};

/// Preconditions, here and below: at least two groups, 0 <= k <= n, n > 0, replicates > 0.
GroupGap LargestGap(std::span<const GroupCount> groups, const GapOptions& options);

/// `GroupGap::interval` alone, without simulation.
Interval GapInterval(std::span<const GroupCount> groups, double level);

struct GroupRatio {
  double value = 0;   ///< Smallest rate / largest rate; NaN when every rate is 0.
  Interval interval;  ///< Method "walters-bonferroni".
};

/// The "80 % rule": smallest rate over largest. Interval: log ratios of all pairs with 1/2 added to counts
/// (Walters 1975, so that zero counts have one), at a Bonferroni level; the smallest lower and smallest upper
/// limit, at most 1.
GroupRatio SmallestRatio(std::span<const GroupCount> groups, double level);

}  // namespace cupel::stats
