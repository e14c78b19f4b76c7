// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The checks of this module; each lives as long as the program.

#include "cupel/algorithm/check/check.h"

namespace cupel::algorithm::inspect {

/// inspect.fgsm: one gradient step of length epsilon.
const check::Check& FgsmCheck();
/// inspect.pgd: projected gradient descent, success at any visited iterate.
const check::Check& PgdCheck();

}  // namespace cupel::algorithm::inspect
