// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "cupel/algorithm/check/result_json.h"
#include "cupel/algorithm/explain/checks.h"
#include "cupel/algorithm/explain/edge_map.h"
#include "cupel/algorithm/explain/method_run.h"
#include "cupel/algorithm/explain/removal.h"
#include "cupel/algorithm/explain/road.h"
#include "cupel/algorithm/explain/sample_records.h"

namespace cupel::algorithm::explain {
namespace {

using check::Text;

constexpr std::string_view kId = "explain.removal";
constexpr std::size_t kScores = 3;  // Deletion, insertion, ROAD; larger is better.

check::Description Describe() {
  check::Description description;
  description.id = kId;
  description.title = {"Removal of what explanations call important", "移除解释所示的重要区域"};
  description.summary = {
      "Deletes and inserts pixels in each method's order (deletion, insertion, ROAD) and reports how much "
      "better than a random order and than an edge detector the method is.",
      "按各归因方法给出的次序删除、插入像素（删除、插入、ROAD），报告其优于随机次序和边缘检测器的程度。"};
  description.principle = check::Principle::kExplainability;
  description.requirements = {"A6"};
  description.parameters =
      MethodParameters({"saliency", "input-x-gradient", "grad-cam", "deeplift", "integrated-gradients"}, 50);
  description.parameters.push_back(IntegerParameter(
      "stages", "stages", 28, 1, 1000, {"Stages of deletion and insertion", "删除与插入的阶段数"}));
  description.parameters.push_back(
      IntegerParameter("random_maps", "maps", 2, 1, 100,
                       {"Random orders each sample is compared with", "与每个样本比较的随机顺序数"}));
  for (const auto& [name, en, zh] : {std::tuple{"deletion", "Deletion", "删除"},
                                     {"insertion", "Insertion", "插入"},
                                     {"road", "ROAD", "ROAD"}}) {
    description.metrics.push_back(
        {fmt::format("{}_gap.*", name),
         {fmt::format("{}: gap to random", en), fmt::format("{}：与随机的差距", zh)},
         "",
         true});
    description.metrics.push_back(
        {fmt::format("{}_gap_edge.*", name),
         {fmt::format("{}: gap to an edge detector", en), fmt::format("{}：与边缘检测器的差距", zh)},
         "",
         true});
  }
  description.source =
      "Petsiuk, Das, Saenko: RISE, BMVC 2018 (deletion, insertion); Rong et al., ICML 2022 (ROAD); Adebayo "
      "et "
      "al., NeurIPS 2018 (edge detector)";
  return description;
}

// Scores of orders of one sample.
class Scorer {
 public:
  Scorer(const ExplainedModel& model, const Subject& subject, std::int64_t stages, std::uint64_t seed)
      : model_(model), subject_(subject), stages_(stages), seed_(seed) {}

  // [kScores]; ROAD is 0 where samples are no pictures.
  Result<std::vector<double>> Score(std::span<const std::int64_t> order) const {
    CUPEL_TRY(const RemovalCurves curves,
              FollowOrder(model_, subject_.x, subject_.baseline, order, subject_.target_class, stages_));
    std::vector<double> scores = {-Area(curves.deletion), Area(curves.insertion), 0};
    if (model_.sample_shape.size() == 3) {
      // Every order meets the same noise.
      ReproducibleStream stream(seed_, "explain.road", static_cast<std::uint64_t>(subject_.original));
      CUPEL_TRY(scores[2], RoadScore(model_, subject_.x, order, subject_.target_class, {}, stream));
    }
    return scores;
  }

  Result<std::vector<double>> ScoreMap(std::span<const double> map) const {
    return Score(ImportanceOrder(map, model_.sample_shape));
  }

  Result<std::vector<double>> ScoreAtRandom(std::int64_t maps) const {
    std::vector<double> mean(kScores, 0.0);
    const auto places = static_cast<std::int64_t>(
        ImportanceOrder(std::vector<double>(subject_.x.size(), 0.0), model_.sample_shape).size());
    for (std::int64_t draw = 0; draw < maps; ++draw) {
      ReproducibleStream stream(seed_, kId, static_cast<std::uint64_t>(subject_.original),
                                static_cast<std::uint32_t>(draw));
      CUPEL_TRY(const std::vector<double> scores, Score(stream.Permutation(places)));
      for (std::size_t k = 0; k < kScores; ++k) mean[k] += scores[k] / static_cast<double>(maps);
    }
    return mean;
  }

 private:
  const ExplainedModel& model_;
  const Subject& subject_;
  std::int64_t stages_;
  std::uint64_t seed_;
};

Json BarsFigure(const std::vector<check::Metric>& metrics) {
  Json figure;
  figure["type"] = "bars";
  figure["title"] = ToJson(Text{"Gaps to random and to an edge detector", "与随机及边缘检测器的差距"});
  figure["reference"] = 0;
  for (const check::Metric& metric : metrics) {
    Json bar;
    bar["label"] = metric.name;
    bar["value"] = metric.value;
    bar["low"] = metric.interval->low;
    bar["high"] = metric.interval->high;
    figure["series"].Append(std::move(bar));
  }
  return figure;
}

class Removal : public check::Check {
 public:
  const check::Description& description() const override { return description_; }

  Result<check::CheckResult> Run(const check::Context& context) const override {
    tensor::UseOneThreadPerOperator();
    CUPEL_TRY(const MethodSettings settings, SettingsFrom(context));
    const ClassifierExecutor search(*context.model);
    const ExplainedModel model = search.model();
    check::CheckResult result;
    CUPEL_TRY(const std::vector<ReadyMethod> methods, MakeReady(settings, model, &result.notes));
    const bool pictures = model.sample_shape.size() == 3;
    const auto measure = [&](std::int64_t index) -> Result<std::vector<double>> {
      CUPEL_TRY(const Subject subject, ReadSubject(context, model, settings.baseline, index));
      const Scorer scorer(model, subject, context.parameters.Integer("stages"), context.seed);
      CUPEL_TRY(std::vector<double> numbers, scorer.ScoreAtRandom(context.parameters.Integer("random_maps")));
      std::vector<double> edge(kScores, 0.0);
      if (pictures) {
        CUPEL_TRY(edge, scorer.ScoreMap(EdgeMap(subject.x, model.sample_shape)));
      }
      numbers.insert(numbers.end(), edge.begin(), edge.end());
      for (const ReadyMethod& ready : methods) {
        CUPEL_TRY(const Explanation explanation, ready.attribution->Explain(subject.question()));
        CUPEL_TRY(const std::vector<double> scores, scorer.ScoreMap(explanation.values));
        numbers.insert(numbers.end(), scores.begin(), scores.end());
      }
      return numbers;
    };
    CUPEL_TRY(const auto records, MeasureSamples(context, kId, FirstSamples(settings.samples),
                                                 kScores * (2 + methods.size()), measure));
    for (std::size_t m = 0; m < methods.size(); ++m)
      AddMetrics(context, methods[m], records, m, pictures, result);
    if (!methods.empty()) result.figures.push_back(BarsFigure(result.metrics));
    return result;
  }

 private:
  // Record: scores at random, of the edge map, of each method.
  static void AddMetrics(const check::Context& context, const ReadyMethod& ready,
                         const std::vector<std::vector<double>>& records, std::size_t m, bool pictures,
                         check::CheckResult& result) {
    static constexpr std::string_view kNames[kScores] = {"deletion", "insertion", "road"};
    for (std::size_t k = 0; k < (pictures ? kScores : kScores - 1); ++k) {
      const std::vector<double> scores = Column(records, kScores * (2 + m) + k);
      const auto add = [&](std::string_view suffix, std::size_t other) {
        result.metrics.push_back(MeanMetric(fmt::format("{}_gap{}.{}", kNames[k], suffix, ready.method->id),
                                            Minus(scores, Column(records, other)), kId, context.seed));
      };
      add("", k);
      if (pictures) add("_edge", kScores + k);
    }
  }

  check::Description description_ = Describe();
};

}  // namespace

const check::Check& RemovalCheck() {
  static const Removal check;
  return check;
}

}  // namespace cupel::algorithm::explain
