// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Does a score mean the same in every group? Calibration within a group and balance of the classes.
///
/// Calibration: among samples of equal score, the share of positives. Slope and intercept are those of a
/// logistic regression of the label on the score's log-odds: 1 and 0 for a calibrated probability; a score
/// that is no probability still has them, and groups may be compared. Sources: Cox 1958; Kleinberg,
/// Mullainathan and Raghavan 2016 (balance); Naeini et al. 2015 (ECE, equal-width bins).

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "cupel/algorithm/fairness/cells.h"

namespace cupel::algorithm::fairness {

/// One group's samples of a score's bin.
struct ScoreBin {
  double score = 0;  ///< Mean score.
  std::int64_t positives = 0;
  std::int64_t n = 0;
};

struct Estimate {
  double value = 0;
  double error = 0;  ///< Standard error.
};

struct WithinGroup {
  std::int64_t n = 0;
  double ece = 0;  ///< sum n_b / n |mean score - share of positives|, ten bins of equal width.
  /// E[S | positive]: balance for the positive class. Absent with fewer than two of them.
  std::optional<Estimate> mean_of_positives;
  std::optional<Estimate> mean_of_negatives;
  std::optional<Estimate> slope;  ///< Both absent when one class is missing or the labels are separable.
  std::optional<Estimate> intercept;
  std::vector<ScoreBin> bins;  ///< The ten bins that are not empty, rising.
};

/// scores: [n] in [0, 1]; a score of 0 or 1 counts as 1e-6 from it in the log-odds. Bin b is
/// (b / 10, (b + 1) / 10], the first with 0. Absent when the group has no sample.
std::optional<WithinGroup> CalibrationWithin(std::span<const double> scores,
                                             std::span<const Outcome> outcomes,
                                             std::span<const std::int32_t> group_of, std::int32_t group);

}  // namespace cupel::algorithm::fairness
