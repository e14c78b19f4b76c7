// SPDX-License-Identifier: Apache-2.0
#pragma once

/// APGD: projected gradient ascent with momentum whose step halves itself, so that there is no step to
/// choose.
///
/// In Linf and L2, with P the projection onto ball and box and s the sign or the normalised gradient:
///
///   z_{k+1} = P(x_k + step * s(gradient at x_k))
///   x_{k+1} = P(x_k + a (z_{k+1} - x_k) + (1 - a) (x_k - x_{k-1})),   a = 1 at first, then 0.75
///
/// The step starts at 2 epsilon. At the checkpoints (of 100 iterations: 22, 41, 57, 70, 80, 87, 93, 99) it is
/// halved, and the walk goes on from the best point so far, when either at most a share rho of the last
/// iterations raised the loss, or neither the step nor the best loss changed since the last checkpoint.
///
/// In L1 there is no momentum: a step moves the features with the largest gradient alone, equally, and
/// projects (l1_ball.h); how many features, and the step, follow from how sparse the best point is, every
/// 4 % of the iterations.
///
/// dlr-targeted (APGD-T) attacks the `n_target_classes` classes with the largest logits at the original, but
/// the true one, in turn; every class has `n_restarts` walks.
///
/// As the official code (github.com/fra31/auto-attack, a392200), its quirk included that the first iteration
/// counts as a rise when its loss is above zero, with these differences:
/// - success is noticed at any point, by the caller, and ends the walk; the official code goes on;
/// - a point that the walk does not leave is not looked at again: the answer is known;
/// - starts are drawn from the whole ball, the official ones are then blown up to its surface; in L1 the
/// start
///   is the projection of a normal point in both;
/// - losses are compared in double; a gradient that is not zero has a direction however small it is.
/// Not here: the official L1 variant that shrinks from three times the budget (`use_largereps`), which looks
/// outside the ball.
///
/// Sources: Croce and Hein, ICML 2020 (APGD, AutoAttack); Croce and Hein, ICML 2021 (L1-APGD).

#include <memory>
#include <vector>

#include "cupel/algorithm/inspect/apgd_loss.h"
#include "cupel/algorithm/inspect/attack.h"

namespace cupel::algorithm::inspect {

/// The defaults are those of AutoAttack's standard version.
struct ApgdOptions {
  ApgdLoss loss = ApgdLoss::kCrossEntropy;
  int n_iter = 100;          ///< >= 1; a walk looks at one point more: its start.
  int n_restarts = 1;        ///< >= 1.
  int n_target_classes = 9;  ///< >= 1, of dlr-targeted; at most all classes but the true one.
  double rho = 0.75;         ///< In (0, 1).
};

/// Iterations after which a walk in Linf or L2 asks whether to halve its step; rising, at most n_iter.
std::vector<int> ApgdCheckpoints(int n_iter);

/// Preconditions: options in their ranges; a finite epsilon.
std::unique_ptr<Attack> MakeApgdAttack(const ApgdOptions& options);

}  // namespace cupel::algorithm::inspect
