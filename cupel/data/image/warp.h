// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Pictures blurred, turned and resized: what a camera, a scanner or a user may do to an input.
///
/// Every function returns a new picture and works on each channel alone, on the calling thread.

#include "cupel/data/image/image.h"

namespace cupel::data::image {

/// What lies beyond the edge: the nearest pixel, or a value.
enum class Border { kReplicate, kConstant };

/// Gaussian blur. sigma: in pixels, > 0 and <= 100. The kernel has 2 ceil(4 sigma) + 1 taps and sums to 1;
/// the edge is replicated, so a constant picture stays constant. Errors: kInvalidArgument for sigma.
Result<Image> GaussianBlur(const Image& image, double sigma);

/// Turned by `degrees` counter-clockwise (as seen) about the centre ((w-1)/2, (h-1)/2), same size; bilinear
/// in float32. Multiples of 90 degrees of a square picture are exact. fill: the value outside for
/// Border::kConstant. Errors: kInvalidArgument unless degrees is finite.
Result<Image> Rotate(const Image& image, double degrees, Border border = Border::kConstant,
                     float fill = 0.0f);

/// Means over the covered area when both sides shrink (no aliasing), else bilinear.
/// Errors: kInvalidArgument unless both sizes are positive and at most kMaxPixels together.
Result<Image> Resize(const Image& image, std::int64_t height, std::int64_t width);

/// Every pixel becomes factor x factor pixels: for showing small pictures in a report.
/// Errors: kInvalidArgument unless factor is in 1 .. 64 and the result has at most kMaxPixels.
Result<Image> Enlarge(const Image& image, int factor);

}  // namespace cupel::data::image
