// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Parameters that several evaluation checks declare alike.

#include "cupel/algorithm/check/check.h"

namespace cupel::algorithm::evaluate {

/// "level": nominal coverage of the intervals.
check::ParameterSpec LevelSpec();

/// "replicates": how many bootstrap replicates.
check::ParameterSpec ReplicatesSpec(std::int64_t fallback);

/// "interval": "wilson" or "clopper-pearson".
check::ParameterSpec IntervalMethodSpec();

}  // namespace cupel::algorithm::evaluate
