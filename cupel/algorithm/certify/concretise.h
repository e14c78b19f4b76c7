// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Least values of linear forms over boxes and balls, as lower bounds that no rounding can break.

#include <span>
#include <vector>

#include "cupel/algorithm/certify/linear_form.h"
#include "cupel/algorithm/certify/propagation.h"

namespace cupel::algorithm::certify {

/// sum over the window of |a| . weight for each row, rounded up. weight: [plane count], >= 0.
std::vector<double> WeightedSize(const LinearForms& forms, std::span<const double> weight);

/// Lower bounds of a . z over the box for each row. gamma: of a sum over the plane (rounding.h).
std::vector<double> LeastOverBox(const LinearForms& forms, const Box& box, double gamma);

/// Lower bounds of a . x over the input ball. In Linf the ball is a box. In L2 it is the best of three: the
/// box, the whole ball (a . x_0 - r |a|_2), and the Lagrangian dual of ball and box together, which is exact
/// up to the search for its multiplier; every multiplier gives a bound.
std::vector<double> LeastOverBall(const LinearForms& forms, const InputBall& ball, double gamma);

}  // namespace cupel::algorithm::certify
