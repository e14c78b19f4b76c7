// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Rules that integrate a function over [0, 1] from its values at a few points.

#include <cstdint>
#include <vector>

namespace cupel::algorithm::explain {

struct QuadratureRule {
  std::vector<double> nodes;    ///< In (0, 1), rising.
  std::vector<double> weights;  ///< Sum 1.
};

/// Equal weights at (k + 1/2) / points. Precondition, here and below: points >= 1.
QuadratureRule MidpointRule(std::int64_t points);

/// Exact for polynomials up to degree 2 points - 1. Nodes are the roots of the Legendre polynomial (Newton's
/// iteration from Tricomi's estimate); accurate to a few units in the last place for points <= 1000.
QuadratureRule GaussLegendreRule(std::int64_t points);

}  // namespace cupel::algorithm::explain
