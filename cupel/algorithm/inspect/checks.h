// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The checks of this module; each lives as long as the program.

#include "cupel/algorithm/check/check.h"

namespace cupel::algorithm::inspect {

/// inspect.fgsm: one gradient step of length epsilon.
const check::Check& FgsmCheck();
/// inspect.pgd: projected gradient descent, success at any visited iterate.
const check::Check& PgdCheck();
/// inspect.apgd: projected gradient ascent whose step halves itself, on cross entropy or DLR.
const check::Check& ApgdCheck();
/// inspect.autoattack: APGD, targeted APGD, FAB and Square in turn, on what each left robust.
const check::Check& AutoAttackCheck();
/// inspect.membership: can the loss tell training samples from others?
const check::Check& MembershipCheck();

}  // namespace cupel::algorithm::inspect
