// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The k-fold protocol of LFW and the working points of IJB.

#include <cstdint>
#include <span>
#include <vector>

namespace cupel::algorithm::biometric {

struct Pair {
  double score = 0;
  bool is_same = false;
};

struct FoldAccuracy {
  std::int64_t right = 0;
  std::int64_t n = 0;
  double Share() const { return static_cast<double>(right) / static_cast<double>(n); }
};

/// [folds]: how many pairs of each fold are judged right at the threshold that is best on the others. Folds
/// are blocks in the given order, the first n mod folds of them one longer (scikit-learn's KFold). With
/// is_compatible a score is a cosine and thresholds are InsightFace's grid of squared distances 2 - 2 score.
/// Preconditions: 2 <= folds <= n.
std::vector<FoldAccuracy> CrossValidatedAccuracy(std::span<const Pair> pairs, std::int64_t folds,
                                                 bool is_compatible);

/// The threshold whose FAR is nearest to the target; of several, the one with the highest FAR index first in
/// InsightFace's order (falling FAR). Preconditions: both not empty.
double NearestFarThreshold(std::span<const double> mated, std::span<const double> non_mated, double target);

}  // namespace cupel::algorithm::biometric
