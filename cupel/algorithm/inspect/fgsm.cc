// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/attack_check.h"
#include "cupel/algorithm/inspect/checks.h"
#include "cupel/algorithm/inspect/pgd_attack.h"

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
  description.parameters = {LossParameter()};
  description.source =
      "Goodfellow, Shlens, Szegedy: Explaining and harnessing adversarial examples, ICLR 2015";
  return description;
}

}  // namespace

const check::Check& FgsmCheck() {
  // Each budget is the one-step result at that budget, as the literature reports it: nothing is inherited.
  static const AttackCheck check(Describe(), {.targeted = true, .inherit = false},
                                 [](const check::Parameters& parameters, Norm) -> Result<std::vector<Stage>> {
                                   PgdOptions options;
                                   CUPEL_TRY(options.loss, ParseLoss(parameters.Text("loss")));
                                   return OneStage(MakePgdAttack(options));
                                 });
  return check;
}

}  // namespace cupel::algorithm::inspect
