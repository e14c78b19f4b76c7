// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Attacks on models that are random by design: expectation over transformation (EOT).
///
/// A model is random when two passes over the same inputs, with different draws of the graph's random
/// operators, differ. What is attacked and judged then is the model's answer over many draws:
///
/// - search: logits and gradients are means over `eot_iter` draws. The gradient is the mean of the gradients
///   of the objective at each draw, as in Athalye et al. and in AutoAttack; success is looked for, and losses
///   are taken, at the mean of the logits (AutoAttack takes both from the last draw alone).
/// - confirmation: `votes` exact passes with draws that the search never saw. The answer is the class most
///   often answered (the lowest index wins a tie), its logits the mean over the passes that answered it,
///   whose largest logit is that of the class. So a success is one that a majority vote confirms, not one
///   lucky draw; a model that is voted right is called robust even if single draws err.
///
/// Draws are a function of (node of the graph, bits of the input, number of the draw): a run repeats bit by
/// bit, for any tiles, workers and shards, and a new point has new draws. Where an operator draws one value
/// for a whole batch, all inputs share it.
///
/// Does not promise: a certificate, or the robustness of a smoothed model (see the certify module); the
/// number of votes bounds how near to a half a success may lie. Clean accuracy is that of one draw.
///
/// Sources: Athalye, Engstrom, Ilyas, Kwok, "Synthesizing robust adversarial examples", ICML 2018, section
/// 2.1; Athalye, Carlini, Wagner, ICML 2018, section 4.2 (stochastic gradients); AutoAttack's version "rand".

#include <memory>
#include <span>

#include "cupel/algorithm/inspect/attack_target.h"

namespace cupel::algorithm::inspect {

struct StochasticOptions {
  int eot_iter = 20;  ///< >= 1.
  int votes = 25;     ///< >= 1.
};

/// Whether the target's answers to `features`, [n, d] with n > 0, vary from draw to draw. Errors: those of
/// the target.
Result<bool> AnswersVary(const AttackTarget& target, std::span<const float> features);

/// The target must outlive it.
std::unique_ptr<AttackTarget> ExpectationOf(const AttackTarget& target, const StochasticOptions& options);

}  // namespace cupel::algorithm::inspect
