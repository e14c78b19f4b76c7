// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The interval that a score test gives: the parameter values at which the test does not reject.

#include <string>

#include "cupel/stats/distribution.h"
#include "cupel/stats/interval.h"

namespace cupel::stats {

/// z: the test's statistic at a parameter value, falling from positive at `low` through 0 at `estimate` to
/// negative at `high`; may be infinite. Limits by bisection, to the last bit.
template <typename Score>
Interval ScoreInterval(double low, double estimate, double high, const Score& z, double level,
                       std::string method) {
  const double quantile = TwoSidedZ(level);
  const auto crossing = [&](double accepted, double outside, double sign) {
    if (sign * z(outside) <= quantile) return outside;
    for (int step = 0; step < 200; ++step) {
      const double middle = 0.5 * (accepted + outside);
      (sign * z(middle) <= quantile ? accepted : outside) = middle;
    }
    return accepted;
  };
  return {crossing(estimate, low, 1), crossing(estimate, high, -1), level, std::move(method)};
}

}  // namespace cupel::stats
