// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The physical conditions under which a camera sees a printed sticker: ranges, and draws from them.
///
/// Source: Athalye et al., Synthesizing robust adversarial examples, ICML 2018 (expectation over
/// transformation); the ranges' defaults follow Brown et al. 2017 (rotation, scale, place) and Eykholt et al.
/// 2018 (angle, light, blur).

#include "cupel/base/json.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/data/image/homography.h"

namespace cupel::algorithm::physical {

/// Every quantity is uniform in its range; all >= 0. A range of 0 leaves its transformation out.
struct ConditionRanges {
  double rotation = 20;      ///< In the picture's plane, +- degrees; <= 180.
  double scale = 0.1;        ///< Size is 1 +- scale; < 1.
  double tilt = 20;          ///< Out of the plane, +- degrees about each axis; <= 60.
  double translation = 0.1;  ///< +- share of the picture's sides; not used where a patch may lie anywhere.
  double blur = 0.7;         ///< Gaussian, sigma in [0, blur] pixels of the model's input; <= 10.
  double brightness = 0.1;   ///< +-, of full light.
  double contrast = 0.2;     ///< Factor 1 +- contrast about middle grey; < 1.
  double noise = 0.03;       ///< Of the sensor: standard deviation in [0, noise], of full light.
};

struct Condition {
  double rotation = 0;
  double scale = 1;
  double tilt_x = 0;  ///< About the horizontal axis, degrees.
  double tilt_y = 0;  ///< About the vertical axis, degrees.
  double move_x = 0;  ///< In [-1, 1]: of the way that is free, or of `translation`.
  double move_y = 0;
  double blur = 0;
  double brightness = 0;
  double contrast = 1;
  double noise = 0;

  Json ToJson() const;
};

/// Always takes the same number of draws. The noise's own draws come from the same stream, after these.
Condition DrawCondition(const ConditionRanges& ranges, ReproducibleStream& stream);

/// A plane rectangle [width x height], turned about its middle and seen by a pinhole camera that is three
/// times its longer side away and looks at its middle: from coordinates of the rectangle to coordinates of
/// the view, whose origin is where the middle is seen. `pixels` view units are one unit of the rectangle.
data::image::Homography SeenFrom(const Condition& condition, double width, double height, double pixels);

}  // namespace cupel::algorithm::physical
