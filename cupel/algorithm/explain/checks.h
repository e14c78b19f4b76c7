// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The checks of this module; each lives as long as the program.

#include "cupel/algorithm/check/check.h"

namespace cupel::algorithm::explain {

/// explain.faithfulness: do attributions say what the model uses?
const check::Check& FaithfulnessCheck();

}  // namespace cupel::algorithm::explain
