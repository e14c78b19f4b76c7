// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/attack_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "cupel/algorithm/inspect/attack_result.h"
#include "cupel/algorithm/inspect/stochastic_target.h"
#include "cupel/algorithm/inspect/witness.h"

namespace cupel::algorithm::inspect {

namespace {

using check::ParameterSpec;
using check::ParameterType;

std::vector<ParameterSpec> SharedParameters(const AttackTraits& traits) {
  ParameterSpec epsilons;
  epsilons.name = "epsilons";
  epsilons.type = ParameterType::kRealList;
  epsilons.unit = "data units";
  epsilons.fallback = Json::Array{};
  for (const double epsilon : traits.epsilons) epsilons.fallback.Append(epsilon);
  epsilons.low = 1e-6;
  epsilons.high = 1e6;
  epsilons.meaning = {"Budgets of the attacker; requirements are tested at the largest",
                      "攻击者的扰动预算；以其中最大者检验要求"};

  ParameterSpec norm;
  norm.name = "norm";
  norm.type = ParameterType::kText;
  norm.fallback = NormName(traits.norms.front());
  for (const Norm allowed : traits.norms) norm.choices.emplace_back(NormName(allowed));
  norm.meaning = {"Norm in which a budget is measured", "度量扰动预算的范数"};

  ParameterSpec samples;
  samples.name = "samples";
  samples.type = ParameterType::kInteger;
  samples.unit = "samples";
  samples.fallback = 0;
  samples.high = 1e9;
  samples.meaning = {"The first so many samples of the data set; 0: all",
                     "取数据集的前若干个样本；0 表示全部"};

  ParameterSpec stored;
  stored.name = "stored_inputs";
  stored.type = ParameterType::kInteger;
  stored.unit = "inputs";
  stored.fallback = 256;
  stored.high = 100000;
  stored.meaning = {"Most adversarial inputs kept as witnesses", "作为证据保存的对抗样本数上限"};

  ParameterSpec eot_iter;
  eot_iter.name = "eot_iter";
  eot_iter.type = ParameterType::kInteger;
  eot_iter.unit = "draws";
  eot_iter.fallback = 20;
  eot_iter.low = 1;
  eot_iter.high = 10000;
  eot_iter.meaning = {
      "Draws averaged at every point when the model is random by design; otherwise without effect",
      "模型本身带随机性时，每个点上取平均的抽样次数；对确定性模型不起作用"};

  ParameterSpec precision;
  precision.name = "search_precision";
  precision.type = ParameterType::kText;
  precision.fallback = traits.search_precision;
  precision.choices = {"float32", "bfloat16"};
  precision.meaning = {
      "Precision in which the attack searches, where the compiled executor runs the model; whatever it finds "
      "is confirmed in float32 on the model as given",
      "攻击搜索所用的精度（模型由编译执行器运行时有效）；所得结果一律用 float32 在原模型上确认"};
  if (!traits.targeted) return {epsilons, norm, samples, stored, eot_iter, precision};

  ParameterSpec target;
  target.name = "target";
  target.type = ParameterType::kText;
  target.fallback = "any";
  target.choices = {"any", "next", "least-likely"};
  target.meaning = {"Class the attacker wants: any wrong one, the next, or the least likely",
                    "攻击者期望的类别：任意错误类别、下一类别或最不可能的类别"};
  return {epsilons, norm, samples, stored, eot_iter, precision, target};
}

Status CheckNames(const std::vector<double>& epsilons) {
  if (epsilons.empty()) return Fail(ErrorCode::kInvalidArgument, "epsilons must name at least one budget");
  for (std::size_t i = 1; i < epsilons.size(); ++i) {
    if (EpsilonName(epsilons[i - 1]) != EpsilonName(epsilons[i])) continue;
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("epsilons {} and {} give metrics of one name, eps_{}", epsilons[i - 1],
                            epsilons[i], EpsilonName(epsilons[i])),
                "", "leave out one of them: names have four digits");
  }
  return {};
}

// Judged on the first samples of the data set.
Result<bool> IsRandom(const AttackTarget& model, const data::dataset::Dataset& data) {
  std::vector<std::int64_t> first(static_cast<std::size_t>(std::min(data.size(), kTileRows)));
  if (first.empty()) return false;
  std::iota(first.begin(), first.end(), 0);
  std::vector<float> features(first.size() * static_cast<std::size_t>(data.info().SampleSize()));
  CUPEL_TRY_STATUS(data.Read(first, features));
  return AnswersVary(model, features);
}

check::Text RandomNote(const StochasticOptions& options) {
  return {
      fmt::format("The model is random by design: it was attacked in expectation over {} draws (EOT), and a "
                  "success is what the majority of {} exact passes answers.",
                  options.eot_iter, options.votes),
      fmt::format(
          "该模型本身带随机性：攻击针对 {} 次抽样的期望（EOT）进行，成功须由 {} 次精确计算的多数结果确认。",
          options.eot_iter, options.votes)};
}

bool Declares(const check::Description& description, std::string_view parameter) {
  return std::ranges::any_of(description.parameters,
                             [&](const ParameterSpec& spec) { return spec.name == parameter; });
}

}  // namespace

ParameterSpec LossParameter() {
  ParameterSpec loss;
  loss.name = "loss";
  loss.type = ParameterType::kText;
  loss.fallback = "ce";
  loss.choices = {"ce", "margin", "dlr"};
  loss.meaning = {"What the attack climbs: cross entropy, margin, or difference of logits ratio",
                  "攻击所最大化的损失：交叉熵、间隔或 logit 差比"};

  return loss;
}

std::vector<Stage> OneStage(std::unique_ptr<Attack> attack) {
  return {{.name = "", .attack = std::move(attack)}};
}

AttackCheck::AttackCheck(check::Description own, AttackTraits traits, Make make)
    : description_(std::move(own)), traits_(std::move(traits)), make_(make) {
  description_.principle = check::Principle::kSecurity;
  description_.requirements = {"A2"};
  std::vector<check::MetricSpec> metrics = AttackMetrics(traits_.reported);
  metrics.insert(metrics.end(), description_.metrics.begin(), description_.metrics.end());
  description_.metrics = std::move(metrics);
  std::vector<ParameterSpec> parameters = SharedParameters(traits_);
  parameters.insert(parameters.end(), description_.parameters.begin(), description_.parameters.end());
  description_.parameters = std::move(parameters);
}

Result<AttackPlan> AttackCheck::PlanFrom(const check::Context& context, std::int64_t class_count) const {
  const check::Parameters& parameters = context.parameters;
  AttackPlan plan;
  plan.epsilons = parameters.Reals("epsilons");
  std::sort(plan.epsilons.begin(), plan.epsilons.end());
  plan.epsilons.erase(std::unique(plan.epsilons.begin(), plan.epsilons.end()), plan.epsilons.end());
  CUPEL_TRY_STATUS(CheckNames(plan.epsilons));
  CUPEL_TRY(plan.norm, ParseNorm(parameters.Text("norm")));
  if (Declares(description_, "loss") && parameters.Text("loss") == "dlr" && class_count < 3) {
    return Fail(ErrorCode::kInvalidArgument, "the loss dlr needs at least three classes", "",
                "use ce or margin");
  }
  if (traits_.targeted) {
    CUPEL_TRY(plan.target, ParseTargetRule(parameters.Text("target")));
  }
  CUPEL_TRY(plan.stages, make_(parameters, plan.norm));
  plan.inherit = traits_.inherit;
  plan.seed = context.seed;
  plan.stream = description_.id;
  plan.samples = parameters.Integer("samples");
  plan.stored_inputs = StoredLimit(parameters.Integer("stored_inputs"), context.data->info().SampleSize());
  return plan;
}

Result<check::CheckResult> AttackCheck::Run(const check::Context& context) const {
  std::unique_ptr<AttackTarget> model = TargetOf(*context.model);
  CUPEL_TRY(const AttackPlan plan, PlanFrom(context, model->class_count()));
  CUPEL_TRY(const bool random, IsRandom(*model, *context.data));
  std::unique_ptr<executor::Classifier> coarse;
  const bool rounds = context.parameters.Text("search_precision") == "bfloat16";
  if (rounds && plan.nearest()) {
    return Fail(
        ErrorCode::kInvalidArgument,
        "an attack that closes in on the nearest input searches in float32: its steps there are finer "
        "than bfloat16's rounding",
        "search_precision", "leave search_precision out");
  }
  if (rounds && !random) {
    CUPEL_TRY(coarse, context.model->WithSearchPrecision(compiled::Precision::kBfloat16));
    model = CoarseTargetOf(*coarse, *context.model);
  }
  const StochasticOptions options{.eot_iter = static_cast<int>(context.parameters.Integer("eot_iter"))};
  const std::unique_ptr<AttackTarget> expectation = random ? ExpectationOf(*model, options) : nullptr;
  CUPEL_TRY(const AttackRun run, RunAttack(random ? *expectation : *model, plan, context, description_.id));
  CUPEL_TRY(check::CheckResult result, AttackResult(run, plan, *context.data));
  if (random) result.notes.push_back(RandomNote(options));
  return result;
}

}  // namespace cupel::algorithm::inspect
