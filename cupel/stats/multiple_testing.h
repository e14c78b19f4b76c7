// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Several tests at once: p-values corrected so that the chance of any false alarm stays at the level.

#include <span>
#include <vector>

namespace cupel::stats {

/// Holm's step-down adjusted p-values (Holm 1979), in the order given: max over smaller ones of (m - rank) p,
/// at most 1. Valid under any dependence. Precondition: every p in [0, 1].
std::vector<double> HolmAdjusted(std::span<const double> p_values);

}  // namespace cupel::stats
