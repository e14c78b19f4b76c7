// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Where a walk begins.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "cupel/algorithm/inspect/threat_model.h"

namespace cupel::algorithm::inspect {

/// A point drawn uniformly from the ball around `original` (Linf: each feature alone; L2: a normal direction
/// times radius * u^(1/d)), then clipped to the box. L1: a normal point on the scale of the box, projected
/// onto ball and box (Croce and Hein 2021), which is sparse and not uniform. In L2 and L1 the threat model's
/// rule holds exactly; in Linf up to float rounding, which ProjectedPoint::Enter takes off. Depends only on
/// (seed, stream, original_index, restart).
std::vector<float> RandomStart(const ThreatModel& threat, std::span<const float> original, std::uint64_t seed,
                               std::string_view stream, std::int64_t original_index, int restart);

}  // namespace cupel::algorithm::inspect
