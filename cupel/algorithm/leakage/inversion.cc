// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "cupel/algorithm/check/result_json.h"
#include "cupel/algorithm/leakage/checks.h"
#include "cupel/algorithm/leakage/population.h"
#include "cupel/algorithm/leakage/prototype.h"
#include "cupel/algorithm/leakage/similarity.h"
#include "cupel/algorithm/leakage/training_parameters.h"
#include "cupel/base/interrupt.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/data/image/codec.h"
#include "cupel/stats/bootstrap.h"

namespace cupel::algorithm::leakage {
namespace {

using check::Text;
using data::dataset::Dataset;

constexpr const char* kId = "inspect.inversion";
constexpr std::size_t kPicturedClasses = 10;

check::Description Describe() {
  check::Description description;
  description.id = kId;
  description.title = {"Model inversion (class prototypes)", "模型反演（类别原型）"};
  description.summary = {
      "Recovers for each class the input the model holds for most typical, and measures how near that comes "
      "to "
      "the training images; images the model never saw are the baseline.",
      "为每个类别恢复模型认为最典型的输入，并衡量其与训练图像的接近程度；以模型未见过的图像为基线。"};
  description.principle = check::Principle::kPrivacy;
  description.requirements = {"A2"};
  description.parameters = {
      IntegerSpec("classes", 0, 0, 100000, {"First so many classes; 0: all", "仅前若干个类别；0 表示全部"}),
      IntegerSpec(
          "images", 100, 1, 1e6,
          {"Images of a class on each side that a prototype is held against", "每类每方用于比较的图像数"},
          "images"),
      IntegerSpec("steps", 200, 1, 100000, {"Ascent steps", "梯度上升步数"}, "steps"),
      RealSpec("step", 0.02, 1e-6, 1, {"Length of the first step", "首步步长"}, "fraction of the box"),
      RealSpec("total_variation", 1, 0, 1e6, {"Weight of smoothness", "平滑项（全变差）权重"}),
      RealSpec("l2", 1, 0, 1e6, {"Weight of nearness to the middle of the box", "靠近取值范围中点的权重"})};
  const auto metric = [&](std::string name, Text title, bool higher) {
    description.metrics.push_back({std::move(name), std::move(title), "", higher});
  };
  metric("nearest_difference",
         {"How much nearer the prototypes are to training images than to unseen ones (RMS)",
          "原型距训练图像比距未见图像更近的程度（均方根）"},
         false);
  metric("nearest_training_distance", {"Distance to the nearest training image", "到最近训练图像的距离"},
         true);
  metric("nearest_unseen_distance", {"Distance to the nearest unseen image", "到最近未见图像的距离"}, false);
  metric("ssim_class_mean", {"SSIM with the class mean of the training images", "与训练类均值的结构相似度"},
         false);
  metric("ssim_unseen_mean", {"SSIM with the class mean of unseen images", "与未见图像类均值的结构相似度"},
         false);
  metric("correlation_class_mean", {"Correlation with the class mean", "与训练类均值的相关系数"}, false);
  metric("correlation_unseen_mean",
         {"Correlation with the mean of unseen images", "与未见图像均值的相关系数"}, false);
  metric("prototype_confidence", {"Probability of the class at its prototype", "原型处该类别的概率"}, false);
  description.source =
      "Fredrikson, Jha and Ristenpart: Model inversion attacks that exploit confidence information, CCS "
      "2015; "
      "Wang et al.: Image quality assessment, IEEE TIP 2004";
  return description;
}

// Images of one class: as many from one side as from the other.
struct Gallery {
  std::vector<std::vector<float>> images;
  std::vector<float> mean;

  // The index of the image nearest to x.
  std::size_t Nearest(std::span<const float> x) const {
    std::size_t best = 0;
    for (std::size_t i = 1; i < images.size(); ++i) {
      if (RmsDistance(images[i], x) < RmsDistance(images[best], x)) best = i;
    }
    return best;
  }
};

std::vector<std::int64_t> OfClass(const Dataset& data, std::int32_t label, std::uint64_t seed,
                                  std::uint32_t side) {
  std::vector<std::int64_t> indices;
  for (std::int64_t i = 0; i < data.size(); ++i) {
    if (data.labels()[static_cast<std::size_t>(i)] == label) indices.push_back(i);
  }
  ReproducibleStream stream(seed, kId, static_cast<std::uint64_t>(label), side);
  stream.Shuffle(std::span(indices));
  return indices;
}

Result<Gallery> Hang(const Dataset& data, std::span<const std::int64_t> indices) {
  const auto d = static_cast<std::size_t>(data.info().SampleSize());
  Gallery gallery;
  std::vector<double> sum(d);
  for (const std::int64_t index : indices) {
    std::vector<float>& image = gallery.images.emplace_back(d);
    CUPEL_TRY_STATUS(data.Read({&index, 1}, image));
    for (std::size_t i = 0; i < d; ++i) sum[i] += image[i];
  }
  for (const double value : sum)
    gallery.mean.push_back(static_cast<float>(value / static_cast<double>(indices.size())));
  return gallery;
}

struct Compared {
  std::int32_t label = 0;
  Prototype prototype;
  Gallery training;
  Gallery unseen;
};

class Inversion : public check::Check {
 public:
  const check::Description& description() const override { return description_; }

  Result<check::CheckResult> Run(const check::Context& context) const override {
    check::CheckResult result;
    if (context.training_data == nullptr) {
      result.not_applicable = NeedsTrainingData();
      return result;
    }
    if (!context.data->info().IsImage()) {
      result.not_applicable = Text{"The samples are no images.", "样本不是图像。"};
      return result;
    }
    if (context.training_data->info().digest == context.data->info().digest) {
      return Fail(ErrorCode::kInvalidArgument, "the training data and the data are the same set", kId,
                  "name a data set that the model was not trained on");
    }
    if (context.training_data->info().sample_shape != context.data->info().sample_shape)
      return Fail(ErrorCode::kInvalidArgument, "the training data and the data differ in shape", kId);
    CUPEL_TRY(const std::vector<Compared> compared, Compare(context));
    if (compared.empty()) return Fail(ErrorCode::kInvalidArgument, "no class has images on both sides", kId);
    AddMetrics(compared, context, result);
    CUPEL_TRY(Json pictures, Pictures(compared, context.data->info()));
    if (!pictures.IsNull()) result.figures.push_back(std::move(pictures));
    return result;
  }

 private:
  Result<std::vector<Compared>> Compare(const check::Context& context) const {
    std::int64_t classes = context.model->class_count();
    if (const std::int64_t wanted = context.parameters.Integer("classes"); wanted > 0)
      classes = std::min(classes, wanted);
    std::vector<Compared> compared;
    std::vector<std::int32_t> labels;
    for (std::int32_t label = 0; label < classes; ++label) {
      if (Interrupt::Requested()) return Interrupt::AsError();
      std::vector<std::int64_t> inside = OfClass(*context.training_data, label, context.seed, 0);
      std::vector<std::int64_t> outside = OfClass(*context.data, label, context.seed, 1);
      const std::size_t count = std::min(
          {inside.size(), outside.size(), static_cast<std::size_t>(context.parameters.Integer("images"))});
      if (count == 0) continue;
      Compared& entry = compared.emplace_back();
      entry.label = label;
      CUPEL_TRY(entry.training, Hang(*context.training_data, std::span(inside).first(count)));
      CUPEL_TRY(entry.unseen, Hang(*context.data, std::span(outside).first(count)));
      labels.push_back(label);
    }
    const check::Parameters& parameters = context.parameters;
    CUPEL_TRY(std::vector<Prototype> prototypes,
              FindPrototypes(*context.model, labels,
                             {.steps = static_cast<int>(parameters.Integer("steps")),
                              .step = parameters.Real("step"),
                              .total_variation = parameters.Real("total_variation"),
                              .l2 = parameters.Real("l2"),
                              .box_low = context.data->info().box_low,
                              .box_high = context.data->info().box_high}));
    for (std::size_t i = 0; i < compared.size(); ++i) compared[i].prototype = std::move(prototypes[i]);
    return compared;
  }

  // Means over classes, with bootstrap intervals over classes.
  static void AddMetrics(const std::vector<Compared>& compared, const check::Context& context,
                         check::CheckResult& result) {
    const data::dataset::DatasetInfo& info = context.data->info();
    const double range = double{info.box_high} - info.box_low;
    const auto n = static_cast<std::int64_t>(compared.size());
    const auto add = [&](const std::string& name, const auto& reading) {
      std::vector<double> values;
      for (const Compared& entry : compared) values.push_back(reading(entry));
      const auto mean = [&](std::span<const std::int64_t> indices) {
        double sum = 0;
        for (const std::int64_t i : indices) sum += values[static_cast<std::size_t>(i)];
        return sum / static_cast<double>(indices.size());
      };
      const std::string stream = std::string(kId) + "." + name;
      check::Metric metric{
          .name = name,
          .value = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(n),
          .n = n};
      if (n > 1)
        metric.interval = stats::BootstrapPercentile(n, mean, {.seed = context.seed, .name = stream});
      result.metrics.push_back(std::move(metric));
    };
    const auto distance = [range](const Gallery& gallery, const Prototype& prototype) {
      return RmsDistance(gallery.images[gallery.Nearest(prototype.values)], prototype.values) / range;
    };
    add("nearest_difference", [&](const Compared& c) {
      return distance(c.unseen, c.prototype) - distance(c.training, c.prototype);
    });
    add("nearest_training_distance", [&](const Compared& c) { return distance(c.training, c.prototype); });
    add("nearest_unseen_distance", [&](const Compared& c) { return distance(c.unseen, c.prototype); });
    add("ssim_class_mean", [&](const Compared& c) {
      return Ssim(c.prototype.values, c.training.mean, info.sample_shape, range);
    });
    add("ssim_unseen_mean",
        [&](const Compared& c) { return Ssim(c.prototype.values, c.unseen.mean, info.sample_shape, range); });
    add("correlation_class_mean",
        [](const Compared& c) { return Correlation(c.prototype.values, c.training.mean); });
    add("correlation_unseen_mean",
        [](const Compared& c) { return Correlation(c.prototype.values, c.unseen.mean); });
    add("prototype_confidence", [](const Compared& c) { return c.prototype.probability; });
  }

  static Result<Json> Cell(const std::vector<float>& values, const data::dataset::DatasetInfo& info) {
    std::vector<float> light = values;
    for (float& value : light) value = (value - info.box_low) / (info.box_high - info.box_low);
    CUPEL_TRY(
        const data::image::Image image,
        data::image::MakeImage(info.sample_shape[0], info.sample_shape[1], info.sample_shape[2], light));
    CUPEL_TRY(const Bytes png, data::image::EncodePng(image));
    Json cell;
    cell["png"] = "data:image/png;base64," + ToBase64(png);
    return cell;
  }

  static Result<Json> Pictures(const std::vector<Compared>& compared,
                               const data::dataset::DatasetInfo& info) {
    if (info.sample_shape[0] != 1 && info.sample_shape[0] != 3) return Json();
    Json figure;
    figure["type"] = "images";
    figure["title"] = ToJson(Text{"What the model gives away of its classes", "模型泄露的类别原型"});
    figure["columns"] = Json::Array{ToJson(Text{"prototype", "原型"}),
                                    ToJson(Text{"mean of training images", "训练图像均值"}),
                                    ToJson(Text{"nearest training image", "最近的训练图像"}),
                                    ToJson(Text{"nearest unseen image", "最近的未见图像"})};
    for (std::size_t i = 0; i < std::min(compared.size(), kPicturedClasses); ++i) {
      const Compared& entry = compared[i];
      const std::vector<float>& x = entry.prototype.values;
      CUPEL_TRY(Json prototype, Cell(x, info));
      CUPEL_TRY(Json mean, Cell(entry.training.mean, info));
      CUPEL_TRY(Json inside, Cell(entry.training.images[entry.training.Nearest(x)], info));
      CUPEL_TRY(Json outside, Cell(entry.unseen.images[entry.unseen.Nearest(x)], info));
      Json row;
      const auto label = static_cast<std::size_t>(entry.label);
      row["caption"] =
          label < info.class_names.size() ? info.class_names[label] : std::to_string(entry.label);
      row["cells"] =
          Json::Array{std::move(prototype), std::move(mean), std::move(inside), std::move(outside)};
      figure["rows"].Append(std::move(row));
    }
    return figure;
  }

  check::Description description_ = Describe();
};

}  // namespace

const check::Check& InversionCheck() {
  static const Inversion check;
  return check;
}

}  // namespace cupel::algorithm::leakage
