// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cupel/algorithm/explain/checks.h"
#include "cupel/algorithm/explain/method_run.h"
#include "cupel/algorithm/explain/sample_records.h"
#include "cupel/algorithm/explain/sensitivity.h"

namespace cupel::algorithm::explain {
namespace {

constexpr std::string_view kId = "explain.stability";

check::Description Describe() {
  check::Description description;
  description.id = kId;
  description.title = {"Stability of explanations", "解释的稳定性"};
  description.summary = {
      "Changes every feature by a little at random and reports the largest relative change of each method's "
      "map (sensitivity-max).",
      "对每个特征施加微小的随机扰动，报告各归因图的最大相对变化（最大敏感度）。"};
  description.principle = check::Principle::kExplainability;
  description.requirements = {"A6"};
  description.parameters =
      MethodParameters({"saliency", "input-x-gradient", "grad-cam", "deeplift", "integrated-gradients"}, 30);
  description.parameters.push_back(RealParameter("radius", "fraction of the box", 0.02, 1e-6, 1,
                                                 {"Largest change of a feature", "特征的最大改变量"}));
  description.parameters.push_back(IntegerParameter(
      "draws", "draws", 10, 1, 10000, {"Random changes tried for each sample", "每个样本的随机扰动次数"}));
  description.metrics = {
      {"sensitivity_max.*", {"Largest relative change of the map", "归因图的最大相对变化"}, "ratio", false},
  };
  description.source = "Yeh et al.: On the (in)fidelity and sensitivity of explanations, NeurIPS 2019";
  return description;
}

class Stability : public check::Check {
 public:
  const check::Description& description() const override { return description_; }

  Result<check::CheckResult> Run(const check::Context& context) const override {
    tensor::UseOneThreadPerOperator();
    CUPEL_TRY(const MethodSettings settings, SettingsFrom(context));
    const ClassifierExecutor search(*context.model);
    check::CheckResult result;
    CUPEL_TRY(const std::vector<ReadyMethod> methods, MakeReady(settings, search.model(), &result.notes));
    const SensitivityOptions options{
        .radius = context.parameters.Real("radius") * (settings.options.box_high - settings.options.box_low),
        .draws = context.parameters.Integer("draws"),
        .low = static_cast<float>(settings.options.box_low),
        .high = static_cast<float>(settings.options.box_high),
        .seed = context.seed};
    const auto measure = [&](std::int64_t index) -> Result<std::vector<double>> {
      CUPEL_TRY(const Subject subject, ReadSubject(context, search.model(), settings.baseline, index));
      std::vector<double> numbers;
      for (const ReadyMethod& ready : methods) {
        CUPEL_TRY(const double sensitivity, SensitivityMax(*ready.attribution, subject.question(), options));
        numbers.push_back(sensitivity);
      }
      return numbers;
    };
    CUPEL_TRY(const auto records,
              MeasureSamples(context, kId, FirstSamples(settings.samples), methods.size(), measure));
    for (std::size_t m = 0; m < methods.size(); ++m) {
      result.metrics.push_back(
          MeanMetric("sensitivity_max." + methods[m].method->id, Column(records, m), kId, context.seed));
    }
    result.notes.push_back(
        {"Random changes give a lower bound: a change that is searched for can move a map further.",
         "随机扰动给出的是下界：经过搜索的扰动可能使归因图变化更大。"});
    return result;
  }

 private:
  check::Description description_ = Describe();
};

}  // namespace

const check::Check& StabilityCheck() {
  static const Stability check;
  return check;
}

}  // namespace cupel::algorithm::explain
