// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the camera sees: a picture with a sticker in it, under one physical condition; and the way back of a
/// gradient to the sticker.
///
///     scene = B picture (1 - A outline) + A (outline sticker)      A, B: projective warps (linear)
///     seen  = clip_[0,1](contrast (G scene - 1/2) + 1/2 + brightness + noise n)    G: blur, n: normal
///
/// The view is linear in the sticker up to the clip, and `Backward` is its exact adjoint.
///
///   patch  the sticker alone moves, over a picture that stands still (Brown et al. 2017); without a region
///          it may lie anywhere in the picture
///   mask   sticker and picture are one object and move together; the sticker has its region on the object
///          (Eykholt et al. 2018, RP2)

#include <memory>
#include <optional>
#include <span>

#include "cupel/algorithm/physical/condition.h"
#include "cupel/algorithm/physical/sticker.h"
#include "cupel/data/image/plane_warp.h"
#include "cupel/data/image/separable_filter.h"

namespace cupel::algorithm::physical {

/// A rectangle as shares of the picture's height and width.
struct Region {
  double top = 0;
  double left = 0;
  double height = 0;
  double width = 0;
};

struct Placement {
  bool moves_with_picture = false;  ///< "mask"; needs a region.
  std::optional<Region> region{};   ///< Empty: anywhere.
  double area = 0.08;               ///< Without a region: share of the picture's area, (0, 0.5].

  /// Size on the picture, in its pixels.
  double HeightOn(std::int64_t height, std::int64_t width) const;
  double WidthOn(std::int64_t height, std::int64_t width) const;
};

class View {
 public:
  /// shape: {c, h, w} of the picture. stream: draws the noise.
  View(const std::vector<std::int64_t>& shape, const Sticker& sticker, const Placement& placement,
       const ConditionRanges& ranges, const Condition& condition, ReproducibleStream& stream);

  /// picture, seen: [c, h, w] in light. sticker: null shows the picture alone. The sticker must have the size
  /// that the view was made for. Returns through `kept`, [c, h, w], where the clip let a gradient through (1)
  /// and where not (0); may be null.
  void Render(std::span<const float> picture, const Sticker* sticker, std::span<float> seen,
              std::span<float> kept = {}) const;

  /// gradient: with respect to `seen`, [c, h, w], overwritten. Adds to sticker_gradient, [c, sh, sw].
  void Backward(std::span<float> gradient, std::span<const float> kept, const Sticker& sticker,
                std::span<float> sticker_gradient) const;

 private:
  data::image::PlaneSize plane_;
  std::int64_t channels_;
  std::optional<data::image::PlaneWarp> sticker_warp_;
  std::optional<data::image::PlaneWarp> picture_warp_;  ///< Empty: the picture stands still.
  data::image::SeparableFilter blur_;
  float contrast_;
  float brightness_;
  std::vector<float> noise_;  ///< [c, h, w]
};

}  // namespace cupel::algorithm::physical
