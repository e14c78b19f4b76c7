// SPDX-License-Identifier: Apache-2.0
#include "cupel/stats/chi_squared.h"

#include "cupel/base/error.h"
#include "cupel/stats/distribution.h"

namespace cupel::stats {

ChiSquaredTest ChiSquared(double statistic, std::int64_t degrees) {
  return {statistic, degrees, ChiSquaredUpperTail(statistic, static_cast<double>(degrees))};
}

ChiSquaredTest EqualRates(std::span<const GroupCount> groups) {
  CUPEL_CHECK(groups.size() >= 2);
  double successes = 0;
  double trials = 0;
  for (const GroupCount& group : groups) {
    CUPEL_CHECK(group.n > 0 && group.k >= 0 && group.k <= group.n);
    successes += static_cast<double>(group.k);
    trials += static_cast<double>(group.n);
  }
  const double rate = successes / trials;
  const auto degrees = static_cast<std::int64_t>(groups.size()) - 1;
  if (rate == 0 || rate == 1) return {0, degrees, 1};
  double statistic = 0;
  for (const GroupCount& group : groups) {
    const auto n = static_cast<double>(group.n);
    const double excess = static_cast<double>(group.k) - n * rate;
    statistic += excess * excess / (n * rate * (1 - rate));
  }
  return ChiSquared(statistic, degrees);
}

}  // namespace cupel::stats
