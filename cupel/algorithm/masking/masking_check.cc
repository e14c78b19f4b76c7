// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cupel/algorithm/executor/classifier.h"
#include "cupel/algorithm/inspect/attack_check.h"
#include "cupel/algorithm/inspect/pgd_attack.h"
#include "cupel/algorithm/inspect/square_attack.h"
#include "cupel/algorithm/masking/checks.h"
#include "cupel/algorithm/masking/noise_attack.h"
#include "cupel/algorithm/masking/path_operators.h"
#include "cupel/algorithm/masking/probe.h"
#include "cupel/algorithm/masking/signs.h"

namespace cupel::algorithm::masking {
namespace {

using check::ParameterSpec;
using check::ParameterType;

constexpr std::size_t kWitnessesOfASign = 100;
constexpr std::int64_t kProbedSamples = 32;

ParameterSpec Integer(const char* name, const char* unit, std::int64_t fallback, double low, double high,
                      check::Text meaning) {
  ParameterSpec spec;
  spec.name = name;
  spec.type = ParameterType::kInteger;
  spec.unit = unit;
  spec.fallback = fallback;
  spec.low = low;
  spec.high = high;
  spec.meaning = std::move(meaning);
  return spec;
}

check::Description Describe() {
  check::Description description;
  description.id = "inspect.masking";
  description.title = {"Gradient-masking diagnosis", "梯度掩蔽诊断"};
  description.summary = {
      "Looks for signs that the model hides its gradients: weak attacks that beat strong ones, budgets that "
      "do "
      "not help, gradients that vanish or mislead, random answers, operators without a derivative. Where one "
      "is found, robust accuracy under gradient attacks cannot be trusted.",
      "检查模型是否掩盖其梯度：弱攻击胜过强攻击、增大预算无效、梯度消失或误导、回答随机、存在不可微算子。"
      "一旦发现，梯度攻击下的鲁棒准确率不可信。"};
  description.principle = check::Principle::kSecurity;
  description.requirements = {"A2"};
  ParameterSpec epsilon;
  epsilon.name = "epsilon";
  epsilon.type = ParameterType::kReal;
  epsilon.unit = "data units";
  epsilon.fallback = 8.0 / 255;
  epsilon.low = 1e-6;
  epsilon.high = 1e6;
  epsilon.meaning = {"Budget of the attacker (Linf)", "攻击者的扰动预算（Linf）"};
  description.parameters = {
      epsilon,
      Integer("samples", "samples", 100, 1, 1e9, {"The first so many samples", "取前若干个样本"}),
      Integer("steps", "steps", 20, 2, 10000, {"Steps of the iterative attack", "迭代攻击的步数"}),
      Integer("restarts", "walks", 5, 2, 100, {"Starts of the repeated attack", "重复攻击的起点数"}),
      Integer("draws", "points", 200, 1, 1000000, {"Points of random search", "随机搜索的点数"}),
      Integer("queries", "queries", 500, 1, 1000000, {"Queries of the square attack", "方块攻击的查询次数"})};
  description.metrics = {
      {"signs", {"Signs of hidden gradients", "梯度掩蔽迹象数"}, "signs", false},
      {"sign.*", {"Strength of a sign", "单项迹象的强度"}, "", false},
  };
  description.source =
      "Carlini et al.: On evaluating adversarial robustness, 2019; Athalye, Carlini, Wagner: Obfuscated "
      "gradients, ICML 2018; Pintor et al.: Indicators of attack failure, 2022";
  return description;
}

class Diagnosis {
 public:
  explicit Diagnosis(const check::Context& context)
      : context_(context), target_(inspect::TargetOf(*context.model)), parameters_(context.parameters) {
    const data::dataset::DatasetInfo& info = context.data->info();
    threat_ = {.norm = inspect::Norm::kLinf,
               .epsilon = parameters_.Real("epsilon"),
               .box_low = info.box_low,
               .box_high = info.box_high};
  }

  Result<std::vector<Sign>> Run() {
    CUPEL_TRY_STATUS(Attack());
    if (one_step_.samples.empty())
      return Fail(ErrorCode::kInvalidArgument, "the model answers none of the samples rightly", "",
                  "name more samples, or check the labels");
    CUPEL_TRY(const GradientProbe probe, Probe());
    const std::vector<Verdicts> white_box = {one_step_, iterative_, twice_, often_};
    const Verdicts gradients = UnionOf(white_box);
    return std::vector<Sign>{OneStepBeatsIterative(one_step_, iterative_),
                             MoreStepsBreakMore(iterative_, twice_),
                             MoreRestartsBreakMore(iterative_, often_),
                             LargerBudgetIsWeaker(sweep_),
                             UnboundedAttackFails(unbounded_, target_->class_count()),
                             RandomSearchSucceeds(noise_, gradients),
                             QueriesBeatGradients(queries_, gradients),
                             GradientVanishes(probe),
                             LossSaturates(probe),
                             GradientMisleads(probe),
                             LossIsFlat(probe),
                             AnswersAreRandom(probe, RandomOperators(context_.model->graph())),
                             AnswersDependOnTheBatch(probe),
                             PathIsNotDifferentiable(NonDifferentiableOperators(context_.model->graph()))};
  }

  std::int64_t attacked() const { return static_cast<std::int64_t>(one_step_.samples.size()); }

 private:
  inspect::PgdOptions Pgd(int steps, int restarts) const {
    return {.steps = steps, .relative_step = 0.25, .restarts = restarts, .random_start = true};
  }

  Status Attack() {
    const int steps = static_cast<int>(parameters_.Integer("steps"));
    CUPEL_TRY(std::vector<Verdicts> one, Broken("one-step", inspect::MakePgdAttack({}), {1}));
    CUPEL_TRY(sweep_, Broken("sweep", inspect::MakePgdAttack(Pgd(steps, 1)), {0.25, 0.5, 1, 2, 4, 8}));
    CUPEL_TRY(std::vector<Verdicts> twice, Broken("twice", inspect::MakePgdAttack(Pgd(2 * steps, 1)), {1}));
    CUPEL_TRY(
        std::vector<Verdicts> often,
        Broken("restarts",
               inspect::MakePgdAttack(Pgd(steps, static_cast<int>(parameters_.Integer("restarts")))), {1}));
    const double everything = (double{threat_.box_high} - threat_.box_low) / threat_.epsilon;
    CUPEL_TRY(std::vector<Verdicts> unbounded,
              Broken("unbounded", inspect::MakePgdAttack(Pgd(steps, 1)), {everything}));
    CUPEL_TRY(std::vector<Verdicts> noise,
              Broken("noise", MakeNoiseAttack(static_cast<int>(parameters_.Integer("draws"))), {1}));
    inspect::SquareOptions square;
    square.queries = static_cast<int>(parameters_.Integer("queries"));
    CUPEL_TRY(std::vector<Verdicts> queries, Broken("queries", inspect::MakeSquareAttack(square), {1}));
    one_step_ = std::move(one[0]);
    iterative_ = sweep_[2];
    twice_ = std::move(twice[0]);
    often_ = std::move(often[0]);
    unbounded_ = std::move(unbounded[0]);
    noise_ = std::move(noise[0]);
    queries_ = std::move(queries[0]);
    return {};
  }

  // Every budget by itself: what one budget breaks says nothing of the next here.
  Result<std::vector<Verdicts>> Broken(const std::string& part, std::unique_ptr<inspect::Attack> attack,
                                       const std::vector<double>& budgets) const {
    inspect::AttackPlan plan;
    plan.stages = inspect::OneStage(std::move(attack));
    for (const double budget : budgets) plan.epsilons.push_back(threat_.epsilon * budget);
    plan.samples = parameters_.Integer("samples");
    plan.inherit = false;
    plan.seed = context_.seed;
    plan.stream = "inspect.masking";
    plan.part = part;
    CUPEL_TRY(const inspect::AttackRun run,
              inspect::RunAttack(*target_, plan, context_, "inspect.masking: " + part));
    std::vector<Verdicts> verdicts(budgets.size());
    for (const inspect::SampleRecord& record : run.attacked) {
      for (std::size_t budget = 0; budget < budgets.size(); ++budget) {
        verdicts[budget].samples.push_back(record.original);
        verdicts[budget].broken.push_back(record.BrokenAt(budget, false) >= 0);
      }
    }
    return verdicts;
  }

  Result<GradientProbe> Probe() const {
    const data::dataset::Dataset& data = *context_.data;
    CUPEL_TRY(const data::dataset::Predictions* predictions, context_.predictions());
    std::vector<std::int64_t> indices;
    std::vector<std::int64_t> samples;
    std::vector<std::int32_t> labels;
    const std::int64_t n = std::min(parameters_.Integer("samples"), data.size());
    for (std::int64_t i = 0; i < n && static_cast<std::int64_t>(indices.size()) < kProbedSamples; ++i) {
      const std::int32_t label = data.labels()[static_cast<std::size_t>(i)];
      if (predictions->Predicted(i) != label) continue;
      indices.push_back(i);
      samples.push_back(data.OriginalIndex(i));
      labels.push_back(label);
    }
    std::vector<float> features(indices.size() * static_cast<std::size_t>(data.info().SampleSize()));
    CUPEL_TRY_STATUS(data.Read(indices, features));
    return ProbeGradient(*target_, {.threat = threat_, .seed = context_.seed, .stream = "inspect.masking"},
                         features, labels, samples);
  }

  const check::Context& context_;
  std::unique_ptr<inspect::AttackTarget> target_;
  const check::Parameters& parameters_;
  inspect::ThreatModel threat_;
  Verdicts one_step_, iterative_, twice_, often_, unbounded_, noise_, queries_;
  std::vector<Verdicts> sweep_;
};

void AddNotes(const std::vector<Sign>& signs, check::CheckResult& result) {
  std::string en;
  std::string zh;
  for (const Sign& sign : signs) {
    if (!sign.flagged) continue;
    en += (en.empty() ? "" : "; ") + sign.because.en;
    zh += (zh.empty() ? "" : "；") + sign.because.zh;
  }
  if (en.empty()) {
    result.notes.push_back({"No sign of hidden gradients was found. No list of signs is complete.",
                            "未发现梯度掩蔽的迹象。任何迹象清单都不可能完备。"});
    return;
  }
  result.notes.push_back(
      {"Robust accuracy under gradient attacks cannot be trusted for this model because " + en + ".",
       "该模型在梯度攻击下的鲁棒准确率不可信，因为：" + zh + "。"});
}

void AddWitnesses(const Sign& sign, check::CheckResult& result) {
  if (!sign.flagged) return;
  for (std::size_t i = 0; i < std::min(sign.samples.size(), kWitnessesOfASign); ++i) {
    Json witness;
    witness["sample"] = sign.samples[i];
    witness["sign"] = sign.id;
    result.witnesses.push_back(std::move(witness));
  }
}

class Masking : public check::Check {
 public:
  const check::Description& description() const override {
    static const check::Description description = Describe();
    return description;
  }

  Result<check::CheckResult> Run(const check::Context& context) const override {
    Diagnosis diagnosis(context);
    CUPEL_TRY(const std::vector<Sign> signs, diagnosis.Run());
    check::CheckResult result;
    const auto flagged = std::count_if(signs.begin(), signs.end(), [](const Sign& s) { return s.flagged; });
    result.metrics.push_back(
        {.name = "signs", .value = static_cast<double>(flagged), .interval = {}, .n = diagnosis.attacked()});
    for (const Sign& sign : signs) {
      result.metrics.push_back(
          {.name = "sign." + sign.id, .value = sign.value, .interval = {}, .n = diagnosis.attacked()});
      AddWitnesses(sign, result);
    }
    AddNotes(signs, result);
    return result;
  }
};

}  // namespace

const check::Check& MaskingCheck() {
  static const Masking check;
  return check;
}

}  // namespace cupel::algorithm::masking
