// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Ranks in which equal values share the mean of their places.

#include <span>
#include <vector>

namespace cupel::stats {

/// From 1, in the order given: {3, 1, 3} has {2.5, 1, 2.5}. O(n log n). Precondition: no NaN.
std::vector<double> Midranks(std::span<const double> values);

}  // namespace cupel::stats
