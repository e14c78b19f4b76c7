// SPDX-License-Identifier: Apache-2.0
#pragma once

/// k methods on the same n items: does any of them differ? Both tests refer their statistic to chi-squared
/// with k - 1 degrees of freedom, which needs some ten items or more; it is 0 when the methods never differ.

#include <cstdint>
#include <span>

#include "cupel/stats/chi_squared.h"

namespace cupel::stats {

/// Right or wrong (Cochran 1950). answers: [n, k], row-major, 0 or 1. Preconditions: n > 0, k >= 2, size n k.
ChiSquaredTest CochranQ(std::span<const std::uint8_t> answers, std::int64_t k);

/// Figures of any scale (Friedman 1937), by their ranks within an item, ties corrected. values: [n, k],
/// row-major. Preconditions: n > 0, k >= 3, size n k, no NaN.
ChiSquaredTest Friedman(std::span<const double> values, std::int64_t k);

}  // namespace cupel::stats
