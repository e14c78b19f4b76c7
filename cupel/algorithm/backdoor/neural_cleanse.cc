// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <mutex>

#include "cupel/algorithm/backdoor/answers.h"
#include "cupel/algorithm/backdoor/checks.h"
#include "cupel/algorithm/backdoor/cleanse.h"
#include "cupel/algorithm/backdoor/figures.h"
#include "cupel/algorithm/backdoor/parameters.h"
#include "cupel/algorithm/backdoor/trigger_success.h"
#include "cupel/algorithm/check/result_json.h"
#include "cupel/base/parallel.h"
#include "cupel/data/dataset/draw.h"

namespace cupel::algorithm::backdoor {
namespace {

using check::Text;
using data::dataset::DatasetInfo;
using data::dataset::Trigger;

constexpr std::string_view kId = "inspect.neural-cleanse";
// Below this many classes the median absolute deviation is itself a guess.
constexpr std::int64_t kFewClasses = 30;

check::Description Describe() {
  check::Description description;
  description.id = std::string(kId);
  description.title = {"Backdoor search (Neural Cleanse)", "后门搜索（Neural Cleanse）"};
  description.summary = {
      "Recovers, for every class, the smallest trigger that turns other samples into it; a class that needs "
      "far "
      "less than the others is suspected of a backdoor.",
      "为每个类别反推能使其他样本改判为该类的最小触发器；若某一类别所需触发器远小于其他类别，则怀疑存在后门"
      "。"};
  description.principle = check::Principle::kSecurity;
  description.requirements = {"A2"};
  description.parameters = {
      IntegerParameter("samples", "samples", 1000, 1, 1e7,
                       {"Samples a trigger is optimised on, at most half of the data",
                        "用于优化触发器的样本数，至多为数据的一半"}),
      IntegerParameter(
          "held_out", "samples", 500, 1, 1e7,
          {"Other samples on which its success is measured", "用于测量触发器成功率的其余样本数"}),
      IntegerParameter("steps", "steps", 1000, 1, 1e6,
                       {"Passes over the samples at most", "遍历样本的最多次数"}),
      RealParameter("learning_rate", "", 0.1, 1e-6, 10, {"Of Adam", "Adam 的学习率"}),
      RealParameter("init_cost", "", 1e-3, 1e-12, 1e3,
                    {"First weight of the mask's size", "掩码大小的初始权重"}),
      RealParameter("attack_success_threshold", "", 0.99, 0.01, 1,
                    {"Share of samples a trigger must turn", "触发器须使之改判的样本比例"}),
      IntegerParameter("patience", "steps", 5, 1, 1e6,
                       {"Steps before the weight is changed", "调整权重前等待的步数"}),
      RealParameter("cost_multiplier", "", 2, 1.001, 100, {"Factor of a change", "每次调整的倍数"}),
      RealParameter("early_stop_threshold", "", 1, 0.01, 1,
                    {"Shrinking by less than this factor counts as none", "缩小不足该比例视为没有改进"}),
      IntegerParameter("early_stop_patience", "steps", 25, 1, 1e6,
                       {"Steps without improvement before it ends", "无改进时提前结束的步数"}),
      RealParameter("anomaly_threshold", "", 2, 0.1, 100,
                    {"Anomaly index over which a class is flagged", "异常指数超过该值的类别被标记"}),
      RealParameter("size_ratio", "", 0.5, 0.01, 1,
                    {"A flagged trigger is at most this part of the median; 1: any below it, as in the paper",
                     "被标记的触发器至多为中位数的该倍数；1 表示如原论文，低于中位数即可"}),
  };
  description.metrics = {
      {"anomaly_index", {"Anomaly index of the smallest trigger", "最小触发器的异常指数"}, "MAD", false},
      {"flagged_classes", {"Classes flagged", "被标记的类别数"}, "classes", false},
      {"trigger_success", {"Success of the smallest trigger", "最小触发器的成功率"}, "", false},
      {"mask_l1.*", {"Size of the smallest trigger", "最小触发器的大小"}, "pixels", true},
      {"trigger_success.*", {"Success of the recovered trigger", "反推触发器的成功率"}, "", false},
  };
  description.source =
      "Wang et al.: Neural Cleanse: identifying and mitigating backdoor attacks in neural networks, S&P 2019";
  return description;
}

CleanseOptions OptionsFrom(const check::Context& context) {
  const check::Parameters& given = context.parameters;
  CleanseOptions options;
  options.steps = given.Integer("steps");
  options.learning_rate = given.Real("learning_rate");
  options.init_cost = given.Real("init_cost");
  options.attack_success_threshold = given.Real("attack_success_threshold");
  options.patience = given.Integer("patience");
  options.cost_multiplier = given.Real("cost_multiplier");
  options.early_stop_threshold = given.Real("early_stop_threshold");
  options.early_stop_patience = given.Integer("early_stop_patience");
  options.seed = context.seed;
  return options;
}

/// What is known of one class when its piece is done.
struct ClassResult {
  RecoveredTrigger trigger;
  double mask_l1 = 0;
  std::int64_t hits = 0;
  std::int64_t n = 0;
};

Json FloatsToJson(const std::vector<float>& values) {
  return ToBase64({reinterpret_cast<const std::uint8_t*>(values.data()), values.size() * sizeof(float)});
}

Result<std::vector<float>> FloatsFromJson(const Json& json, std::string_view member, std::size_t count) {
  CUPEL_TRY(const std::string text, json.StringAt(member));
  CUPEL_TRY(const Bytes bytes, FromBase64(text));
  if (bytes.size() != count * sizeof(float)) return Fail(ErrorCode::kCorrupt, "a list of another length");
  std::vector<float> values(count);
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

Json ToJson(const ClassResult& result) {
  return Json::Object{{"mask", FloatsToJson(result.trigger.mask)},
                      {"pattern", FloatsToJson(result.trigger.pattern)},
                      {"reached", result.trigger.reached},
                      {"steps", result.trigger.steps},
                      {"hits", result.hits},
                      {"n", result.n}};
}

Result<ClassResult> FromJson(const Json& json, const DatasetInfo& info) {
  ClassResult result;
  const auto plane = static_cast<std::size_t>(info.sample_shape[1] * info.sample_shape[2]);
  CUPEL_TRY(result.trigger.mask, FloatsFromJson(json, "mask", plane));
  CUPEL_TRY(result.trigger.pattern,
            FloatsFromJson(json, "pattern", static_cast<std::size_t>(info.SampleSize())));
  CUPEL_TRY(result.trigger.reached, json.BoolAt("reached"));
  CUPEL_TRY(result.trigger.steps, json.IntegerAt("steps"));
  CUPEL_TRY(result.hits, json.IntegerAt("hits"));
  CUPEL_TRY(result.n, json.IntegerAt("n"));
  CUPEL_TRY(const Trigger trigger, Trigger::FromMask(info, result.trigger.mask, result.trigger.pattern));
  result.mask_l1 = trigger.MaskL1();
  return result;
}

/// Works through the classes; finished ones are kept in the journal.
class Search {
 public:
  explicit Search(const check::Context& context) : context_(context), options_(OptionsFrom(context)) {}

  Result<std::vector<ClassResult>> Run() {
    const std::int64_t classes = context_.model->class_count();
    std::vector<ClassResult> results(static_cast<std::size_t>(classes));
    context_.progress->Begin(kId, classes, "classes");
    const Status status = ForEachPiece(classes, context_.workers, [&](std::int64_t piece, int) -> Status {
      tensor::UseOneThreadPerOperator();
      CUPEL_TRY(results[static_cast<std::size_t>(piece)], OneClass(static_cast<std::int32_t>(piece)));
      context_.progress->Advance(1);
      return {};
    });
    context_.progress->End();
    CUPEL_TRY_STATUS(status);
    return results;
  }

 private:
  Result<ClassResult> OneClass(std::int32_t target) {
    const std::string key = fmt::format("class={}", target);
    {
      const std::lock_guard lock(mutex_);
      if (const std::optional<Json> saved = context_.journal->Load(key)) {
        if (auto restored = FromJson(*saved, context_.data->info())) return *std::move(restored);
      }
    }
    CUPEL_TRY(const ClassResult result, Compute(target));
    const std::lock_guard lock(mutex_);
    CUPEL_TRY_STATUS(context_.journal->Save(key, ToJson(result)));
    return result;
  }

  Result<ClassResult> Compute(std::int32_t target) const {
    const data::dataset::Dataset& data = *context_.data;
    const std::vector<std::int64_t> others = data::dataset::SamplesNotOf(data, target);
    if (others.size() < 2) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("at least two samples outside class {} are needed", target), data.info().name);
    }
    std::vector<std::int64_t> drawn =
        DrawSamples(data, others, static_cast<std::int64_t>(others.size()), context_.seed, kId);
    const auto half = static_cast<std::int64_t>(drawn.size() / 2);
    const auto fit = static_cast<std::size_t>(std::min(context_.parameters.Integer("samples"), half));
    CUPEL_TRY(const std::vector<float> inputs, ReadSamples(data, std::span(drawn).first(fit)));
    ClassResult result;
    CUPEL_TRY(result.trigger, RecoverTrigger(*context_.model, data.info(), inputs, target, options_));
    CUPEL_TRY(const Trigger trigger,
              Trigger::FromMask(data.info(), result.trigger.mask, result.trigger.pattern));
    const auto rest = std::span(drawn).subspan(fit);
    const auto held_out =
        std::min(rest.size(), static_cast<std::size_t>(context_.parameters.Integer("held_out")));
    check::Context alone = context_;
    alone.workers = 1;
    alone.progress = &SilentProgress();
    CUPEL_TRY(const TriggerSuccess success,
              MeasureTrigger(*context_.model, data, rest.first(held_out), trigger, target, alone));
    result.mask_l1 = trigger.MaskL1();
    result.hits = success.hits;
    result.n = success.n;
    return result;
  }

  const check::Context& context_;
  CleanseOptions options_;
  std::mutex mutex_;
};

std::vector<std::size_t> BySize(const std::vector<ClassResult>& classes) {
  std::vector<std::size_t> order(classes.size());
  for (std::size_t k = 0; k < order.size(); ++k) order[k] = k;
  std::ranges::stable_sort(order, {}, [&](std::size_t k) { return classes[k].mask_l1; });
  return order;
}

// The smallest triggers: mask, what it paints, and a sample that carries it.
Result<Json> Pictures(const std::vector<ClassResult>& classes, const data::dataset::Dataset& data) {
  const DatasetInfo& info = data.info();
  Json figure;
  figure["type"] = "images";
  figure["title"] = ToJson(Text{"Recovered triggers, smallest first", "反推的触发器（由小到大）"});
  figure["columns"] = Json::Array{ToJson(Text{"mask", "掩码"}), ToJson(Text{"trigger", "触发器"}),
                                  ToJson(Text{"on a sample", "叠加于样本"})};
  const std::vector<std::size_t> order = BySize(classes);
  for (std::size_t rank = 0; rank < std::min(order.size(), kPicturedRows); ++rank) {
    const std::size_t k = order[rank];
    const RecoveredTrigger& found = classes[k].trigger;
    CUPEL_TRY(const Trigger trigger, Trigger::FromMask(info, found.mask, found.pattern));
    std::vector<float> painted(found.pattern.size(), info.box_low);
    trigger.Apply(painted);
    const std::int64_t example = data::dataset::SamplesNotOf(data, static_cast<std::int32_t>(k)).front();
    CUPEL_TRY(std::vector<float> sample, ReadSamples(data, {&example, 1}));
    trigger.Apply(sample);
    CUPEL_TRY(Json mask, PictureCell(1, info, found.mask, 0, 1,
                                     {fmt::format("{:.1f} pixels", classes[k].mask_l1),
                                      fmt::format("{:.1f} 像素", classes[k].mask_l1)}));
    CUPEL_TRY(Json paint, SampleCell(info, painted, {"", ""}));
    CUPEL_TRY(Json stamped, SampleCell(info, sample, {"", ""}));
    Json row;
    const std::string& name = ClassName(info, static_cast<std::int32_t>(k));
    row["caption"] = ToJson(Text{"towards " + name, "目标类别：" + name});
    row["cells"] = Json::Array{std::move(mask), std::move(paint), std::move(stamped)};
    figure["rows"].Append(std::move(row));
  }
  return figure;
}

void AddNotes(const std::vector<ClassResult>& classes, const DatasetInfo& info, check::CheckResult& result) {
  if (static_cast<std::int64_t>(classes.size()) < kFewClasses) {
    result.notes.push_back(
        {fmt::format(
             "The anomaly index rests on the median absolute deviation of {} classes: a tiny sample. Of "
             "20 clean small networks 10 had an index over 2, so it is a reason to look at the trigger, "
             "not a proof.",
             classes.size()),
         fmt::format("异常指数基于 {} 个类别的中位数绝对偏差，样本量极小；实测 20 个正常的小型网络中有 10 "
                     "个的指数超过 2，"
                     "因此它只能作为进一步查看触发器的理由，不能作为证据。",
                     classes.size())});
  }
  for (std::size_t k = 0; k < classes.size(); ++k) {
    if (classes[k].trigger.reached) continue;
    const std::string& name = ClassName(info, static_cast<std::int32_t>(k));
    result.notes.push_back({fmt::format("No trigger towards {} reached the success threshold.", name),
                            fmt::format("针对 {} 未找到达到成功率阈值的触发器。", name)});
  }
}

Result<check::CheckResult> ResultOf(const std::vector<ClassResult>& classes, const check::Context& context) {
  const DatasetInfo& info = context.data->info();
  const double threshold = context.parameters.Real("anomaly_threshold");
  std::vector<double> sizes;
  for (const ClassResult& one : classes) sizes.push_back(one.mask_l1);
  const Anomaly anomaly = AnomalyOf(sizes, threshold, context.parameters.Real("size_ratio"));
  const auto c = static_cast<std::int64_t>(classes.size());
  const std::size_t smallest = BySize(classes).front();
  check::CheckResult result;
  result.metrics = {{.name = "anomaly_index", .value = anomaly.index, .n = c},
                    {.name = "flagged_classes", .value = static_cast<double>(anomaly.flagged.size()), .n = c},
                    SuccessMetric("trigger_success", classes[smallest].hits, classes[smallest].n)};
  std::vector<check::Metric> masks;
  for (std::size_t k = 0; k < classes.size(); ++k) {
    const std::string& name = ClassName(info, static_cast<std::int32_t>(k));
    masks.push_back({.name = "mask_l1." + name, .value = sizes[k], .n = classes[k].n});
    result.metrics.push_back(masks.back());
    result.metrics.push_back(SuccessMetric("trigger_success." + name, classes[k].hits, classes[k].n));
  }
  for (const std::int32_t k : anomaly.flagged) {
    const auto index = static_cast<std::size_t>(k);
    result.witnesses.emplace_back(Json::Object{{"class", std::int64_t{k}},
                                               {"maskL1", sizes[index]},
                                               {"anomalyIndex", JsonOrNull(anomaly.indices[index])},
                                               {"hits", classes[index].hits},
                                               {"n", classes[index].n}});
  }
  result.figures.push_back(ClassBars({"Size of the smallest trigger of each class", "各类别最小触发器的大小"},
                                     {"sum of the mask (pixels)", "掩码之和（像素）"}, info.class_names,
                                     masks, std::max(0.0, anomaly.median - threshold * anomaly.scale)));
  if (CanPicture(info)) {
    CUPEL_TRY(Json pictures, Pictures(classes, *context.data));
    result.figures.push_back(std::move(pictures));
  }
  AddNotes(classes, info, result);
  return result;
}

class NeuralCleanse : public check::Check {
 public:
  const check::Description& description() const override { return description_; }

  Result<check::CheckResult> Run(const check::Context& context) const override {
    if (!context.data->info().IsImage()) {
      check::CheckResult result;
      result.not_applicable = Text{"Triggers are searched in pictures; the data are not.",
                                   "触发器仅在图像中搜索，而数据不是图像。"};
      return result;
    }
    CUPEL_TRY(const std::vector<ClassResult> classes, Search(context).Run());
    return ResultOf(classes, context);
  }

 private:
  check::Description description_ = Describe();
};

}  // namespace

const check::Check& NeuralCleanseCheck() {
  static const NeuralCleanse check;
  return check;
}

}  // namespace cupel::algorithm::backdoor
