// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>

#include "cupel/algorithm/explain/checks.h"
#include "cupel/algorithm/explain/heat_map.h"
#include "cupel/algorithm/explain/method_run.h"
#include "cupel/algorithm/explain/sample_records.h"
#include "cupel/stats/proportion.h"

namespace cupel::algorithm::explain {
namespace {

constexpr std::string_view kId = "explain.completeness";
constexpr std::size_t kWidth = 3;  // Attributed, difference, evaluations.

check::Description Describe() {
  check::Description description;
  description.id = kId;
  description.title = {"Completeness of attributions", "归因的完备性"};
  description.summary = {
      "Methods that promise to divide the whole difference between the answer and the baseline's answer are "
      "held to it: do the parts add up within 1 %, and how many model evaluations does that take?",
      "对承诺将输出差异完整分配的归因方法进行核验：各部分之和与差异的误差是否在 1 % "
      "以内，需要多少次模型求值。"};
  description.principle = check::Principle::kExplainability;
  description.requirements = {"A6"};
  description.parameters =
      MethodParameters({"integrated-gradients", "deeplift", "input-x-gradient", "kernel-shap"}, 50);
  description.metrics = {
      {"completeness_error.*", {"Completeness error", "完备性误差"}, "", false},
      {"complete.*", {"Answers that add up within 1 %", "误差在 1 % 以内的比例"}, "", true},
      {"evaluations.*", {"Model evaluations, median", "模型求值次数（中位数）"}, "evaluations", false},
  };
  description.source =
      "Sundararajan, Taly, Yan: Axiomatic attribution for deep networks, ICML 2017, section 3; Shrikumar et "
      "al., ICML 2017 (summation to delta)";
  return description;
}

class CompletenessOfMethods : public check::Check {
 public:
  const check::Description& description() const override { return description_; }

  Result<check::CheckResult> Run(const check::Context& context) const override {
    tensor::UseOneThreadPerOperator();
    CUPEL_TRY(const MethodSettings settings, SettingsFrom(context));
    const ClassifierExecutor search(*context.model);
    check::CheckResult result;
    CUPEL_TRY(const std::vector<ReadyMethod> methods, MakeReady(settings, search.model(), &result.notes));
    const auto measure = [&](std::int64_t index) -> Result<std::vector<double>> {
      CUPEL_TRY(const Subject subject, ReadSubject(context, search.model(), settings.baseline, index));
      CUPEL_TRY(const double difference, LogitDifference(search.model(), subject.question()));
      std::vector<double> numbers;
      for (const ReadyMethod& ready : methods) {
        CUPEL_TRY(const Explanation explanation, ready.attribution->Explain(subject.question()));
        // What the method itself says of the difference comes from its own run of the network.
        const Completeness found =
            explanation.completeness.value_or(CompletenessOf(explanation.values, difference));
        numbers.insert(numbers.end(),
                       {found.attributed, found.difference, static_cast<double>(explanation.evaluations)});
      }
      return numbers;
    };
    CUPEL_TRY(const auto records,
              MeasureSamples(context, kId, FirstSamples(settings.samples), kWidth * methods.size(), measure));
    for (std::size_t m = 0; m < methods.size(); ++m)
      AddMetrics(*methods[m].method, records, kWidth * m, context.seed, result);
    if (CanPicture(search.model().sample_shape) && !methods.empty()) {
      CUPEL_TRY(Json figure, MapsFigure(context, search.model(), settings, methods, {}));
      result.figures.push_back(std::move(figure));
    }
    return result;
  }

 private:
  static void AddMetrics(const Method& method, const std::vector<std::vector<double>>& records,
                         std::size_t first, std::uint64_t seed, check::CheckResult& result) {
    std::vector<double> gaps;
    std::vector<double> sizes;
    std::int64_t complete = 0;
    for (const std::vector<double>& record : records) {
      const Completeness one{record[first], record[first + 1]};
      gaps.push_back(std::abs(one.attributed - one.difference));
      sizes.push_back(std::abs(one.difference));
      complete += one.Error() <= kCompletenessTolerance ? 1 : 0;
    }
    const auto n = static_cast<std::int64_t>(records.size());
    result.metrics.push_back(RatioMetric("completeness_error." + method.id, gaps, sizes, kId, seed));
    result.metrics.push_back({.name = "complete." + method.id,
                              .value = static_cast<double>(complete) / static_cast<double>(n),
                              .interval = stats::Wilson(complete, n, 0.95),
                              .n = n,
                              .count = complete});
    result.metrics.push_back(MedianMetric("evaluations." + method.id, Column(records, first + 2), kId, seed));
    if (method.promises_completeness && complete < n) {
      result.notes.push_back(
          {fmt::format("{} broke its promise of completeness on {} of {} samples; those answers are no "
                       "explanations and are not shown.",
                       method.id, n - complete, n),
           fmt::format("{} 在 {} 个样本中有 {} 个未满足完备性；这些结果不能作为解释，不予显示。", method.id,
                       n, n - complete)});
    }
  }

  check::Description description_ = Describe();
};

}  // namespace

const check::Check& CompletenessCheck() {
  static const CompletenessOfMethods check;
  return check;
}

}  // namespace cupel::algorithm::explain
