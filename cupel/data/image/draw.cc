// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/image/draw.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace cupel::data::image {
namespace {

// ColorBrewer 2.0, RdBu with 11 classes, from blue to red (Apache-2.0, Cynthia Brewer, Mark Harrower, Penn
// State).
constexpr std::array<std::uint32_t, 11> kRedBlue = {0x053061, 0x2166ac, 0x4393c3, 0x92c5de,
                                                    0xd1e5f0, 0xf7f7f7, 0xfddbc7, 0xf4a582,
                                                    0xd6604d, 0xb2182b, 0x67001f};
// viridis of matplotlib (CC0), nine equal steps.
constexpr std::array<std::uint32_t, 9> kViridis = {0x440154, 0x472d7b, 0x3b528b, 0x2c728e, 0x21918c,
                                                   0x28ae80, 0x5ec962, 0xaddc30, 0xfde725};

Colour FromHex(std::uint32_t rgb) {
  return {static_cast<float>((rgb >> 16) & 255) / 255.0f, static_cast<float>((rgb >> 8) & 255) / 255.0f,
          static_cast<float>(rgb & 255) / 255.0f};
}

// position: in [0, 1] along the table.
Colour Interpolate(std::span<const std::uint32_t> table, float position) {
  const float scaled = position * static_cast<float>(table.size() - 1);
  const std::size_t below = std::min(static_cast<std::size_t>(scaled), table.size() - 2);
  const float share = scaled - static_cast<float>(below);
  const Colour low = FromHex(table[below]), high = FromHex(table[below + 1]);
  Colour colour;
  for (std::size_t i = 0; i < colour.size(); ++i) colour[i] = low[i] + share * (high[i] - low[i]);
  return colour;
}

Status CheckScale(float full_scale) {
  if (full_scale > 0 && std::isfinite(full_scale)) return {};
  return Fail(ErrorCode::kInvalidArgument,
              fmt::format("full_scale must be finite and > 0, got {}", full_scale));
}

}  // namespace

Colour DivergingColour(float value) {
  return Interpolate(kRedBlue, (std::clamp(value, -1.0f, 1.0f) + 1) / 2);
}

Colour SequentialColour(float value) { return Interpolate(kViridis, std::clamp(value, 0.0f, 1.0f)); }

Result<Image> SignedDifference(const Image& before, const Image& after, float full_scale) {
  if (before.height != after.height || before.width != after.width || before.channels != after.channels) {
    return Fail(
        ErrorCode::kInvalidArgument,
        fmt::format("the pictures must have the same size, got {} x {} x {} and {} x {} x {}",
                    before.channels, before.height, before.width, after.channels, after.height, after.width));
  }
  std::vector<float> mean(static_cast<std::size_t>(before.PlaneSize()), 0.0f);
  for (std::int64_t channel = 0; channel < before.channels; ++channel) {
    const auto from = before.Plane(channel), to = after.Plane(channel);
    for (std::size_t i = 0; i < mean.size(); ++i)
      mean[i] += (to[i] - from[i]) / static_cast<float>(before.channels);
  }
  return HeatMap(before, mean, full_scale, Palette::kDiverging, 1.0f);
}

Result<Image> HeatMap(const Image& image, std::span<const float> map, float full_scale, Palette palette,
                      float opacity) {
  CUPEL_TRY_STATUS(CheckScale(full_scale));
  if (!(opacity >= 0 && opacity <= 1)) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("opacity must be in [0, 1], got {}", opacity));
  }
  if (static_cast<std::int64_t>(map.size()) != image.PlaneSize()) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("the map must have {} values, got {}", image.PlaneSize(), map.size()));
  }
  if (!std::all_of(map.begin(), map.end(), [](float value) { return std::isfinite(value); })) {
    return Fail(ErrorCode::kInvalidArgument, "the map has a value that is not finite");
  }
  const Image grey = ToGrey(image);
  Image drawn = FilledImage(3, image.height, image.width, 0.0f);
  for (std::size_t i = 0; i < map.size(); ++i) {
    const float value = map[i] / full_scale;
    const Colour colour = palette == Palette::kDiverging ? DivergingColour(value) : SequentialColour(value);
    for (std::int64_t channel = 0; channel < 3; ++channel) {
      drawn.Plane(channel)[i] =
          opacity * colour[static_cast<std::size_t>(channel)] + (1 - opacity) * grey.values[i];
    }
  }
  return drawn;
}

Result<Image> ComposeRow(std::span<const Image> images, std::int64_t gap, float background) {
  if (images.empty()) return Fail(ErrorCode::kInvalidArgument, "there is no picture to compose");
  if (gap < 0) return Fail(ErrorCode::kInvalidArgument, fmt::format("gap must be >= 0, got {}", gap));
  std::int64_t width = gap * (static_cast<std::int64_t>(images.size()) - 1), height = 0, channels = 1;
  for (const Image& image : images) {
    width += image.width;
    height = std::max(height, image.height);
    channels = std::max(channels, image.channels);
  }
  if (height <= 0 || width <= 0 || width > kMaxPixels / height) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("the row would have {} x {} pixels", height, width));
  }
  Image row = FilledImage(channels, height, width, background);
  std::int64_t left = 0;
  for (const Image& image : images) {
    for (std::int64_t channel = 0; channel < channels; ++channel) {
      for (std::int64_t y = 0; y < image.height; ++y) {
        const auto from =
            image.Plane(image.channels == 1 ? 0 : channel).subspan(static_cast<std::size_t>(y * image.width));
        std::copy_n(from.begin(), image.width, &row.At(channel, y, left));
      }
    }
    left += image.width + gap;
  }
  return row;
}

}  // namespace cupel::data::image
