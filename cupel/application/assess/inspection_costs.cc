// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/assess/inspection_costs.h"

#include <array>

namespace cupel::application::assess {

// From the attacks' definitions. AutoAttack: 100 + 9 * 100 + 9 * 100 gradients and 5000 queries. The masking
// diagnosis attacks 100 samples: a sweep of 6 budgets, twice the steps, 5 starts, an unbounded attack, 200
// draws and 500 queries. Trainings count a sample of the training data as one gradient pass an epoch.
std::span<const AttackCost> AttackCosts() {
  static constexpr std::array costs = {
      AttackCost{.id = "inspect.fgsm", .gradients = 2, .parameters = "{epsilons}"},
      AttackCost{.id = "inspect.pgd", .gradients = 21, .parameters = "{epsilons}"},
      AttackCost{.id = "inspect.deepfool", .gradients = 60, .parameters = "{epsilons-linf}"},
      AttackCost{.id = "inspect.fmn", .gradients = 100, .parameters = "{epsilons}"},
      AttackCost{.id = "inspect.apgd", .gradients = 101, .parameters = "{epsilons}"},
      AttackCost{.id = "inspect.carlini-wagner", .gradients = 900},
      AttackCost{.id = "inspect.fab", .gradients = 900, .parameters = "{epsilons}"},
      AttackCost{.id = "inspect.autoattack", .gradients = 1900, .forwards = 5000, .parameters = "{epsilons}"},
      AttackCost{.id = "inspect.square", .forwards = 1000, .parameters = "queries = 1000, {epsilons}"},
      AttackCost{.id = "inspect.simba", .forwards = 2000, .parameters = "queries = 2000, {epsilons-linf}"},
      AttackCost{
          .id = "inspect.hopskipjump", .forwards = 5000, .parameters = "queries = 5000, {epsilons-linf}"},
      AttackCost{.id = "inspect.boundary", .forwards = 5000, .parameters = "queries = 5000"},
      AttackCost{.id = "inspect.masking", .fixed_gradients = 30000, .fixed_forwards = 70000},
      AttackCost{.id = "inspect.physical", .fixed_gradients = 20000, .fixed_forwards = 20000},
      AttackCost{.id = "inspect.neural-cleanse", .fixed_gradients = 500000},
      AttackCost{.id = "inspect.membership", .fixed_forwards = 20000, .needs_training_data = true},
      AttackCost{.id = "inspect.activation-clustering", .fixed_forwards = 60000, .needs_training_data = true},
      AttackCost{.id = "inspect.spectral-signatures", .fixed_forwards = 60000, .needs_training_data = true},
      AttackCost{.id = "inspect.inversion", .fixed_gradients = 2000, .needs_training_data = true},
      AttackCost{.id = "inspect.extraction", .fixed_gradients = 200000},
      AttackCost{.id = "inspect.rmia", .fixed_gradients = 400000, .needs_training_data = true},
      AttackCost{.id = "inspect.lira", .fixed_gradients = 1600000, .needs_training_data = true},
  };
  return costs;
}

}  // namespace cupel::application::assess
