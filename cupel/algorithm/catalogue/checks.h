// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The checks of this module, made known in application/assess/registry.cc.

#include "cupel/algorithm/check/check.h"

namespace cupel::algorithm::catalogue {

/// evaluate.schemes: schemes on labelled answers, by name, as part of a plan.
const check::Check& SchemesCheck();

}  // namespace cupel::algorithm::catalogue
