// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What an attack found for one sample.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cupel/algorithm/inspect/threat_model.h"
#include "cupel/base/json.h"

namespace cupel::algorithm::inspect {

/// A nearest-point attack came closer, by at least a hundredth: after `evaluations` looks its nearest success
/// was `distance` away.
struct Approach {
  std::int64_t evaluations = 0;
  double distance = 0;
};

struct AttackOutcome {
  bool broken = false;
  bool cycled = false;           ///< Some walk ended in a cycle.
  std::int64_t evaluations = 0;  ///< Points looked at: passes, or queries, spent.
  std::int64_t unconfirmed = 0;  ///< Errors of the search that the exact logits did not confirm.
  /// Of several attacks run in turn: evaluations of each. Empty: only one was run.
  std::vector<std::int64_t> spent{};
  // The rest is set when broken, or when a nearest-point attack succeeded beyond the budget.
  int stage = 0;              ///< Of several attacks run in turn, the one that succeeded.
  std::int64_t found_at = 0;  ///< Evaluations spent when the success was looked at; 0: none.
  int restart = 0;
  int step = 0;
  std::int32_t predicted = 0;
  double margin = 0;  ///< Exact logit of the best wrong class minus the true one's (see Goal).
  double noise = 0;   ///< Float noise of that margin; margin > noise.
  Perturbation moved;
  std::vector<float> adversarial;    ///< [d]
  std::vector<Approach> approaches;  ///< Nearest-point attacks: falling in distance.

  /// Adds what one more stage found to an outcome that is not broken.
  void AddStage(AttackOutcome found);
  /// Of a nearest-point attack: the verdict at one budget. Beyond it the distance stays, the input does not.
  AttackOutcome AtBudget(double epsilon, Norm norm) const;
};

/// For the journal; adversarial inputs are base64 of little-endian float32.
Json OutcomeToJson(const AttackOutcome& outcome);
/// Errors: kCorrupt, kNotFound.
Result<AttackOutcome> OutcomeFromJson(const Json& json);

}  // namespace cupel::algorithm::inspect
