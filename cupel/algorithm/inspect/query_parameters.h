// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Parameters that several query attacks declare.

#include "cupel/algorithm/check/check.h"

namespace cupel::algorithm::inspect {

/// `queries`: how many answers the attacker may see for one input.
check::ParameterSpec QueriesParameter(std::int64_t fallback);

/// A number with one bound on each side, in the unit given.
check::ParameterSpec NumberParameter(std::string name, check::ParameterType type, std::string unit,
                                     Json fallback, double low, double high, check::Text meaning);

}  // namespace cupel::algorithm::inspect
