// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The Carlini-Wagner attack in L2: a trade between distance and error, whose exchange rate is searched for.
///
/// With x(w) = (high + low) / 2 + (high - low) / 2 * tanh(w), which cannot leave the box, Adam minimises over
/// w
///
///   |x(w) - x(w_0)|^2 + c * max(-margin(x(w)) + confidence, 0)
///
/// where the margin is the goal's (objective.h: untargeted, or towards a target) and w_0 stands for the
/// original, pulled 1e-6 of the box inside it. Each round of the search starts anew from w_0; c grows tenfold
/// until some point of a round reaches the confidence, then the interval between a c that failed and one that
/// did not is halved. With ten rounds or more the last repeats the smallest c that succeeded. A round ends
/// early when a tenth of its steps brought the objective down by less than a ten-thousandth (abort_early).
///
/// Differs from the authors' code in this: early ends are decided for each sample, not for a batch, so that
/// a sample's outcome does not depend on others; and every error seen counts, whatever the confidence, which
/// only steers the search. The paper's figures are 9 rounds of 10000 steps from c = 0.001; the defaults here
/// are a hundredth of the work and are those that public libraries are compared at.
///
/// Does not promise a distance near the smallest: at a corner of the box (a black pixel) tanh is flat, and
/// few steps do not move it. Source: Carlini and Wagner, Towards evaluating the robustness of neural
/// networks, IEEE S&P 2017, section VI.A; Kingma and Ba 2015 (Adam: 0.9, 0.999, 1e-8).

#include <memory>

#include "cupel/algorithm/inspect/attack.h"

namespace cupel::algorithm::inspect {

struct CarliniWagnerOptions {
  int binary_search_steps = 5;  ///< Rounds, >= 1.
  int steps = 100;              ///< Adam's steps in a round, >= 1.
  double learning_rate = 0.01;  ///< > 0.
  double initial_const = 0.1;   ///< The first c, > 0.
  double confidence = 0;        ///< Margin wanted, in logits, >= 0.
  bool abort_early = true;
};

/// A nearest-point attack with one gradient a look; the walk's restart() is the round.
std::unique_ptr<Attack> MakeCarliniWagnerAttack(const CarliniWagnerOptions& options);

}  // namespace cupel::algorithm::inspect
