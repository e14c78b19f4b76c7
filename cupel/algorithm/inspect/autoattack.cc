// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/apgd_attack.h"
#include "cupel/algorithm/inspect/attack_check.h"
#include "cupel/algorithm/inspect/autoattack_stages.h"
#include "cupel/algorithm/inspect/checks.h"

namespace cupel::algorithm::inspect {
namespace {

using check::ParameterSpec;
using check::ParameterType;

ParameterSpec VersionParameter() {
  ParameterSpec version;
  version.name = "version";
  version.type = ParameterType::kText;
  version.fallback = "standard";
  version.choices = {"standard", "plus", "rand"};
  version.meaning = {"Which ensemble: standard, plus (more restarts and stages), or rand (for random models)",
                     "组合版本：standard、plus（更多重启与阶段）或 rand（用于带随机性的模型）"};
  return version;
}

check::Description Describe() {
  check::Description description;
  description.id = "inspect.autoattack";
  description.title = {"AutoAttack ensemble", "AutoAttack 组合攻击"};
  description.summary = {
      "Runs the stages of AutoAttack in turn, each on the inputs that all earlier ones left robust, and "
      "reports "
      "robust accuracy and effort after every stage; the last figure is the worst case over all, input by "
      "input.",
      "依次运行 AutoAttack "
      "的各个阶段，每一阶段只攻击此前各阶段均未攻破的输入，并报告每一阶段后的鲁棒准确率与计算量；"
      "最终数值即逐个样本的最坏情形。"};
  description.parameters = {VersionParameter()};
  description.source =
      "Croce and Hein: Reliable evaluation of adversarial robustness with an ensemble of diverse "
      "parameter-free "
      "attacks, ICML 2020; official code github.com/fra31/auto-attack";
  return description;
}

}  // namespace

const check::Check& AutoAttackCheck() {
  static const AttackCheck check(Describe(), {.reported = {.queries = true, .stages = true}},
                                 [](const check::Parameters& parameters, Norm) -> Result<std::vector<Stage>> {
                                   CUPEL_TRY(const AutoAttackVersion version,
                                             ParseAutoAttackVersion(parameters.Text("version")));
                                   return AutoAttackStages(version);
                                 });
  return check;
}

}  // namespace cupel::algorithm::inspect
