// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/attack_check.h"
#include "cupel/algorithm/inspect/checks.h"
#include "cupel/algorithm/inspect/query_parameters.h"
#include "cupel/algorithm/inspect/square_attack.h"

namespace cupel::algorithm::inspect {
namespace {

using check::ParameterSpec;
using check::ParameterType;

std::vector<ParameterSpec> OwnParameters() {
  ParameterSpec loss;
  loss.name = "loss";
  loss.type = ParameterType::kText;
  loss.fallback = "margin";
  loss.choices = {"margin", "ce"};
  loss.meaning = {"What must improve for a change to stay: the margin, or the cross entropy",
                  "保留一次改动所须改善的量：间隔或交叉熵"};

  ParameterSpec rescale;
  rescale.name = "resc_schedule";
  rescale.type = ParameterType::kBoolean;
  rescale.fallback = false;
  rescale.meaning = {
      "Rescale the schedule of window sizes to the queries; false: as published, for 10000 queries",
      "将窗口大小的日程按查询次数缩放；否则沿用论文为 10000 次查询设定的日程"};

  return {QueriesParameter(5000),
          NumberParameter("p_init", ParameterType::kReal, "share of the features", 0.8, 1e-6, 1,
                          {"What the first windows cover", "最初窗口所覆盖的特征比例"}),
          loss, rescale};
}

check::Description Describe() {
  check::Description description;
  description.id = "inspect.square";
  description.title = {"Square attack (scores)", "Square 攻击（基于分数）"};
  description.summary = {
      "Random search: repaints square windows of the input at the edge of the budget and keeps what lowers "
      "the true class's margin. It sees scores and no gradient, so a defence that only hides gradients does "
      "not stop it.",
      "随机搜索：在扰动预算的边界上重绘输入的方形窗口，保留使真实类别间隔下降的改动。"
      "它只看分数而不用梯度，因此仅靠隐藏梯度的防御无法阻止它。"};
  description.parameters = OwnParameters();
  description.source =
      "Andriushchenko, Croce, Flammarion, Hein: Square Attack, ECCV 2020; AutoAttack's implementation";
  return description;
}

}  // namespace

const check::Check& SquareCheck() {
  static const AttackCheck check(Describe(),
                                 {.reported = {.gradients = false, .queries = true},
                                  .targeted = true,
                                  .search_precision = "bfloat16"},
                                 [](const check::Parameters& parameters, Norm) -> Result<std::vector<Stage>> {
                                   SquareOptions options;
                                   options.queries = parameters.Integer("queries");
                                   options.p_init = parameters.Real("p_init");
                                   options.resc_schedule = parameters.Boolean("resc_schedule");
                                   CUPEL_TRY(options.loss, ParseLoss(parameters.Text("loss")));
                                   return OneStage(MakeSquareAttack(options));
                                 });
  return check;
}

}  // namespace cupel::algorithm::inspect
