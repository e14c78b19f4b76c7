// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/attack_check.h"
#include "cupel/algorithm/inspect/checks.h"
#include "cupel/algorithm/inspect/pgd_attack.h"

namespace cupel::algorithm::inspect {
namespace {

using check::ParameterSpec;
using check::ParameterType;

std::vector<ParameterSpec> WalkParameters() {
  ParameterSpec steps;
  steps.name = "steps";
  steps.type = ParameterType::kInteger;
  steps.unit = "steps";
  steps.fallback = 20;
  steps.low = 1;
  steps.high = 100000;
  steps.meaning = {"Gradient steps of a walk", "每次游走的梯度步数"};

  ParameterSpec step_size;
  step_size.name = "step_size";
  step_size.type = ParameterType::kReal;
  step_size.unit = "fraction of epsilon";
  step_size.fallback = 0.25;
  step_size.low = 1e-4;
  step_size.high = 10;
  step_size.meaning = {"Length of a step", "步长（占扰动预算的比例）"};

  ParameterSpec restarts;
  restarts.name = "restarts";
  restarts.type = ParameterType::kInteger;
  restarts.unit = "walks";
  restarts.fallback = 1;
  restarts.low = 1;
  restarts.high = 1000;
  restarts.meaning = {"Walks from different random starts", "从不同随机起点出发的游走次数"};

  ParameterSpec random_start;
  random_start.name = "random_start";
  random_start.type = ParameterType::kBoolean;
  random_start.fallback = true;
  random_start.meaning = {"Start at a random point of the ball (later restarts always do)",
                          "从扰动球内的随机点出发（后续重启总是如此）"};

  ParameterSpec cycle_stop;
  cycle_stop.name = "cycle_stop";
  cycle_stop.type = ParameterType::kBoolean;
  cycle_stop.fallback = true;
  cycle_stop.meaning = {"End a walk when an iterate repeats: nothing new can follow",
                        "当迭代点重复出现时结束游走：此后不会再有新的点"};

  return {LossParameter(), steps, step_size, restarts, random_start, cycle_stop};
}

check::Description Describe() {
  check::Description description;
  description.id = "inspect.pgd";
  description.title = {"Projected gradient attack (PGD)", "投影梯度攻击（PGD）"};
  description.summary = {
      "Climbs the loss in many small steps inside the budget; an input counts as broken when the model errs "
      "at any visited "
      "point and the exact executor confirms it by a margin above the float noise.",
      "在扰动预算内以许多小步提升损失；只要模型在任一经过的点上出错，"
      "且精确执行器以高于浮点噪声的间隔予以确认"
      "，该输入即计为被攻破。"};
  description.parameters = WalkParameters();
  description.source =
      "Madry et al.: Towards deep learning models resistant to adversarial attacks, ICLR 2018; exact cycle "
      "stop: arXiv 2503.19347";
  return description;
}

}  // namespace

const check::Check& PgdCheck() {
  static const AttackCheck check(Describe(), {.targeted = true},
                                 [](const check::Parameters& parameters, Norm) -> Result<std::vector<Stage>> {
                                   PgdOptions options;
                                   options.steps = static_cast<int>(parameters.Integer("steps"));
                                   options.relative_step = parameters.Real("step_size");
                                   options.restarts = static_cast<int>(parameters.Integer("restarts"));
                                   options.random_start = parameters.Boolean("random_start");
                                   options.cycle_stop = parameters.Boolean("cycle_stop");
                                   CUPEL_TRY(options.loss, ParseLoss(parameters.Text("loss")));
                                   return OneStage(MakePgdAttack(options));
                                 });
  return check;
}

}  // namespace cupel::algorithm::inspect
