// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "cupel/algorithm/backdoor/checks.h"
#include "cupel/algorithm/backdoor/answers.h"
#include "cupel/algorithm/backdoor/figures.h"
#include "cupel/algorithm/backdoor/parameters.h"
#include "cupel/algorithm/backdoor/trigger_success.h"
#include "cupel/algorithm/check/result_json.h"
#include "cupel/data/dataset/draw.h"
#include "cupel/stats/proportion.h"

namespace cupel::algorithm::backdoor {
namespace {

using check::Text;
using data::dataset::Dataset;
using data::dataset::Trigger;

constexpr double kLevel = 0.95;

check::Description Describe() {
  check::Description description;
  description.id = "inspect.trigger";
  description.title = {"Success of a given trigger", "给定触发器的成功率"};
  description.summary = {
      "Puts a trigger onto samples of other classes and counts how often the model then answers the target; "
      "beside it stands the rate without the trigger.",
      "将触发器叠加到其他类别的样本上，统计模型改答目标类别的比例，并与不加触发器时的比例对照。"};
  description.principle = check::Principle::kSecurity;
  description.requirements = {"A2"};
  description.parameters = TriggerParameters(false);
  description.parameters.push_back(IntegerParameter(
      "samples", "samples", 1000, 0, 1e9,
      {"Samples of other classes, drawn at random; 0: all", "随机抽取的其他类别样本数；0 表示全部"}));
  description.metrics = {
      {"success_rate",
       {"Answered with the target under the trigger", "加触发器后答为目标类别的比例"},
       "",
       false},
      {"base_rate", {"Answered with the target without it", "不加触发器时答为目标类别的比例"}, "", false},
      {"lift", {"What the trigger adds", "触发器带来的增量"}, "", false},
  };
  description.source =
      "Gu et al.: BadNets, 2017 (arXiv 1708.06733); Chen et al.: Targeted backdoor attacks using data "
      "poisoning, 2017 (arXiv 1712.05526)";
  return description;
}

Result<Json> Pictures(const TriggerSuccess& success, const Dataset& data, const Trigger& trigger,
                      std::int32_t target) {
  Json figure;
  figure["type"] = "images";
  figure["title"] = ToJson(Text{"Samples with and without the trigger", "加触发器前后的样本"});
  figure["columns"] =
      Json::Array{ToJson(Text{"original", "原图"}), ToJson(Text{"with the trigger", "加触发器后"})};
  const data::dataset::DatasetInfo& info = data.info();
  // Successes first: they are what a reader wants to see.
  std::vector<TriggerOutcome> shown = success.outcomes;
  std::ranges::stable_partition(shown, [&](const TriggerOutcome& one) { return one.after == target; });
  if (shown.size() > kPicturedRows / 2) shown.resize(kPicturedRows / 2);
  for (const TriggerOutcome& one : shown) {
    CUPEL_TRY(std::vector<float> sample, ReadSamples(data, {&one.index, 1}));
    const std::string& before = ClassName(info, one.before);
    const std::string& after = ClassName(info, one.after);
    CUPEL_TRY(Json original, SampleCell(info, sample, {before, before}));
    trigger.Apply(sample);
    CUPEL_TRY(Json stamped, SampleCell(info, sample, {after, after}));
    Json row;
    const std::int64_t index = data.OriginalIndex(one.index);
    row["caption"] = ToJson(Text{fmt::format("sample {}", index), fmt::format("样本 {}", index)});
    row["cells"] = Json::Array{std::move(original), std::move(stamped)};
    figure["rows"].Append(std::move(row));
  }
  return figure;
}

std::vector<check::Metric> Metrics(const TriggerSuccess& success) {
  check::Metric lift;
  lift.name = "lift";
  lift.value = static_cast<double>(success.hits - success.hits_before) / static_cast<double>(success.n);
  lift.interval = stats::NewcombeDifference(success.hits, success.n, success.hits_before, success.n, kLevel);
  lift.n = success.n;
  return {SuccessMetric("success_rate", success.hits, success.n),
          SuccessMetric("base_rate", success.hits_before, success.n), lift};
}

class TriggerSuccessCheck : public check::Check {
 public:
  const check::Description& description() const override { return description_; }

  Result<check::CheckResult> Run(const check::Context& context) const override {
    const Dataset& data = *context.data;
    CUPEL_TRY(const std::int32_t target, TargetFrom(context.parameters, context.model->class_count()));
    CUPEL_TRY(const Trigger trigger, TriggerFrom(context.parameters, data.info()));
    const std::int64_t wanted = context.parameters.Integer("samples");
    const std::vector<std::int64_t> others = data::dataset::SamplesNotOf(data, target);
    const std::vector<std::int64_t> indices = data::dataset::DrawSamples(
        data, others, wanted == 0 ? data.size() : wanted, context.seed, description_.id);
    if (indices.empty())
      return Fail(ErrorCode::kInvalidArgument, fmt::format("all samples are of class {}", target));
    context.progress->Begin(description_.id, static_cast<std::int64_t>(indices.size()), "samples");
    auto measured = MeasureTrigger(*context.model, data, indices, trigger, target, context);
    context.progress->End();
    CUPEL_TRY(const TriggerSuccess success, std::move(measured));
    check::CheckResult result;
    result.metrics = Metrics(success);
    for (const TriggerOutcome& one : success.outcomes) {
      if (one.after != target || one.before == target) continue;
      result.witnesses.emplace_back(Json::Object{{"sample", data.OriginalIndex(one.index)},
                                                 {"before", std::int64_t{one.before}},
                                                 {"predicted", std::int64_t{one.after}}});
    }
    if (CanPicture(data.info())) {
      CUPEL_TRY(Json figure, Pictures(success, data, trigger, target));
      result.figures.push_back(std::move(figure));
    }
    return result;
  }

 private:
  check::Description description_ = Describe();
};

}  // namespace

const check::Check& TriggerCheck() {
  static const TriggerSuccessCheck check;
  return check;
}

}  // namespace cupel::algorithm::backdoor
