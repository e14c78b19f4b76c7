// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Two yes-or-no methods on the same items: what differs is in the items on which they disagree.
///
///     PairedComparison c = ComparePaired({.first_only = 121, .second_only = 59, .n = 1600}, 0.95);
///
/// Sources: McNemar 1947 (exact: binomial on the disagreements); Fagerland, Lydersen and Laake 2013 (mid-p);
/// Tango 1998 (score interval of the difference). Not promised: anything when items depend on each other.

#include <cstdint>
#include <span>

#include "cupel/stats/interval.h"

namespace cupel::stats {

struct PairedCounts {
  std::int64_t first_only = 0;   ///< Items that only the first method got right.
  std::int64_t second_only = 0;  ///< Items that only the second got right.
  std::int64_t n = 0;            ///< All items.
};

/// [n] each, 0 is wrong. Precondition: equal lengths.
PairedCounts CountPairs(std::span<const std::uint8_t> first, std::span<const std::uint8_t> second);

/// Two-sided p-value of "neither is better", its size never above the level: 2 P(K <= min) of
/// Binomial(disagreements, 1/2), at most 1; 1 without a disagreement.
double McNemarExact(std::int64_t first_only, std::int64_t second_only);

/// The same with half the probability of what was seen: less conservative, its size exceeds the level rarely
/// and little.
double McNemarMidP(std::int64_t first_only, std::int64_t second_only);

struct PairedComparison {
  double difference = 0;  ///< Share of the first minus share of the second.
  Interval interval;      ///< Method "tango".
  double exact_p = 1;
  double mid_p = 1;
};

/// Preconditions: counts >= 0, first_only + second_only <= n, n > 0.
PairedComparison ComparePaired(const PairedCounts& counts, double level);

}  // namespace cupel::stats
