// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a gradient attack climbs: functions of the logits and the true label, with their gradients.
///
/// - cross entropy: log sum exp(z) - z_y. The gradient's entry for the true label is computed as minus the
/// sum of the
///   others, not as p_y - 1, so that a confident model does not hide its gradient behind float cancellation.
/// - margin: max over j != y of z_j - z_y (Carlini and Wagner 2017). Positive exactly when the answer is
/// wrong.
/// - dlr: margin divided by the distance of the largest to the third-largest logit (Croce and Hein 2020):
/// invariant to
///   the scale of the logits. Needs three classes.

#include <cstdint>
#include <span>
#include <string_view>

#include "cupel/base/error.h"

namespace cupel::algorithm::inspect {

enum class Loss { kCrossEntropy, kMargin, kDlr };

/// "ce", "margin", "dlr". Errors: kInvalidArgument.
Result<Loss> ParseLoss(std::string_view text);

/// Largest logit of another class minus the true one's: > 0 when the model errs, NaN when a logit is not
/// finite. logits: [c], c >= 2.
double Margin(std::span<const float> logits, std::int32_t label);

/// What the attacker wants of one input: any wrong answer, or one class.
struct Goal {
  std::int32_t label = 0;    ///< The true class.
  std::int32_t target = -1;  ///< The class wanted; -1: any but the label.

  bool targeted() const { return target >= 0; }
  /// > 0 exactly when the goal is reached: the largest logit of another class minus the true one's or, with a
  /// target, the target's minus the largest other. NaN when a logit is not finite. logits: [c], c >= 2.
  double MarginOf(std::span<const float> logits) const;
};

/// Class with the largest logit; the lowest index wins a tie.
std::int32_t PredictedClass(std::span<const float> logits);

/// -log softmax(logits)[label], in double.
double CrossEntropy(std::span<const float> logits, std::int32_t label);

/// Gradient of the loss with respect to the logits, to be climbed. logits, gradient: [c].
/// Precondition: finite logits; c >= 3 for kDlr.
void LossGradient(Loss loss, std::span<const float> logits, std::int32_t label, std::span<float> gradient);

/// The same for a goal: without a target the above; with one, the loss of the target class is descended.
void LossGradient(Loss loss, std::span<const float> logits, const Goal& goal, std::span<float> gradient);

/// What an attack on scores lowers: the log probability of the true class or, with a target, the target's
/// with the sign changed.
double ClassLoss(std::span<const float> logits, const Goal& goal);

}  // namespace cupel::algorithm::inspect
