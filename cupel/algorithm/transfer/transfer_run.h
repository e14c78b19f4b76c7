// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The work of inspect.transfer on targets; the check itself wraps classifiers.

#include <string>
#include <vector>

#include "cupel/algorithm/check/check.h"
#include "cupel/algorithm/inspect/attack_result.h"
#include "cupel/algorithm/inspect/attack_run.h"
#include "cupel/algorithm/transfer/surrogates.h"
#include "cupel/algorithm/transfer/transfer_attack.h"

namespace cupel::algorithm::transfer {

struct NamedOptions {
  std::string name;  ///< "mi", "combined"
  TransferOptions options;
};

/// Every attack from every surrogate, in turn, each on the samples that all earlier ones left unbroken: the
/// union over surrogates, sample by sample. Stages are called "<surrogate>-<attack>" and take the surrogates'
/// order. plan: without stages. Adds `agreement.<surrogate>` where it was measured.
/// Errors: those of RunAttack and AttackResult; what a surrogate failed with.
Result<check::CheckResult> RunTransfer(const inspect::AttackTarget& target,
                                       const std::vector<Surrogate>& surrogates,
                                       const std::vector<NamedOptions>& attacks, inspect::AttackPlan plan,
                                       const check::Context& context);

}  // namespace cupel::algorithm::transfer
