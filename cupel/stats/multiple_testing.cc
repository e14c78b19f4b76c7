// SPDX-License-Identifier: Apache-2.0
#include "cupel/stats/multiple_testing.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "cupel/base/error.h"

namespace cupel::stats {
namespace {

/// Indices by rising p.
std::vector<std::size_t> Order(std::span<const double> p_values) {
  CUPEL_CHECK(std::ranges::all_of(p_values, [](double p) { return p >= 0 && p <= 1; }));
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
  return order;
}

std::vector<double> StepUp(std::span<const double> p_values, double factor) {
  const std::vector<std::size_t> order = Order(p_values);
  std::vector<double> adjusted(p_values.size());
  double smallest = 1;
  for (std::size_t rank = order.size(); rank > 0; --rank) {
    const double scaled =
        p_values[order[rank - 1]] * factor * static_cast<double>(order.size()) / static_cast<double>(rank);
    smallest = std::min(smallest, scaled);
    adjusted[order[rank - 1]] = smallest;
  }
  return adjusted;
}

}  // namespace

std::vector<double> HolmAdjusted(std::span<const double> p_values) {
  const std::vector<std::size_t> order = Order(p_values);
  std::vector<double> adjusted(p_values.size());
  double largest = 0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    largest = std::max(largest, static_cast<double>(order.size() - rank) * p_values[order[rank]]);
    adjusted[order[rank]] = std::min(1.0, largest);
  }
  return adjusted;
}

std::vector<double> BenjaminiHochbergAdjusted(std::span<const double> p_values) {
  return StepUp(p_values, 1);
}

std::vector<double> BenjaminiYekutieliAdjusted(std::span<const double> p_values) {
  double harmonic = 0;
  for (std::size_t i = 1; i <= p_values.size(); ++i) harmonic += 1 / static_cast<double>(i);
  return StepUp(p_values, harmonic);
}

}  // namespace cupel::stats
