// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The checks of this module; each is one file that says what it measures in its Description.

#include "cupel/algorithm/check/check.h"

namespace cupel::algorithm::evaluate {

const check::Check& AccuracyCheck();     ///< evaluate.accuracy
const check::Check& CalibrationCheck();  ///< evaluate.calibration
const check::Check& SubgroupsCheck();    ///< evaluate.subgroups
const check::Check& CorruptionCheck();   ///< evaluate.corruption

}  // namespace cupel::algorithm::evaluate
