// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The boundaries between the true class and its rivals, with the model made linear at a point: what DeepFool
/// and FAB share.
///
/// For a rival k: f_k = z_k - z_label with input gradient w_k. The boundary f_k = 0 is |f_k| / |w_k|_q away,
/// where q is the dual of the norm that measures distance.

#include <cstdint>
#include <span>
#include <vector>

#include "cupel/algorithm/inspect/threat_model.h"

namespace cupel::algorithm::inspect {

/// At most `most` classes other than the label, the largest logit first; the lower index wins a tie.
/// logits: [c].
std::vector<std::int32_t> LikeliestRivals(std::span<const float> logits, std::int32_t label, int most);

/// The gradient of z_rival - z_label with respect to the logits, [c]; all zero on entry.
void DifferenceGradient(std::int32_t rival, std::int32_t label, std::span<float> gradient);

/// |gradient|_q in double, q the dual of `norm`: the L1 norm for Linf, L2 for L2, Linf for L1.
double DualNorm(Norm norm, std::span<const float> gradient);

struct NearestClass {
  std::int32_t rival = -1;
  double difference = 0;  ///< f_k: negative where the label is still ahead.
  double steepness = 0;   ///< |w_k|_q > 0, finite.
  double distance = 0;    ///< |f_k| / |w_k|_q.
  /// w_k, [d]; empty when no rival has a gradient that is finite and not zero.
  std::span<const float> gradient{};
};

/// The rival whose boundary is nearest; the earlier one wins a tie. gradients: [rivals][d], outlives the
/// result.
NearestClass FindNearestClass(Norm norm, std::span<const float> logits, std::span<const float> gradients,
                              std::span<const std::int32_t> rivals, std::int32_t label);

/// A bound on the float noise of a difference of logits: 2^-16 of the largest. What stands by less than this
/// may turn out otherwise in another batch.
double LogitRounding(std::span<const float> logits);

}  // namespace cupel::algorithm::inspect
