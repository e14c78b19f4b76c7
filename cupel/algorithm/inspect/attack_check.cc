// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/attack_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "cupel/algorithm/inspect/attack_result.h"
#include "cupel/algorithm/inspect/witness.h"

namespace cupel::algorithm::inspect {

namespace {

using check::ParameterSpec;
using check::ParameterType;

std::vector<ParameterSpec> SharedParameters() {
  ParameterSpec epsilons;
  epsilons.name = "epsilons";
  epsilons.type = ParameterType::kRealList;
  epsilons.unit = "data units";
  epsilons.fallback = Json::Array{2.0 / 255, 4.0 / 255, 8.0 / 255};
  epsilons.low = 1e-6;
  epsilons.high = 1e6;
  epsilons.meaning = {"Budgets of the attacker; requirements are tested at the largest",
                      "攻击者的扰动预算；以其中最大者检验要求"};

  ParameterSpec norm;
  norm.name = "norm";
  norm.type = ParameterType::kText;
  norm.fallback = "linf";
  norm.choices = {"linf", "l2"};
  norm.meaning = {"Norm in which a budget is measured", "度量扰动预算的范数"};

  ParameterSpec loss;
  loss.name = "loss";
  loss.type = ParameterType::kText;
  loss.fallback = "ce";
  loss.choices = {"ce", "margin", "dlr"};
  loss.meaning = {"What the attack climbs: cross entropy, margin, or difference of logits ratio",
                  "攻击所最大化的损失：交叉熵、间隔或 logit 差比"};

  ParameterSpec samples;
  samples.name = "samples";
  samples.type = ParameterType::kInteger;
  samples.unit = "samples";
  samples.fallback = 0;
  samples.high = 1e9;
  samples.meaning = {"The first so many samples of the data set; 0: all",
                     "取数据集的前若干个样本；0 表示全部"};

  ParameterSpec stored;
  stored.name = "stored_inputs";
  stored.type = ParameterType::kInteger;
  stored.unit = "inputs";
  stored.fallback = 256;
  stored.high = 100000;
  stored.meaning = {"Most adversarial inputs kept as witnesses", "作为证据保存的对抗样本数上限"};
  return {epsilons, norm, loss, samples, stored};
}

Result<AttackPlan> PlanFrom(const check::Context& context, std::int64_t class_count) {
  AttackPlan plan;
  plan.epsilons = context.parameters.Reals("epsilons");
  std::sort(plan.epsilons.begin(), plan.epsilons.end());
  plan.epsilons.erase(std::unique(plan.epsilons.begin(), plan.epsilons.end()), plan.epsilons.end());
  if (plan.epsilons.empty())
    return Fail(ErrorCode::kInvalidArgument, "epsilons must name at least one budget");
  for (std::size_t i = 1; i < plan.epsilons.size(); ++i) {
    if (EpsilonName(plan.epsilons[i - 1]) != EpsilonName(plan.epsilons[i])) continue;
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("epsilons {} and {} give metrics of one name, eps_{}", plan.epsilons[i - 1],
                            plan.epsilons[i], EpsilonName(plan.epsilons[i])),
                "", "leave out one of them: names have four digits");
  }
  CUPEL_TRY(plan.options.threat.norm, ParseNorm(context.parameters.Text("norm")));
  CUPEL_TRY(plan.options.loss, ParseLoss(context.parameters.Text("loss")));
  if (plan.options.loss == Loss::kDlr && class_count < 3) {
    return Fail(ErrorCode::kInvalidArgument, "the loss dlr needs at least three classes", "",
                "use ce or margin");
  }
  plan.options.seed = context.seed;
  plan.samples = context.parameters.Integer("samples");
  plan.stored_inputs =
      StoredLimit(context.parameters.Integer("stored_inputs"), context.data->info().SampleSize());
  return plan;
}

}  // namespace

AttackCheck::AttackCheck(check::Description own, Walk walk) : description_(std::move(own)), walk_(walk) {
  description_.principle = check::Principle::kSecurity;
  description_.requirements = {"A2"};
  description_.metrics = AttackMetrics();
  std::vector<ParameterSpec> parameters = SharedParameters();
  parameters.insert(parameters.end(), description_.parameters.begin(), description_.parameters.end());
  description_.parameters = std::move(parameters);
}

Result<check::CheckResult> AttackCheck::Run(const check::Context& context) const {
  const std::unique_ptr<AttackTarget> target = TargetOf(*context.model);
  CUPEL_TRY(AttackPlan plan, PlanFrom(context, target->class_count()));
  plan.options.stream = description_.id;
  walk_(context.parameters, plan);
  CUPEL_TRY(const AttackRun run, RunAttack(*target, plan, context, description_.id));
  return AttackResult(run, plan, *context.data);
}

}  // namespace cupel::algorithm::inspect
