// SPDX-License-Identifier: Apache-2.0
#pragma once

/// All checks that this build knows. Adding one: write its file, then add its line in registry.cc.

#include <span>
#include <string_view>

#include "cupel/algorithm/check/check.h"

namespace cupel::application::assess {

/// In the order in which they are listed and documented.
std::span<const algorithm::check::Check* const> AllChecks();

/// Errors: kInvalidArgument with the nearest id.
Result<const algorithm::check::Check*> FindCheck(std::string_view id);

}  // namespace cupel::application::assess
