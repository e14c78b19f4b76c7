// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/explain/quadrature.h"

#include <cmath>
#include <numbers>

namespace cupel::algorithm::explain {
namespace {

struct Polynomial {
  double value = 0;
  double derivative = 0;
};

// P_n(z) by the three-term recurrence, and its derivative.
Polynomial Legendre(std::int64_t n, double z) {
  double current = z;
  double before = 1;
  for (std::int64_t k = 2; k <= n; ++k) {
    const auto order = static_cast<double>(k);
    const double next = ((2 * order - 1) * z * current - (order - 1) * before) / order;
    before = current;
    current = next;
  }
  return {current, static_cast<double>(n) * (z * current - before) / (z * z - 1)};
}

}  // namespace

QuadratureRule MidpointRule(std::int64_t points) {
  QuadratureRule rule;
  const auto count = static_cast<double>(points);
  for (std::int64_t k = 0; k < points; ++k) rule.nodes.push_back((static_cast<double>(k) + 0.5) / count);
  rule.weights.assign(static_cast<std::size_t>(points), 1 / count);
  return rule;
}

QuadratureRule GaussLegendreRule(std::int64_t points) {
  if (points == 1) return MidpointRule(1);
  QuadratureRule rule;
  const auto count = static_cast<double>(points);
  for (std::int64_t k = points; k >= 1; --k) {
    double z = std::cos(std::numbers::pi * (static_cast<double>(k) - 0.25) / (count + 0.5));
    for (int round = 0; round < 100; ++round) {
      const Polynomial at = Legendre(points, z);
      const double step = at.value / at.derivative;
      z -= step;
      if (std::abs(step) < 1e-15) break;
    }
    const double slope = Legendre(points, z).derivative;
    rule.nodes.push_back((1 + z) / 2);
    rule.weights.push_back(1 / ((1 - z * z) * slope * slope));
  }
  return rule;
}

}  // namespace cupel::algorithm::explain
