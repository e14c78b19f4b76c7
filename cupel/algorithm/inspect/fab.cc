// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/attack_check.h"
#include "cupel/algorithm/inspect/checks.h"
#include "cupel/algorithm/inspect/fab_attack.h"

namespace cupel::algorithm::inspect {
namespace {

using check::ParameterSpec;
using check::ParameterType;

std::vector<ParameterSpec> WalkParameters() {
  return {{.name = "targeted",
           .type = ParameterType::kBoolean,
           .unit = "",
           .fallback = false,
           .choices = {},
           .meaning = {"FAB-T: a walk for each of the likeliest wrong classes, by its boundary alone",
                       "FAB-T：对每个最可能的错误类别各走一次，仅考虑该类别的边界"}},
          {.name = "target_classes",
           .type = ParameterType::kInteger,
           .unit = "classes",
           .fallback = 9,
           .low = 1,
           .high = 100000,
           .choices = {},
           .meaning = {"Classes that FAB-T walks for (n_target_classes)", "FAB-T 所针对的类别数"}},
          {.name = "steps",
           .type = ParameterType::kInteger,
           .unit = "steps",
           .fallback = 100,
           .low = 1,
           .high = 100000,
           .choices = {},
           .meaning = {"Steps of a walk (n_iter)", "每次游走的步数"}},
          {.name = "restarts",
           .type = ParameterType::kInteger,
           .unit = "walks",
           .fallback = 1,
           .low = 1,
           .high = 1000,
           .choices = {},
           .meaning = {"Walks, those after the first from random starts (n_restarts)",
                       "游走次数，首次之后从随机起点出发"}}};
}

std::vector<ParameterSpec> OwnParameters() {
  std::vector<ParameterSpec> parameters = WalkParameters();
  parameters.push_back({.name = "alpha_max",
                        .type = ParameterType::kReal,
                        .unit = "",
                        .fallback = 0.1,
                        .low = 0,
                        .high = 1,
                        .choices = {},
                        .meaning = {"Largest share of the way from the original in a step",
                                    "每步中源自原始输入的方向所占的最大比例"}});
  parameters.push_back(
      {.name = "eta",
       .type = ParameterType::kReal,
       .unit = "",
       .fallback = 1.05,
       .low = 1,
       .high = 2,
       .choices = {},
       .meaning = {"Overshoot of the boundary of the linear model", "越过线性化边界的倍数"}});
  parameters.push_back({.name = "beta",
                        .type = ParameterType::kReal,
                        .unit = "",
                        .fallback = 0.9,
                        .low = 0.01,
                        .high = 0.999,
                        .choices = {},
                        .meaning = {"Backward step: what is kept of the way to an adversarial point",
                                    "后退步：保留通往对抗点路程的比例"}});
  return parameters;
}

check::Description Describe() {
  check::Description description;
  description.id = "inspect.fab";
  description.title = {"Fast adaptive boundary attack (FAB, FAB-T)", "快速自适应边界攻击（FAB、FAB-T）"};
  description.summary = {
      "Walks along the class boundary towards the original by projections onto the model made linear, inside "
      "the box; how far the input had to move decides at every budget.",
      "通过在取值范围内向线性化边界投影，沿类别边界朝原始输入移动；"
      "所需移动的距离决定各扰动预算下的结论。"};
  description.parameters = OwnParameters();
  description.source =
      "Croce, Hein: Minimally distorted adversarial examples with a fast adaptive boundary attack, ICML 2020";
  return description;
}

}  // namespace

const check::Check& FabCheck() {
  static const AttackCheck check(
      Describe(), {.norms = {Norm::kLinf, Norm::kL2, Norm::kL1}, .reported = {.distance = true}},
      [](const check::Parameters& parameters, Norm) -> Result<std::vector<Stage>> {
        FabOptions options;
        options.steps = static_cast<int>(parameters.Integer("steps"));
        options.restarts = static_cast<int>(parameters.Integer("restarts"));
        options.targeted = parameters.Boolean("targeted");
        options.target_classes = static_cast<int>(parameters.Integer("target_classes"));
        options.alpha_max = parameters.Real("alpha_max");
        options.eta = parameters.Real("eta");
        options.beta = parameters.Real("beta");
        return OneStage(MakeFabAttack(options));
      });
  return check;
}

}  // namespace cupel::algorithm::inspect
