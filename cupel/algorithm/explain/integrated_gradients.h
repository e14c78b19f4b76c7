// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Integrated gradients: how much each feature of one input contributes to one logit, against a baseline.
///
///     phi_i = (x_i - b_i) * integral over a in [0, 1] of d f / d x_i at b + a (x - b)
///
/// by the midpoint rule with `steps` points; sums in double. Completeness: the attributions sum to f(x) -
/// f(b), up to the error of the rule. Exact for a linear model. Source: Sundararajan, Taly, Yan: Axiomatic
/// attribution for deep networks, ICML 2017.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "cupel/algorithm/executor/executor.h"

namespace cupel::algorithm::explain {

/// A model that answers logits [n, class_count] to [n, ...sample_shape]. The executor must outlive it.
struct ExplainedModel {
  const executor::Executor* executor = nullptr;
  std::int64_t class_count = 0;
  std::vector<std::int64_t> sample_shape;
};

enum class Baseline { kZero, kMean, kBlur };

/// "zero", "mean", "blur". Errors: kInvalidArgument.
Result<Baseline> ParseBaseline(std::string_view text);

/// The input that stands for "no information": 0 brought into the box; each channel's mean; or the picture
/// under a Gaussian blur of an eighth of its width. x: [d]. Errors: kInvalidArgument for kBlur when the
/// sample is not a picture {c, h, w}.
Result<std::vector<float>> MakeBaseline(Baseline kind, std::span<const float> x,
                                        const std::vector<std::int64_t>& sample_shape, float box_low,
                                        float box_high);

/// Logits of up to any number of inputs, computed in tiles of fixed size. inputs: [n, d]. Returns [n,
/// class_count].
Result<std::vector<float>> TiledLogits(const ExplainedModel& model, std::span<const float> inputs,
                                       std::int64_t n);

/// [d]. steps >= 1. Errors: those of the executor; kInvalidArgument when a gradient is not finite.
Result<std::vector<double>> IntegratedGradients(const ExplainedModel& model, std::span<const float> x,
                                                std::span<const float> baseline, std::int32_t target_class,
                                                std::int64_t steps);

}  // namespace cupel::algorithm::explain
