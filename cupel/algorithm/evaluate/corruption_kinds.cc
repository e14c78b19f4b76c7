// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/evaluate/corruption_kinds.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "cupel/data/image/codec.h"
#include "cupel/data/image/warp.h"

namespace cupel::algorithm::evaluate {
namespace {

using data::image::Image;

using Constants = std::array<double, kStrengths>;

struct Row {
  Constants small;
  Constants large;
};

constexpr std::int64_t kLargeFrom = 96;

const Row& ConstantsOf(CorruptionKind kind) {
  static constexpr std::array<Row, 6> kTable = {{
      {{0.04, 0.06, 0.08, 0.09, 0.10}, {0.08, 0.12, 0.18, 0.26, 0.38}},
      {{0.4, 0.6, 0.7, 0.8, 1.0}, {1, 2, 3, 4, 6}},
      {{0.05, 0.1, 0.15, 0.2, 0.3}, {0.1, 0.2, 0.3, 0.4, 0.5}},
      {{0.75, 0.5, 0.4, 0.3, 0.15}, {0.4, 0.3, 0.2, 0.1, 0.05}},
      {{80, 65, 58, 50, 40}, {25, 18, 15, 10, 7}},
      {{6, 12, 18, 24, 30}, {6, 12, 18, 24, 30}},
  }};
  return kTable[static_cast<std::size_t>(kind)];
}

std::int64_t ShorterSide(const Image& image) { return std::min(image.height, image.width); }

Image WithNoise(Image image, double deviation, ReproducibleStream& stream) {
  for (float& value : image.values) value += static_cast<float>(deviation * stream.Normal());
  return image;
}

/// Adds to the HSV value (the largest channel) and keeps hue and saturation; black becomes grey.
Image Brighter(Image image, double added) {
  const auto pixels = static_cast<std::size_t>(image.PlaneSize());
  const auto channels = static_cast<std::size_t>(image.channels);
  for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
    float value = 0;
    for (std::size_t c = 0; c < channels; ++c) value = std::max(value, image.values[c * pixels + pixel]);
    const float brighter = std::min(1.0F, value + static_cast<float>(added));
    for (std::size_t c = 0; c < channels; ++c) {
      float& channel = image.values[c * pixels + pixel];
      channel = value > 0 ? channel / value * brighter : brighter;
    }
  }
  return image;
}

Image WithLessContrast(Image image, double factor) {
  for (std::int64_t c = 0; c < image.channels; ++c) {
    const std::span<float> plane = image.Plane(c);
    const double mean = std::accumulate(plane.begin(), plane.end(), 0.0) / static_cast<double>(plane.size());
    for (float& value : plane) value = static_cast<float>(mean + (value - mean) * factor);
  }
  return image;
}

Result<Image> Apply(const Image& image, CorruptionKind kind, double constant, ReproducibleStream& stream) {
  switch (kind) {
    case CorruptionKind::kNoise: return WithNoise(image, constant, stream);
    case CorruptionKind::kBlur: return data::image::GaussianBlur(image, constant);
    case CorruptionKind::kBrightness: return Brighter(image, constant);
    case CorruptionKind::kContrast: return WithLessContrast(image, constant);
    case CorruptionKind::kJpeg: return data::image::JpegRoundTrip(image, static_cast<int>(constant));
    case CorruptionKind::kRotation: {
      const bool clockwise = stream.Below(2) == 1;
      return data::image::Rotate(image, clockwise ? -constant : constant, data::image::Border::kReplicate);
    }
  }
  return Fail(ErrorCode::kInternal, "unknown corruption");
}

}  // namespace

const std::vector<std::string>& CorruptionNames() {
  static const std::vector<std::string> names = {"noise",    "blur", "brightness",
                                                 "contrast", "jpeg", "rotation"};
  return names;
}

CorruptionKind CorruptionOf(std::string_view name) {
  const auto it = std::ranges::find(CorruptionNames(), name);
  CUPEL_CHECK(it != CorruptionNames().end());
  return static_cast<CorruptionKind>(it - CorruptionNames().begin());
}

double CorruptionConstant(CorruptionKind kind, int strength, const Image& image) {
  CUPEL_CHECK(strength >= 1 && strength <= kStrengths);
  const bool large = ShorterSide(image) >= kLargeFrom;
  const Row& row = ConstantsOf(kind);
  const double constant = (large ? row.large : row.small)[static_cast<std::size_t>(strength - 1)];
  if (kind != CorruptionKind::kBlur) return constant;
  return constant * static_cast<double>(ShorterSide(image)) / (large ? 224.0 : 32.0);
}

Result<Image> Corrupted(const Image& image, CorruptionKind kind, int strength, ReproducibleStream& stream) {
  CUPEL_TRY(Image worse, Apply(image, kind, CorruptionConstant(kind, strength, image), stream));
  for (float& value : worse.values) value = std::clamp(value, 0.0F, 1.0F);
  return worse;
}

}  // namespace cupel::algorithm::evaluate
