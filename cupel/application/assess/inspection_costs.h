// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What each attack can need at most with its default parameters: the basis of a budget.

#include <cstdint>
#include <span>
#include <string_view>

namespace cupel::application::assess {

struct AttackCost {
  std::string_view id;
  double gradients = 0;        ///< Forward and gradient passes an attacked sample.
  double forwards = 0;         ///< Forward passes an attacked sample.
  double fixed_gradients = 0;  ///< Passes whatever the number of samples, such as trainings.
  double fixed_forwards = 0;
  bool needs_training_data = false;
  /// TOML, "" for the defaults. "{epsilons}" stands for the budgets asked for; "{epsilons-linf}" also asks an
  /// attack that is at home in L2 for Linf.
  std::string_view parameters{};
};

/// Every attack that a plan without further files can name.
std::span<const AttackCost> AttackCosts();

}  // namespace cupel::application::assess
