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
/// inspect.deepfool: nearest boundary of the model made linear, L2 or Linf.
const check::Check& DeepFoolCheck();
/// inspect.carlini-wagner: distance against error, L2.
const check::Check& CarliniWagnerCheck();
/// inspect.fab: fast adaptive boundary attack and its targeted form, Linf, L2 or L1.
const check::Check& FabCheck();
/// inspect.fmn: fast minimum-norm attack, Linf or L2.
const check::Check& FmnCheck();
/// inspect.square: random search with square windows, on scores.
const check::Check& SquareCheck();
/// inspect.hopskipjump: the nearest error from decisions, by estimates of the boundary's normal.
const check::Check& HopSkipJumpCheck();
/// inspect.boundary: the nearest error from decisions, by a random walk along the boundary.
const check::Check& BoundaryCheck();
/// inspect.simba: one basis direction a step, on scores.
const check::Check& SimbaCheck();

}  // namespace cupel::algorithm::inspect
