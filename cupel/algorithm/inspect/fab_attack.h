// SPDX-License-Identifier: Apache-2.0
#pragma once

/// FAB and FAB-T, the fast adaptive boundary attack, in Linf, L2 and L1.
///
/// At x_i the nearest boundary of the model made linear is a hyperplane (class_differences.h). With d1 and d2
/// the shortest ways to it inside the box (box_hyperplane.h) from x_i and from the original,
///
///   alpha   = min(|d1| / (|d1| + |d2|), alpha_max)
///   x_{i+1} = clip((1 - alpha) (x_i + eta d1) + alpha (original + eta d2))
///
/// so that the walk keeps close to the original without a step size. A point that is adversarial is a
/// success; the walk goes back from it towards the original by the factor beta and on from there. Such a
/// point and a start take a look of their own, so a walk of `steps` steps takes up to 2 steps looks.
///
/// Untargeted, every rival class is a candidate at each step. FAB-T walks once for each of the
/// `target_classes` likeliest rivals at the original, with its boundary alone: one gradient a look however
/// many classes there are; any error is a success. Each walk is done `restarts` times. The first starts at
/// the original, others at half the radius of a random ball: epsilon, or what was nearest so far; run by
/// itself without a budget and before any success 0.3 (Linf), 1 (L2) or 5 (L1), times the width of the box.
///
/// As in the official AutoAttack code, without the final search of the paper. Untargeted: the goal must not
/// name a target. Source: Croce and Hein, Minimally distorted adversarial examples with a fast adaptive
/// boundary attack, ICML 2020, algorithm 1; Croce and Hein, Reliable evaluation of adversarial robustness
/// with an ensemble of diverse parameter-free attacks, ICML 2020 (FAB-T).

#include <memory>

#include "cupel/algorithm/inspect/attack.h"

namespace cupel::algorithm::inspect {

struct FabOptions {
  int steps = 100;         ///< n_iter, >= 1.
  int restarts = 1;        ///< n_restarts, >= 1.
  double alpha_max = 0.1;  ///< In [0, 1].
  double eta = 1.05;       ///< Overshoot, >= 1.
  double beta = 0.9;       ///< Backward step, in (0, 1).
  bool targeted = false;   ///< FAB-T.
  int target_classes = 9;  ///< n_target_classes, >= 1; FAB-T takes at most classes - 1.
};

/// A nearest-point attack with one gradient a look (FAB-T) or classes - 1. restart() counts all walks of a
/// sample.
std::unique_ptr<Attack> MakeFabAttack(const FabOptions& options);

}  // namespace cupel::algorithm::inspect
