// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A picture as the rest of Cupel sees it: float planes, the layout that models take.
///
/// `values` is [c, h, w], row-major; channels are grey or red, green, blue; 0 is black and 1 is full light.
/// Nothing here clamps: a picture in the middle of an attack may leave [0, 1]. Encoding clamps.

#include <cstdint>
#include <span>
#include <vector>

#include "cupel/base/error.h"

namespace cupel::data::image {

struct Image {
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::int64_t channels = 0;
  std::vector<float> values;  ///< [c, h, w]

  std::int64_t PlaneSize() const { return height * width; }

  /// Precondition: 0 <= channel < channels. The span is valid as long as the image.
  std::span<const float> Plane(std::int64_t channel) const {
    return std::span(values).subspan(static_cast<std::size_t>(channel * PlaneSize()),
                                     static_cast<std::size_t>(PlaneSize()));
  }
  std::span<float> Plane(std::int64_t channel) {
    return std::span(values).subspan(static_cast<std::size_t>(channel * PlaneSize()),
                                     static_cast<std::size_t>(PlaneSize()));
  }
  /// Preconditions: the indices are inside.
  float At(std::int64_t channel, std::int64_t y, std::int64_t x) const {
    return values[static_cast<std::size_t>((channel * height + y) * width + x)];
  }
  float& At(std::int64_t channel, std::int64_t y, std::int64_t x) {
    return values[static_cast<std::size_t>((channel * height + y) * width + x)];
  }

  bool operator==(const Image&) const = default;
};

/// Most pixels of a picture that is decoded, drawn or resized to: 2^26, for example 8192 x 8192.
inline constexpr std::int64_t kMaxPixels = std::int64_t{1} << 26;

/// A picture of one value everywhere. Preconditions: sizes > 0.
Image FilledImage(std::int64_t channels, std::int64_t height, std::int64_t width, float value);

/// Copies `values`, [c, h, w].
/// Errors: kInvalidArgument unless 1 or 3 channels, positive sizes of at most kMaxPixels, c*h*w values, all
/// finite.
Result<Image> MakeImage(std::int64_t channels, std::int64_t height, std::int64_t width,
                        std::span<const float> values);

/// Three equal planes from one; a picture of three channels is returned unchanged.
Image ToColour(const Image& image);

/// Luma of ITU-R BT.601, 0.299 R + 0.587 G + 0.114 B; a picture of one channel is returned unchanged.
Image ToGrey(const Image& image);

}  // namespace cupel::data::image
