// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A symmetric filter along rows and columns of a plane, and its transpose, in float32 with sums in a fixed
/// order. (GaussianBlur of warp.h is OpenCV's and has no transpose.)

#include <cstdint>
#include <span>
#include <vector>

#include "cupel/data/image/plane_warp.h"

namespace cupel::data::image {

class SeparableFilter {
 public:
  /// taps: odd in number, the middle one in the middle. border: kConstant takes 0 beyond the edge.
  SeparableFilter(std::vector<float> taps, Border border);

  /// Gaussian weights exp(-i^2 / (2 sigma^2)) for |i| <= radius, divided by their sum. sigma >= 0; 0 gives 1
  /// in the middle.
  static std::vector<float> GaussianTaps(double sigma, int radius);

  /// In place. plane: [size].
  void Apply(std::span<float> plane, PlaneSize size) const;
  void ApplyTransposed(std::span<float> plane, PlaneSize size) const;

 private:
  void AlongLine(const float* from, float* to, std::int64_t count, bool transposed) const;
  void Run(std::span<float> plane, PlaneSize size, bool transposed) const;

  std::vector<float> taps_;
  Border border_;
};

}  // namespace cupel::data::image
