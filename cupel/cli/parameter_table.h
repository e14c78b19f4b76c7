// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How checks and schemes show their parameters.

#include <span>
#include <string>

#include "cupel/algorithm/check/check.h"

namespace cupel::cli {

/// name, default, range, unit, meaning.
std::string ParameterTable(std::span<const algorithm::check::ParameterSpec> parameters);

Json ParameterJson(const algorithm::check::ParameterSpec& parameter);

}  // namespace cupel::cli
