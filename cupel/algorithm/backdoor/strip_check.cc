// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "cupel/algorithm/backdoor/answers.h"
#include "cupel/algorithm/backdoor/checks.h"
#include "cupel/algorithm/backdoor/parameters.h"
#include "cupel/algorithm/backdoor/strip.h"
#include "cupel/algorithm/backdoor/trigger_success.h"
#include "cupel/algorithm/check/result_json.h"
#include "cupel/data/dataset/draw.h"
#include "cupel/stats/bootstrap.h"
#include "cupel/stats/roc.h"

namespace cupel::algorithm::backdoor {
namespace {

using check::Text;
using data::dataset::Dataset;
using data::dataset::Trigger;

constexpr std::string_view kId = "inspect.strip";
constexpr double kLevel = 0.95;
constexpr int kCurvePoints = 64;

check::Description Describe() {
  check::Description description;
  description.id = std::string(kId);
  description.title = {"Triggered inputs (STRIP)", "触发输入检测（STRIP）"};
  description.summary = {
      "Lays other pictures over an input and measures how much the answer changes: an answer that survives "
      "any "
      "overlay points to a trigger. With a trigger given it measures how well such inputs are told from "
      "clean "
      "ones; otherwise it looks for suspects among the training data.",
      "将其他图像叠加到输入上并测量答案的变化：任何叠加都不改变答案者疑似含触发器。给定触发器时测量其与正常"
      "输入的可分性；否则在训练数据中查找可疑样本。"};
  description.principle = check::Principle::kSecurity;
  description.requirements = {"A2"};
  description.parameters = TriggerParameters(true);
  description.parameters.push_back(
      IntegerParameter("samples", "samples", 200, 10, 1e6, {"Inputs on either side", "两侧各取的输入数"}));
  description.parameters.push_back(
      IntegerParameter("overlays", "pictures", 100, 1, 1e5, {"Overlays an input", "每个输入的叠加次数"}));
  description.parameters.push_back(RealParameter(
      "frr", "", 0.01, 1e-4, 0.5, {"Share of clean inputs that are rejected", "正常输入被误拒的比例"}));
  description.metrics = {
      {"auc", {"Triggered told from clean inputs", "触发输入与正常输入的可分性（AUC）"}, "", true},
      {"far",
       {"Triggered inputs that pass at this rate of false rejections", "该误拒率下触发输入的漏检率"},
       "",
       false},
      {"suspect_share", {"Training samples below the boundary", "低于边界的训练样本比例"}, "", false},
      {"entropy_boundary", {"Entropy at the boundary", "判定边界的熵"}, "bits", true},
      {"entropy_clean", {"Mean entropy of clean inputs", "正常输入的平均熵"}, "bits", true},
  };
  description.source =
      "Gao et al.: STRIP: a defence against trojan attacks on deep neural networks, ACSAC 2019";
  return description;
}

double MeanOf(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

// Share of inputs with at most this entropy, for both sides.
Json EntropyFigure(const std::vector<double>& clean, const std::vector<double>& suspects,
                   const Text& suspects_name) {
  Json figure;
  figure["type"] = "curve";
  figure["title"] = ToJson(Text{"Entropy under overlays", "叠加下的熵"});
  figure["xLabel"] = ToJson(Text{"entropy (bits)", "熵（比特）"});
  figure["yLabel"] = ToJson(Text{"share of inputs at or below", "不高于该熵的输入比例"});
  figure["yUnit"] = "fraction";
  figure["yMin"] = 0;
  figure["yMax"] = 1;
  const double largest = std::max(std::ranges::max(clean), std::ranges::max(suspects));
  const auto series = [&](const Text& name, const std::vector<double>& values) {
    Json json;
    json["name"] = ToJson(name);
    for (int i = 0; i < kCurvePoints; ++i) {
      const double x = largest * i / (kCurvePoints - 1);
      const auto below = std::ranges::count_if(values, [&](double value) { return value <= x; });
      json["x"].Append(x);
      json["y"].Append(static_cast<double>(below) / static_cast<double>(values.size()));
    }
    return json;
  };
  figure["series"] =
      Json::Array{series({"clean inputs", "正常输入"}, clean), series(suspects_name, suspects)};
  return figure;
}

std::vector<double> Negated(std::vector<double> values) {
  for (double& value : values) value = -value;
  return values;
}

/// One run: clean inputs set the boundary, the other side is judged by it.
class StripRun {
 public:
  explicit StripRun(const check::Context& context)
      : context_(context), data_(*context.data), samples_(context.parameters.Integer("samples")) {}

  Result<check::CheckResult> WithTrigger() {
    CUPEL_TRY(const std::int32_t target, TargetFrom(context_.parameters, context_.model->class_count()));
    CUPEL_TRY(const Trigger trigger, TriggerFrom(context_.parameters, data_.info()));
    CUPEL_TRY_STATUS(Prepare());
    const std::vector<std::int64_t> others = data::dataset::SamplesNotOf(data_, target);
    const auto chosen = DrawSamples(data_, others, samples_, context_.seed, "inspect.strip.triggered");
    if (chosen.empty()) return Fail(ErrorCode::kInvalidArgument, "all samples are of the target class");
    CUPEL_TRY(std::vector<float> inputs, ReadSamples(data_, chosen));
    const auto d = static_cast<std::size_t>(data_.info().SampleSize());
    for (std::size_t i = 0; i < chosen.size(); ++i) trigger.Apply(std::span(inputs).subspan(i * d, d));
    CUPEL_TRY(const std::vector<double> triggered, Entropies(data_, chosen, inputs));
    const auto passed = std::ranges::count_if(triggered, [&](double entropy) { return entropy > boundary_; });
    const auto n = static_cast<std::int64_t>(triggered.size());
    check::CheckResult result = Start();
    const stats::Auc auc = stats::DeLongAuc(Negated(triggered), Negated(clean_), kLevel);
    result.metrics.insert(result.metrics.begin(), {{.name = "auc",
                                                    .value = auc.value,
                                                    .interval = auc.interval,
                                                    .n = n + static_cast<std::int64_t>(clean_.size())},
                                                   SuccessMetric("far", passed, n)});
    result.figures.push_back(EntropyFigure(clean_, triggered, {"triggered inputs", "触发输入"}));
    return result;
  }

  Result<check::CheckResult> OnTrainingData() {
    const Dataset& training = *context_.training_data;
    CUPEL_TRY_STATUS(Prepare());
    const auto chosen = DrawSamples(training, All(training), samples_, context_.seed, kId);
    CUPEL_TRY(const std::vector<float> inputs, ReadSamples(training, chosen));
    CUPEL_TRY(const std::vector<double> entropies, Entropies(training, chosen, inputs));
    check::CheckResult result = Start();
    std::int64_t suspects = 0;
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      if (entropies[i] > boundary_) continue;
      ++suspects;
      result.witnesses.emplace_back(
          Json::Object{{"sample", training.OriginalIndex(chosen[i])},
                       {"label", std::int64_t{training.labels()[static_cast<std::size_t>(chosen[i])]}},
                       {"entropy", entropies[i]}});
    }
    result.metrics.insert(result.metrics.begin(),
                          SuccessMetric("suspect_share", suspects, static_cast<std::int64_t>(chosen.size())));
    result.figures.push_back(EntropyFigure(clean_, entropies, {"training samples", "训练样本"}));
    const double frr = context_.parameters.Real("frr");
    result.notes.push_back(
        {fmt::format(
             "About {:g} % of the training samples would lie below the boundary without any trigger, and a "
             "few more because a model is surer of what it was trained on.",
             frr * 100),
         fmt::format("即使没有触发器，也约有 {:g} % 的训练样本低于边界；模型对训练样本更有把握，比例会略高。",
                     frr * 100)});
    return result;
  }

 private:
  static std::vector<std::int64_t> All(const Dataset& data) {
    std::vector<std::int64_t> all(static_cast<std::size_t>(data.size()));
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::int64_t>(i);
    return all;
  }

  // Overlays and the clean inputs are disjoint halves of the data.
  Status Prepare() {
    const auto drawn = DrawSamples(data_, All(data_), data_.size(), context_.seed, kId);
    if (drawn.size() < 2) return Fail(ErrorCode::kInvalidArgument, "at least two samples are needed");
    const auto half = std::span(drawn).first(drawn.size() / 2);
    const auto rest = std::span(drawn).subspan(drawn.size() / 2);
    const auto inputs = half.first(std::min(half.size(), static_cast<std::size_t>(samples_)));
    const auto overlays = rest.first(std::min<std::size_t>(rest.size(), 1000));
    CUPEL_TRY(overlays_, ReadSamples(data_, overlays));
    CUPEL_TRY(const std::vector<float> features, ReadSamples(data_, inputs));
    CUPEL_TRY(clean_, Entropies(data_, inputs, features));
    std::vector<double> sorted = clean_;
    std::ranges::sort(sorted);
    boundary_ = stats::SortedQuantile(sorted, context_.parameters.Real("frr"));
    return {};
  }

  Result<std::vector<double>> Entropies(const Dataset& data, std::span<const std::int64_t> indices,
                                        const std::vector<float>& inputs) const {
    std::vector<std::int64_t> names;
    for (const std::int64_t index : indices) names.push_back(data.OriginalIndex(index));
    return OverlayEntropies(*context_.model, data.info(), inputs, names, overlays_,
                            context_.parameters.Integer("overlays"), context_.seed, context_.workers,
                            *context_.progress);
  }

  check::CheckResult Start() const {
    check::CheckResult result;
    const auto n = static_cast<std::int64_t>(clean_.size());
    const stats::Interval spread =
        stats::BootstrapPercentile(n,
                                   [this](std::span<const std::int64_t> indices) {
                                     double sum = 0;
                                     for (const std::int64_t i : indices)
                                       sum += clean_[static_cast<std::size_t>(i)];
                                     return sum / static_cast<double>(indices.size());
                                   },
                                   {.level = kLevel, .seed = context_.seed, .name = kId});
    result.metrics = {{.name = "entropy_boundary", .value = boundary_, .n = n},
                      {.name = "entropy_clean", .value = MeanOf(clean_), .interval = spread, .n = n}};
    return result;
  }

  const check::Context& context_;
  const Dataset& data_;
  std::int64_t samples_;
  std::vector<float> overlays_;
  std::vector<double> clean_;
  double boundary_ = 0;
};

class Strip : public check::Check {
 public:
  const check::Description& description() const override { return description_; }

  Result<check::CheckResult> Run(const check::Context& context) const override {
    const bool has_trigger = context.parameters.Text("trigger") != "none";
    check::CheckResult result;
    if (has_trigger || context.training_data != nullptr) {
      context.progress->Begin(kId, 2 * context.parameters.Integer("samples"), "inputs");
      StripRun run(context);
      auto found = has_trigger ? run.WithTrigger() : run.OnTrainingData();
      context.progress->End();
      return found;
    }
    result.not_applicable = Text{"STRIP judges inputs: the plan gives neither a trigger nor training data.",
                                 "STRIP 用于判别输入：方案既未给出触发器，也未给出训练数据。"};
    return result;
  }

 private:
  check::Description description_ = Describe();
};

}  // namespace

const check::Check& StripCheck() {
  static const Strip check;
  return check;
}

}  // namespace cupel::algorithm::backdoor
