// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Inequality of what decisions give: the generalised entropy of benefits, and its part between groups.
///
/// A sample's benefit is b = decision - label + 1: 0 for one wrongly refused, 1 when right, 2 for one wrongly
/// favoured (Speicher et al. 2018, AIF360's definition). GE(alpha) = mean((b/m)^alpha - 1) / (alpha (alpha -
/// 1)), m the mean of b; GE(1) is the Theil index, mean((b/m) ln(b/m)) with 0 ln 0 = 0. It does not say who
/// bears the inequality; the between part says how much of it groups explain.

#include <cstdint>
#include <optional>
#include <span>

#include "cupel/algorithm/fairness/cells.h"
#include "cupel/stats/interval.h"

namespace cupel::algorithm::fairness {

/// Of any benefits >= 0. Preconditions: not empty, mean > 0, alpha not 0 (then zero benefits have no value).
double GeneralisedEntropy(std::span<const double> benefits, double alpha);

/// Of decisions. Absent without samples and when every benefit is 0.
std::optional<double> BenefitEntropy(const Cell& cell, double alpha);

/// Of decisions when everybody has the mean benefit of the own group. Absent as above.
std::optional<double> BetweenGroupEntropy(std::span<const Cell> groups, double alpha);

struct Theil {
  double value = 0;
  stats::Interval interval;  ///< Normal with the variance of the influence values, "delta", cut at 0.
};

/// GE(1) of decisions. Absent as above.
std::optional<Theil> TheilIndex(const Cell& cell, double level);

}  // namespace cupel::algorithm::fairness
