// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What evaluate.fairness takes and gives, as its description lists it.

#include <vector>

#include "cupel/algorithm/check/check.h"

namespace cupel::algorithm::fairness {

std::vector<check::ParameterSpec> FairnessParameters();
std::vector<check::MetricSpec> FairnessMetrics();

}  // namespace cupel::algorithm::fairness
