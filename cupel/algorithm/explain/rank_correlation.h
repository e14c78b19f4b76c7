// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Spearman's rank correlation: Pearson's of the midranks.

#include <span>
#include <vector>

namespace cupel::algorithm::explain {

/// In [-1, 1]; 0 when one side is constant (it orders nothing). Precondition: equal sizes, finite values. O(n
/// log n).
double RankCorrelation(std::span<const double> a, std::span<const double> b);

/// |values|: what maps are compared by when the sign is not to count.
std::vector<double> Absolute(std::span<const double> values);

}  // namespace cupel::algorithm::explain
