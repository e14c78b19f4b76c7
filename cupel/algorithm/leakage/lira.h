// SPDX-License-Identifier: Apache-2.0
#pragma once

/// LiRA, the likelihood-ratio attack (Carlini et al., "Membership inference attacks from first principles",
/// S&P 2022, algorithm 1 and section VI).
///
/// A sample's log-odds is taken for normal, once over the shadow models that were trained on it (IN) and once
/// over those that were not (OUT):
///
///     online    log N(x; mu_in, s_in) - log N(x; mu_out, s_out)
///     offline   (x - mu_out) / s_out, which orders as P[Z <= x] of the OUT normal does (equation 4)
///
/// averaged over the queries. Variances: per sample, or one for all, the mean over samples of the unbiased
/// variance within a sample; "auto" takes one for all below 64 shadow models, as the paper found better. (The
/// authors' code takes the variance of all scores together, the spread between samples included.)

#include <vector>

#include "cupel/algorithm/leakage/leak_metrics.h"
#include "cupel/algorithm/leakage/shadow_models.h"

namespace cupel::algorithm::leakage {

/// Shadow models from which on each sample has a variance of its own.
inline constexpr std::size_t kManyShadows = 64;

struct LiraOptions {
  bool online = true;
  bool global_variance = true;
};

/// A higher score says "member". Preconditions: at least two IN and two OUT models.
AttackScores LiraScores(const ShadowScores& scores, const LiraOptions& options);

/// The mean log-odds under models that were trained on neither: what differs between the two sets themselves.
/// An attack on it must be at chance, or members and non-members are not of one distribution.
AttackScores UntrainedScores(const ShadowScores& scores);

/// Adds the metric control_auc, and a note when its interval leaves chance out.
void AddControl(const ShadowScores& scores, check::CheckResult& result);
check::MetricSpec ControlMetric();

}  // namespace cupel::algorithm::leakage
