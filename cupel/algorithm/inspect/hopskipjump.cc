// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/attack_check.h"
#include "cupel/algorithm/inspect/checks.h"
#include "cupel/algorithm/inspect/hop_skip_jump.h"
#include "cupel/algorithm/inspect/query_parameters.h"

namespace cupel::algorithm::inspect {
namespace {

using check::ParameterSpec;
using check::ParameterType;

std::vector<ParameterSpec> OwnParameters() {
  return {QueriesParameter(25000),
          NumberParameter("max_iter", ParameterType::kInteger, "iterations", 64, 0, 100000,
                          {"Estimates of the boundary's normal, at most", "决策边界法向估计次数的上限"}),
          NumberParameter("init_eval", ParameterType::kInteger, "queries", 100, 1, 1e7,
                          {"Probes of the first estimate; the t-th takes sqrt(t) times as many",
                           "首次法向估计的探测次数；第 t 次为其 sqrt(t) 倍"}),
          NumberParameter("max_eval", ParameterType::kInteger, "queries", 10000, 1, 1e7,
                          {"Probes of one estimate, at most", "单次法向估计的探测次数上限"}),
          NumberParameter("gamma", ParameterType::kReal, "", 1.0, 1e-6, 1e6,
                          {"Scales the precision of the search and the distance of the probes",
                           "缩放二分搜索的精度与探测距离"})};
}

check::Description Describe() {
  check::Description description;
  description.id = "inspect.hopskipjump";
  description.title = {"HopSkipJump attack (decisions)", "HopSkipJump 攻击（仅凭决策）"};
  description.summary = {
      "Looks for the nearest input that the model answers wrongly, seeing the answered class alone: it "
      "estimates the normal of the decision boundary from the answers around a point of it, steps along it "
      "and returns to the boundary.",
      "仅凭模型回答的类别寻找最近的错误输入：由决策边界上一点周围的回答估计边界法向，"
      "沿其移动后再回到边界。"};
  description.parameters = OwnParameters();
  description.source = "Chen, Jordan, Wainwright: HopSkipJumpAttack, IEEE S&P 2020";
  return description;
}

}  // namespace

const check::Check& HopSkipJumpCheck() {
  static const AttackCheck check(Describe(),
                                 {.norms = {Norm::kL2, Norm::kLinf},
                                  .epsilons = {0.5, 1, 2},
                                  .reported = {.gradients = false, .queries = true, .distance = true}},
                                 [](const check::Parameters& parameters, Norm) -> Result<std::vector<Stage>> {
                                   HopSkipJumpOptions options;
                                   options.queries = parameters.Integer("queries");
                                   options.max_iter = static_cast<int>(parameters.Integer("max_iter"));
                                   options.init_eval = parameters.Integer("init_eval");
                                   options.max_eval = parameters.Integer("max_eval");
                                   options.gamma = parameters.Real("gamma");
                                   return OneStage(MakeHopSkipJumpAttack(options));
                                 });
  return check;
}

}  // namespace cupel::algorithm::inspect
