// SPDX-License-Identifier: Apache-2.0
// inspect.transfer: the plan's surrogates, or a substitute trained on the model's answers, attacked in its
// place.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cupel/algorithm/inspect/attack_check.h"
#include "cupel/algorithm/transfer/checks.h"
#include "cupel/algorithm/transfer/surrogates.h"
#include "cupel/algorithm/transfer/transfer_run.h"

namespace cupel::algorithm::transfer {
namespace {

using check::ParameterSpec;
using check::ParameterType;
using check::Text;

ParameterSpec Spec(std::string name, ParameterType type, std::string unit, Json fallback, double low,
                   double high, std::vector<std::string> choices, Text meaning) {
  ParameterSpec spec;
  spec.name = std::move(name);
  spec.type = type;
  spec.unit = std::move(unit);
  spec.fallback = std::move(fallback);
  spec.low = low;
  spec.high = high;
  spec.choices = std::move(choices);
  spec.meaning = std::move(meaning);
  return spec;
}

std::vector<ParameterSpec> Parameters() {
  return {
      Spec("surrogates", ParameterType::kTextList, "", Json::Array{}, 0, 0, {},
           {"Names of the plan's surrogates to use; none: all", "使用方案中的哪些代理模型；留空表示全部"}),
      Spec("attacks", ParameterType::kTextList, "", Json::Array{"mi", "combined"}, 0, 0,
           {"i", "mi", "ni", "di", "ti", "combined"},
           {"i: no momentum; mi: momentum; ni, di, ti: momentum with look ahead, input diversity or smoothed "
            "gradients; combined: all",
            "i：无动量；mi：动量；ni、di、ti：动量加前瞻、输入多样化或梯度平滑；combined：全部"}),
      Spec("steps", ParameterType::kInteger, "steps", 10, 1, 10000, {},
           {"Steps on the surrogate, each epsilon / steps long",
            "在代理模型上的步数，步长为 epsilon / steps"}),
      Spec("decay", ParameterType::kReal, "", 1.0, 0, 10, {}, {"Decay of the momentum", "动量衰减系数"}),
      Spec("diversity_prob", ParameterType::kReal, "", 0.5, 0, 1, {},
           {"Probability of shrinking and padding in di", "di 中缩放与填充的概率"}),
      Spec("kernel", ParameterType::kInteger, "taps", 0, 0, 255, {},
           {"Gaussian kernel of ti, odd; 0: 15 at 299 pixels, scaled",
            "ti 的高斯核（奇数）；0 表示按 299 像素 15 抽头缩放"}),
      Spec("substitute", ParameterType::kText, "", "none", 0, 0, SubstituteNames(),
           {"Network to train on the model's answers as one more surrogate",
            "以模型回答训练的替代模型结构，作为附加代理"}),
      Spec("query_budget", ParameterType::kInteger, "queries", 1000, 2, 1e7, {},
           {"Answers that the substitute is trained on", "训练替代模型可用的查询次数"}),
      Spec("substitute_epochs", ParameterType::kInteger, "epochs", 10, 1, 10000, {},
           {"Passes over those answers", "替代模型的训练轮数"}),
  };
}

check::Description Describe() {
  check::Description description;
  description.id = "inspect.transfer";
  description.title = {"Transfer attack from surrogate models", "基于代理模型的迁移攻击"};
  description.summary = {
      "Makes adversarial inputs on other models, or on a substitute trained on this model's answers, and "
      "shows "
      "each once to this model, whose gradients are never used.",
      "在其他模型或以本模型回答训练的替代模型上生成对抗样本，每个只向本模型提交一次，从不使用本模型的梯度。"};
  description.parameters = Parameters();
  description.metrics = {
      {"agreement.*",
       {"Answers in which a surrogate agrees with the model", "代理模型与本模型回答一致的比例"},
       "",
       false},
      {"substitute_queries",
       {"Queries that the substitute was trained on", "训练替代模型所用的查询次数"},
       "queries",
       true},
  };
  description.source =
      "Dong et al., CVPR 2018 (MI); Lin et al., ICLR 2020 (NI); Xie et al., CVPR 2019 (DI); Dong et al., "
      "CVPR "
      "2019 (TI); Papernot et al., AsiaCCS 2017 (substitute)";
  return description;
}

TransferOptions OptionsOf(const std::string& name, const check::Parameters& parameters) {
  TransferOptions options;
  options.steps = static_cast<int>(parameters.Integer("steps"));
  options.decay = name == "i" ? 0 : parameters.Real("decay");
  options.nesterov = name == "ni" || name == "combined";
  if (name == "di" || name == "combined") options.diversity_prob = parameters.Real("diversity_prob");
  if (name == "ti" || name == "combined") options.kernel = parameters.Integer("kernel");
  return options;
}

Result<std::vector<NamedOptions>> AttacksOf(const check::Parameters& parameters) {
  if (const std::int64_t kernel = parameters.Integer("kernel"); kernel != 0 && kernel % 2 == 0) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("kernel must be odd, or 0, got {}", kernel),
                "kernel");
  }
  std::vector<NamedOptions> attacks;
  std::set<std::string> seen;
  for (const std::string& name : parameters.Texts("attacks")) {
    if (seen.insert(name).second) attacks.push_back({name, OptionsOf(name, parameters)});
  }
  return attacks;
}

class Transfer : public inspect::AttackCheck {
 public:
  Transfer()
      : AttackCheck(Describe(),
                    {.reported = {.gradients = false, .queries = true, .distance = false, .stages = true},
                     .targeted = true},
                    [](const check::Parameters&, inspect::Norm) -> Result<std::vector<inspect::Stage>> {
                      return std::vector<inspect::Stage>{};
                    }) {}

  Result<check::CheckResult> Run(const check::Context& context) const override {
    if (context.surrogates.empty() && context.parameters.Text("substitute") == "none") {
      check::CheckResult result;
      result.not_applicable = Text{"The plan names no surrogate, and no substitute was asked for.",
                                   "方案未指定代理模型，也未要求训练替代模型。"};
      return result;
    }
    const std::unique_ptr<inspect::AttackTarget> target = inspect::TargetOf(*context.model);
    CUPEL_TRY(const std::vector<NamedOptions> attacks, AttacksOf(context.parameters));
    CUPEL_TRY(inspect::AttackPlan plan, PlanFrom(context, target->class_count()));
    CUPEL_TRY(const Surrogates surrogates, GatherSurrogates(context));
    CUPEL_TRY(check::CheckResult result,
              RunTransfer(*target, surrogates.models, attacks, std::move(plan), context));
    AddSubstitute(surrogates, result);
    return result;
  }

 private:
  static void AddSubstitute(const Surrogates& surrogates, check::CheckResult& result) {
    if (surrogates.substitute == nullptr) return;
    const std::int64_t queries = surrogates.substitute->queries;
    result.metrics.push_back(
        {.name = "substitute_queries", .value = static_cast<double>(queries), .interval = {}, .n = queries});
    if (!surrogates.random_queries) return;
    result.notes.push_back(
        {"The plan names no training data, so the substitute was trained on the answers to "
         "noise: an attacker with real inputs does better.",
         "方案未指定训练数据，替代模型以噪声输入的回答训练；拥有真实输入的攻击者效果更好。"});
  }
};

}  // namespace

const check::Check& TransferCheck() {
  static const Transfer check;
  return check;
}

}  // namespace cupel::algorithm::transfer
