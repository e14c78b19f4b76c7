// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/attack_check.h"
#include "cupel/algorithm/inspect/carlini_wagner_attack.h"
#include "cupel/algorithm/inspect/checks.h"

namespace cupel::algorithm::inspect {
namespace {

using check::ParameterSpec;
using check::ParameterType;

std::vector<ParameterSpec> SearchParameters() {
  return {{.name = "binary_search_steps",
           .type = ParameterType::kInteger,
           .unit = "rounds",
           .fallback = 5,
           .low = 1,
           .high = 100,
           .choices = {},
           .meaning = {"Rounds of the search for the weight of the error (the paper: 9)",
                       "对误差权重进行搜索的轮数（论文为 9）"}},
          {.name = "steps",
           .type = ParameterType::kInteger,
           .unit = "steps",
           .fallback = 100,
           .low = 1,
           .high = 1000000,
           .choices = {},
           .meaning = {"Adam's steps in a round (the paper: 10000)", "每轮的 Adam 步数（论文为 10000）"}},
          {.name = "initial_const",
           .type = ParameterType::kReal,
           .unit = "",
           .fallback = 0.1,
           .low = 1e-10,
           .high = 1e10,
           .choices = {},
           .meaning = {"First weight of the error against the distance (the paper: 0.001)",
                       "误差相对于距离的初始权重（论文为 0.001）"}}};
}

std::vector<ParameterSpec> OwnParameters() {
  std::vector<ParameterSpec> parameters = SearchParameters();
  parameters.push_back({.name = "learning_rate",
                        .type = ParameterType::kReal,
                        .unit = "",
                        .fallback = 0.01,
                        .low = 1e-6,
                        .high = 10,
                        .choices = {},
                        .meaning = {"Adam's learning rate", "Adam 的学习率"}});
  parameters.push_back({.name = "confidence",
                        .type = ParameterType::kReal,
                        .unit = "logits",
                        .fallback = 0.0,
                        .low = 0,
                        .high = 1e6,
                        .choices = {},
                        .meaning = {"Margin the search aims at; every error counts, whatever its margin",
                                    "搜索所追求的间隔；任何出错均计入，无论间隔大小"}});
  parameters.push_back({.name = "abort_early",
                        .type = ParameterType::kBoolean,
                        .unit = "",
                        .fallback = true,
                        .choices = {},
                        .meaning = {"End a round that makes no progress", "某轮不再有进展时提前结束"}});
  return parameters;
}

check::Description Describe() {
  check::Description description;
  description.id = "inspect.carlini-wagner";
  description.title = {"Carlini-Wagner attack in L2", "Carlini-Wagner 攻击（L2）"};
  description.summary = {
      "Minimises the squared distance plus a weighted error, and searches for the weight; how far the input "
      "had "
      "to move decides at every budget.",
      "最小化距离平方与加权误差之和，并对权重进行二分搜索；"
      "所需移动的距离决定各扰动预算下的结论。"};
  description.parameters = OwnParameters();
  description.source =
      "Carlini, Wagner: Towards evaluating the robustness of neural networks, IEEE S&P 2017, section VI.A";
  return description;
}

}  // namespace

const check::Check& CarliniWagnerCheck() {
  static const AttackCheck check(
      Describe(),
      {.norms = {Norm::kL2}, .epsilons = {0.5, 1, 2}, .reported = {.distance = true}, .targeted = true},
      [](const check::Parameters& parameters, Norm) -> Result<std::vector<Stage>> {
        CarliniWagnerOptions options;
        options.binary_search_steps = static_cast<int>(parameters.Integer("binary_search_steps"));
        options.steps = static_cast<int>(parameters.Integer("steps"));
        options.initial_const = parameters.Real("initial_const");
        options.learning_rate = parameters.Real("learning_rate");
        options.confidence = parameters.Real("confidence");
        options.abort_early = parameters.Boolean("abort_early");
        return OneStage(MakeCarliniWagnerAttack(options));
      });
  return check;
}

}  // namespace cupel::algorithm::inspect
