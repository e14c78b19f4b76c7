// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>

#include "cupel/algorithm/check/result_json.h"
#include "cupel/algorithm/explain/checks.h"
#include "cupel/algorithm/explain/heat_map.h"
#include "cupel/algorithm/explain/method_run.h"
#include "cupel/algorithm/explain/rank_correlation.h"
#include "cupel/algorithm/explain/sample_records.h"
#include "cupel/algorithm/explain/sanity.h"
#include "cupel/algorithm/graph/random_weights.h"

namespace cupel::algorithm::explain {
namespace {

using check::Text;

constexpr std::string_view kId = "explain.sanity";

check::Description Describe() {
  check::Description description;
  description.id = kId;
  description.title = {"Explanations under random weights", "权重随机化下的解释"};
  description.summary = {
      "Draws the network's weights anew, layer after layer from the output on, and asks whether each "
      "method's "
      "map changes with them; a method whose map stays is refused.",
      "自输出层起逐层随机化网络权重，检验各归因方法的结果是否随之改变；结果不变的方法不予采信。"};
  description.principle = check::Principle::kExplainability;
  description.requirements = {"A6"};
  description.parameters =
      MethodParameters({"saliency", "input-x-gradient", "grad-cam", "deeplift", "integrated-gradients"}, 50);
  description.parameters.push_back(IntegerParameter(
      "cascade", "stages", 4, 1, 100,
      {"Stages from the first random layer to all of them", "从首个随机层到全部随机的阶段数"}));
  description.parameters.push_back(
      RealParameter("limit", "correlation", kSanityLimit, 0, 1,
                    {"Largest correlation of a method that is accepted", "可采信方法的最大相关系数"}));
  description.metrics = {
      {"accepted", {"Methods that depend on the weights", "依赖权重的方法所占比例"}, "", true},
      {"correlation.*",
       {"Rank correlation with all weights random", "权重全部随机后的秩相关"},
       "correlation",
       false},
      {"correlation_absolute.*", {"The same, absolute values", "同上（绝对值）"}, "correlation", false},
  };
  description.source = "Adebayo et al.: Sanity checks for saliency maps, NeurIPS 2018";
  return description;
}

Json CascadeFigure(const std::vector<ReadyMethod>& methods, const std::vector<std::vector<double>>& means) {
  Json figure;
  figure["type"] = "curve";
  figure["title"] = ToJson(Text{"Similarity with the original map", "与原归因图的相似度"});
  figure["caption"] = ToJson(Text{"Rank correlation while more and more layers get random weights.",
                                  "随着越来越多的层被随机化，归因图与原图的秩相关。"});
  for (std::size_t m = 0; m < methods.size(); ++m) {
    Json series;
    series["name"] = methods[m].method->title;
    series["x"].Append(0.0);
    series["y"].Append(1.0);
    for (std::size_t s = 0; s < means[m].size(); ++s) {
      series["x"].Append(static_cast<double>(s + 1) / static_cast<double>(means[m].size()));
      series["y"].Append(means[m][s]);
    }
    figure["series"].Append(std::move(series));
  }
  figure["xLabel"] = ToJson(Text{"share of layers with random weights", "随机化层所占比例"});
  figure["yLabel"] = ToJson(Text{"rank correlation", "秩相关"});
  figure["xUnit"] = "fraction";
  return figure;
}

double MeanOf(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

class Sanity : public check::Check {
 public:
  const check::Description& description() const override { return description_; }

  Result<check::CheckResult> Run(const check::Context& context) const override {
    tensor::UseOneThreadPerOperator();
    CUPEL_TRY(const MethodSettings settings, SettingsFrom(context));
    const ClassifierExecutor search(*context.model);
    check::CheckResult result;
    CUPEL_TRY(const std::vector<ReadyMethod> methods, MakeReady(settings, search.model(), &result.notes));
    CUPEL_TRY(const Cascade cascade,
              Cascade::Create(*context.model, settings, context.seed, context.parameters.Integer("cascade")));
    const auto measure = [&](std::int64_t index) -> Result<std::vector<double>> {
      CUPEL_TRY(const Subject subject, ReadSubject(context, search.model(), settings.baseline, index));
      return cascade.Correlations(methods, subject.question());
    };
    CUPEL_TRY(const auto records, MeasureSamples(context, kId, FirstSamples(settings.samples),
                                                 methods.size() * 2 * cascade.stages(), measure));
    const std::vector<Refusal> refused = Summarise(context, methods, records, cascade.stages(), result);
    if (CanPicture(search.model().sample_shape) && !methods.empty()) {
      CUPEL_TRY(Json figure, MapsFigure(context, search.model(), settings, methods, refused));
      result.figures.push_back(std::move(figure));
    }
    return result;
  }

 private:
  // Record of a sample: for each method, for each stage, correlation and correlation of absolute values.
  static std::vector<Refusal> Summarise(const check::Context& context,
                                        const std::vector<ReadyMethod>& methods,
                                        const std::vector<std::vector<double>>& records, std::size_t stages,
                                        check::CheckResult& result) {
    std::vector<Refusal> refused;
    std::vector<std::vector<double>> means(methods.size());
    const double limit = context.parameters.Real("limit");
    std::vector<check::Metric> details;
    for (std::size_t m = 0; m < methods.size(); ++m) {
      const std::size_t first = m * 2 * stages;
      for (std::size_t s = 0; s < stages; ++s) means[m].push_back(MeanOf(Column(records, first + 2 * s)));
      const std::string& id = methods[m].method->id;
      const std::size_t last = first + 2 * (stages - 1);
      details.push_back(MeanMetric("correlation." + id, Column(records, last), kId, context.seed));
      details.push_back(
          MeanMetric("correlation_absolute." + id, Column(records, last + 1), kId, context.seed));
      const double correlation = means[m].back();
      if (std::abs(correlation) < limit) continue;
      refused.push_back({id,
                         {fmt::format("refused: correlation {:.2f} with random weights", correlation),
                          fmt::format("不予采信：与随机权重的相关为 {:.2f}", correlation)}});
      result.notes.push_back(
          {fmt::format("{} is refused as an explanation of this model: with all weights random its map still "
                       "correlates {:.2f} with the original.",
                       id, correlation),
           fmt::format("{} 不能作为该模型的解释：权重全部随机后其结果与原结果的相关仍为 {:.2f}。", id,
                       correlation)});
    }
    if (!methods.empty()) {
      const auto count = static_cast<std::int64_t>(methods.size() - refused.size());
      const auto all = static_cast<std::int64_t>(methods.size());
      result.metrics.push_back({.name = "accepted",
                                .value = static_cast<double>(count) / static_cast<double>(all),
                                .n = all,
                                .count = count});
      result.figures.push_back(CascadeFigure(methods, means));
    }
    result.metrics.insert(result.metrics.end(), details.begin(), details.end());
    return refused;
  }

  check::Description description_ = Describe();
};

}  // namespace

const check::Check& SanityCheck() {
  static const Sanity check;
  return check;
}

}  // namespace cupel::algorithm::explain
