// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Groups where attributes cross, and what to say about those that are small.
///
/// A crossing of attributes soon has cells of a few people, whose rates are noise. A cell's own rate is shown
/// from a minimum size on; below and above it, the shrunken rate pulls every cell towards the mean of all by
/// as much as its size does not support (beta-binomial empirical Bayes). Sources: Kleinman 1973 (moments);
/// Foulds et al. 2020 (differential fairness).

#include <optional>
#include <span>
#include <string>

#include "cupel/algorithm/check/check.h"
#include "cupel/data/dataset/dataset.h"
#include "cupel/stats/group_gap.h"
#include "cupel/stats/interval.h"

namespace cupel::algorithm::fairness {

/// The crossing of attributes: name "race x sex", groups "Asian & Female", those that occur, ordered by their
/// members' order in the attributes. A sample that is unknown in one is unknown. Preconditions: at least one
/// attribute, all of one length.
data::dataset::GroupAttribute Intersection(std::span<const data::dataset::GroupAttribute> attributes);

/// How rates of groups are distributed: Beta(mean * strength, (1 - mean) * strength).
struct BetaPrior {
  double mean = 0;
  double strength = 0;  ///< As many samples as the prior is worth; at most 1e6 (the groups look equal).
};

/// From the groups' own counts by moments. Absent with fewer than two groups that have samples, and when no
/// trial or every trial succeeded.
std::optional<BetaPrior> FitBetaPrior(std::span<const stats::GroupCount> groups);

struct ShrunkenRate {
  double value = 0;
  /// Equal-tailed posterior limits, "empirical-bayes". They hold the prior for known, so with few groups
  /// they are somewhat narrow.
  stats::Interval interval;
};

/// n may be 0: then it is the prior.
ShrunkenRate Shrink(stats::GroupCount count, const BetaPrior& prior, double level);

/// epsilon of differential fairness: the largest |ln of the ratio| of two groups' rates, of selection or of
/// refusal, with rates (k + c/2) / (n + c); AIF360's smoothed_edf. exp(epsilon) bounds how much more likely
/// one group gets an answer. Preconditions: at least two groups, n > 0, concentration > 0.
double DifferentialFairness(std::span<const stats::GroupCount> groups, double concentration);

/// The same with its interval when every count is drawn anew from its group's smoothed rate,
/// "parametric-bootstrap", stretched to hold the estimate.
check::Metric DifferentialFairnessMetric(std::string name, std::span<const stats::GroupCount> groups,
                                         double concentration, const stats::GapOptions& options);

}  // namespace cupel::algorithm::fairness
