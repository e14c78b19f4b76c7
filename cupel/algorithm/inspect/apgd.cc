// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/apgd_attack.h"
#include "cupel/algorithm/inspect/attack_check.h"
#include "cupel/algorithm/inspect/checks.h"

namespace cupel::algorithm::inspect {
namespace {

using check::ParameterSpec;
using check::ParameterType;

ParameterSpec Whole(const char* name, const char* unit, std::int64_t fallback, double high,
                    check::Text meaning) {
  ParameterSpec spec;
  spec.name = name;
  spec.type = ParameterType::kInteger;
  spec.unit = unit;
  spec.fallback = fallback;
  spec.low = 1;
  spec.high = high;
  spec.meaning = std::move(meaning);
  return spec;
}

std::vector<ParameterSpec> WalkParameters() {
  const ApgdOptions official;
  ParameterSpec loss;
  loss.name = "loss";
  loss.type = ParameterType::kText;
  loss.fallback = "ce";
  loss.choices = {"ce", "dlr", "dlr-targeted"};
  loss.meaning = {
      "What the attack climbs: cross entropy, difference of logits ratio, or that ratio towards one "
      "class after another",
      "攻击所最大化的损失：交叉熵、logit 差比，或依次针对各目标类别的 logit 差比"};

  ParameterSpec rho;
  rho.name = "rho";
  rho.type = ParameterType::kReal;
  rho.fallback = official.rho;
  rho.low = 0.01;
  rho.high = 0.99;
  rho.meaning = {"Share of rising iterations below which the step is halved",
                 "步长减半的阈值：损失上升的迭代所占比例低于该值时减半"};

  return {loss,
          Whole("n_iter", "iterations", official.n_iter, 100000,
                {"Iterations of a walk after its start", "每次游走的迭代次数（不含起点）"}),
          Whole("n_restarts", "walks", official.n_restarts, 1000,
                {"Walks from different random starts (with dlr-targeted: for each class)",
                 "从不同随机起点出发的游走次数（dlr-targeted 时为每个目标类别的次数）"}),
          Whole("n_target_classes", "classes", official.n_target_classes, 100000,
                {"Classes that dlr-targeted attacks: those with the largest logits at the original",
                 "dlr-targeted 所针对的类别数：取原始样本上 logit 最大者"}),
          rho};
}

check::Description Describe() {
  check::Description description;
  description.id = "inspect.apgd";
  description.title = {"Auto-PGD attack (APGD)", "自动步长投影梯度攻击（APGD）"};
  description.summary = {
      "Climbs a loss inside the budget with momentum and a step that halves itself when it stops paying; an "
      "input counts as broken when the model errs at any visited point and the exact executor confirms it by "
      "a "
      "margin above the float noise.",
      "在扰动预算内带动量地提升损失，当进展停滞时步长自动减半；只要模型在任一经过的点上出错，"
      "且精确执行器以高于浮点噪声的间隔予以确认，该输入即计为被攻破。"};
  description.parameters = WalkParameters();
  description.source =
      "Croce and Hein: Reliable evaluation of adversarial robustness with an ensemble of diverse "
      "parameter-free "
      "attacks, ICML 2020; L1: Croce and Hein: Mind the box, ICML 2021";
  return description;
}

}  // namespace

const check::Check& ApgdCheck() {
  static const AttackCheck check(Describe(), {.norms = {Norm::kLinf, Norm::kL2, Norm::kL1}, .targeted = true},
                                 [](const check::Parameters& parameters, Norm) -> Result<std::vector<Stage>> {
                                   ApgdOptions options;
                                   CUPEL_TRY(options.loss, ParseApgdLoss(parameters.Text("loss")));
                                   options.n_iter = static_cast<int>(parameters.Integer("n_iter"));
                                   options.n_restarts = static_cast<int>(parameters.Integer("n_restarts"));
                                   options.n_target_classes =
                                       static_cast<int>(parameters.Integer("n_target_classes"));
                                   options.rho = parameters.Real("rho");
                                   return OneStage(MakeApgdAttack(options));
                                 });
  return check;
}

}  // namespace cupel::algorithm::inspect
