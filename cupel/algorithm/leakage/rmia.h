// SPDX-License-Identifier: Apache-2.0
#pragma once

/// RMIA, the robust membership inference attack (Zarifzadeh, Liu and Shokri, "Low-cost high-power membership
/// inference attacks", ICML 2024, algorithm 1).
///
/// With p(x) the probability of the true class under the target, and P(x) its mean over models:
///
///     ratio(x) = p(x) / P(x)         score(x) = share of population samples z with ratio(x) >= gamma
///     ratio(z)
///
///     online     P(x) = (mean over models trained on x + mean over the others) / 2
///     offline    P(x) = ((1 + a) mean over the models not trained on x + (1 - a)) / 2
///
/// z are in no model, so P(z) is of the second form in both modes. Good with few models. (BaVarIA, arXiv
/// 2603.11799, joins this and LiRA in one family; not implemented.)

#include "cupel/algorithm/leakage/leak_metrics.h"
#include "cupel/algorithm/leakage/shadow_models.h"

namespace cupel::algorithm::leakage {

struct RmiaOptions {
  bool online = false;
  double gamma = 2;        ///< >= 1
  double offline_a = 0.3;  ///< [0, 1]
};

/// A higher score says "member". O((n + z) log z). Precondition: scores.reference > 0.
AttackScores RmiaScores(const ShadowScores& scores, const RmiaOptions& options);

}  // namespace cupel::algorithm::leakage
