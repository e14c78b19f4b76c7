// SPDX-License-Identifier: Apache-2.0
#pragma once

/// FMN, the fast minimum-norm attack, in Linf or L2: one gradient a step, no line search, no inner loop.
///
/// The walk climbs the goal's margin (objective.h) by steps of fixed length, and is held in a ball around the
/// original whose radius adapts: at a point that is adversarial it shrinks by the factor 1 - gamma, and to
/// what was nearest so far; at one that is not it grows by 1 + gamma; before any success it reaches a
/// little beyond where the boundary would be if the model were linear, and grows by 1 + gamma at least. Both
/// the step and gamma are annealed along a cosine. So the walk runs along the boundary, in and out, and every
/// point inside is a success nearer than most before.
///
/// The paper has the first radius end on that boundary, where a walk can stay for good, on a model that is
/// linear or where the box takes part of each step.
///
/// x_0 = original. Steps are in units of the box's width. Source: Pintor, Roli, Brendel and Biggio, Fast
/// minimum-norm adversarial attacks through adaptive norm constraints, NeurIPS 2021, algorithm 1 (its L0 and
/// L1 forms are not here).

#include <memory>

#include "cupel/algorithm/inspect/attack.h"

namespace cupel::algorithm::inspect {

struct FmnOptions {
  int steps = 100;             ///< Looks, >= 1.
  double max_stepsize = 1;     ///< Length of the first step, > 0.
  double min_stepsize = 0.01;  ///< Of the last, in (0, max_stepsize].
  double gamma = 0.05;         ///< First change of the radius, in (0, 1); the last is 0.001.
};

/// A nearest-point attack with one gradient a look.
std::unique_ptr<Attack> MakeFmnAttack(const FmnOptions& options);

}  // namespace cupel::algorithm::inspect
