// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "cupel/algorithm/check/result_json.h"
#include "cupel/algorithm/explain/checks.h"
#include "cupel/algorithm/explain/localisation.h"
#include "cupel/algorithm/explain/method_run.h"
#include "cupel/algorithm/explain/planted_cue.h"
#include "cupel/algorithm/explain/sample_records.h"
#include "cupel/stats/proportion.h"

namespace cupel::algorithm::explain {
namespace {

using check::Text;

constexpr std::string_view kId = "explain.planted-cue";
constexpr std::size_t kNumbers = 3;  // Of a method: mass, hit, mass of the control.
/// The cue counts for so many times the lead that any class has over the target.
constexpr double kStrength = 10;

check::Description Describe() {
  check::Description description;
  description.id = kId;
  description.title = {"Do explanations show a planted cause?", "解释能否揭示植入的原因？"};
  description.summary = {
      "Puts a small pattern into the pictures and a detector for it into the network, so that the cause of "
      "the "
      "answer is known, and asks whether each method's map shows it, and does not show it when the network "
      "ignores it.",
      "在图像中植入小图案并在网络中植入其检测器，使答案的原因已知；检验各归因图是否指向该图案，且在网络忽略该"
      "图案时不指向它。"};
  description.principle = check::Principle::kExplainability;
  description.requirements = {"A6"};
  description.parameters =
      MethodParameters({"saliency", "input-x-gradient", "deeplift", "integrated-gradients", "occlusion"}, 50);
  description.parameters.push_back(
      IntegerParameter("size", "pixels", 4, 2, 1e4, {"Side of the pattern", "图案边长"}));
  description.parameters.push_back(
      IntegerParameter("target", "class", 0, 0, 1e6, {"Class the pattern stands for", "图案所代表的类别"}));
  description.metrics = {
      {"cue_effect", {"Answers that the cue decides", "由图案决定的回答比例"}, "", true},
      {"cue_mass.*", {"Share of the positive relevance on the cue", "图案上的正相关性占比"}, "", true},
      {"cue_hit.*", {"Maps whose top place is on the cue", "最高点落在图案上的比例"}, "", true},
      {"cue_mass_gap.*",
       {"Relevance on the cue beyond the network that ignores it", "超出忽略该图案的网络的相关性占比"},
       "",
       true},
  };
  description.source =
      "Adebayo et al.: Debugging tests for model explanations, NeurIPS 2020; Yang, Kim: Benchmarking "
      "attribution methods with relative feature importance, 2019";
  return description;
}

// What the original network says to pictures with the cue.
struct Plan {
  std::vector<std::int64_t> indices;  // Samples that it does not answer with the target.
  double strength = 0;
};

class PlantedCueOfNetwork : public check::Check {
 public:
  const check::Description& description() const override { return description_; }

  Result<check::CheckResult> Run(const check::Context& context) const override {
    tensor::UseOneThreadPerOperator();
    check::CheckResult result;
    const data::dataset::DatasetInfo& info = context.data->info();
    if (!info.IsImage()) {
      result.not_applicable = Text{"The samples are no pictures.", "样本不是图像。"};
      return result;
    }
    CUPEL_TRY(const MethodSettings settings, SettingsFrom(context));
    const std::int64_t target = context.parameters.Integer("target");
    if (target >= context.model->class_count()) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("target must be in [0, {}), got {}", context.model->class_count(), target));
    }
    CUPEL_TRY(const PlantedCue cue, PlantedCue::Create(info.sample_shape, context.parameters.Integer("size"),
                                                       info.box_low, info.box_high));
    const auto target_class = static_cast<std::int32_t>(target);
    const ClassifierExecutor original(*context.model);
    CUPEL_TRY(const Plan plan, MakePlan(context, settings, original.model(), cue, target_class));
    if (plan.indices.empty()) {
      result.not_applicable =
          Text{"The network answers the target class to every sample.", "网络对所有样本均回答目标类别。"};
      return result;
    }
    CUPEL_TRY(const auto changed, cue.PlantDetector(*context.model, target_class, plan.strength));
    const ClassifierExecutor with_detector(*changed);
    CUPEL_TRY(const std::vector<ReadyMethod> methods,
              MakeReady(settings, with_detector.model(), &result.notes));
    MethodSettings usable = settings;
    usable.methods.clear();
    for (const ReadyMethod& ready : methods) usable.methods.push_back(ready.method);
    CUPEL_TRY(const std::vector<ReadyMethod> controls, MakeReady(usable, original.model(), nullptr));
    const auto measure = [&](std::int64_t index) {
      return MeasureOne(context, settings, with_detector.model(), cue, target_class, methods, controls,
                        index);
    };
    CUPEL_TRY(const auto records,
              MeasureSamples(context, kId, plan.indices, 1 + kNumbers * methods.size(), measure));
    AddMetrics(methods, records, context.seed, result);
    const double area =
        static_cast<double>(std::ranges::count(cue.mask(), 1)) / static_cast<double>(cue.mask().size());
    result.notes.push_back(
        {fmt::format("The cue covers {:.1f} % of the picture: a map drawn at random has that share of its "
                     "relevance there.",
                     100 * area),
         fmt::format("图案占图像面积的 {:.1f} %：随机归因图在该处的相关性占比即为此值。", 100 * area)});
    return result;
  }

 private:
  static Result<Subject> ReadPlanted(const check::Context& context, const MethodSettings& settings,
                                     const ExplainedModel& model, const PlantedCue& cue, std::int32_t target,
                                     std::int64_t index) {
    CUPEL_TRY(Subject subject, ReadSubject(context, model, settings.baseline, index));
    cue.Plant(subject.x);
    subject.target_class = target;
    return subject;
  }

  static Result<Plan> MakePlan(const check::Context& context, const MethodSettings& settings,
                               const ExplainedModel& model, const PlantedCue& cue, std::int32_t target) {
    Plan plan;
    for (std::int64_t index = 0; index < settings.samples; ++index) {
      CUPEL_TRY(const Subject subject, ReadPlanted(context, settings, model, cue, target, index));
      CUPEL_TRY(const std::vector<float> logits, TiledLogits(model, subject.x, 1));
      const double lead =
          double{*std::ranges::max_element(logits)} - logits[static_cast<std::size_t>(target)];
      if (lead > 0) plan.indices.push_back(index);
      plan.strength = std::max(plan.strength, kStrength * lead);
    }
    return plan;
  }

  static Result<std::vector<double>> MeasureOne(const check::Context& context, const MethodSettings& settings,
                                                const ExplainedModel& model, const PlantedCue& cue,
                                                std::int32_t target, const std::vector<ReadyMethod>& methods,
                                                const std::vector<ReadyMethod>& controls,
                                                std::int64_t index) {
    CUPEL_TRY(const Subject subject, ReadPlanted(context, settings, model, cue, target, index));
    CUPEL_TRY(const std::vector<float> logits, TiledLogits(model, subject.x, 1));
    const auto answer = std::ranges::max_element(logits) - logits.begin();
    std::vector<double> numbers = {answer == target ? 1.0 : 0.0};
    for (std::size_t m = 0; m < methods.size(); ++m) {
      CUPEL_TRY(const Explanation with_cause, methods[m].attribution->Explain(subject.question()));
      CUPEL_TRY(const Explanation without, controls[m].attribution->Explain(subject.question()));
      const std::vector<double> sums = PlaceSums(with_cause.values, model.sample_shape);
      numbers.push_back(RelevanceMass(sums, cue.mask()));
      numbers.push_back(PointsInside(sums, cue.mask()) ? 1 : 0);
      numbers.push_back(RelevanceMass(PlaceSums(without.values, model.sample_shape), cue.mask()));
    }
    return numbers;
  }

  static check::Metric Share(std::string name, const std::vector<double>& hits) {
    const auto n = static_cast<std::int64_t>(hits.size());
    const auto count = static_cast<std::int64_t>(std::ranges::count(hits, 1.0));
    return {.name = std::move(name),
            .value = static_cast<double>(count) / static_cast<double>(n),
            .interval = stats::Wilson(count, n, 0.95),
            .n = n,
            .count = count};
  }

  static void AddMetrics(const std::vector<ReadyMethod>& methods,
                         const std::vector<std::vector<double>>& records, std::uint64_t seed,
                         check::CheckResult& result) {
    result.metrics.push_back(Share("cue_effect", Column(records, 0)));
    for (std::size_t m = 0; m < methods.size(); ++m) {
      const std::size_t first = 1 + kNumbers * m;
      const std::string& id = methods[m].method->id;
      const std::vector<double> mass = Column(records, first);
      result.metrics.push_back(MeanMetric("cue_mass." + id, mass, kId, seed));
      result.metrics.push_back(Share("cue_hit." + id, Column(records, first + 1)));
      result.metrics.push_back(
          MeanMetric("cue_mass_gap." + id, Minus(mass, Column(records, first + 2)), kId, seed));
    }
  }

  check::Description description_ = Describe();
};

}  // namespace

const check::Check& PlantedCueCheck() {
  static const PlantedCueOfNetwork check;
  return check;
}

}  // namespace cupel::algorithm::explain
