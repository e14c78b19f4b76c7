// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Fairness of scores and rankings between groups.
///
/// Areas under the ROC curve for a group: within it (subgroup), of its positives among the others' negatives
/// and the reverse. Equal subgroup areas do not exclude that one group's scores are all shifted, which the
/// mixed areas show. Sources: Borkan et al. 2019 (subgroup, BPSN, BNSP, power mean); Kallus and Zhou 2019
/// (xAUC); Geyik, Ambler and Kenthapadi 2019 (NDKL, skew); Singh and Joachims 2018 (exposure).

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "cupel/algorithm/fairness/cells.h"
#include "cupel/stats/roc.h"

namespace cupel::algorithm::fairness {

/// Samples as the areas want them: all [n], higher scores mean positive.
struct Scored {
  std::span<const double> scores;
  std::span<const Outcome> outcomes;  ///< Only the label is used.
  std::span<const std::int32_t> group_of;
};

/// Area of the positives of one set of groups against the negatives of another: P(s+ > s-) + P(=) / 2, with
/// DeLong's interval. Absent when one side is empty.
std::optional<stats::Auc> SubgroupAuc(const Scored& samples, std::int32_t group, double level);
/// Background positive, subgroup negative: low when the group's negatives score like others' positives.
std::optional<stats::Auc> BpsnAuc(const Scored& samples, std::int32_t group, double level);
/// Background negative, subgroup positive: low when the group's positives score like others' negatives.
std::optional<stats::Auc> BnspAuc(const Scored& samples, std::int32_t group, double level);
/// xAUC: positives of one group against negatives of another.
std::optional<stats::Auc> CrossAuc(const Scored& samples, std::int32_t positives, std::int32_t negatives,
                                   double level);

/// (mean of x^power)^(1/power); -5 in the Jigsaw challenge, which weighs the worst groups. Preconditions:
/// not empty, every x > 0, power not 0.
double PowerMean(std::span<const double> values, double power);

/// ln(share of `group` among the first k / its share `target`). Preconditions: 0 < k <= ranking.size(),
/// target in (0, 1]. Minus infinity when the group is absent from the first k.
double SkewAt(std::span<const std::int32_t> ranking, std::int32_t group, std::size_t k, double target);

/// Normalised discounted cumulative Kullback-Leibler divergence of every prefix's shares from `targets`:
/// 1/Z sum_i KL(shares of the first i || targets) / log2(i + 1), Z = sum_i 1 / log2(i + 1). 0 is fair.
/// ranking: group of each place, in 0 .. targets.size() - 1. Preconditions: not empty, targets > 0.
double Ndkl(std::span<const std::int32_t> ranking, std::span<const double> targets);

/// Mean exposure, 1 / log2(1 + place), of each group in a ranking; NaN for a group that is absent.
std::vector<double> MeanExposure(std::span<const std::int32_t> ranking, std::size_t groups);

}  // namespace cupel::algorithm::fairness
