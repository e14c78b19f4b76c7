// SPDX-License-Identifier: Apache-2.0
#pragma once

/// DeepFool, in L2 or Linf: the nearest boundary of the model made linear, again and again.
///
/// x_0 = original. At x_i every candidate class k (the most likely ones at the original, the label aside) has
/// f_k = z_k - z_label with gradient w_k, and in the linear model the boundary is |f_k| / |w_k|_q away, q the
/// dual norm. The step goes to the nearest of these boundaries and `nudge` of the box's width beyond; steps
/// add up to r, and x_{i+1} = clip(original + (1 + overshoot) r). The walk ends when the model errs by more
/// than the rounding of its logits, so that the point found is a witness and not one on the boundary.
///
/// The overshoot multiplies the whole of r, as in the authors' code, not the last step alone: with the latter
/// the answer at the point found depends on the batch it is computed in.
///
/// Untargeted: the goal must not name a target. Not in L1. Source: Moosavi-Dezfooli, Fawzi and Frossard,
/// DeepFool: a simple and accurate method to fool deep neural networks, CVPR 2016 (algorithm 2; section 3.3
/// for other norms).

#include <memory>

#include "cupel/algorithm/inspect/attack.h"

namespace cupel::algorithm::inspect {

struct DeepFoolOptions {
  int steps = 50;           ///< >= 1; steps + 1 points are looked at.
  int candidates = 10;      ///< Classes considered, the label among them; >= 2.
  double overshoot = 0.02;  ///< >= 0.
  double nudge = 1e-4;      ///< Of the box's width, >= 0: keeps steps from dying out before the boundary.
};

/// A nearest-point attack with min(candidates, classes) - 1 gradients a look.
std::unique_ptr<Attack> MakeDeepFoolAttack(const DeepFoolOptions& options);

}  // namespace cupel::algorithm::inspect
