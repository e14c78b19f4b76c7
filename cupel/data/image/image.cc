// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/image/image.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace cupel::data::image {

Image FilledImage(std::int64_t channels, std::int64_t height, std::int64_t width, float value) {
  CUPEL_CHECK(channels > 0 && height > 0 && width > 0);
  return {height, width, channels,
          std::vector<float>(static_cast<std::size_t>(channels * height * width), value)};
}

Result<Image> MakeImage(std::int64_t channels, std::int64_t height, std::int64_t width,
                        std::span<const float> values) {
  if (channels != 1 && channels != 3) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("a picture has 1 or 3 channels, got {}", channels));
  }
  if (height <= 0 || width <= 0 || height > kMaxPixels || width > kMaxPixels || height * width > kMaxPixels) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("a picture has 1 to {} pixels, got {} x {}", kMaxPixels, height, width));
  }
  if (static_cast<std::int64_t>(values.size()) != channels * height * width) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("a picture of {} x {} x {} has {} values, got {}", channels, height, width,
                            channels * height * width, values.size()));
  }
  const auto bad =
      std::find_if_not(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
  if (bad != values.end()) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("pixel value {} is not finite", bad - values.begin()));
  }
  return Image{height, width, channels, std::vector<float>(values.begin(), values.end())};
}

Image ToColour(const Image& image) {
  if (image.channels == 3) return image;
  CUPEL_CHECK(image.channels == 1);
  Image colour{image.height, image.width, 3, {}};
  colour.values.reserve(image.values.size() * 3);
  for (int channel = 0; channel < 3; ++channel) {
    colour.values.insert(colour.values.end(), image.values.begin(), image.values.end());
  }
  return colour;
}

Image ToGrey(const Image& image) {
  if (image.channels == 1) return image;
  CUPEL_CHECK(image.channels == 3);
  Image grey = FilledImage(1, image.height, image.width, 0.0f);
  const auto red = image.Plane(0), green = image.Plane(1), blue = image.Plane(2);
  for (std::size_t i = 0; i < grey.values.size(); ++i) {
    grey.values[i] = 0.299f * red[i] + 0.587f * green[i] + 0.114f * blue[i];
  }
  return grey;
}

}  // namespace cupel::data::image
