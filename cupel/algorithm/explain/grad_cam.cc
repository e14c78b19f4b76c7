// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "cupel/algorithm/explain/methods.h"
#include "cupel/algorithm/graph/truncate.h"

namespace cupel::algorithm::explain {
namespace {

using executor::Classifier;

// Where a pixel centre lies among n cells: two cells and the weight of the second.
struct Between {
  std::size_t first = 0;
  std::size_t second = 0;
  double weight = 0;
};

Between Locate(std::int64_t pixel, std::int64_t pixels, std::int64_t cells) {
  const double scale = static_cast<double>(cells) / static_cast<double>(pixels);
  const double at = std::max(0.0, (static_cast<double>(pixel) + 0.5) * scale - 0.5);
  const auto first = static_cast<std::int64_t>(at);
  const std::int64_t second = std::min(first + 1, cells - 1);
  return {static_cast<std::size_t>(first), static_cast<std::size_t>(second), at - std::floor(at)};
}

// Bilinear, corners not aligned: [cells_h, cells_w] to [h, w].
std::vector<double> Resized(const std::vector<double>& map, const graph::Shape& from, std::int64_t h,
                            std::int64_t w) {
  const auto columns = static_cast<std::size_t>(from[2]);
  std::vector<double> resized;
  for (std::int64_t row = 0; row < h; ++row) {
    const Between y = Locate(row, h, from[1]);
    for (std::int64_t column = 0; column < w; ++column) {
      const Between x = Locate(column, w, from[2]);
      const auto line = [&](std::size_t r) {
        return map[r * columns + x.first] * (1 - x.weight) + map[r * columns + x.second] * x.weight;
      };
      resized.push_back(line(y.first) * (1 - y.weight) + line(y.second) * y.weight);
    }
  }
  return resized;
}

class GradCam : public Attribution {
 public:
  GradCam(const ExplainedModel& model, graph::SpatialValue value, std::unique_ptr<Classifier> trunk,
          std::unique_ptr<executor::Executor> head)
      : model_(model), value_(std::move(value)), trunk_(std::move(trunk)), head_(std::move(head)) {}

  Result<Explanation> Explain(const Question& question) const override {
    return tensor::Translate([&]() -> Result<Explanation> {
      const tensor::Tensor x = Batch(model_.sample_shape, question.x, 1).to(trunk_->device().torch());
      CUPEL_TRY(const tensor::Tensor flat, trunk_->Logits(x));
      std::vector<float> seed(static_cast<std::size_t>(model_.class_count), 0.0F);
      seed[static_cast<std::size_t>(question.target_class)] = 1;
      graph::Shape shape = value_.shape;
      shape.insert(shape.begin(), 1);
      CUPEL_TRY(const executor::Pass pass,
                head_->ForwardGradient(flat.reshape(shape), [&](const tensor::Tensor& output) {
                  return tensor::FromFloats(seed, {1, model_.class_count}).to(output.device());
                }));
      const std::vector<double> map =
          Resized(Weighted(tensor::ToFloats(flat), tensor::ToFloats(pass.input_gradient)), value_.shape,
                  model_.sample_shape[1], model_.sample_shape[2]);
      Explanation explanation{{}, 1, {}};
      for (std::int64_t c = 0; c < model_.sample_shape[0]; ++c) {
        for (const double value : map)
          explanation.values.push_back(value / static_cast<double>(model_.sample_shape[0]));
      }
      if (!std::ranges::all_of(map, [](double value) { return std::isfinite(value); }))
        return Fail(ErrorCode::kInvalidArgument, "the model's gradient is NaN or infinite");
      return explanation;
    });
  }

 private:
  // ReLU(sum_k mean(gradient_k) activation_k) over places.
  std::vector<double> Weighted(const std::vector<float>& activations,
                               const std::vector<float>& gradients) const {
    const auto places = static_cast<std::size_t>(value_.shape[1] * value_.shape[2]);
    std::vector<double> map(places, 0.0);
    for (std::size_t k = 0; k < activations.size() / places; ++k) {
      double weight = 0;
      for (std::size_t i = 0; i < places; ++i) weight += gradients[k * places + i];
      weight /= static_cast<double>(places);
      for (std::size_t i = 0; i < places; ++i) map[i] += weight * activations[k * places + i];
    }
    for (double& value : map) value = std::max(0.0, value);
    return map;
  }

  ExplainedModel model_;
  graph::SpatialValue value_;
  std::unique_ptr<Classifier> trunk_;
  std::unique_ptr<executor::Executor> head_;
};

// What a classifier's graph gets as one sample.
graph::Shape GraphSample(const Classifier& classifier) {
  const graph::Shape& shape = classifier.sample_shape();
  using Layout = executor::Preprocessing::Layout;
  const Layout layout = classifier.options().preprocessing.layout;
  if (layout == Layout::kChannelsLast) return {shape[1], shape[2], shape[0]};
  if (layout == Layout::kFlat) return {graph::ElementCount(shape)};
  return shape;
}

// The part before the value as a "classifier" whose logits are the flattened feature maps.
Result<std::unique_ptr<Classifier>> MakeTrunk(const Classifier& classifier, const std::string& value) {
  CUPEL_TRY(graph::Graph trunk, graph::TruncateAt(classifier.graph(), value));
  graph::Node flatten;
  flatten.op_type = "Flatten";
  flatten.inputs = {value};
  flatten.outputs = {"cupel.features"};
  flatten.attributes["axis"] = std::int64_t{1};
  trunk.nodes.push_back(std::move(flatten));
  trunk.outputs = {{"cupel.features", graph::DataType::kFloat32, std::nullopt, "tensor"}};
  executor::ClassifierOptions options = classifier.options();
  options.output_is_probability = false;
  return Classifier::Create(trunk, options);
}

Result<std::unique_ptr<Attribution>> Prepare(const ExplainedModel& model, const MethodOptions& options) {
  if (model.classifier == nullptr || model.sample_shape.size() != 3)
    return Fail(ErrorCode::kUnsupported, "Grad-CAM needs a network that reads pictures");
  const Classifier& classifier = *model.classifier;
  const graph::Graph logits = classifier.LogitGraph();
  CUPEL_TRY(graph::SpatialValue value,
            options.layer.empty() ? graph::LastSpatialValue(logits, GraphSample(classifier))
                                  : graph::SpatialValueOf(logits, GraphSample(classifier), options.layer));
  std::vector<graph::Dimension> shape = {{std::nullopt, "N"}};
  for (const std::int64_t length : value.shape) shape.push_back({length, ""});
  CUPEL_TRY(const graph::Graph tail, graph::TailFrom(logits, value.name, shape));
  CUPEL_TRY(std::unique_ptr<Classifier> trunk, MakeTrunk(classifier, value.name));
  CUPEL_TRY(std::unique_ptr<executor::Executor> head,
            executor::MakeExecutor(tail, {.device = classifier.device(),
                                          .optimise = true,
                                          .kind = classifier.search_kind(),
                                          .precision = classifier.options().search_precision,
                                          .sample_shape = value.shape}));
  return std::make_unique<GradCam>(model, std::move(value), std::move(trunk), std::move(head));
}

}  // namespace

const Method& GradCamMethod() {
  static const Method method = {
      .id = "grad-cam",
      .title = "Grad-CAM",
      .source = "Selvaraju et al.: Grad-CAM: visual explanations from deep networks, ICCV 2017",
      .is_signed = false,
      .prepare = Prepare};
  return method;
}

}  // namespace cupel::algorithm::explain
