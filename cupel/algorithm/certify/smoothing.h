// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Randomised smoothing: a radius in which a *smoothed* classifier cannot change its answer.
///
/// The smoothed classifier g answers at x the class that the model answers most often at x + N(0, sigma^2 I).
/// Source: Cohen, Rosenfeld, Kolter, "Certified adversarial robustness via randomized smoothing", ICML 2019,
/// algorithm CERTIFY: the class is guessed from n0 draws, its probability bounded from below by Clopper and
/// Pearson from n further draws at confidence 1 - alpha, and the L2 radius is sigma Phi^-1(p) when p > 1/2.
///
/// Promises: with probability at least 1 - alpha over the draws, g answers `predicted` everywhere within
/// `radius` of x. Noise comes from (seed, stream, original index, draw), n0 and n are fixed, so the answer
/// does not depend on batches or workers. Does not promise: anything about the model itself, which may err
/// inside the radius; nor an exact proof against the discreteness of float32, which the theory leaves out
/// (noise is drawn in double, x + noise rounds to float32). Noise is not clipped to the box.

#include <cstdint>
#include <span>
#include <string>

#include "cupel/algorithm/executor/classifier.h"

namespace cupel::algorithm::certify {

struct SmoothingOptions {
  double sigma = 0.25;    ///< > 0, in the data's unit.
  std::int64_t n0 = 100;  ///< Draws that choose the class; > 0.
  std::int64_t n = 1000;  ///< Draws that bound its probability; > 0.
  double alpha = 0.001;   ///< Probability that a radius is wrong, in (0, 1/2).
  std::uint64_t seed = 0;
  std::string stream{};  ///< Name of the random stream: the check's id.
};

struct SmoothedAnswer {
  bool abstained = true;
  std::int32_t predicted = 0;  ///< The class chosen by the first n0 draws.
  std::int64_t count = 0;      ///< How many of the n draws answered it.
  double probability = 0;      ///< Its lower bound.
  double radius = 0;           ///< 0 when abstained.
};

/// The radius for `count` of n draws: sigma Phi^-1(p) with p the one-sided Clopper-Pearson bound; abstains
/// when p <= 1/2. Precondition: 0 <= count <= n.
SmoothedAnswer AnswerFrom(std::int32_t predicted, std::int64_t count, const SmoothingOptions& options);

/// x: [d]. Errors: those of the classifier; kInvalidArgument when a logit is not finite; kInterrupted.
Result<SmoothedAnswer> CertifySmoothed(const executor::Classifier& classifier, std::span<const float> x,
                                       std::int64_t original_index, const SmoothingOptions& options);

}  // namespace cupel::algorithm::certify
