// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The parameters that gradient attacks share, and how they become a plan.

#include "cupel/algorithm/check/check.h"
#include "cupel/algorithm/inspect/attack_run.h"

namespace cupel::algorithm::inspect {

/// epsilons, norm, loss, samples, stored_inputs.
std::vector<check::ParameterSpec> SharedAttackParameters();

/// A plan with what the shared parameters say, seed and sizes from the context; the caller fills in the walk.
/// Errors: kInvalidArgument for an empty list of epsilons, or dlr with fewer than three classes.
Result<AttackPlan> PlanFrom(const check::Context& context, std::int64_t class_count);

/// The whole check: attack the context's model by `plan` and report.
Result<check::CheckResult> RunAttackCheck(const AttackTarget& target, const AttackPlan& plan,
                                          const check::Context& context);

}  // namespace cupel::algorithm::inspect
