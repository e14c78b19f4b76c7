// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Several tests at once: p-values corrected for their number.
///
/// Holm keeps the chance of any false alarm at the level; Benjamini-Hochberg and Benjamini-Yekutieli keep the
/// expected share of false alarms among the alarms. All return adjusted p-values in the order given, at most
/// 1; a test rejects where its adjusted p-value is at most the level. Precondition: every p in [0, 1].

#include <span>
#include <vector>

namespace cupel::stats {

/// Holm's step-down (Holm 1979): max over smaller ones of (m - rank) p. Valid under any dependence.
std::vector<double> HolmAdjusted(std::span<const double> p_values);

/// Step-up of Benjamini and Hochberg (1995): min over larger ones of p m / rank. Valid for independent tests
/// and positive dependence.
std::vector<double> BenjaminiHochbergAdjusted(std::span<const double> p_values);

/// Step-up of Benjamini and Yekutieli (2001): the same times 1 + 1/2 + ... + 1/m. Valid under any dependence.
std::vector<double> BenjaminiYekutieliAdjusted(std::span<const double> p_values);

}  // namespace cupel::stats
