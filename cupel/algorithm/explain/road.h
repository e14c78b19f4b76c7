// SPDX-License-Identifier: Apache-2.0
#pragma once

/// ROAD: removes pixels by noisy linear imputation, so that the shape of the removed region does not itself
/// tell the class.
///
/// A removed pixel becomes the weighted mean of its eight neighbours (1/6 each to the sides, 1/12 to the
/// corners, renormalised at the border), removed neighbours included: a sparse linear system, solved here by
/// conjugate gradients. Then noise. Most relevant first (MoRF) a faithful map makes the class's probability
/// fall fast, least relevant first (LeRF) slowly; the score is mean(LeRF) - mean(MoRF) over the shares
/// removed, 0 on average for a random order. Source: Rong et al.: A consistent and efficient evaluation
/// strategy for attribution methods, ICML 2022.

#include <cstdint>
#include <span>
#include <vector>

#include "cupel/algorithm/explain/explained_model.h"
#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::explain {

/// x: [c, h, w]; removed: [h * w], not all set. Returns the picture with the removed pixels filled in; others
/// keep their bits. Solved to a relative residual of 1e-8.
std::vector<float> ImputeLinearly(std::span<const float> x, const std::vector<std::int64_t>& sample_shape,
                                  const std::vector<std::uint8_t>& removed);

struct RoadOptions {
  std::vector<double> shares = {0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.9};  ///< Of the places, in (0, 1).
  double noise = 0.01;  ///< Standard deviation added to removed pixels, in the data's units.
};

/// mean over shares of p(LeRF) - p(MoRF). order: places, most important first. The stream gives the noise.
/// Precondition: a picture. Errors: those of the model.
Result<double> RoadScore(const ExplainedModel& model, std::span<const float> x,
                         std::span<const std::int64_t> order, std::int32_t target_class,
                         const RoadOptions& options, ReproducibleStream stream);

}  // namespace cupel::algorithm::explain
