// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Calibration of the top label: does a confidence of 80 % mean right in 80 % of the cases?
///
/// Confidence is the largest softmax probability of a row of scores (logits or log-probabilities), in double
/// precision. Bins have equal width and hold (lower, upper]; the first also holds 0. (A confidence of exactly
/// 0.8 with 15 bins is in (0.733, 0.8]: the rule of Guo et al. 2017; libraries differ here, and with it the
/// third digit.)

#include <cstdint>
#include <span>
#include <vector>

#include "cupel/data/dataset/predictions.h"

namespace cupel::algorithm::evaluate {

/// What calibration needs of one sample.
struct ScoredSample {
  double confidence = 0;  ///< In (0, 1].
  double correct = 0;     ///< 1 when the top label is the true one, else 0.
  double brier = 0;       ///< Sum over classes of (p - [class is true])^2, in [0, 2].
  double nll = 0;  ///< -log p of the true class, at most 745 (p below the smallest double counts as that).
};

std::vector<ScoredSample> ScoreSamples(const data::dataset::Predictions& predictions);  ///< [n]

struct CalibrationBin {
  std::int64_t count = 0;
  double confidence = 0;  ///< Sum over its samples.
  double correct = 0;     ///< Sum over its samples.
};

/// Precondition: bins > 0, confidence in [0, 1]. Returns 0 .. bins - 1.
std::size_t BinOf(double confidence, std::size_t bins);

/// The samples with these indices, in `bins` bins.
std::vector<CalibrationBin> BinSamples(std::span<const ScoredSample> samples,
                                       std::span<const std::int64_t> indices, std::size_t bins);

/// Expected calibration error: sum over bins of count/n * |accuracy - confidence|.
double ExpectedCalibrationError(std::span<const CalibrationBin> bins);

/// Maximum calibration error: the largest |accuracy - confidence| of a bin that is not empty.
double MaximumCalibrationError(std::span<const CalibrationBin> bins);

}  // namespace cupel::algorithm::evaluate
