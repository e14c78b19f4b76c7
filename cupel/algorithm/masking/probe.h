// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Measures the gradient that attacks follow: whether it is there, whether it points where answers change,
/// and whether answers are the same each time.
///
/// At each sample, moved inside the box by `reach`: slopes of the margin along `directions` random sign
/// vectors u, once as the gradient's product with u, once as (f(x + h u) - f(x - h u)) / 2h with h = reach;
/// their cosine over the directions is 1 for a smooth model, and stays near 1 for a piecewise linear one.
/// Source: Athalye, Carlini, Wagner 2018, section 3.1 (shattered gradients); Indicators of attack failure.

#include <cstdint>
#include <span>

#include "cupel/algorithm/inspect/attack_target.h"
#include "cupel/algorithm/inspect/threat_model.h"
#include "cupel/algorithm/masking/signs.h"

namespace cupel::algorithm::masking {

struct ProbeOptions {
  inspect::ThreatModel threat;   ///< One step of this budget tells whether the loss is flat.
  int directions = 16;           ///< >= 2
  double relative_reach = 1e-3;  ///< Of the box, > 0.
  int repeats = 5;               ///< Passes that must agree, >= 2.
  std::uint64_t seed = 0;
  std::string stream;
};

/// features: [n, d], n >= 1; labels, samples: [n]; samples are original indices. All rows are computed in
/// tiles of kTileRows. Errors: those of the target; kInvalidArgument for a logit that is not finite;
/// kInterrupted.
Result<GradientProbe> ProbeGradient(const inspect::AttackTarget& target, const ProbeOptions& options,
                                    std::span<const float> features, std::span<const std::int32_t> labels,
                                    std::span<const std::int64_t> samples);

}  // namespace cupel::algorithm::masking
