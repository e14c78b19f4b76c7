// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The model's answers as the checks of this module want them.

#include <string>
#include <vector>

#include "cupel/algorithm/check/check.h"

namespace cupel::algorithm::evaluate {

/// The run's predictions, once they are known to be usable.
/// Errors: those of context.predictions; kInvalidArgument without samples, for sizes that disagree, or for a
/// label outside [0, c).
Result<const data::dataset::Predictions*> UsablePredictions(const check::Context& context);

/// "a, b, c", or "a, b, c and 17 more": a few names in a note, whatever the number of classes.
std::string Few(const std::vector<std::string>& names);

}  // namespace cupel::algorithm::evaluate
