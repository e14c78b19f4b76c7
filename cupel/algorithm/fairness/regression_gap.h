// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Fairness of predicted numbers between groups: how large the loss is, and to which side it leans.
///
/// Sources: Agarwal, Dudik and Wu 2019 (bounded group loss: the worst group's mean loss); residual = truth -
/// prediction, so that a positive mean means that a group is predicted too low.

#include <cstdint>
#include <span>
#include <vector>

namespace cupel::algorithm::fairness {

enum class Loss { kSquare, kAbsolute };

struct RegressionGroup {
  std::int64_t n = 0;
  double mean_loss = 0;      ///< 0 when n is 0.
  double mean_residual = 0;  ///< 0 when n is 0.
};

/// truth, predicted, group_of: [n]; group -1 is left out.
std::vector<RegressionGroup> RegressionByGroup(std::span<const double> truth,
                                               std::span<const double> predicted,
                                               std::span<const std::int32_t> group_of, std::size_t groups,
                                               Loss loss);

/// The largest mean loss of a group. Precondition, here and below: a group has samples.
double BoundedGroupLoss(std::span<const RegressionGroup> groups);

/// Largest minus smallest mean residual.
double MeanResidualGap(std::span<const RegressionGroup> groups);

}  // namespace cupel::algorithm::fairness
