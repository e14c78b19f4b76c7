// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Figures of a ranking: functions of the samples grouped by falling score (stats/score_groups.h).
///
/// A threshold lies only at a distinct score, so samples with equal scores are accepted together; nothing
/// depends on the order of input. Both classes must have weight unless said otherwise: elsewhere the result
/// is NaN.

#include <span>
#include <vector>

#include "cupel/stats/score_groups.h"

namespace cupel::algorithm::classification {

using Groups = std::span<const stats::ScoreGroup>;

/// Area under the ROC curve and average precision in one reading, for groups that come one after the other
/// and are kept nowhere (a merge of sorted files). Sums of counts are exact below 2^53.
class RankingSums {
 public:
  void Add(const stats::ScoreGroup& group);
  double positives() const { return positives_; }
  double negatives() const { return negatives_; }
  double RocAuc() const;
  double AveragePrecision() const;  ///< NaN without positives only.

 private:
  double positives_ = 0, negatives_ = 0, wins_ = 0, precision_ = 0;
};

double RocAuc(Groups groups);

/// Area up to max_fpr (the point there interpolated), standardised by McClish 1989: 1/2 (1 + (area - least) /
/// (most - least)). max_fpr in (0, 1]; 1 gives RocAuc.
double PartialAuc(Groups groups, double max_fpr);

double AveragePrecision(Groups groups);  ///< Sum of (R_n - R_n-1) P_n.

/// Trapezoids under scikit-learn's precision-recall curve, which begins at recall 0, precision 1.
double PrecisionRecallArea(Groups groups);

/// Precision at a recall is the highest at this recall or beyond. points 11: the mean at recalls 0, 0.1, ...
/// 1 (VOC 2007); 0: the area under the interpolated staircase (VOC 2010).
double InterpolatedPrecision(Groups groups, int points);

/// The largest TPR among thresholds with FPR <= max_fpr; 0 when even the first exceeds it.
double TprAtFpr(Groups groups, double max_fpr);

/// The largest recall among thresholds with precision >= floor; 0 when there is none.
double RecallAtPrecision(Groups groups, double floor);
double PrecisionAtRecall(Groups groups, double floor);

/// Where FPR = FNR. interpolated: on the line between the two neighbouring points; else the mean of both
/// rates at the point where they are nearest, the first of several.
double EqualErrorRate(Groups groups, bool interpolated);

/// Area of TPR over log10 FPR between two FPRs, over the width. 0 < low < high <= 1. TPR at the ends is
/// interpolated in FPR; between points the line is straight in log10 FPR.
double LogAuc(Groups groups, double low, double high);

/// Largest distance of the two classes' distributions of scores.
double KolmogorovSmirnov(Groups groups);

/// One point a threshold, the first at (0, 0).
struct RatePoint {
  double threshold = 0;  ///< Infinity at the first.
  double tpr = 0;
  double fpr = 0;
  double precision = 1;
};
std::vector<RatePoint> RatePoints(Groups groups);

}  // namespace cupel::algorithm::classification
