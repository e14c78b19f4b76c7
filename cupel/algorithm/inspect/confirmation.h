// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Confirms exactly what a search found: the graph as it was given, float32, one input at a time.

#include <cstdint>
#include <span>
#include <vector>

#include "cupel/algorithm/inspect/attack_target.h"
#include "cupel/algorithm/inspect/objective.h"

namespace cupel::algorithm::inspect {

/// What the exact executor says of one input.
struct Confirmation {
  std::int32_t predicted = 0;
  double margin = 0;
  std::vector<float> logits;
};

/// x: [d]. Errors: those of the target; kInvalidArgument when a logit is not finite.
Result<Confirmation> ConfirmExactly(const AttackTarget& target, std::span<const float> x, const Goal& goal);

/// Float noise of a margin: twice the largest difference of a logit seen between two ways to compute it
/// (search against exact, one tile position against another), never below the rounding of the logits.
double MarginNoise(std::span<const float> exact, std::span<const float> search, double position_noise);

}  // namespace cupel::algorithm::inspect
