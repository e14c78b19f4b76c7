// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Tests whose statistic is referred to the chi-squared distribution: what they say.

#include <cstdint>

namespace cupel::stats {

struct ChiSquaredTest {
  double statistic = 0;
  std::int64_t degrees = 0;
  double p_value = 1;
};

/// The test that a statistic and its degrees of freedom make. Preconditions: statistic >= 0, degrees > 0.
ChiSquaredTest ChiSquared(double statistic, std::int64_t degrees);

}  // namespace cupel::stats
