// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/attack_check.h"
#include "cupel/algorithm/inspect/checks.h"
#include "cupel/algorithm/inspect/fmn_attack.h"

namespace cupel::algorithm::inspect {
namespace {

using check::ParameterSpec;
using check::ParameterType;

std::vector<ParameterSpec> OwnParameters() {
  return {
      {.name = "steps",
       .type = ParameterType::kInteger,
       .unit = "steps",
       .fallback = 100,
       .low = 1,
       .high = 100000,
       .choices = {},
       .meaning = {"Steps of the walk", "游走步数"}},
      {.name = "max_stepsize",
       .type = ParameterType::kReal,
       .unit = "fraction of the box",
       .fallback = 1.0,
       .low = 1e-6,
       .high = 1000,
       .choices = {},
       .meaning = {"Length of the first step; the last is a hundredth of it", "首步步长；末步为其百分之一"}},
      {.name = "gamma",
       .type = ParameterType::kReal,
       .unit = "",
       .fallback = 0.05,
       .low = 0.001,
       .high = 0.9,
       .choices = {},
       .meaning = {"Share by which the radius shrinks or grows at first", "起初半径收缩或扩大的比例"}}};
}

check::Description Describe() {
  check::Description description;
  description.id = "inspect.fmn";
  description.title = {"Fast minimum-norm attack (FMN)", "快速最小范数攻击（FMN）"};
  description.summary = {
      "Follows the class boundary in a ball whose radius adapts to whether the model errs; how far the input "
      "had "
      "to move decides at every budget.",
      "在半径随模型是否出错而自适应调整的球内沿类别边界移动；"
      "所需移动的距离决定各扰动预算下的结论。"};
  description.parameters = OwnParameters();
  description.source =
      "Pintor, Roli, Brendel, Biggio: Fast minimum-norm adversarial attacks through adaptive norm "
      "constraints, "
      "NeurIPS 2021";
  return description;
}

}  // namespace

const check::Check& FmnCheck() {
  static const AttackCheck check(
      Describe(), {.norms = {Norm::kLinf, Norm::kL2}, .reported = {.distance = true}, .targeted = true},
      [](const check::Parameters& parameters, Norm) -> Result<std::vector<Stage>> {
        FmnOptions options;
        options.steps = static_cast<int>(parameters.Integer("steps"));
        options.max_stepsize = parameters.Real("max_stepsize");
        options.min_stepsize = options.max_stepsize / 100;
        options.gamma = parameters.Real("gamma");
        return OneStage(MakeFmnAttack(options));
      });
  return check;
}

}  // namespace cupel::algorithm::inspect
