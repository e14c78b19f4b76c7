// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Parameters that several schemes of this family take.

#include <string>
#include <vector>

#include "cupel/algorithm/check/check.h"

namespace cupel::algorithm::detection {

/// The first choice is the default.
check::ParameterSpec Choice(std::string name, std::vector<std::string> choices, check::Text meaning);

check::ParameterSpec Count(std::string name, std::int64_t fallback, std::int64_t low, std::int64_t high,
                           check::Text meaning);

/// A number in [low, high].
check::ParameterSpec Number(std::string name, double fallback, double low, double high, check::Text meaning);

/// "overlap" in [0.01, 1]: from which overlap on a detection has found an object.
check::ParameterSpec OverlapSpec(double fallback);

/// "mode": "corrected", "compatible", with what differs.
check::ParameterSpec ModeSpec(check::Text meaning);
inline bool IsCompatible(const check::Parameters& parameters) {
  return parameters.Text("mode") == "compatible";
}

}  // namespace cupel::algorithm::detection
