// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A projective warp of a plane as what it is, a sparse linear map, and its transpose: so that a gradient can
/// go back through it.
///
/// Each target pixel is the mean of s x s bilinear samples of the source, s chosen for the pixel so that
/// neighbouring samples are at most about one source pixel apart (no aliasing when a warp shrinks). The
/// transpose is exact: <Apply(a), b> = <a, ApplyTransposed(b)> up to the rounding of float32.

#include <cstdint>
#include <span>
#include <vector>

#include "cupel/data/image/homography.h"
#include "cupel/data/image/image.h"
#include "cupel/data/image/warp.h"

namespace cupel::data::image {

struct PlaneSize {
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::int64_t count() const { return height * width; }
};

class PlaneWarp {
 public:
  /// to_source: from target coordinates to source coordinates. border: what lies beyond the source,
  /// kConstant: nothing (0), so that the warp of a plane of ones is the covered share of each target pixel.
  /// most_samples: bound of s, 1 .. 64. Preconditions: sizes > 0.
  PlaneWarp(const Homography& to_source, PlaneSize source, PlaneSize target, Border border,
            int most_samples = 8);

  PlaneSize source() const { return source_; }
  PlaneSize target() const { return target_; }

  /// from: [source], to: [target], overwritten.
  void Apply(std::span<const float> from, std::span<float> to) const;
  /// from: [target], to: [source], added to.
  void ApplyTransposed(std::span<const float> from, std::span<float> to) const;

 private:
  struct Weight {
    std::int32_t index = 0;
    float weight = 0;
  };
  void AddSample(Point at, float share, std::vector<Weight>& weights) const;

  PlaneSize source_;
  PlaneSize target_;
  Border border_;
  std::vector<std::int64_t> ends_;  ///< [target], where a pixel's weights end.
  std::vector<Weight> weights_;
};

/// Every channel through one warp. height, width: of the result.
/// Errors: kInvalidArgument for sizes beyond kMaxPixels.
Result<Image> WarpPerspective(const Image& image, const Homography& to_source, std::int64_t height,
                              std::int64_t width, Border border, int most_samples = 8);

}  // namespace cupel::data::image
