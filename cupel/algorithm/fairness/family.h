// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Fairness of groups as schemes (rows L01 to L03 of the catalogue), on one input, `grouped`. A scheme's own
/// figure is the reference's; of a largest gap, which is biased upward, the corrected one stands beside it.
/// Whole audits are checks (checks.h).

#include "cupel/algorithm/scheme/scheme.h"

namespace cupel::algorithm::fairness {

const scheme::Family& Family();

}  // namespace cupel::algorithm::fairness
