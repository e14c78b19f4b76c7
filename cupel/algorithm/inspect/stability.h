// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Measures, before an attack, how far this model's answers depend on how they are computed.
///
/// Whether a row's logits and gradient have the same bits wherever the row stands in a tile and whatever
/// stands beside it, and at which smaller tile sizes that stays true. Only those sizes are used while a tile
/// empties. Where the target says that its rows are independent, all that it says so of are taken.
///
/// It is a test on samples, not a proof for every input. Where it fails, results are still the same for any
/// number of workers (pieces are fixed), but two shardings of the data may differ in a few inputs: a note
/// says so.

#include <cstdint>
#include <span>
#include <vector>

#include "cupel/algorithm/inspect/attack_target.h"

namespace cupel::algorithm::inspect {

/// Rows of a full tile.
inline constexpr std::int64_t kTileRows = executor::kTileSize;

struct Stability {
  bool position_independent = true;
  std::vector<std::int64_t> tile_sizes = {kTileRows};  ///< Falling; the first is kTileRows.
  double position_noise = 0;  ///< Largest difference of a logit between two positions in a tile.
};

/// Query attacks never ask for a gradient, so none is measured for them.
enum class Measured { kLogitsAndGradients, kLogits };

/// features: [n, d] of at least one sample, the first of a data set; labels: [n].
/// Errors: those of the target; kInvalidArgument when a logit is not finite.
Result<Stability> MeasureStability(const AttackTarget& target, std::span<const float> features,
                                   std::span<const std::int32_t> labels,
                                   Measured measured = Measured::kLogitsAndGradients);

}  // namespace cupel::algorithm::inspect
