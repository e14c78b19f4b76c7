// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/leakage/membership.h"

#include <algorithm>
#include <array>

#include "cupel/algorithm/leakage/answers.h"
#include "cupel/algorithm/leakage/checks.h"
#include "cupel/algorithm/leakage/population.h"

namespace cupel::algorithm::leakage {
namespace {

using check::Text;

struct Threshold {
  std::string name;
  Text title;
  double (*score)(const Signals& signals);
};

const std::array<Threshold, 3>& Thresholds() {
  static const std::array<Threshold, 3> thresholds = {
      Threshold{"loss", {"loss threshold", "损失阈值"}, [](const Signals& s) { return -s.loss; }},
      Threshold{
          "confidence", {"largest probability", "最大概率"}, [](const Signals& s) { return s.largest_prob; }},
      Threshold{"modified_entropy", {"modified entropy", "修正熵"}, [](const Signals& s) {
                  return -s.modified_entropy;
                }}};
  return thresholds;
}

check::Description Describe() {
  check::Description description;
  description.id = "inspect.membership";
  description.title = {"Membership inference (loss threshold)", "成员推断（损失阈值）"};
  description.summary = {
      "Tries to tell samples the model was trained on from others by a threshold on its answer alone (loss, "
      "confidence, modified entropy); an area of 0.5 is chance.",
      "仅凭模型回答的阈值（损失、置信度、修正熵）尝试区分训练样本与其他样本；AUC 为 0.5 "
      "表示与随机猜测无异。"};
  description.principle = check::Principle::kPrivacy;
  description.requirements = {"A2"};
  description.parameters = {SamplesSpec(0), DeltaSpec()};
  description.metrics = LeakMetrics();
  description.metrics.push_back(
      {"auc.*", {"Area of a further threshold", "其他阈值的 ROC 曲线下面积"}, "", false});
  description.metrics.push_back(
      {"tpr_at_fpr_*", {"Members found by a further threshold", "其他阈值识别出的成员比例"}, "", false});
  description.source =
      "Yeom et al.: Privacy risk in machine learning, CSF 2018; Salem et al.: ML-Leaks, NDSS 2019; Song and "
      "Mittal: Systematic evaluation of privacy risks, USENIX Security 2021; Carlini et al.: Membership "
      "inference attacks from first principles, S&P 2022; Steinke et al.: Privacy auditing with one (1) "
      "training "
      "run, NeurIPS 2023";
  return description;
}

Result<std::vector<Signals>> SignalsOn(const check::Context& context, std::vector<PoolSample> samples) {
  const Pool pool(*context.training_data, *context.data, std::move(samples));
  CUPEL_TRY(const std::vector<float> logits,
            AskAll(*context.model, pool, {}, context.workers, *context.progress));
  const auto classes = static_cast<std::size_t>(context.model->class_count());
  std::vector<Signals> signals;
  for (std::size_t i = 0; i * classes < logits.size(); ++i)
    signals.push_back(SignalsOf(std::span(logits).subspan(i * classes, classes), pool.labels()[i]));
  return signals;
}

class Membership : public check::Check {
 public:
  const check::Description& description() const override { return description_; }

  Result<check::CheckResult> Run(const check::Context& context) const override {
    if (context.training_data == nullptr) {
      check::CheckResult result;
      result.not_applicable = NeedsTrainingData();
      return result;
    }
    CUPEL_TRY(Population population,
              DrawPopulation(context, {.samples = context.parameters.Integer("samples"),
                                       .seed = context.seed,
                                       .stream = description_.id}));
    const auto total = static_cast<std::int64_t>(2 * population.members.size());
    context.progress->Begin(description_.id, total, "samples");
    Result<std::vector<Signals>> members = SignalsOn(context, std::move(population.members));
    Result<std::vector<Signals>> others;
    if (members) others = SignalsOn(context, std::move(population.others));
    context.progress->End();
    CUPEL_TRY(const std::vector<Signals> inside, std::move(members));
    CUPEL_TRY(const std::vector<Signals> outside, std::move(others));
    return MembershipFromSignals(
        inside, outside,
        {.delta = context.parameters.Real("delta"), .seed = context.seed, .stream = description_.id});
  }

 private:
  check::Description description_ = Describe();
};

}  // namespace

check::CheckResult MembershipFromSignals(const std::vector<Signals>& members,
                                         const std::vector<Signals>& non_members,
                                         const LeakOptions& options) {
  std::vector<AttackScores> scores;
  for (const Threshold& threshold : Thresholds()) {
    AttackScores& made = scores.emplace_back();
    std::ranges::transform(members, std::back_inserter(made.members), threshold.score);
    std::ranges::transform(non_members, std::back_inserter(made.others), threshold.score);
  }
  check::CheckResult result;
  AddLeakMetrics(scores[0], options, result);
  std::vector<NamedScores> named = {{Thresholds()[0].title, &scores[0]}};
  for (std::size_t i = 1; i < scores.size(); ++i) {
    AddFurtherAttack(scores[i], Thresholds()[i].name, result);
    named.push_back({Thresholds()[i].title, &scores[i]});
  }
  result.figures.push_back(RocFigure(named));
  return result;
}

const check::Check& MembershipCheck() {
  static const Membership check;
  return check;
}

}  // namespace cupel::algorithm::leakage
