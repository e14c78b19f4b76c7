// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/attack_check.h"
#include "cupel/algorithm/inspect/checks.h"
#include "cupel/algorithm/inspect/deepfool_attack.h"

namespace cupel::algorithm::inspect {
namespace {

using check::ParameterSpec;
using check::ParameterType;

std::vector<ParameterSpec> OwnParameters() {
  return {{.name = "steps",
           .type = ParameterType::kInteger,
           .unit = "steps",
           .fallback = 50,
           .low = 1,
           .high = 100000,
           .choices = {},
           .meaning = {"Most steps of a walk", "每次游走的最大步数"}},
          {.name = "candidates",
           .type = ParameterType::kInteger,
           .unit = "classes",
           .fallback = 10,
           .low = 2,
           .high = 100000,
           .choices = {},
           .meaning = {"Most likely classes considered, the true one among them",
                       "所考虑的最可能类别数（含真实类别）"}},
          {.name = "overshoot",
           .type = ParameterType::kReal,
           .unit = "fraction of the perturbation",
           .fallback = 0.02,
           .low = 0,
           .high = 10,
           .choices = {},
           .meaning = {"How far beyond the boundary of the linear model", "越过线性化边界的比例"}}};
}

check::Description Describe() {
  check::Description description;
  description.id = "inspect.deepfool";
  description.title = {"Nearest boundary by linearisation (DeepFool)", "线性化最近边界攻击（DeepFool）"};
  description.summary = {
      "Steps to the nearest class boundary of the model made linear until the model errs; how far the input "
      "had to move decides at every budget.",
      "反复将模型线性化并移向最近的类别边界，直至模型出错；"
      "所需移动的距离决定各扰动预算下的结论。"};
  description.parameters = OwnParameters();
  description.source =
      "Moosavi-Dezfooli, Fawzi, Frossard: DeepFool: a simple and accurate method to fool deep neural "
      "networks, "
      "CVPR 2016";
  return description;
}

}  // namespace

const check::Check& DeepFoolCheck() {
  static const AttackCheck check(
      Describe(),
      {.norms = {Norm::kL2, Norm::kLinf}, .epsilons = {0.5, 1, 2}, .reported = {.distance = true}},
      [](const check::Parameters& parameters, Norm) -> Result<std::vector<Stage>> {
        DeepFoolOptions options;
        options.steps = static_cast<int>(parameters.Integer("steps"));
        options.candidates = static_cast<int>(parameters.Integer("candidates"));
        options.overshoot = parameters.Real("overshoot");
        return OneStage(MakeDeepFoolAttack(options));
      });
  return check;
}

}  // namespace cupel::algorithm::inspect
