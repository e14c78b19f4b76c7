// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Constant linear maps between values: convolution, matrix, scale, average.
///
/// All in double, weights exactly as the float32 model has them (or one rounding in double away). Shapes are
/// those of one sample.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "cupel/algorithm/certify/linear_form.h"

namespace cupel::algorithm::certify {

class LinearMap {
 public:
  virtual ~LinearMap() = default;
  /// y = L x, or |L| x. x: [input count], y: [output count].
  virtual void Apply(std::span<const double> x, bool absolute, std::span<double> y) const = 0;
  /// Forms over the input: at_output L.
  virtual LinearForms Transposed(const LinearForms& at_output) const = 0;
  /// Terms of the longest sum of either.
  virtual std::int64_t LongestSum() const = 0;
  virtual bool IsElementwise() const { return false; }
};

/// How a window slides over a plane, in both axes.
struct Sliding {
  Plane input;
  Plane output;
  std::int64_t kernel[2] = {1, 1};
  std::int64_t stride[2] = {1, 1};
  std::int64_t dilation[2] = {1, 1};
  std::int64_t pad[2] = {0, 0};  ///< Before the first position.

  /// Input coordinate that tap `tap` of output coordinate `at` reads; may lie outside.
  std::int64_t Source(int axis, std::int64_t at, std::int64_t tap) const {
    return at * stride[axis] - pad[axis] + tap * dilation[axis];
  }
  /// Positions of the input that a window of outputs reads, cut to the plane.
  Window Reach(const Window& outputs) const;
};

/// weights: [output channels, input channels / groups, kernel height, kernel width].
std::unique_ptr<LinearMap> MakeConvolution(const Sliding& sliding, std::int64_t groups,
                                           std::vector<double> weights);

/// y[p, :] = x[p, :] W for each of `positions` rows. weights: [inputs, outputs].
std::unique_ptr<LinearMap> MakeMatrix(std::int64_t positions, std::int64_t inputs, std::int64_t outputs,
                                      std::vector<double> weights, const Plane& input, const Plane& output);

/// y_i = scale_i x_i. The planes are equal.
std::unique_ptr<LinearMap> MakeScale(const Plane& plane, std::vector<double> scale);

/// Mean over each window, channel by channel; weight: [output height, output width], what each window's sum
/// is multiplied by. Positions outside the plane count as 0.
std::unique_ptr<LinearMap> MakeWindowMean(const Sliding& sliding, std::vector<double> weight);

}  // namespace cupel::algorithm::certify
