// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Fairness between individuals: are similar samples answered alike?
///
/// All depend on a distance of features that somebody must have chosen; scale features first. Sources: Zemel
/// et al. 2013 (consistency), Dwork et al. 2012 (Lipschitz condition), Garg et al. 2019 (counterfactual
/// flips).

#include <cstdint>
#include <span>

#include "cupel/stats/group_gap.h"

namespace cupel::algorithm::fairness {

/// kCompatible: a sample is one of its own k neighbours, as in AIF360's consistency_score, which makes every
/// figure look better by up to 1/k; kCorrected: it is not.
enum class Neighbours { kCompatible, kCorrected };

/// 1 - mean |y_i - mean of y over the k nearest by Euclidean distance|; the lower index wins a tie.
/// features: [n, d], row-major; answers: [n]. O(n^2 d). Preconditions: n > k > 0.
double Consistency(std::span<const double> features, std::size_t d, std::span<const double> answers,
                   std::size_t k, Neighbours neighbours);

/// Pairs with |f(x) - f(y)| > constant * ||x - y|| (k) of all pairs (n). Pairs are not independent: an
/// interval for a share of independent trials does not hold. O(n^2 d). Precondition: n > 1.
stats::GroupCount LipschitzViolations(std::span<const double> features, std::size_t d,
                                      std::span<const double> outputs, double constant);

/// Samples whose answer changes (k) when only the attribute is changed, of all (n). answers,
/// counterfactual: [n].
stats::GroupCount Flips(std::span<const std::int32_t> answers, std::span<const std::int32_t> counterfactual);

}  // namespace cupel::algorithm::fairness
