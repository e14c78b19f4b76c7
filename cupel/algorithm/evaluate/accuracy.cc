// SPDX-License-Identifier: Apache-2.0
// evaluate.accuracy: how often the model is right, overall and for each class, and whether the sample can
// support the claim.
#include <fmt/format.h>

#include <algorithm>

#include "cupel/algorithm/evaluate/checks.h"
#include "cupel/algorithm/evaluate/confusion.h"
#include "cupel/algorithm/check/figures.h"
#include "cupel/algorithm/evaluate/parameter_specs.h"
#include "cupel/algorithm/evaluate/predictions_input.h"
#include "cupel/stats/proportion.h"

namespace cupel::algorithm::evaluate {
namespace {

using check::Figure;
using check::kMaxConfusionLabels;
using check::CheckResult;
using check::Metric;
using data::dataset::Predictions;

check::ParameterSpec HalfWidthSpec() {
  check::ParameterSpec spec;
  spec.name = "half_width";
  spec.type = check::ParameterType::kReal;
  spec.fallback = 0.01;
  spec.low = 1e-4;
  spec.high = 0.5;
  spec.meaning = {"Wanted precision of the accuracy: +- this; the result says how many samples it needs",
                  "期望的准确率精度（正负该值）；结果会说明所需样本数"};
  return spec;
}

check::Description Describe() {
  check::Description description;
  description.id = "evaluate.accuracy";
  description.title = {"Accuracy", "准确率"};
  description.summary = {
      "Share of samples whose most likely class is the true one, overall and per class (recall, precision), "
      "with the "
      "confusion matrix and the precision that the number of samples supports.",
      "最可能类别与真实类别一致的样本比例：总体与各类别（召回率、精确率），并给出混淆矩阵以及样本数所能支持的"
      "精度。"};
  description.principle = check::Principle::kReliability;
  description.requirements = {"A1"};
  description.parameters = {LevelSpec(), IntervalMethodSpec(), HalfWidthSpec()};
  description.metrics = {
      {"accuracy", {"Accuracy", "准确率"}, "", true},
      {"balanced_accuracy", {"Balanced accuracy (mean recall)", "平衡准确率（平均召回率）"}, "", true},
      {"lowest_recall", {"Lowest recall of any class", "各类别最低召回率"}, "", true},
      {"recall.*", {"Recall of a class", "类别召回率"}, "", true},
      {"precision.*", {"Precision of a class", "类别精确率"}, "", true},
      {"samples_needed",
       {"Samples needed for the wanted precision", "达到期望精度所需样本数"},
       "samples",
       false},
  };
  description.needs_model = false;
  description.source = "Wilson 1927; Clopper and Pearson 1934; ISO/IEC TS 4213:2022";
  return description;
}

Metric ShareMetric(std::string name, std::int64_t k, std::int64_t n, double level,
                   stats::ProportionMethod method) {
  return {.name = std::move(name),
          .value = static_cast<double>(k) / static_cast<double>(n),
          .interval = stats::ProportionInterval(k, n, level, method),
          .n = n,
          .count = k};
}

/// The lowest of many is chosen after looking: its interval must hold for all classes at once (Bonferroni).
/// The true lowest recall then lies between the smallest lower and the smallest upper limit.
Metric LowestRecall(const std::vector<Metric>& recalls, double level, stats::ProportionMethod method) {
  Metric lowest = *std::ranges::min_element(recalls, {}, &Metric::value);
  const double simultaneous = 1 - (1 - level) / static_cast<double>(recalls.size());
  lowest.name = "lowest_recall";
  lowest.interval = stats::Interval{1, 1, level, lowest.interval->method + "-bonferroni"};
  for (const Metric& recall : recalls) {
    const stats::Interval interval = stats::ProportionInterval(*recall.count, recall.n, simultaneous, method);
    lowest.interval->low = std::min(lowest.interval->low, interval.low);
    lowest.interval->high = std::min(lowest.interval->high, interval.high);
  }
  return lowest;
}

/// Recall and precision of every class; a class without samples has no recall, one never predicted no
/// precision.
void AddClassMetrics(const Confusion& confusion, const Predictions& predictions, double level,
                     stats::ProportionMethod method, CheckResult& result) {
  std::vector<Metric> recalls;
  std::vector<Metric> precisions;
  std::vector<std::string> absent;
  std::vector<std::string> unpredicted;
  for (std::int64_t label = 0; label < confusion.c; ++label) {
    const std::string& name = predictions.class_names[static_cast<std::size_t>(label)];
    const std::int64_t correct = confusion.At(label, label);
    if (const std::int64_t n = confusion.TrueCount(label); n > 0) {
      recalls.push_back(ShareMetric("recall." + name, correct, n, level, method));
    } else {
      absent.push_back(name);
    }
    if (const std::int64_t n = confusion.PredictedCount(label); n > 0) {
      precisions.push_back(ShareMetric("precision." + name, correct, n, level, method));
    } else {
      unpredicted.push_back(name);
    }
  }
  if (!absent.empty()) {
    result.notes.push_back({fmt::format("no sample of class {}: recall is not defined there", Few(absent)),
                            fmt::format("类别 {} 没有样本：召回率无定义", Few(absent))});
  }
  if (!unpredicted.empty()) {
    result.notes.push_back(
        {fmt::format("class {} was never predicted: precision is not defined there", Few(unpredicted)),
         fmt::format("类别 {} 从未被预测：精确率无定义", Few(unpredicted))});
  }
  result.metrics.push_back(LowestRecall(recalls, level, method));
  result.metrics.insert(result.metrics.end(), recalls.begin(), recalls.end());
  result.metrics.insert(result.metrics.end(), precisions.begin(), precisions.end());
}

void AddAdequacy(const check::Parameters& parameters, const Metric& accuracy, CheckResult& result) {
  const double level = parameters.Real("level");
  const double wanted = parameters.Real("half_width");
  const double supported = (accuracy.interval->high - accuracy.interval->low) / 2;
  // At an observed accuracy of 0 or 1 the formula would ask for nothing; the middle of the interval does not.
  const double centre = (accuracy.interval->high + accuracy.interval->low) / 2;
  const std::int64_t needed = stats::SamplesForHalfWidth(centre, wanted, level);
  result.metrics.push_back({.name = "samples_needed", .value = static_cast<double>(needed), .n = accuracy.n});
  result.notes.push_back(
      {fmt::format(
           "{} samples support the accuracy to within +-{:.2f} points at {:g} %; +-{:g} points need {}{}",
           accuracy.n, supported * 100, level * 100, wanted * 100, needed,
           needed > accuracy.n ? ": more than there are" : ""),
       fmt::format(
           "{} 个样本在 {:g} % 水平下支持准确率精确到 \u00b1{:.2f} 个百分点；\u00b1{:g} 个百分点需要 {} 个{}",
           accuracy.n, level * 100, supported * 100, wanted * 100, needed,
           needed > accuracy.n ? "，多于现有样本" : "")});
  if (accuracy.count == accuracy.n) {
    const double bound = stats::ZeroErrorBound(accuracy.n, level) * 100;
    result.notes.push_back(
        {fmt::format("no error in {} samples only shows an error rate below {:.3g} % (rule of three)",
                     accuracy.n, bound),
         fmt::format("{} 个样本无错误仅说明错误率低于 {:.3g} %（三法则）", accuracy.n, bound)});
  }
}

Json ConfusionFigure(const Confusion& confusion, const Predictions& predictions) {
  Json figure = Figure("confusion", {"Confusion matrix", "混淆矩阵"});
  figure["labels"] = Json::ArrayOf(predictions.class_names);
  Json::Array rows;
  for (std::int64_t truth = 0; truth < confusion.c; ++truth) {
    Json::Array row;
    for (std::int64_t predicted = 0; predicted < confusion.c; ++predicted)
      row.emplace_back(confusion.At(truth, predicted));
    rows.emplace_back(std::move(row));
  }
  figure["counts"] = std::move(rows);
  return figure;
}

class Accuracy : public check::Check {
 public:
  const check::Description& description() const override { return description_; }

  Result<CheckResult> Run(const check::Context& context) const override {
    CUPEL_TRY(const Predictions* predictions, UsablePredictions(context));
    const double level = context.parameters.Real("level");
    CUPEL_TRY(const stats::ProportionMethod method,
              stats::ParseProportionMethod(context.parameters.Text("interval")));
    const Confusion confusion = CountConfusion(*predictions);
    CheckResult result;
    const Metric accuracy = ShareMetric("accuracy", confusion.Correct(), confusion.Samples(), level, method);
    result.metrics.push_back(accuracy);
    const BalancedAccuracy balanced = BalancedAccuracyOf(confusion, level);
    result.metrics.push_back({.name = "balanced_accuracy",
                              .value = balanced.value,
                              .interval = balanced.interval,
                              .n = confusion.Samples()});
    AddAdequacy(context.parameters, accuracy, result);
    AddClassMetrics(confusion, *predictions, level, method, result);
    if (predictions->class_names.size() <= kMaxConfusionLabels) {
      result.figures.push_back(ConfusionFigure(confusion, *predictions));
    }
    return result;
  }

 private:
  check::Description description_ = Describe();
};

}  // namespace

const check::Check& AccuracyCheck() {
  static const Accuracy check;
  return check;
}

}  // namespace cupel::algorithm::evaluate
