// SPDX-License-Identifier: Apache-2.0
// evaluate.corruption: how much accuracy is left when pictures are noisy, blurred, dark, faded, compressed or
// turned.
#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <numeric>

#include "cupel/algorithm/evaluate/bootstrap_metric.h"
#include "cupel/algorithm/evaluate/checks.h"
#include "cupel/algorithm/evaluate/corruption_kinds.h"
#include "cupel/algorithm/check/figures.h"
#include "cupel/algorithm/evaluate/parameter_specs.h"
#include "cupel/algorithm/evaluate/predict.h"
#include "cupel/algorithm/evaluate/predictions_input.h"
#include "cupel/algorithm/tensor/tensor.h"
#include "cupel/base/parallel.h"
#include "cupel/data/image/codec.h"
#include "cupel/data/image/warp.h"
#include "cupel/stats/proportion.h"

namespace cupel::algorithm::evaluate {
namespace {

using check::Figure;
using check::TextJson;
using check::CheckResult;
using data::dataset::Dataset;
using data::dataset::DatasetInfo;
using data::dataset::Predictions;
using data::image::Image;

constexpr std::string_view kId = "evaluate.corruption";

std::vector<check::ParameterSpec> Specs() {
  check::ParameterSpec corruptions;
  corruptions.name = "corruptions";
  corruptions.type = check::ParameterType::kTextList;
  corruptions.fallback = Json::ArrayOf(CorruptionNames());
  corruptions.choices = CorruptionNames();
  corruptions.meaning = {"Which corruptions, each at five strengths", "要测试的损坏类型，每种五个强度"};
  check::ParameterSpec samples;
  samples.name = "samples";
  samples.type = check::ParameterType::kInteger;
  samples.unit = "samples";
  samples.fallback = 1000;
  samples.low = 1;
  samples.high = 1e9;
  samples.meaning = {"Most samples to use; of more, a random part is drawn by the seed",
                     "最多使用的样本数；超出时按种子随机抽取"};
  return {corruptions, samples, LevelSpec(), ReplicatesSpec(1000)};
}

check::Description Describe() {
  check::Description description;
  description.id = kId;
  description.title = {"Accuracy on corrupted images", "损坏图像上的准确率"};
  description.summary = {
      "Accuracy when images are noisy, blurred, brighter, of less contrast, JPEG-compressed or rotated, at "
      "five strengths "
      "each, against the accuracy on the same images unchanged.",
      "图像受噪声、模糊、增亮、降对比度、JPEG "
      "压缩或旋转（各五个强度）时的准确率，并与同一批原图的准确率比较。"};
  description.principle = check::Principle::kReliability;
  description.requirements = {"A1", "A2"};
  description.parameters = Specs();
  description.metrics = {
      {"mean_corruption_accuracy",
       {"Mean accuracy over all corruptions", "所有损坏类型的平均准确率"},
       "",
       true},
      {"relative_drop", {"Share of the clean accuracy that is lost", "相对原图准确率的损失比例"}, "", false},
      {"clean_accuracy", {"Accuracy on the same images unchanged", "同一批原图的准确率"}, "", true},
      {"accuracy.*",
       {"Mean accuracy over the strengths of a corruption", "某损坏类型各强度的平均准确率"},
       "",
       true},
  };
  description.needs_model = true;
  description.source = "Hendrycks and Dietterich 2019 (ImageNet-C); strengths in corruption_kinds.h";
  return description;
}

/// Pictures live in [0, 1]; the data set's box may be another.
Result<Image> ToImage(std::span<const float> features, const DatasetInfo& info) {
  std::vector<float> values(features.begin(), features.end());
  for (float& value : values) value = (value - info.box_low) / (info.box_high - info.box_low);
  return data::image::MakeImage(info.sample_shape[0], info.sample_shape[1], info.sample_shape[2], values);
}

void ToFeatures(const Image& image, const DatasetInfo& info, std::span<float> features) {
  std::ranges::transform(image.values, features.begin(),
                         [&](float value) { return info.box_low + value * (info.box_high - info.box_low); });
}

/// Which samples are used, rising.
std::vector<std::int64_t> ChooseSamples(std::int64_t n, std::int64_t wanted, std::uint64_t seed) {
  std::vector<std::int64_t> chosen(static_cast<std::size_t>(n));
  std::iota(chosen.begin(), chosen.end(), std::int64_t{0});
  if (n <= wanted) return chosen;
  ReproducibleStream stream(seed, "evaluate.corruption.samples");
  chosen = stream.Permutation(n);
  chosen.resize(static_cast<std::size_t>(wanted));
  std::ranges::sort(chosen);
  return chosen;
}

/// The stream of one picture: depends on the sample, the corruption and the strength alone.
ReproducibleStream StreamOf(std::uint64_t seed, std::int64_t original, CorruptionKind kind, int strength) {
  const auto step = static_cast<std::uint32_t>(static_cast<int>(kind) * (kStrengths + 1) + strength);
  return {seed, kId, static_cast<std::uint64_t>(original), step};
}

/// The run's fixed part, and right[setting][sample] with setting = index of corruption * 5 + strength - 1.
class Experiment {
 public:
  Experiment(const check::Context& context, std::vector<std::int64_t> samples)
      : context_(context), samples_(std::move(samples)) {
    for (const std::string& name : context.parameters.Texts("corruptions")) {
      const CorruptionKind kind = CorruptionOf(name);
      if (std::ranges::find(kinds_, kind) == kinds_.end()) kinds_.push_back(kind);
    }
    right_.assign(kinds_.size() * kStrengths, std::string(samples_.size(), '0'));
  }

  const std::vector<CorruptionKind>& kinds() const { return kinds_; }
  const std::vector<std::int64_t>& samples() const { return samples_; }
  /// '1' for every sample that is answered rightly, else '0'.
  const std::string& Right(std::size_t kind, int strength) const {
    return right_[kind * kStrengths + static_cast<std::size_t>(strength - 1)];
  }

  Status Run() {
    const auto n = static_cast<std::int64_t>(samples_.size());
    const std::int64_t blocks = (n + kPiece - 1) / kPiece;
    const auto settings = static_cast<std::int64_t>(right_.size());
    context_.progress->Begin(kId, n * settings, "images");
    const Status status = ForEachPiece(blocks * settings, context_.workers, [&](std::int64_t piece, int) {
      tensor::UseOneThreadPerOperator();
      return RunPiece(static_cast<std::size_t>(piece / blocks), (piece % blocks) * kPiece);
    });
    context_.progress->End();
    return status;
  }

 private:
  Status RunPiece(std::size_t setting, std::int64_t first) {
    const CorruptionKind kind = kinds_[setting / kStrengths];
    const int strength = static_cast<int>(setting % kStrengths) + 1;
    const std::int64_t count = std::min(kPiece, static_cast<std::int64_t>(samples_.size()) - first);
    const std::string key =
        fmt::format("corruption={};strength={};samples={}-{}",
                    CorruptionNames()[static_cast<std::size_t>(kind)], strength, first, first + count - 1);
    std::string right = Remembered(key, count);
    if (right.empty()) {
      auto computed = Compute(kind, strength, first, count);
      if (!computed) return FailAt(key, std::move(computed).error());
      right = *std::move(computed);
      const std::scoped_lock lock(journal_mutex_);
      CUPEL_TRY_STATUS(context_.journal->Save(key, Json(right)));
    }
    std::ranges::copy(right, right_[setting].begin() + first);
    context_.progress->Advance(count);
    return {};
  }

  std::string Remembered(const std::string& key, std::int64_t count) {
    const std::scoped_lock lock(journal_mutex_);
    const std::optional<Json> piece = context_.journal->Load(key);
    if (!piece || !piece->IsString()) return {};
    const std::string& right = piece->AsString();
    const bool sound = static_cast<std::int64_t>(right.size()) == count &&
                       right.find_first_not_of("01") == std::string::npos;
    return sound ? right : std::string();
  }

  Result<std::string> Compute(CorruptionKind kind, int strength, std::int64_t first,
                              std::int64_t count) const {
    const Dataset& data = *context_.data;
    const auto indices =
        std::span(samples_).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count));
    const auto size = static_cast<std::size_t>(data.info().SampleSize());
    std::vector<float> features(indices.size() * size);
    CUPEL_TRY_STATUS(data.Read(indices, features));
    for (std::size_t i = 0; i < indices.size(); ++i) {
      const std::span<float> sample = std::span(features).subspan(i * size, size);
      CUPEL_TRY(const Image image, ToImage(sample, data.info()));
      ReproducibleStream stream = StreamOf(context_.seed, data.OriginalIndex(indices[i]), kind, strength);
      CUPEL_TRY(const Image worse, Corrupted(image, kind, strength, stream));
      ToFeatures(worse, data.info(), sample);
    }
    CUPEL_TRY(const std::vector<float> logits, LogitsInTiles(*context_.model, features, count));
    const auto c = static_cast<std::ptrdiff_t>(context_.model->class_count());
    std::string right;
    for (std::size_t i = 0; i < indices.size(); ++i) {
      const auto row = logits.begin() + static_cast<std::ptrdiff_t>(i) * c;
      const auto predicted = std::max_element(row, row + c) - row;
      right += predicted == data.labels()[static_cast<std::size_t>(indices[i])] ? '1' : '0';
    }
    return right;
  }

  const check::Context& context_;
  std::vector<std::int64_t> samples_;
  std::vector<CorruptionKind> kinds_;
  std::vector<std::string> right_;
  std::mutex journal_mutex_;
};

/// Per sample, the share of settings that were answered rightly: one number a sample, because the answers on
/// versions of one picture depend on each other and must be resampled together.
struct Shares {
  std::vector<double> clean;               ///< [n] 0 or 1
  std::vector<std::vector<double>> kinds;  ///< [kinds][n]
  std::vector<double> all;                 ///< [n]
};

Shares ShareRight(const Experiment& experiment, const Predictions& predictions) {
  Shares shares;
  for (const std::int64_t sample : experiment.samples()) {
    shares.clean.push_back(
        predictions.Predicted(sample) == predictions.labels[static_cast<std::size_t>(sample)] ? 1 : 0);
  }
  const std::size_t n = shares.clean.size();
  const std::size_t kinds = experiment.kinds().size();
  shares.kinds.assign(kinds, std::vector<double>(n));
  shares.all.assign(n, 0);
  for (std::size_t i = 0; i < n; ++i) {
    int right_of_all = 0;
    for (std::size_t kind = 0; kind < kinds; ++kind) {
      int right = 0;
      for (int strength = 1; strength <= kStrengths; ++strength)
        right += experiment.Right(kind, strength)[i] == '1' ? 1 : 0;
      shares.kinds[kind][i] = static_cast<double>(right) / kStrengths;
      right_of_all += right;
    }
    shares.all[i] = static_cast<double>(right_of_all) / static_cast<double>(kStrengths * kinds);
  }
  return shares;
}

double MeanOf(const std::vector<double>& values, std::span<const std::int64_t> indices) {
  double sum = 0;
  for (const std::int64_t index : indices) sum += values[static_cast<std::size_t>(index)];
  return sum / static_cast<double>(indices.size());
}

void AddMetrics(const Experiment& experiment, const Shares& shares, const check::Context& context,
                CheckResult& result) {
  const auto n = static_cast<std::int64_t>(shares.clean.size());
  const auto mean = [](const std::vector<double>& values) -> stats::Statistic {
    return [&values](std::span<const std::int64_t> indices) { return MeanOf(values, indices); };
  };
  const stats::Statistic drop = [&](std::span<const std::int64_t> indices) {
    const double clean = MeanOf(shares.clean, indices);
    return clean > 0 ? 1 - MeanOf(shares.all, indices) / clean : 0;  // nothing to lose
  };
  result.metrics.push_back(BootstrapMetric("mean_corruption_accuracy", n, mean(shares.all), context, kId));
  result.metrics.push_back(BootstrapMetric("relative_drop", n, drop, context, kId));
  const auto right = std::ranges::count(shares.clean, 1.0);
  result.metrics.push_back({.name = "clean_accuracy",
                            .value = static_cast<double>(right) / static_cast<double>(n),
                            .interval = stats::Wilson(right, n, context.parameters.Real("level")),
                            .n = n,
                            .count = right});
  for (std::size_t kind = 0; kind < experiment.kinds().size(); ++kind) {
    const std::string& name = CorruptionNames()[static_cast<std::size_t>(experiment.kinds()[kind])];
    result.metrics.push_back(BootstrapMetric("accuracy." + name, n, mean(shares.kinds[kind]), context, kId));
  }
}

void AddPoint(Json& series, int strength, std::int64_t right, std::int64_t n, double level) {
  const stats::Interval interval = stats::Wilson(right, n, level);
  series["x"].Append(strength);
  series["y"].Append(static_cast<double>(right) / static_cast<double>(n));
  series["low"].Append(interval.low);
  series["high"].Append(interval.high);
}

Json StrengthFigure(const Experiment& experiment, const Shares& shares, double level) {
  Json figure = Figure("curve", {"Accuracy against strength of corruption", "准确率随损坏强度的变化"});
  figure["xLabel"] = TextJson({"strength (0: unchanged)", "强度（0 表示原图）"});
  figure["yLabel"] = TextJson({"accuracy", "准确率"});
  figure["yMin"] = 0;
  figure["yMax"] = 1;
  const auto n = static_cast<std::int64_t>(shares.clean.size());
  Json::Array curves;
  for (std::size_t kind = 0; kind < experiment.kinds().size(); ++kind) {
    Json series;
    series["name"] = CorruptionNames()[static_cast<std::size_t>(experiment.kinds()[kind])];
    AddPoint(series, 0, std::ranges::count(shares.clean, 1.0), n, level);
    for (int strength = 1; strength <= kStrengths; ++strength) {
      AddPoint(series, strength, std::ranges::count(experiment.Right(kind, strength), '1'), n, level);
    }
    curves.push_back(std::move(series));
  }
  figure["series"] = std::move(curves);
  return figure;
}

Result<Json> Cell(const Image& image, check::Text caption) {
  constexpr std::int64_t kShownSide = 96;
  const auto factor =
      static_cast<int>(std::clamp<std::int64_t>(kShownSide / std::max(image.height, image.width), 1, 8));
  Image shown = image;
  if (const std::int64_t side = std::max(image.height, image.width); side > 2 * kShownSide) {
    CUPEL_TRY(shown, data::image::Resize(image, std::max<std::int64_t>(1, image.height * kShownSide / side),
                                         std::max<std::int64_t>(1, image.width * kShownSide / side)));
  }
  CUPEL_TRY(const Image enlarged, data::image::Enlarge(shown, factor));
  CUPEL_TRY(const Bytes png, data::image::EncodePng(enlarged));
  Json cell;
  cell["png"] = "data:image/png;base64," + ToBase64(png);
  cell["caption"] = TextJson(caption);
  return cell;
}

/// The first sample, unchanged and in every corruption at every strength.
Result<Json> ExampleFigure(const Experiment& experiment, const check::Context& context) {
  const Dataset& data = *context.data;
  const std::int64_t sample = experiment.samples().front();
  std::vector<float> features(static_cast<std::size_t>(data.info().SampleSize()));
  CUPEL_TRY_STATUS(data.Read(std::span(&sample, 1), features));
  CUPEL_TRY(const Image image, ToImage(features, data.info()));
  Json figure = Figure("images", {"One image, corrupted", "一张图像的各种损坏"});
  Json::Array rows;
  for (const CorruptionKind kind : experiment.kinds()) {
    Json row;
    row["caption"] = CorruptionNames()[static_cast<std::size_t>(kind)];
    CUPEL_TRY(Json clean, Cell(image, {"unchanged", "原图"}));
    row["cells"].Append(std::move(clean));
    for (int strength = 1; strength <= kStrengths; ++strength) {
      ReproducibleStream stream = StreamOf(context.seed, data.OriginalIndex(sample), kind, strength);
      CUPEL_TRY(const Image worse, Corrupted(image, kind, strength, stream));
      CUPEL_TRY(Json cell,
                Cell(worse, {fmt::format("strength {}", strength), fmt::format("强度 {}", strength)}));
      row["cells"].Append(std::move(cell));
    }
    rows.push_back(std::move(row));
  }
  figure["rows"] = std::move(rows);
  return figure;
}

class Corruption : public check::Check {
 public:
  const check::Description& description() const override { return description_; }

  Result<CheckResult> Run(const check::Context& context) const override {
    CheckResult result;
    result.not_applicable = WhyNot(context);
    if (result.not_applicable) return result;
    CUPEL_TRY(const Predictions* predictions, UsablePredictions(context));
    if (predictions->n != context.data->size()) {
      return Fail(ErrorCode::kInternal,
                  fmt::format("{} predictions for {} samples", predictions->n, context.data->size()));
    }
    Experiment experiment(
        context, ChooseSamples(context.data->size(), context.parameters.Integer("samples"), context.seed));
    CUPEL_TRY_STATUS(experiment.Run());
    const Shares shares = ShareRight(experiment, *predictions);
    AddMetrics(experiment, shares, context, result);
    result.figures.push_back(StrengthFigure(experiment, shares, context.parameters.Real("level")));
    CUPEL_TRY(Json examples, ExampleFigure(experiment, context));
    result.figures.push_back(std::move(examples));
    return result;
  }

 private:
  static std::optional<check::Text> WhyNot(const check::Context& context) {
    if (context.model == nullptr || context.data == nullptr) {
      return check::Text{"corrupted images need the model; there are only predictions",
                         "损坏图像测试需要模型，而此处只有预测结果"};
    }
    const DatasetInfo& info = context.data->info();
    if (info.IsImage() && (info.sample_shape[0] == 1 || info.sample_shape[0] == 3)) return std::nullopt;
    return check::Text{"the samples are not images of one or three channels", "样本不是单通道或三通道图像"};
  }

  check::Description description_ = Describe();
};

}  // namespace

const check::Check& CorruptionCheck() {
  static const Corruption check;
  return check;
}

}  // namespace cupel::algorithm::evaluate
