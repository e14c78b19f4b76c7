// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Inputs that stand for "no information": what attributions are measured against.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "cupel/base/error.h"

namespace cupel::algorithm::explain {

enum class Baseline { kZero, kMean, kBlur };

/// "zero", "mean", "blur". Errors: kInvalidArgument.
Result<Baseline> ParseBaseline(std::string_view text);

/// The input that stands for "no information": 0 brought into the box; each channel's mean; or the picture
/// under a Gaussian blur of an eighth of its width. x: [d]. Errors: kInvalidArgument for kBlur when the
/// sample is not a picture {c, h, w}.
Result<std::vector<float>> MakeBaseline(Baseline kind, std::span<const float> x,
                                        const std::vector<std::int64_t>& sample_shape, float box_low,
                                        float box_high);

}  // namespace cupel::algorithm::explain
