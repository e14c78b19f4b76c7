// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The confusion matrix and what follows from it by counting alone.

#include <cstdint>
#include <vector>

#include "cupel/data/dataset/predictions.h"
#include "cupel/stats/interval.h"

namespace cupel::algorithm::evaluate {

struct Confusion {
  std::int64_t c = 0;
  std::vector<std::int64_t> counts;  ///< [c, c], counts[true * c + predicted].

  std::int64_t At(std::int64_t truth, std::int64_t predicted) const {
    return counts[static_cast<std::size_t>(truth * c + predicted)];
  }
  std::int64_t Samples() const;                           ///< n
  std::int64_t Correct() const;                           ///< Trace.
  std::int64_t TrueCount(std::int64_t label) const;       ///< Samples of the class.
  std::int64_t PredictedCount(std::int64_t label) const;  ///< Samples that were given the class.
};

/// Precondition: labels in [0, c), as the readers promise.
Confusion CountConfusion(const data::dataset::Predictions& predictions);

struct BalancedAccuracy {
  double value = 0;          ///< Mean recall of the classes that occur.
  stats::Interval interval;  ///< "mover-wilson"
  std::int64_t classes = 0;  ///< How many occur.
};

/// Mean of the recalls over classes that have samples (as scikit-learn's balanced_accuracy_score). The
/// interval squares and adds the distances to the Wilson limits of each recall (MOVER, Zou and Donner 2008):
/// it stays sensible at recalls of 0 and 1. Precondition: at least one sample.
BalancedAccuracy BalancedAccuracyOf(const Confusion& confusion, double level);

}  // namespace cupel::algorithm::evaluate
