// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The check that every gradient attack is: one declaration of what they share, in parameters, metrics and
/// the way from a plan to a result. An attack adds its own words, the parameters of its walk, and the walk.

#include "cupel/algorithm/check/check.h"
#include "cupel/algorithm/inspect/attack_run.h"

namespace cupel::algorithm::inspect {

/// Shared parameters: epsilons, norm, loss, samples, stored_inputs. Errors of a run: kInvalidArgument for an
/// empty list of epsilons, or dlr with fewer than three classes; those of RunAttack and AttackResult.
class AttackCheck : public check::Check {
 public:
  /// Fills in steps, restarts and starts from the attack's own parameters.
  using Walk = void (*)(const check::Parameters& parameters, AttackPlan& plan);

  /// own: id, title, summary, source, and the parameters of the walk.
  AttackCheck(check::Description own, Walk walk);
  const check::Description& description() const override { return description_; }
  Result<check::CheckResult> Run(const check::Context& context) const override;

 private:
  check::Description description_;
  Walk walk_;
};

}  // namespace cupel::algorithm::inspect
