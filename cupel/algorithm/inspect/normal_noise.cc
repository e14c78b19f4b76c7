// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/normal_noise.h"

#include <array>
#include <cmath>

namespace cupel::algorithm::inspect {
namespace {

constexpr std::size_t kLayers = 128;
constexpr double kTail = 3.442619855899;       // Where the tail begins.
constexpr double kArea = 9.91256303526217e-3;  // Of each layer, the tail's included.

double Density(double x) { return std::exp(-0.5 * x * x); }

/// Right edges of the layers, falling from the lowest: edge[0] is the width that gives the lowest layer,
/// tail included, the common area; edge[kLayers] is 0.
struct Ziggurat {
  std::array<double, kLayers + 1> edge{};
  std::array<double, kLayers + 1> density{};
  Ziggurat() {
    edge[0] = kArea / Density(kTail);
    edge[1] = kTail;
    for (std::size_t i = 2; i < kLayers; ++i)
      edge[i] = std::sqrt(-2 * std::log(kArea / edge[i - 1] + Density(edge[i - 1])));
    for (std::size_t i = 0; i <= kLayers; ++i) density[i] = Density(edge[i]);
  }
};

// Marsaglia's tail: exact beyond kTail.
double DrawTail(ReproducibleStream& stream) {
  while (true) {
    const double beyond = -std::log(1.0 - stream.UniformDouble()) / kTail;
    const double height = -std::log(1.0 - stream.UniformDouble());
    if (2 * height > beyond * beyond) return kTail + beyond;
  }
}

double DrawNormal(const Ziggurat& layers, ReproducibleStream& stream) {
  while (true) {
    const std::uint32_t bits = stream.Next32();
    const std::size_t layer = bits % kLayers;
    // The upper 24 bits as a signed number at the middle of its cell, so that no sign is preferred.
    const double place = (static_cast<std::int32_t>(bits) >> 8) + 0.5;
    const double x = place * 0x1p-23 * layers.edge[layer];
    if (std::abs(x) < layers.edge[layer + 1]) return x;
    if (layer == 0) return std::copysign(DrawTail(stream), x);
    const double low = layers.density[layer];
    const double high = layers.density[layer + 1];
    if (low + stream.UniformDouble() * (high - low) < Density(x)) return x;
  }
}

}  // namespace

void FillNormal(ReproducibleStream& stream, std::span<float> values) {
  static const Ziggurat layers;
  for (float& value : values) value = static_cast<float>(DrawNormal(layers, stream));
}

}  // namespace cupel::algorithm::inspect
