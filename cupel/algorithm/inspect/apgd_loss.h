// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What APGD climbs: value and gradient of its three losses, to be climbed.
///
/// - ce: cross entropy.
/// - dlr: the margin divided by the largest minus the third-largest logit (see objective.h).
/// - dlr-targeted, towards class t: -(z_y - z_t) / (z_(1) - (z_(3) + z_(4)) / 2).
///
/// With fewer classes than a formula names logits, the last there is takes the place of the missing one; with
/// two classes the denominator is 1. Then dlr and dlr-targeted are the margin up to a positive factor.
///
/// A goal with a target of its own: ce descends the target's cross entropy; the other two are dlr-targeted
/// towards it.
///
/// Source: Croce and Hein, "Reliable evaluation of adversarial robustness with an ensemble of diverse
/// parameter-free attacks", ICML 2020, equations 6 and 7; denominators carry the 1e-12 of the official code.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "cupel/algorithm/inspect/objective.h"

namespace cupel::algorithm::inspect {

enum class ApgdLoss { kCrossEntropy, kDlr, kDlrTargeted };

/// "ce", "dlr", "dlr-targeted". Errors: kInvalidArgument.
Result<ApgdLoss> ParseApgdLoss(std::string_view text);

/// rival: the class that kDlrTargeted climbs towards; otherwise unused. logits: [c], finite, c >= 2.
double ApgdLossValue(ApgdLoss loss, std::span<const float> logits, const Goal& goal, std::int32_t rival);

/// With respect to the logits. gradient: [c].
void ApgdLossGradient(ApgdLoss loss, std::span<const float> logits, const Goal& goal, std::int32_t rival,
                      std::span<float> gradient);

/// Classes other than the label by falling logit; the lower index first among equals. logits: [c].
std::vector<std::int32_t> RivalsByRank(std::span<const float> logits, std::int32_t label);

}  // namespace cupel::algorithm::inspect
