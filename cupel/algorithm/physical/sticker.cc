// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/physical/sticker.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace cupel::algorithm::physical {
namespace {

using Rgb = std::array<float, 3>;

constexpr Rgb Srgb(int red, int green, int blue) {
  return {static_cast<float>(red) / 255, static_cast<float>(green) / 255, static_cast<float>(blue) / 255};
}

// Nominal sRGB of SWOP coated inks. Index: cyan + 2 magenta + 4 yellow.
constexpr std::array<Rgb, 8> kPrimaries = {Srgb(255, 255, 255), Srgb(0, 174, 239), Srgb(236, 0, 140),
                                           Srgb(46, 49, 146),   Srgb(255, 242, 0), Srgb(0, 166, 81),
                                           Srgb(237, 28, 36),   Srgb(54, 54, 57)};
constexpr Rgb kBlack = Srgb(35, 31, 32);
constexpr float kGreyBlack = 0.299F * kBlack[0] + 0.587F * kBlack[1] + 0.114F * kBlack[2];

// Each ink covers its share of every other's (Neugebauer 1937, Demichel's weights).
Rgb Mixed(const std::array<float, 3>& inks) {
  Rgb colour{};
  for (std::size_t primary = 0; primary < kPrimaries.size(); ++primary) {
    float share = 1;
    for (std::size_t ink = 0; ink < 3; ++ink) {
      share *= (primary >> ink & 1) != 0 ? inks[ink] : 1 - inks[ink];
    }
    for (std::size_t channel = 0; channel < 3; ++channel)
      colour[channel] += share * kPrimaries[primary][channel];
  }
  return colour;
}

double Paper(const Sticker& sticker) {
  double area = 0;
  for (const float share : sticker.outline) area += share;
  return std::max(area, 1.0);
}

}  // namespace

Result<Outline> ParseOutline(std::string_view text) {
  if (text == "square") return Outline::kSquare;
  if (text == "disc") return Outline::kDisc;
  return Fail(ErrorCode::kInvalidArgument, fmt::format("an outline is square or disc, got \"{}\"", text));
}

Sticker PlainSticker(std::int64_t channels, std::int64_t height, std::int64_t width, Outline outline,
                     float light) {
  Sticker sticker{channels, height, width, {}, {}};
  sticker.light.assign(static_cast<std::size_t>(channels * height * width), light);
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      const double dx = (static_cast<double>(x) + 0.5) / static_cast<double>(width) * 2 - 1;
      const double dy = (static_cast<double>(y) + 0.5) / static_cast<double>(height) * 2 - 1;
      sticker.outline.push_back(outline == Outline::kSquare || dx * dx + dy * dy <= 1 ? 1.0F : 0.0F);
    }
  }
  return sticker;
}

Range PrintRange(std::int64_t channel, std::int64_t channels) {
  return {channels == 1 ? kGreyBlack : kBlack[static_cast<std::size_t>(channel)], 1.0F};
}

void RoundToBytes(Sticker& sticker) {
  for (float& value : sticker.light) value = std::round(std::clamp(value, 0.0F, 1.0F) * 255) / 255;
}

std::vector<Rgb> PrintableColours(std::int64_t channels) {
  std::vector<Rgb> colours;
  if (channels == 1) {
    for (int step = 0; step <= 8; ++step) {
      const float grey = 1 - (1 - kGreyBlack) * static_cast<float>(step) / 8;
      colours.push_back({grey, grey, grey});
    }
    return colours;
  }
  for (int inks = 0; inks < 27; ++inks) {
    colours.push_back(Mixed({static_cast<float>(inks % 3) / 2, static_cast<float>(inks / 3 % 3) / 2,
                             static_cast<float>(inks / 9) / 2}));
  }
  return colours;
}

double NonPrintability(const Sticker& sticker, double weight, std::span<float> gradient) {
  static const std::vector<Rgb> kGreys = PrintableColours(1), kColours = PrintableColours(3);
  const std::vector<Rgb>& colours = sticker.channels == 1 ? kGreys : kColours;
  const double area = Paper(sticker);
  const auto plane = static_cast<std::size_t>(sticker.PlaneSize());
  const auto channels = static_cast<std::size_t>(sticker.channels);
  double sum = 0;
  for (std::size_t i = 0; i < plane; ++i) {
    if (sticker.outline[i] == 0) continue;
    double nearest = 1e9;
    const Rgb* target = nullptr;
    for (const Rgb& colour : colours) {
      double squares = 0;
      for (std::size_t c = 0; c < channels; ++c) {
        const double difference = double{sticker.light[c * plane + i]} - colour[c];
        squares += difference * difference;
      }
      if (squares < nearest) {
        nearest = squares;
        target = &colour;
      }
    }
    const double distance = std::sqrt(nearest);
    sum += sticker.outline[i] * distance;
    if (distance == 0) continue;
    for (std::size_t c = 0; c < channels; ++c) {
      const double difference = double{sticker.light[c * plane + i]} - (*target)[c];
      gradient[c * plane + i] +=
          static_cast<float>(weight * sticker.outline[i] * difference / distance / area);
    }
  }
  return sum / area;
}

double TotalVariation(const Sticker& sticker, double weight, std::span<float> gradient) {
  const double area = Paper(sticker);
  double sum = 0;
  for (std::int64_t c = 0; c < sticker.channels; ++c) {
    for (std::int64_t y = 0; y < sticker.height; ++y) {
      for (std::int64_t x = 0; x < sticker.width; ++x) {
        const auto in_plane = static_cast<std::size_t>(y * sticker.width + x);
        const std::size_t here = static_cast<std::size_t>(c * sticker.PlaneSize()) + in_plane;
        const auto step = [&](bool inside, std::size_t stride) {
          return inside && sticker.outline[in_plane + stride] != 0
                     ? double{sticker.light[here + stride]} - sticker.light[here]
                     : 0.0;
        };
        const auto below_at = static_cast<std::size_t>(sticker.width);
        const double share = sticker.outline[in_plane];
        if (share == 0) continue;
        const double right = step(x + 1 < sticker.width, 1), below = step(y + 1 < sticker.height, below_at);
        const double root = std::sqrt(right * right + below * below + 1e-6);
        sum += share * (root - 1e-3);
        const double unit = weight * share / (root * area);
        gradient[here] -= static_cast<float>(unit * (right + below));
        if (right != 0) gradient[here + 1] += static_cast<float>(unit * right);
        if (below != 0) gradient[here + below_at] += static_cast<float>(unit * below);
      }
    }
  }
  return sum / area;
}

}  // namespace cupel::algorithm::physical
