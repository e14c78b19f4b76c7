// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Tests whose statistic is referred to the chi-squared distribution: what they say, and the plainest of
/// them.

#include <cstdint>
#include <span>

#include "cupel/stats/group_gap.h"

namespace cupel::stats {

struct ChiSquaredTest {
  double statistic = 0;
  std::int64_t degrees = 0;
  double p_value = 1;
};

/// The test that a statistic and its degrees of freedom make. Preconditions: statistic >= 0, degrees > 0.
ChiSquaredTest ChiSquared(double statistic, std::int64_t degrees);

/// "All groups have one rate" (Pearson 1900), without Yates's correction; g - 1 degrees. Expected counts
/// below about 5 make it unreliable. Statistic 0 when there are only successes or none. Preconditions: at
/// least two groups, 0 <= k <= n, n > 0.
ChiSquaredTest EqualRates(std::span<const GroupCount> groups);

}  // namespace cupel::stats
