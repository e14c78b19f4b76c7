// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Does a map point into the region where the cause is known to be?

#include <cstdint>
#include <span>
#include <vector>

namespace cupel::algorithm::explain {

/// Sums over the channels of a picture, [h * w]; other samples as they are, [d].
std::vector<double> PlaceSums(std::span<const double> map, const std::vector<std::int64_t>& sample_shape);

/// Share of the positive relevance that lies inside; 0 when there is none. sums, inside: [places].
/// Source: Arras, Osman, Samek: CLEVR-XAI, Information Fusion 2022 (relevance mass accuracy).
double RelevanceMass(std::span<const double> sums, std::span<const std::uint8_t> inside);

/// Whether the place of the largest relevance (the first among equals) lies inside; false when no relevance
/// is positive. Source: Zhang et al.: Top-down neural attention, IJCV 2018 (pointing game, tolerance 0).
bool PointsInside(std::span<const double> sums, std::span<const std::uint8_t> inside);

}  // namespace cupel::algorithm::explain
