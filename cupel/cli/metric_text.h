// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Figures of merit as text, with the digits that readers compare with other tools.

#include <string>

#include "cupel/algorithm/check/check.h"

namespace cupel::cli {

/// Six significant digits; the JSON form has them all.
std::string NumberText(double value);

/// "[0.412, 0.437] wilson", or "" without one.
std::string IntervalText(const algorithm::check::Metric& metric);

}  // namespace cupel::cli
