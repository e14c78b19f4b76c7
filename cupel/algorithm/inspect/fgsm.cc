// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/attack_parameters.h"
#include "cupel/algorithm/inspect/attack_result.h"
#include "cupel/algorithm/inspect/checks.h"

namespace cupel::algorithm::inspect {
namespace {

check::Description Describe() {
  check::Description description;
  description.id = "inspect.fgsm";
  description.title = {"One-step gradient attack (FGSM)", "单步梯度攻击（FGSM）"};
  description.summary = {
      "Moves every input once by the whole budget along the gradient of the loss and counts the answers that "
      "stay right. "
      "The weakest white-box attack: a model that fails here fails against any attacker.",
      "沿损失的梯度方向将每个输入一次性移动整个扰动预算，"
      "统计仍然正确的回答。这是最弱的白盒攻击：在此失败的模"
      "型无法抵御任何攻击者。"};
  description.principle = check::Principle::kSecurity;
  description.requirements = {"A2"};
  description.parameters = SharedAttackParameters();
  description.metrics = AttackMetrics();
  description.source =
      "Goodfellow, Shlens, Szegedy: Explaining and harnessing adversarial examples, ICLR 2015";
  return description;
}

class Fgsm : public check::Check {
 public:
  const check::Description& description() const override { return description_; }

  Result<check::CheckResult> Run(const check::Context& context) const override {
    const std::unique_ptr<AttackTarget> target = TargetOf(*context.model);
    CUPEL_TRY(AttackPlan plan, PlanFrom(context, target->class_count()));
    plan.options.stream = description_.id;
    plan.options.steps = 1;
    plan.relative_step = 1;
    plan.inherit = false;  // Each budget is the one-step result at that budget, as the literature reports it.
    return RunAttackCheck(*target, plan, context);
  }

 private:
  check::Description description_ = Describe();
};

}  // namespace

const check::Check& FgsmCheck() {
  static const Fgsm check;
  return check;
}

}  // namespace cupel::algorithm::inspect
