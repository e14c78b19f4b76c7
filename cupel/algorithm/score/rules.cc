// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/score/rules.h"

#include <array>

namespace cupel::algorithm::score {

std::span<const Rule> Rules() {
  using enum FactorId;
  using enum Formula;
  static constexpr std::array rules = {
      Rule{kWhiteBox, "inspect.fgsm", "robust_accuracy", kRobustAccuracy},
      Rule{kWhiteBox, "inspect.pgd", "robust_accuracy", kRobustAccuracy},
      Rule{kWhiteBox, "inspect.apgd", "robust_accuracy", kRobustAccuracy},
      Rule{kWhiteBox, "inspect.autoattack", "robust_accuracy", kRobustAccuracy},
      Rule{kWhiteBox, "inspect.deepfool", "robust_accuracy", kRobustAccuracy},
      Rule{kWhiteBox, "inspect.carlini-wagner", "robust_accuracy", kRobustAccuracy},
      Rule{kWhiteBox, "inspect.fab", "robust_accuracy", kRobustAccuracy},
      Rule{kWhiteBox, "inspect.fmn", "robust_accuracy", kRobustAccuracy},
      Rule{kQuery, "inspect.square", "robust_accuracy", kRobustAccuracy},
      Rule{kQuery, "inspect.hopskipjump", "robust_accuracy", kRobustAccuracy},
      Rule{kQuery, "inspect.boundary", "robust_accuracy", kRobustAccuracy},
      Rule{kQuery, "inspect.simba", "robust_accuracy", kRobustAccuracy},
      Rule{kTransfer, "inspect.transfer", "robust_accuracy", kRobustAccuracy},
      Rule{kPhysical, "inspect.physical", "attack_success", kHarm},
      Rule{kBackdoor, "inspect.trigger", "lift", kHarm},
      Rule{kBackdoor, "inspect.neural-cleanse", "trigger_success", kHarmWhenFlagged},
      Rule{kBackdoor, "inspect.activation-clustering", "flagged_classes", kFlag},
      Rule{kBackdoor, "inspect.spectral-signatures", "flagged_classes", kFlag},
      Rule{kMembership, "inspect.membership", "auc", kArea},
      Rule{kMembership, "inspect.lira", "auc", kArea},
      Rule{kMembership, "inspect.rmia", "auc", kArea},
      Rule{kInversion, "inspect.inversion", "nearest_difference", kHarm},
      Rule{kInversion, "inspect.attribute-inference", "advantage", kHarm},
      Rule{kInversion, "inspect.extraction", "fidelity", kHarm},
  };
  return rules;
}

}  // namespace cupel::algorithm::score
