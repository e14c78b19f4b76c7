// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/explain/planted_cue.h"

#include <fmt/format.h>

namespace cupel::algorithm::explain {
namespace {

graph::Node MakeNode(std::string op_type, std::vector<std::string> inputs, std::string output) {
  graph::Node node;
  node.op_type = std::move(op_type);
  node.inputs = std::move(inputs);
  node.outputs = {std::move(output)};
  return node;
}

float OfChannel(const std::vector<float>& values, std::size_t channel, float fallback) {
  if (values.empty()) return fallback;
  return values.size() == 1 ? values[0] : values[channel];
}

}  // namespace

Result<PlantedCue> PlantedCue::Create(const std::vector<std::int64_t>& sample_shape, std::int64_t size,
                                      float low, float high) {
  if (sample_shape.size() != 3) return Fail(ErrorCode::kInvalidArgument, "a cue is planted into pictures");
  const std::int64_t height = sample_shape[1];
  const std::int64_t width = sample_shape[2];
  if (size < 2 || size + 1 > height || size + 1 > width || 4 * size * size > height * width) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("a cue of {0} x {0} does not fit pictures of {1} x {2}", size, height, width), "",
                "it must have 2 pixels a side or more and cover at most a quarter");
  }
  PlantedCue cue;
  cue.shape_ = sample_shape;
  cue.low_ = low;
  cue.high_ = high;
  cue.mask_.assign(static_cast<std::size_t>(height * width), 0);
  cue.sign_.assign(static_cast<std::size_t>(sample_shape[0] * height * width), 0.0F);
  for (std::int64_t row = height - 1 - size; row < height - 1; ++row) {
    for (std::int64_t column = width - 1 - size; column < width - 1; ++column) {
      cue.mask_[static_cast<std::size_t>(row * width + column)] = 1;
      for (std::int64_t c = 0; c < sample_shape[0]; ++c)
        cue.sign_[static_cast<std::size_t>((c * height + row) * width + column)] =
            (row + column) % 2 == 0 ? 1.0F : -1.0F;
    }
  }
  return cue;
}

void PlantedCue::Plant(std::span<float> x) const {
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (sign_[i] != 0) x[i] = sign_[i] > 0 ? high_ : low_;
  }
}

Result<std::unique_ptr<executor::Classifier>> PlantedCue::PlantDetector(
    const executor::Classifier& classifier, std::int32_t target_class, double strength) const {
  const executor::Preprocessing& preprocessing = classifier.options().preprocessing;
  if (preprocessing.layout == executor::Preprocessing::Layout::kChannelsLast)
    return Fail(ErrorCode::kUnsupported, "a cue's detector needs the layout channels-first");
  // relu(2 r - 1) with r = sum_i sign_i (x_i - middle) / (half * count), written for what the graph gets:
  // g = (x scale - mean) / std.
  const double middle = (double{low_} + high_) / 2;
  double count = 0;
  for (const float sign : sign_) count += sign != 0 ? 1 : 0;
  const double unit = 2 / ((high_ - middle) * count);
  const std::size_t plane = mask_.size();
  std::vector<float> weights(sign_.size());
  double bias = -1;
  for (std::size_t i = 0; i < sign_.size(); ++i) {
    const double weight = unit * sign_[i];
    weights[i] =
        static_cast<float>(weight * OfChannel(preprocessing.std, i / plane, 1) / preprocessing.scale);
    bias += weight * (OfChannel(preprocessing.mean, i / plane, 0) / preprocessing.scale - middle);
  }
  std::vector<float> answer(static_cast<std::size_t>(classifier.class_count()), 0.0F);
  answer[static_cast<std::size_t>(target_class)] = static_cast<float>(strength);

  graph::Graph graph = classifier.LogitGraph();
  const auto d = static_cast<std::int64_t>(weights.size());
  graph.initializers["cupel.cue.weights"] = graph::TensorValue::FromFloats({d, 1}, weights);
  graph.initializers["cupel.cue.bias"] = graph::TensorValue::FromFloats({1}, {static_cast<float>(bias)});
  graph.initializers["cupel.cue.answer"] =
      graph::TensorValue::FromFloats({1, classifier.class_count()}, answer);
  graph.nodes.push_back(MakeNode("Flatten", {graph.inputs[0].name}, "cupel.cue.flat"));
  graph.nodes.push_back(
      MakeNode("Gemm", {"cupel.cue.flat", "cupel.cue.weights", "cupel.cue.bias"}, "cupel.cue.response"));
  graph.nodes.push_back(MakeNode("Relu", {"cupel.cue.response"}, "cupel.cue.seen"));
  graph.nodes.push_back(MakeNode("MatMul", {"cupel.cue.seen", "cupel.cue.answer"}, "cupel.cue.logits"));
  graph.nodes.push_back(MakeNode("Add", {graph.outputs[0].name, "cupel.cue.logits"}, "cupel.cue.sum"));
  graph.outputs = {{"cupel.cue.sum", graph::DataType::kFloat32, std::nullopt, "tensor"}};
  executor::ClassifierOptions options = classifier.options();
  options.output_is_probability = false;
  return executor::Classifier::Create(graph, options);
}

}  // namespace cupel::algorithm::explain
