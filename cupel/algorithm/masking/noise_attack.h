// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Random search: points drawn uniformly from the ball. Weaker than any attack that learns, so it must break
/// nothing that a gradient attack does not (Carlini et al. 2019, section 5.3).

#include <memory>

#include "cupel/algorithm/inspect/attack.h"

namespace cupel::algorithm::masking {

/// draws: points looked at a sample, >= 1. Norms linf and l2.
std::unique_ptr<inspect::Attack> MakeNoiseAttack(int draws);

}  // namespace cupel::algorithm::masking
