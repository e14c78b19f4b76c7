// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The checks of this module; each is one file that says what it measures in its Description.

#include "cupel/algorithm/check/check.h"

namespace cupel::algorithm::fairness {

const check::Check& FairnessCheck();        ///< evaluate.fairness
const check::Check& SubgroupSearchCheck();  ///< evaluate.subgroup-search

}  // namespace cupel::algorithm::fairness
