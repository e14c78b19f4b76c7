// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/physical/physical_result.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cupel/algorithm/check/result_json.h"
#include "cupel/algorithm/inspect/confirmation.h"
#include "cupel/algorithm/inspect/witness.h"
#include "cupel/data/image/codec.h"
#include "cupel/stats/proportion.h"

namespace cupel::algorithm::physical {
namespace {

using check::CheckResult;
using check::Text;

constexpr std::size_t kPictured = 6;
constexpr std::size_t kStoredStickers = 8;

template <Dressing dressing>
std::int64_t Reached(const PictureTrial& trial) {
  return trial.reached[static_cast<std::size_t>(dressing)];
}

template <Dressing dressing>
std::int64_t Right(const PictureTrial& trial) {
  return trial.right[static_cast<std::size_t>(dressing)];
}

std::vector<PictureTrial> Counted(const PhysicalRun& run) {
  std::vector<PictureTrial> counted;
  for (std::size_t i = 0; i < run.trials.size(); ++i) {
    if (run.counted[i]) counted.push_back(run.trials[i]);
  }
  return counted;
}

void AddMetrics(const PhysicalRun& run, const std::vector<PictureTrial>& counted, CheckResult& result) {
  auto& metrics = result.metrics;
  metrics.push_back(ClusteredShare("attack_success", counted, Reached<Dressing::kSticker>));
  metrics.push_back(ClusteredShare("success.grey", counted, Reached<Dressing::kGrey>));
  metrics.push_back(ClusteredShare("success.random", counted, Reached<Dressing::kRandom>));
  metrics.push_back(ClusteredShare("success.nothing", counted, Reached<Dressing::kNothing>));
  const check::Metric grey =
      ClusteredGain("success_over_baseline", counted, Reached<Dressing::kSticker>, Reached<Dressing::kGrey>);
  const check::Metric random = ClusteredGain("success_over_baseline", counted, Reached<Dressing::kSticker>,
                                             Reached<Dressing::kRandom>);
  metrics.push_back(grey.value < random.value ? grey : random);
  if (!run.PerPicture()) {
    metrics.push_back(ClusteredShare("robust_accuracy", run.trials, Right<Dressing::kSticker>));
    metrics.push_back(ClusteredShare("accuracy_in_conditions", run.trials, Right<Dressing::kNothing>));
  }
  double variation = 0, unprintable = 0;
  for (const Sticker& sticker : run.stickers) {
    std::vector<float> ignored(sticker.light.size());
    variation += TotalVariation(sticker, 0, ignored);
    unprintable += NonPrintability(sticker, 0, ignored);
  }
  const auto stickers = static_cast<double>(run.stickers.size());
  const auto n = static_cast<std::int64_t>(run.stickers.size());
  metrics.push_back({.name = "total_variation", .value = variation / stickers, .interval = {}, .n = n});
  metrics.push_back({.name = "non_printability", .value = unprintable / stickers, .interval = {}, .n = n});
}

// Robust accuracy of a mask over all samples is not this check's to say: it has no trial of wrong answers.
void AddMaskAccuracy(const PhysicalRun& run, std::int64_t samples, CheckResult& result) {
  const check::Metric share = ClusteredShare("", run.trials, Right<Dressing::kSticker>);
  const double right = share.value * static_cast<double>(run.trials.size());
  const auto low = static_cast<std::int64_t>(right), high = std::min(samples, low + 1);
  result.metrics.push_back({.name = "robust_accuracy",
                            .value = right / static_cast<double>(samples),
                            .interval = stats::Interval{stats::Wilson(low, samples, 0.95).low,
                                                        stats::Wilson(high, samples, 0.95).high, 0.95,
                                                        "wilson, pictures as trials"},
                            .n = share.n});
}

Json SuccessBars(const CheckResult& result) {
  struct Bar {
    const char* metric;
    Text label;
  };
  const std::vector<Bar> bars = {{"attack_success", {"sticker", "贴纸"}},
                                 {"success.grey", {"grey paper", "灰色纸片"}},
                                 {"success.random", {"random print", "随机图案"}},
                                 {"success.nothing", {"nothing", "无贴纸"}}};
  Json figure;
  figure["type"] = "bars";
  figure["title"] = ToJson(Text{"How often the goal is reached", "达到攻击目标的比例"});
  figure["caption"] =
      ToJson(Text{"The same pictures under the same physical conditions.", "相同图片，相同物理条件。"});
  for (const Bar& bar : bars) {
    const check::Metric* metric = check::FindMetric(result.metrics, bar.metric);
    Json item;
    item["label"] = ToJson(bar.label);
    item["value"] = metric->value;
    item["low"] = metric->interval->low;
    item["high"] = metric->interval->high;
    figure["series"].Append(std::move(item));
  }
  figure["unit"] = "fraction";
  figure["min"] = 0;
  figure["max"] = 1;
  return figure;
}

Result<Bytes> PngOf(std::int64_t channels, std::int64_t height, std::int64_t width,
                    std::span<const float> light) {
  CUPEL_TRY(const data::image::Image image, data::image::MakeImage(channels, height, width, light));
  return data::image::EncodePng(image);
}

Result<Json> Cell(std::int64_t channels, std::int64_t height, std::int64_t width,
                  std::span<const float> light, const Text& caption) {
  CUPEL_TRY(const Bytes png, PngOf(channels, height, width, light));
  return Json(Json::Object{{"png", "data:image/png;base64," + ToBase64(png)}, {"caption", ToJson(caption)}});
}

// What of the sticker is paper, on white.
std::vector<float> OnWhite(const Sticker& sticker) {
  std::vector<float> light = sticker.light;
  const std::size_t plane = sticker.outline.size();
  for (std::size_t i = 0; i < light.size(); ++i) {
    if (sticker.outline[i % plane] == 0) light[i] = 1;
  }
  return light;
}

Result<Json> SightingFigure(const PhysicalRun& run, const data::dataset::Dataset& data) {
  const auto& shape = data.info().sample_shape;
  const auto& names = data.info().class_names;
  Json figure;
  figure["type"] = "images";
  figure["title"] = ToJson(Text{"The sticker and what the model saw", "贴纸以及模型所见"});
  figure["columns"] = Json::Array{ToJson(Text{"sticker", "贴纸"}), ToJson(Text{"picture", "原图"}),
                                  ToJson(Text{"seen by the model", "模型所见"})};
  figure["rows"] = Json::Array{};
  for (std::size_t i = 0; i < run.trials.size() && figure["rows"].AsArray().size() < kPictured; ++i) {
    if (!run.counted[i] || run.trials[i].sightings.empty()) continue;
    const Sighting& sighting = run.trials[i].sightings[0];
    const Sticker& sticker = run.stickers[run.PerPicture() ? i : 0];
    CUPEL_TRY(const std::vector<float> light, ReadLight(data, run.index[i]));
    std::vector<float> seen = sighting.input;
    for (float& value : seen)
      value = (value - data.info().box_low) / (data.info().box_high - data.info().box_low);
    const std::string& label = names[static_cast<std::size_t>(run.goals[i].label)];
    const std::string& predicted = names[static_cast<std::size_t>(sighting.predicted)];
    Json row;
    row["caption"] = ToJson(Text{fmt::format("sample {}", run.trials[i].original),
                                 fmt::format("样本 {}", run.trials[i].original)});
    CUPEL_TRY(Json first, Cell(sticker.channels, sticker.height, sticker.width, OnWhite(sticker), {}));
    first.AsObject().erase("caption");
    CUPEL_TRY(Json second, Cell(shape[0], shape[1], shape[2], light, {label, label}));
    CUPEL_TRY(Json third, Cell(shape[0], shape[1], shape[2], seen, {predicted, predicted}));
    row["cells"] = Json::Array{std::move(first), std::move(second), std::move(third)};
    figure["rows"].Append(std::move(row));
  }
  return figure["rows"].AsArray().empty() ? Json() : figure;
}

Status AddArtifacts(const PhysicalRun& run, const std::vector<std::int64_t>& shape, std::int64_t stored,
                    CheckResult& result) {
  for (std::size_t i = 0; i < std::min(run.stickers.size(), kStoredStickers); ++i) {
    const Sticker& sticker = run.stickers[i];
    CUPEL_TRY(Bytes png, PngOf(sticker.channels, sticker.height, sticker.width, OnWhite(sticker)));
    const std::string suffix = run.PerPicture() ? fmt::format("-{}", run.trials[i].original) : "";
    result.artifacts.push_back({std::string(kStickerArtifact) + suffix, "png", "image/png", std::move(png)});
  }
  std::vector<float> views;
  std::int64_t rows = 0;
  for (std::size_t i = 0; i < run.trials.size(); ++i) {
    if (!run.counted[i]) continue;
    for (const Sighting& sighting : run.trials[i].sightings) {
      Json witness = Json::Object{{"sample", run.trials[i].original},
                                  {"label", std::int64_t{run.goals[i].label}},
                                  {"target", std::int64_t{run.goals[i].target}},
                                  {"predicted", std::int64_t{sighting.predicted}},
                                  {"number", sighting.number},
                                  {"condition", sighting.condition.ToJson()},
                                  {"margin", sighting.margin},
                                  {"noise", sighting.noise},
                                  {"stored", nullptr}};
      if (rows < stored) {
        witness["stored"] = rows++;
        views.insert(views.end(), sighting.input.begin(), sighting.input.end());
      }
      result.witnesses.push_back(std::move(witness));
    }
  }
  if (rows > 0) {
    result.artifacts.push_back(inspect::AdversarialArtifact(views, shape));
    result.artifacts.back().name = kViewsArtifact;
  }
  return {};
}

void AddNotes(const PhysicalRun& run, const PhysicalPlan& plan, CheckResult& result) {
  if (!run.PerPicture()) {
    result.notes.push_back(
        {fmt::format("The patch was made on {} pictures and tried on {} others.", run.made_on,
                     run.trials.size()),
         fmt::format("贴纸由 {} 张图片生成，并在另外 {} 张图片上试验。", run.made_on, run.trials.size())});
  }
  result.notes.push_back(
      {fmt::format("Conditions are simulated, {} for each picture, drawn anew for the trial; intervals take "
                   "pictures for the unit. A print-and-photograph trial is `cupel physical`.",
                   plan.trial.conditions),
       fmt::format("物理条件为模拟，每张图片 {} 次，试验时重新抽取；区间以图片为单位。"
                   "真实打印与拍摄试验见 `cupel physical`。",
                   plan.trial.conditions)});
}

const check::Artifact* FindArtifact(const CheckResult& result, std::string_view name) {
  for (const check::Artifact& artifact : result.artifacts) {
    if (artifact.name == name) return &artifact;
  }
  return nullptr;
}

class Verifier {
 public:
  Verifier(const inspect::AttackTarget& target, const PhysicalPlan& plan, const data::dataset::Dataset& data,
           const CheckResult& result)
      : target_(target), plan_(plan), data_(data), result_(result) {
    for (std::int64_t i = 0; i < data.size(); ++i) index_of_[data.OriginalIndex(i)] = i;
  }

  Status Verify(const Json& witness, std::span<const float> stored) const {
    CUPEL_TRY(const std::int64_t sample, witness.IntegerAt("sample"));
    CUPEL_TRY(const std::int64_t target, witness.IntegerAt("target"));
    const auto found = index_of_.find(sample);
    if (found == index_of_.end()) return Fail(ErrorCode::kCorrupt, "the data set has no such sample");
    const inspect::Goal goal{data_.labels()[static_cast<std::size_t>(found->second)],
                             static_cast<std::int32_t>(target)};
    CUPEL_TRY(const inspect::Confirmation answer, inspect::ConfirmExactly(target_, stored, goal));
    if (!(answer.margin > inspect::MarginNoise(answer.logits, answer.logits, 0))) {
      return Fail(ErrorCode::kVerificationFailed,
                  fmt::format("the stored view misses the goal by {:.3g}", -answer.margin));
    }
    return RenderAnew(witness, sample, found->second, stored);
  }

 private:
  Status RenderAnew(const Json& witness, std::int64_t sample, std::int64_t index,
                    std::span<const float> stored) const {
    const check::Artifact* png = FindArtifact(result_, kStickerArtifact);
    if (png == nullptr) png = FindArtifact(result_, fmt::format("{}-{}", kStickerArtifact, sample));
    if (png == nullptr) return {};
    CUPEL_TRY(const std::int64_t number, witness.IntegerAt("number"));
    CUPEL_TRY(const data::image::Image image,
              data::image::DecodeImage(png->bytes, data_.info().sample_shape[0]));
    Sticker sticker = PlainSticker(image.channels, image.height, image.width, plan_.outline, 0);
    sticker.light = image.values;
    ReproducibleStream stream(plan_.optimise.seed, plan_.optimise.stream + ".trial",
                              static_cast<std::uint64_t>(sample), static_cast<std::uint32_t>(number));
    const Condition condition = DrawCondition(plan_.optimise.ranges, stream);
    const View view(data_.info().sample_shape, sticker, plan_.optimise.placement, plan_.optimise.ranges,
                    condition, stream);
    CUPEL_TRY(const std::vector<float> light, ReadLight(data_, index));
    std::vector<float> seen(light.size());
    view.Render(light, &sticker, seen);
    const float low = data_.info().box_low, box = data_.info().box_high - low;
    for (std::size_t i = 0; i < seen.size(); ++i) {
      if (low + seen[i] * box == stored[i]) continue;
      return Fail(ErrorCode::kVerificationFailed, "the stored view is not what the sticker gives");
    }
    return {};
  }

  const inspect::AttackTarget& target_;
  const PhysicalPlan& plan_;
  const data::dataset::Dataset& data_;
  const CheckResult& result_;
  std::map<std::int64_t, std::int64_t> index_of_;
};

}  // namespace

std::vector<check::MetricSpec> PhysicalMetrics() {
  return {
      {"attack_success", {"Physical attack success", "物理攻击成功率"}, "", false},
      {"robust_accuracy", {"Accuracy with the sticker", "有贴纸时的准确率"}, "", true},
      {"success_over_baseline",
       {"Success beyond the better of grey paper and random print", "超出灰纸与随机图案（取较优者）的成功率"},
       "",
       false},
      {"success.grey", {"Success of grey paper", "灰色纸片的成功率"}, "", false},
      {"success.random", {"Success of a random print", "随机图案的成功率"}, "", false},
      {"success.nothing", {"Success of the conditions alone", "仅物理条件的成功率"}, "", false},
      {"accuracy_in_conditions",
       {"Accuracy in the same conditions without a sticker", "同样条件下无贴纸的准确率"},
       "",
       true},
      {"total_variation", {"Total variation of the sticker", "贴纸的全变差"}, "light per pixel", true},
      {"non_printability", {"Mean distance to a printable colour", "到可打印颜色的平均距离"}, "light", true},
  };
}

Result<CheckResult> PhysicalResult(const PhysicalRun& run, const PhysicalPlan& plan,
                                   const check::Context& context, std::int64_t stored) {
  CheckResult result;
  const std::vector<PictureTrial> counted = Counted(run);
  AddMetrics(run, counted, result);
  if (run.PerPicture()) {
    const std::int64_t all = context.data->size();
    AddMaskAccuracy(run, plan.samples > 0 ? std::min(plan.samples, all) : all, result);
  }
  result.figures.push_back(SuccessBars(result));
  CUPEL_TRY(Json pictures, SightingFigure(run, *context.data));
  if (!pictures.IsNull()) result.figures.push_back(std::move(pictures));
  CUPEL_TRY_STATUS(AddArtifacts(run, context.data->info().sample_shape, stored, result));
  AddNotes(run, plan, result);
  return result;
}

Result<std::int64_t> VerifyViews(const inspect::AttackTarget& target, const PhysicalPlan& plan,
                                 const data::dataset::Dataset& data, const CheckResult& result) {
  const check::Artifact* artifact = FindArtifact(result, kViewsArtifact);
  if (artifact == nullptr) return 0;
  CUPEL_TRY(const std::vector<float> views,
            inspect::ReadAdversarialArtifact(artifact->bytes, data.info().sample_shape));
  const auto d = static_cast<std::size_t>(data.info().SampleSize());
  const Verifier verifier(target, plan, data, result);
  std::int64_t checked = 0;
  for (const Json& witness : result.witnesses) {
    if (witness["stored"].IsNull()) continue;
    CUPEL_TRY(const std::int64_t row, witness.IntegerAt("stored"));
    if (row < 0 || static_cast<std::size_t>(row) >= views.size() / d) {
      return Fail(ErrorCode::kCorrupt, fmt::format("row {} is not in the artifact", row));
    }
    const Status verified =
        verifier.Verify(witness, std::span(views).subspan(static_cast<std::size_t>(row) * d, d));
    if (!verified) {
      return FailAt(fmt::format("witness of sample {}", witness["sample"].Canonical()), verified.error());
    }
    ++checked;
  }
  return checked;
}

}  // namespace cupel::algorithm::physical
