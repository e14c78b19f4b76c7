// SPDX-License-Identifier: Apache-2.0
#include "cupel/stats/multiple_testing.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "cupel/base/error.h"

namespace cupel::stats {

std::vector<double> HolmAdjusted(std::span<const double> p_values) {
  CUPEL_CHECK(std::ranges::all_of(p_values, [](double p) { return p >= 0 && p <= 1; }));
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
  std::vector<double> adjusted(p_values.size());
  double largest = 0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    largest = std::max(largest, static_cast<double>(order.size() - rank) * p_values[order[rank]]);
    adjusted[order[rank]] = std::min(1.0, largest);
  }
  return adjusted;
}

}  // namespace cupel::stats
