// SPDX-License-Identifier: Apache-2.0
// evaluate.accuracy: how often the model is right, overall and for each class, and whether the sample can support the claim.
#include <fmt/format.h>

#include <algorithm>

#include "cupel/algorithm/evaluate/checks.h"
#include "cupel/algorithm/evaluate/confusion.h"
#include "cupel/algorithm/evaluate/figures.h"
#include "cupel/algorithm/evaluate/parameter_specs.h"
#include "cupel/algorithm/evaluate/predictions_input.h"
#include "cupel/stats/proportion.h"

namespace cupel::algorithm::evaluate {
namespace {

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
                  "\u671f\u671b\u7684\u51c6\u786e\u7387\u7cbe\u5ea6\uff08\u6b63\u8d1f\u8be5\u503c\uff09\uff1b\u7ed3\u679c\u4f1a\u8bf4\u660e\u6240\u9700\u6837\u672c\u6570"};
  return spec;
}

check::Description Describe() {
  check::Description description;
  description.id = "evaluate.accuracy";
  description.title = {"Accuracy", "\u51c6\u786e\u7387"};
  description.summary = {
      "Share of samples whose most likely class is the true one, overall and per class (recall, precision), with the "
      "confusion matrix and the precision that the number of samples supports.",
      "\u6700\u53ef\u80fd\u7c7b\u522b\u4e0e\u771f\u5b9e\u7c7b\u522b\u4e00\u81f4\u7684\u6837\u672c\u6bd4\u4f8b\uff1a\u603b\u4f53\u4e0e\u5404\u7c7b\u522b\uff08\u53ec\u56de\u7387\u3001\u7cbe\u786e\u7387\uff09\uff0c\u5e76\u7ed9\u51fa\u6df7\u6dc6\u77e9\u9635\u4ee5\u53ca\u6837\u672c\u6570\u6240\u80fd\u652f\u6301\u7684\u7cbe\u5ea6\u3002"};
  description.principle = check::Principle::kReliability;
  description.requirements = {"A1"};
  description.parameters = {LevelSpec(), IntervalMethodSpec(), HalfWidthSpec()};
  description.metrics = {
      {"accuracy", {"Accuracy", "\u51c6\u786e\u7387"}, "", true},
      {"balanced_accuracy", {"Balanced accuracy (mean recall)", "\u5e73\u8861\u51c6\u786e\u7387\uff08\u5e73\u5747\u53ec\u56de\u7387\uff09"}, "", true},
      {"lowest_recall", {"Lowest recall of any class", "\u5404\u7c7b\u522b\u6700\u4f4e\u53ec\u56de\u7387"}, "", true},
      {"recall.*", {"Recall of a class", "\u7c7b\u522b\u53ec\u56de\u7387"}, "", true},
      {"precision.*", {"Precision of a class", "\u7c7b\u522b\u7cbe\u786e\u7387"}, "", true},
      {"samples_needed", {"Samples needed for the wanted precision", "\u8fbe\u5230\u671f\u671b\u7cbe\u5ea6\u6240\u9700\u6837\u672c\u6570"}, "samples", false},
  };
  description.needs_model = false;
  description.source = "Wilson 1927; Clopper and Pearson 1934; ISO/IEC TS 4213:2022";
  return description;
}

Metric ShareMetric(std::string name, std::int64_t k, std::int64_t n, double level, stats::ProportionMethod method) {
  return {.name = std::move(name),
          .value = static_cast<double>(k) / static_cast<double>(n),
          .interval = stats::ProportionInterval(k, n, level, method),
          .n = n,
          .count = k};
}

/// The lowest of many is chosen after looking: its interval must hold for all classes at once (Bonferroni). The true lowest
/// recall then lies between the smallest lower and the smallest upper limit.
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

/// Recall and precision of every class; a class without samples has no recall, one never predicted no precision.
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
                            fmt::format("\u7c7b\u522b {} \u6ca1\u6709\u6837\u672c\uff1a\u53ec\u56de\u7387\u65e0\u5b9a\u4e49", Few(absent))});
  }
  if (!unpredicted.empty()) {
    result.notes.push_back({fmt::format("class {} was never predicted: precision is not defined there", Few(unpredicted)),
                            fmt::format("\u7c7b\u522b {} \u4ece\u672a\u88ab\u9884\u6d4b\uff1a\u7cbe\u786e\u7387\u65e0\u5b9a\u4e49", Few(unpredicted))});
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
      {fmt::format("{} samples support the accuracy to within +-{:.2f} points at {:g} %; +-{:g} points need {}{}", accuracy.n,
                   supported * 100, level * 100, wanted * 100, needed, needed > accuracy.n ? ": more than there are" : ""),
       fmt::format("{} \u4e2a\u6837\u672c\u5728 {:g} % \u6c34\u5e73\u4e0b\u652f\u6301\u51c6\u786e\u7387\u7cbe\u786e\u5230 \u00b1{:.2f} \u4e2a\u767e\u5206\u70b9\uff1b\u00b1{:g} \u4e2a\u767e\u5206\u70b9\u9700\u8981 {} \u4e2a{}", accuracy.n,
                   level * 100, supported * 100, wanted * 100, needed, needed > accuracy.n ? "\uff0c\u591a\u4e8e\u73b0\u6709\u6837\u672c" : "")});
  if (accuracy.count == accuracy.n) {
    const double bound = stats::ZeroErrorBound(accuracy.n, level) * 100;
    result.notes.push_back(
        {fmt::format("no error in {} samples only shows an error rate below {:.3g} % (rule of three)", accuracy.n, bound),
         fmt::format("{} \u4e2a\u6837\u672c\u65e0\u9519\u8bef\u4ec5\u8bf4\u660e\u9519\u8bef\u7387\u4f4e\u4e8e {:.3g} %\uff08\u4e09\u6cd5\u5219\uff09", accuracy.n, bound)});
  }
}

Json ConfusionFigure(const Confusion& confusion, const Predictions& predictions) {
  Json figure = Figure("confusion", {"Confusion matrix", "\u6df7\u6dc6\u77e9\u9635"});
  figure["labels"] = Json::ArrayOf(predictions.class_names);
  Json::Array rows;
  for (std::int64_t truth = 0; truth < confusion.c; ++truth) {
    Json::Array row;
    for (std::int64_t predicted = 0; predicted < confusion.c; ++predicted) row.emplace_back(confusion.At(truth, predicted));
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
    CUPEL_TRY(const stats::ProportionMethod method, stats::ParseProportionMethod(context.parameters.Text("interval")));
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
