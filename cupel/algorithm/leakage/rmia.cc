// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/leakage/rmia.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "cupel/algorithm/leakage/checks.h"
#include "cupel/algorithm/leakage/lira.h"
#include "cupel/algorithm/leakage/signals.h"
#include "cupel/algorithm/leakage/training_parameters.h"

namespace cupel::algorithm::leakage {
namespace {

using check::Text;

double MeanProbability(const ShadowScores& scores, std::size_t row, bool trained_on) {
  const std::vector<double> odds = scores.Of(row, 0, trained_on);
  double sum = 0;
  for (const double value : odds) sum += Probability(value);
  return sum / static_cast<double>(odds.size());
}

double RatioOf(const ShadowScores& scores, std::size_t row, const RmiaOptions& options) {
  const double out = MeanProbability(scores, row, false);
  const double overall = options.online && row < 2 * scores.pairs
                             ? (MeanProbability(scores, row, true) + out) / 2
                             : ((1 + options.offline_a) * out + (1 - options.offline_a)) / 2;
  return Probability(scores.Target(row, 0)) / std::max(overall, std::numeric_limits<double>::min());
}

check::Description Describe() {
  check::Description description;
  description.id = "inspect.rmia";
  description.title = {"Membership inference (pairwise ratios)", "成员推断（成对似然比 RMIA）"};
  description.summary = {
      "Holds how much likelier a sample became by training against the same figure for population samples; "
      "shadow "
      "models say what is usual. Strong with few of them.",
      "将样本因训练而提升的可能性与总体样本的相应值逐对比较，由影子模型给出常态；影子模型很少时依然有效。"};
  description.principle = check::Principle::kPrivacy;
  description.requirements = {"A2"};
  description.parameters = ShadowSpecs();
  description.parameters.push_back(ChoiceSpec(
      "mode", "offline", {"offline", "online"},
      {"Whether models trained on the sample are used too", "是否同时使用训练过该样本的影子模型"}));
  description.parameters.push_back(RealSpec(
      "gamma", 2, 1, 1000, {"By how much a ratio must exceed the other", "判定所需的似然比阈值 gamma"}));
  description.parameters.push_back(
      RealSpec("offline_a", 0.3, 0, 1,
               {"Interpolation from models not trained on the sample to the mean over all (paper: a)",
                "由未训练模型推算总体均值的线性插值系数 a"}));
  description.parameters.push_back(DeltaSpec());
  description.metrics = LeakMetrics();
  description.metrics.push_back(ControlMetric());
  description.source =
      "Zarifzadeh, Liu and Shokri: Low-cost high-power membership inference attacks, ICML 2024; Steinke et "
      "al.: "
      "Privacy auditing with one (1) training run, NeurIPS 2023";
  return description;
}

class Rmia : public check::Check {
 public:
  const check::Description& description() const override { return description_; }

  Result<check::CheckResult> Run(const check::Context& context) const override {
    check::CheckResult result;
    if (context.training_data == nullptr) {
      result.not_applicable = NeedsTrainingData();
      return result;
    }
    const check::Parameters& parameters = context.parameters;
    const ShadowPlan plan = ShadowPlanFrom(parameters, context.seed);
    if (plan.population.reference < 1)
      return Fail(ErrorCode::kInvalidArgument, "population must be >= 1, got 0", description_.id);
    CUPEL_TRY(const auto scores, ScoreShadows(plan, context, description_.id));
    const AttackScores attack = RmiaScores(*scores, {.online = parameters.Text("mode") == "online",
                                                     .gamma = parameters.Real("gamma"),
                                                     .offline_a = parameters.Real("offline_a")});
    AddLeakMetrics(
        attack, {.delta = parameters.Real("delta"), .seed = context.seed, .stream = description_.id}, result);
    AddControl(*scores, result);
    result.figures.push_back(RocFigure({{Text{"pairwise ratios", "成对似然比"}, &attack}}));
    return result;
  }

 private:
  check::Description description_ = Describe();
};

}  // namespace

AttackScores RmiaScores(const ShadowScores& scores, const RmiaOptions& options) {
  CUPEL_CHECK(scores.reference > 0);
  std::vector<double> population;
  for (std::size_t row = 2 * scores.pairs; row < scores.rows(); ++row)
    population.push_back(options.gamma * RatioOf(scores, row, options));
  std::ranges::sort(population);
  AttackScores attack;
  for (std::size_t row = 0; row < 2 * scores.pairs; ++row) {
    const auto above = std::ranges::upper_bound(population, RatioOf(scores, row, options));
    const double share =
        static_cast<double>(above - population.begin()) / static_cast<double>(population.size());
    (row < scores.pairs ? attack.members : attack.others).push_back(share);
  }
  return attack;
}

const check::Check& RmiaCheck() {
  static const Rmia check;
  return check;
}

}  // namespace cupel::algorithm::leakage
