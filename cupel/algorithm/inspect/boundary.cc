// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/attack_check.h"
#include "cupel/algorithm/inspect/boundary_attack.h"
#include "cupel/algorithm/inspect/checks.h"
#include "cupel/algorithm/inspect/query_parameters.h"

namespace cupel::algorithm::inspect {
namespace {

using check::ParameterSpec;
using check::ParameterType;

std::vector<ParameterSpec> OwnParameters() {
  const auto share = [](std::string name, double fallback, double low, check::Text meaning) {
    return NumberParameter(std::move(name), ParameterType::kReal, "share of the distance", fallback, low, 1,
                           std::move(meaning));
  };
  return {
      QueriesParameter(25000),
      share("spherical_step", 0.01, 1e-9,
            {"First length of a step along the sphere around the input", "沿输入周围球面移动的初始步长"}),
      share("source_step", 0.01, 1e-9,
            {"First length of a step towards the input", "朝向输入移动的初始步长"}),
      share("source_step_convergence", 1e-7, 0,
            {"The walk ends when steps towards the input are shorter", "朝向输入的步长小于此值时结束游走"}),
      NumberParameter("step_adaptation", ParameterType::kReal, "", 1.5, 1.001, 100,
                      {"Factor by which steps grow or shrink", "步长增大或减小的倍数"}),
      NumberParameter(
          "update_stats_every", ParameterType::kInteger, "steps", 10, 1, 100000,
          {"Steps between two looks at how often steps succeed", "两次检查步进成功率之间的步数"})};
}

check::Description Describe() {
  check::Description description;
  description.id = "inspect.boundary";
  description.title = {"Boundary attack (decisions)", "Boundary 攻击（仅凭决策）"};
  description.summary = {
      "Walks at random along the decision boundary, ever nearer to the input, seeing the answered class "
      "alone. The first and simplest of the decision-based attacks.",
      "仅凭模型回答的类别，沿决策边界随机游走并不断靠近输入。最早也最简单的决策型攻击。"};
  description.parameters = OwnParameters();
  description.source =
      "Brendel, Rauber, Bethge: Decision-based adversarial attacks, ICLR 2018; defaults of Foolbox 3.3.4";
  return description;
}

}  // namespace

const check::Check& BoundaryCheck() {
  static const AttackCheck check(Describe(),
                                 {.norms = {Norm::kL2},
                                  .epsilons = {0.5, 1, 2},
                                  .reported = {.gradients = false, .queries = true, .distance = true}},
                                 [](const check::Parameters& parameters, Norm) -> Result<std::vector<Stage>> {
                                   BoundaryOptions options;
                                   options.queries = parameters.Integer("queries");
                                   options.spherical_step = parameters.Real("spherical_step");
                                   options.source_step = parameters.Real("source_step");
                                   options.source_step_convergence =
                                       parameters.Real("source_step_convergence");
                                   options.step_adaptation = parameters.Real("step_adaptation");
                                   options.update_stats_every = parameters.Integer("update_stats_every");
                                   return OneStage(MakeBoundaryAttack(options));
                                 });
  return check;
}

}  // namespace cupel::algorithm::inspect
