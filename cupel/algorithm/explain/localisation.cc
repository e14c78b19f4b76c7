// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/explain/localisation.h"

#include <algorithm>

namespace cupel::algorithm::explain {

std::vector<double> PlaceSums(std::span<const double> map, const std::vector<std::int64_t>& sample_shape) {
  const std::size_t channels = sample_shape.size() == 3 ? static_cast<std::size_t>(sample_shape[0]) : 1;
  std::vector<double> sums(map.size() / channels, 0.0);
  for (std::size_t i = 0; i < map.size(); ++i) sums[i % sums.size()] += map[i];
  return sums;
}

double RelevanceMass(std::span<const double> sums, std::span<const std::uint8_t> inside) {
  double within = 0;
  double total = 0;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const double relevance = std::max(0.0, sums[i]);
    total += relevance;
    if (inside[i] != 0) within += relevance;
  }
  return total == 0 ? 0 : within / total;
}

bool PointsInside(std::span<const double> sums, std::span<const std::uint8_t> inside) {
  const auto top = std::max_element(sums.begin(), sums.end());
  return *top > 0 && inside[static_cast<std::size_t>(top - sums.begin())] != 0;
}

}  // namespace cupel::algorithm::explain
