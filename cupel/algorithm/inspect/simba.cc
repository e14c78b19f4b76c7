// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/attack_check.h"
#include "cupel/algorithm/inspect/checks.h"
#include "cupel/algorithm/inspect/query_parameters.h"
#include "cupel/algorithm/inspect/simba_attack.h"

namespace cupel::algorithm::inspect {
namespace {

using check::ParameterSpec;
using check::ParameterType;

std::vector<ParameterSpec> OwnParameters() {
  ParameterSpec basis;
  basis.name = "basis";
  basis.type = ParameterType::kText;
  basis.fallback = "dct";
  basis.choices = {"dct", "pixel"};
  basis.meaning = {"Directions of the steps: cosine waves, low frequencies first, or single features",
                   "步进方向：余弦波（低频优先）或单个特征"};
  return {QueriesParameter(10000), basis,
          NumberParameter("step", ParameterType::kReal, "data units", 0.2, 1e-6, 1e6,
                          {"Length (L2) of a step", "单步的长度（L2）"}),
          NumberParameter(
              "freq_dims", ParameterType::kInteger, "frequencies", 14, 1, 1e6,
              {"Frequencies in each direction that come first (dct)", "每个方向上优先使用的频率数（dct）"})};
}

check::Description Describe() {
  check::Description description;
  description.id = "inspect.simba";
  description.title = {"SimBA attack (scores)", "SimBA 攻击（基于分数）"};
  description.summary = {
      "Steps along one direction of a basis after another and keeps each step that lowers the true class's "
      "probability, inside the budget. Simple, and strong at few queries.",
      "依次沿一组基的各个方向迈步，在扰动预算内保留每一个使真实类别概率下降的步子。"
      "方法简单，在查询次数少时很有效。"};
  description.parameters = OwnParameters();
  description.source =
      "Guo, Gardner, You, Wilson, Weinberger: Simple black-box adversarial attacks, ICML 2019";
  return description;
}

}  // namespace

const check::Check& SimbaCheck() {
  static const AttackCheck check(Describe(),
                                 {.norms = {Norm::kL2, Norm::kLinf},
                                  .epsilons = {0.5, 1, 2},
                                  .reported = {.gradients = false, .queries = true},
                                  .targeted = true},
                                 [](const check::Parameters& parameters, Norm) -> Result<std::vector<Stage>> {
                                   SimbaOptions options;
                                   options.queries = parameters.Integer("queries");
                                   options.step = parameters.Real("step");
                                   options.freq_dims = parameters.Integer("freq_dims");
                                   CUPEL_TRY(options.basis, ParseSimbaBasis(parameters.Text("basis")));
                                   return OneStage(MakeSimbaAttack(options));
                                 });
  return check;
}

}  // namespace cupel::algorithm::inspect
