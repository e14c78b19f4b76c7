// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Builders of a scheme's parameters.

#include <string>
#include <vector>

#include "cupel/algorithm/check/check.h"

namespace cupel::algorithm::scheme {

/// low, high: inclusive; both 0 for any finite number.
check::ParameterSpec RealParameter(std::string name, double fallback, double low, double high,
                                   check::Text meaning);

check::ParameterSpec IntegerParameter(std::string name, std::int64_t fallback, std::int64_t low,
                                      std::int64_t high, check::Text meaning);

/// The first choice is the default.
check::ParameterSpec ChoiceParameter(std::string name, std::vector<std::string> choices, check::Text meaning);

}  // namespace cupel::algorithm::scheme
