// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Steps that lose nothing but rounding: affine maps, sums of two values, and moves of elements.

#include <memory>
#include <vector>

#include "cupel/algorithm/certify/linear_map.h"
#include "cupel/algorithm/certify/step.h"

namespace cupel::algorithm::certify {

struct Affine {
  std::unique_ptr<LinearMap> map{};
  std::vector<double> bias{};            ///< [output count]
  std::vector<double> bias_magnitude{};  ///< [output count] Sum of absolute values that make up the bias.
  /// Float32 operations between an input and an output, at most: a sum of n products and a bias has n + 1.
  std::int64_t roundings = 1;
};

/// y = L x + b. The float32 result lies within gamma_roundings (|L| |x| + bias_magnitude) of it.
std::unique_ptr<Step> MakeAffineStep(Affine affine);

/// y = x_0 + sign x_1, one float32 rounding. sign: 1 or -1.
std::unique_ptr<Step> MakeSumStep(double sign);

/// y_i = (x_0, x_1, ...)[source_i]: the inputs one after another, row-major. Each element is read once at
/// most.
std::unique_ptr<Step> MakeMoveStep(std::vector<Plane> inputs, const Plane& output,
                                   std::vector<std::int64_t> source);

/// y = x in another shape.
std::unique_ptr<Step> MakeReshapeStep(const Plane& input, const Plane& output);

}  // namespace cupel::algorithm::certify
