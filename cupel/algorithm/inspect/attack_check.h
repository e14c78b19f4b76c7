// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The check that every attack is: one declaration of what they share, in parameters, metrics and the way
/// from a plan to a result. An attack adds its own words, its parameters, and the making of its stages.

#include <vector>

#include "cupel/algorithm/check/check.h"
#include "cupel/algorithm/inspect/attack_result.h"
#include "cupel/algorithm/inspect/attack_run.h"

namespace cupel::algorithm::inspect {

/// What an attack can do, for its parameters, its metrics and its plan.
struct AttackTraits {
  std::vector<Norm> norms = {Norm::kLinf, Norm::kL2};                ///< The first is the default.
  std::vector<double> epsilons = {2.0 / 255, 4.0 / 255, 8.0 / 255};  ///< Default budgets, in that norm.
  Reported reported{};                                               ///< Which metrics it has.
  bool targeted = false;  ///< Whether it takes the parameter `target`.
  bool inherit = true;    ///< See AttackPlan.
  const char* search_precision = "float32";  ///< Default of the parameter.
};

/// The parameter `loss`: ce, margin or dlr, for attacks that climb one.
check::ParameterSpec LossParameter();

/// Shared parameters: epsilons, norm, samples, stored_inputs, eot_iter, search_precision and, for targeted
/// attacks, target. A model that is random by design is attacked and judged in expectation
/// (stochastic_target.h). Errors of a run, kInvalidArgument: an empty list of epsilons, bfloat16 for a
/// nearest-point attack by itself, a loss dlr with fewer than three classes; and those of `make`, RunAttack
/// and AttackResult.
class AttackCheck : public check::Check {
 public:
  /// The stages, from the check's parameters. norm: the one asked for.
  using Make = Result<std::vector<Stage>> (*)(const check::Parameters& parameters, Norm norm);

  /// own: id, title, summary, source, and the attack's own parameters and metrics.
  AttackCheck(check::Description own, AttackTraits traits, Make make);
  const check::Description& description() const override { return description_; }
  Result<check::CheckResult> Run(const check::Context& context) const override;

 protected:
  /// The plan of the shared parameters, with the stages that `make` gives.
  Result<AttackPlan> PlanFrom(const check::Context& context, std::int64_t class_count) const;

 private:
  check::Description description_;
  AttackTraits traits_;
  Make make_;
};

/// A plan of one stage.
std::vector<Stage> OneStage(std::unique_ptr<Attack> attack);

}  // namespace cupel::algorithm::inspect
