// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Receiver operating characteristic: the curve, the area with DeLong's variance, and single working points.
///
/// A higher score means "positive". Ties between the classes count one half (the area is the Mann-Whitney
/// statistic) and move the curve diagonally, never by order of input. Scores must not be NaN; both classes
/// must have a sample (checked). Sources: DeLong, DeLong and Clarke-Pearson 1988; midrank algorithm of Sun
/// and Xu 2014, O(n log n).

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "cupel/stats/interval.h"
#include "cupel/stats/score_groups.h"

namespace cupel::stats {

struct Auc {
  double value = 0;
  double variance = 0;  ///< DeLong's.
  /// "delong": normal, cut to [0, 1]. When the variance is 0 (perfect separation, or all ties) a normal
  /// interval would be a point; then it is Clopper-Pearson on min(m, n) independent pairs,
  /// "clopper-pearson-pairs".
  Interval interval;
};

Auc DeLongAuc(std::span<const double> positives, std::span<const double> negatives, double level);

/// The same of samples that are already grouped, in one reading: the structural components of equal scores
/// are equal. Precondition: the groups hold counts, not other weights.
Auc DeLongAuc(std::span<const ScoreGroup> groups, double level);

/// Scores of one model; those of another on the same samples stand in the same order.
struct PairedScores {
  std::span<const double> positives;
  std::span<const double> negatives;
};

struct AucDifference {
  Auc first;
  Auc second;
  double difference = 0;  ///< first - second.
  double variance = 0;
  double z = 0;        ///< 0 when the variance is.
  double p_value = 1;  ///< Of "the areas are equal", two-sided.
  /// "delong-paired": normal, cut to [-1, 1]. Absent when the variance is 0.
  std::optional<Interval> interval;
};

/// Two models on the same samples (DeLong et al. 1988, section 3). Preconditions: as DeLongAuc, equal
/// numbers.
AucDifference DeLongDifference(const PairedScores& first, const PairedScores& second, double level);

struct RocPoint {
  double threshold = 0;  ///< Positive means score >= threshold; infinity at the first point.
  std::int64_t true_positives = 0;
  std::int64_t false_positives = 0;
  double tpr = 0;
  double fpr = 0;
};

/// From (0, 0) to (1, 1), one point a distinct score, both rates rising.
std::vector<RocPoint> RocCurve(std::span<const double> positives, std::span<const double> negatives);

/// The point with the largest TPR among those with FPR <= max_fpr: no interpolation, so it can be operated.
RocPoint AtFpr(std::span<const RocPoint> curve, double max_fpr);

/// At most max_points of the curve, ends included, for a picture. Keeps the points evenly spread along the
/// curve's length. Precondition: max_points >= 2.
std::vector<RocPoint> Thinned(std::span<const RocPoint> curve, std::size_t max_points);

}  // namespace cupel::stats
