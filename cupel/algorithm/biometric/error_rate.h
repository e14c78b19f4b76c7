// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Thresholds and error rates of scores (ISO/IEC 19795-1): what the schemes of this family share.
///
/// A comparison matches when its score is at or above the threshold. FMR is the share of non-mated
/// comparisons that match, FNMR the share of mated ones that do not.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "cupel/algorithm/check/check.h"
#include "cupel/algorithm/scheme/scheme.h"

namespace cupel::algorithm::biometric {

/// Trials with an error or without, each of a subject (-1: unknown; then every trial counts as independent).
struct Trials {
  std::vector<std::uint8_t> errors;
  std::vector<std::int32_t> subjects;

  void Add(bool is_error, std::int32_t subject) {
    errors.push_back(is_error ? 1 : 0);
    subjects.push_back(subject);
  }
};

/// The share of errors. Interval: Wilson when no trial names its subject, else beta-binomial over subjects
/// (stats/beta_binomial.h). Precondition: at least one trial.
check::Metric RateMetric(std::string name, const Trials& trials, const scheme::Options& options);

/// What a reader must know about the metric's sample, if anything: fewer than 30 errors, or none.
void NoteSmallSample(const check::Metric& metric, std::vector<check::Text>& notes);

/// The smallest threshold at which the share of `scores` at or above it is at most `rate`: just above the
/// score that would be one too many; minus infinity when all may match. Precondition: rate in [0, 1].
double ThresholdAtRate(std::span<const double> scores, double rate);

/// How many of n a rate allows: the largest k with k / n <= rate.
std::int64_t Allowed(std::int64_t n, double rate);

/// Where the two error rates are equal, by linear interpolation between the two working points around it.
/// Tied scores move both rates at once. Precondition: both not empty.
struct EqualErrorRate {
  double value = 0;
  double threshold = 0;  ///< Of the working point at or after the crossing.
};
EqualErrorRate EerOf(std::span<const double> mated, std::span<const double> non_mated);

/// One working point a distinct score, thresholds falling; begins with (0, 1) at +infinity.
struct DetPoint {
  double threshold = 0;
  double fmr = 0;
  double fnmr = 0;
};
std::vector<DetPoint> DetCurve(std::span<const double> mated, std::span<const double> non_mated);

/// A DET figure on logarithmic axes.
Json DetFigure(std::span<const DetPoint> curve);

}  // namespace cupel::algorithm::biometric
