// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/explain/edge_map.h"

#include <algorithm>
#include <cmath>

namespace cupel::algorithm::explain {

std::vector<double> EdgeMap(std::span<const float> x, const std::vector<std::int64_t>& sample_shape) {
  const std::int64_t height = sample_shape[1];
  const std::int64_t width = sample_shape[2];
  std::vector<double> edges;
  edges.reserve(x.size());
  for (std::int64_t c = 0; c < sample_shape[0]; ++c) {
    const auto at = [&](std::int64_t row, std::int64_t column) -> double {
      const std::int64_t r = std::clamp<std::int64_t>(row, 0, height - 1);
      const std::int64_t k = std::clamp<std::int64_t>(column, 0, width - 1);
      return x[static_cast<std::size_t>((c * height + r) * width + k)];
    };
    for (std::int64_t row = 0; row < height; ++row) {
      for (std::int64_t column = 0; column < width; ++column) {
        double across = 0;
        double down = 0;
        for (std::int64_t k = -1; k <= 1; ++k) {
          const double weight = k == 0 ? 2 : 1;
          across += weight * (at(row + k, column + 1) - at(row + k, column - 1));
          down += weight * (at(row + 1, column + k) - at(row - 1, column + k));
        }
        edges.push_back(std::hypot(across, down));
      }
    }
  }
  return edges;
}

}  // namespace cupel::algorithm::explain
