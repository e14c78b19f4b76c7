// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The checks of this module; each lives as long as the program.

#include "cupel/algorithm/check/check.h"

namespace cupel::algorithm::inspect {

/// inspect.fgsm: one gradient step of length epsilon.
const check::Check& FgsmCheck();
/// inspect.pgd: projected gradient descent, success at any visited iterate.
const check::Check& PgdCheck();
/// inspect.square: random search with square windows, on scores.
const check::Check& SquareCheck();
/// inspect.hopskipjump: the nearest error from decisions, by estimates of the boundary's normal.
const check::Check& HopSkipJumpCheck();
/// inspect.boundary: the nearest error from decisions, by a random walk along the boundary.
const check::Check& BoundaryCheck();
/// inspect.simba: one basis direction a step, on scores.
const check::Check& SimbaCheck();
/// inspect.membership: can the loss tell training samples from others?
const check::Check& MembershipCheck();

}  // namespace cupel::algorithm::inspect
