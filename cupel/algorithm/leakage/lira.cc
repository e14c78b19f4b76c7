// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/leakage/lira.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "cupel/algorithm/leakage/checks.h"
#include "cupel/algorithm/leakage/training_parameters.h"
#include "cupel/stats/roc.h"

namespace cupel::algorithm::leakage {
namespace {

using check::Text;

constexpr double kLevel = 0.95;
// A score that no shadow model varies in is as good as certain, but not infinitely so.
constexpr double kLeastVariance = 1e-12;

struct Moments {
  double mean = 0;
  double variance = 0;  ///< Unbiased.
};

Moments MomentsOf(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  Moments moments;
  moments.mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  for (const double value : values)
    moments.variance += (value - moments.mean) * (value - moments.mean) / (n - 1);
  return moments;
}

// Moments of every audited row for one query.
std::vector<Moments> MomentsOfRows(const ShadowScores& scores, std::size_t query, bool trained_on,
                                   bool global_variance) {
  std::vector<Moments> rows;
  double sum = 0;
  for (std::size_t row = 0; row < 2 * scores.pairs; ++row) {
    rows.push_back(MomentsOf(scores.Of(row, query, trained_on)));
    sum += rows.back().variance;
  }
  const double mean = sum / static_cast<double>(rows.size());
  for (Moments& moments : rows) {
    if (global_variance) moments.variance = mean;
    moments.variance = std::max(moments.variance, kLeastVariance);
  }
  return rows;
}

// Without the constant that both sides share.
double LogNormal(double x, const Moments& moments) {
  return -0.5 * std::log(moments.variance) - (x - moments.mean) * (x - moments.mean) / (2 * moments.variance);
}

AttackScores Sides(const std::vector<double>& rows) {
  const auto half = rows.begin() + static_cast<std::ptrdiff_t>(rows.size() / 2);
  return {.members = {rows.begin(), half}, .others = {half, rows.end()}};
}

check::Description Describe() {
  check::Description description;
  description.id = "inspect.lira";
  description.title = {"Membership inference (likelihood ratio)", "成员推断（似然比 LiRA）"};
  description.summary = {
      "Trains shadow models on random halves of members and non-members, and asks for each sample whether "
      "the "
      "model answers as if it had been trained on it.",
      "在成员与非成员的随机一半上训练影子模型，逐样本判断模型的回答是否像训练过该样本。"};
  description.principle = check::Principle::kPrivacy;
  description.requirements = {"A2"};
  description.parameters = ShadowSpecs();
  description.parameters.push_back(ChoiceSpec(
      "mode", "online", {"online", "offline"},
      {"Whether models trained on the sample are used too", "是否同时使用训练过该样本的影子模型"}));
  description.parameters.push_back(ChoiceSpec(
      "variance", "auto", {"auto", "global", "per-sample"},
      {"Variance of scores: of each sample, or one for all; auto: one for all below 64 shadow models",
       "得分方差：逐样本或全局；auto 表示影子模型少于 64 个时取全局"}));
  description.parameters.push_back(
      BooleanSpec("flip_queries", false, {"Ask about mirror images, too", "同时查询镜像图像"}));
  description.parameters.push_back(IntegerSpec(
      "shift_queries", 0, 0, 64,
      {"Ask about images moved by so many pixels, too; 0: no", "同时查询平移若干像素的图像；0 表示不平移"},
      "pixels"));
  description.parameters.push_back(DeltaSpec());
  description.metrics = LeakMetrics();
  description.metrics.push_back(ControlMetric());
  description.source =
      "Carlini et al.: Membership inference attacks from first principles, S&P 2022; Steinke et al.: Privacy "
      "auditing with one (1) training run, NeurIPS 2023";
  return description;
}

class Lira : public check::Check {
 public:
  const check::Description& description() const override { return description_; }

  Result<check::CheckResult> Run(const check::Context& context) const override {
    check::CheckResult result;
    if (context.training_data == nullptr) {
      result.not_applicable = NeedsTrainingData();
      return result;
    }
    const check::Parameters& parameters = context.parameters;
    ShadowPlan plan = ShadowPlanFrom(parameters, context.seed);
    plan.queries = {.mirror = parameters.Boolean("flip_queries"),
                    .shift = static_cast<int>(parameters.Integer("shift_queries"))};
    CUPEL_TRY(const auto scores, ScoreShadows(plan, context, description_.id));
    const std::string& variance = parameters.Text("variance");
    const LiraOptions options{
        .online = parameters.Text("mode") == "online",
        .global_variance = variance == "global" || (variance == "auto" && scores->models < kManyShadows)};
    const AttackScores attack = LiraScores(*scores, options);
    AddLeakMetrics(
        attack, {.delta = parameters.Real("delta"), .seed = context.seed, .stream = description_.id}, result);
    AddControl(*scores, result);
    result.figures.push_back(RocFigure({{Text{"likelihood ratio", "似然比"}, &attack}}));
    return result;
  }

 private:
  check::Description description_ = Describe();
};

}  // namespace

AttackScores LiraScores(const ShadowScores& scores, const LiraOptions& options) {
  CUPEL_CHECK(scores.models >= 4);
  std::vector<double> attack(2 * scores.pairs);
  for (std::size_t query = 0; query < scores.queries; ++query) {
    const std::vector<Moments> out = MomentsOfRows(scores, query, false, options.global_variance);
    std::vector<Moments> in;
    if (options.online) in = MomentsOfRows(scores, query, true, options.global_variance);
    for (std::size_t row = 0; row < attack.size(); ++row) {
      const double x = scores.Target(row, query);
      const double score = options.online ? LogNormal(x, in[row]) - LogNormal(x, out[row])
                                          : (x - out[row].mean) / std::sqrt(out[row].variance);
      attack[row] += score / static_cast<double>(scores.queries);
    }
  }
  return Sides(attack);
}

AttackScores UntrainedScores(const ShadowScores& scores) {
  std::vector<double> means;
  for (std::size_t row = 0; row < 2 * scores.pairs; ++row)
    means.push_back(MomentsOf(scores.Of(row, 0, false)).mean);
  return Sides(means);
}

check::MetricSpec ControlMetric() {
  return {
      "control_auc",
      {"The same under models trained on neither (0.5 expected)", "未训练过样本的模型下的对照值（应为 0.5）"},
      "",
      false};
}

void AddControl(const ShadowScores& scores, check::CheckResult& result) {
  const AttackScores untrained = UntrainedScores(scores);
  const stats::Auc auc = stats::DeLongAuc(untrained.members, untrained.others, kLevel);
  result.metrics.push_back({.name = "control_auc",
                            .value = auc.value,
                            .interval = auc.interval,
                            .n = static_cast<std::int64_t>(2 * scores.pairs)});
  if (auc.interval.low <= 0.5 && auc.interval.high >= 0.5) return;
  result.notes.push_back(
      {"Models trained on neither set tell the two apart: members and non-members differ in themselves, and "
       "part "
       "of what is reported as leakage is that difference.",
       "未在任何一方训练过的模型也能区分两组样本：成员与非成员本身分布不同，报告的泄露中有一部分来自这种差异"
       "。"});
}

const check::Check& LiraCheck() {
  static const Lira check;
  return check;
}

}  // namespace cupel::algorithm::leakage
