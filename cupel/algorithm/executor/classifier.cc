// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/executor/classifier.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <c10/core/GradMode.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "cupel/algorithm/gradient/evaluate_node.h"
#include "cupel/algorithm/graph/passes.h"
#include "cupel/algorithm/graph/random_weights.h"
#include "cupel/algorithm/graph/value_uses.h"

namespace cupel::algorithm::executor {
namespace {

using tensor::Tensor;
using Layout = Preprocessing::Layout;

Status CheckPreprocessing(const Preprocessing& preprocessing, const std::vector<std::int64_t>& sample_shape) {
  const std::size_t channels = sample_shape.empty() ? 0 : static_cast<std::size_t>(sample_shape[0]);
  const auto check = [&](const char* name, const std::vector<float>& values, bool positive) -> Status {
    if (values.size() > 1 && values.size() != channels) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("{} must have one value or one per channel ({}), has {}", name, channels,
                              values.size()));
    }
    for (const float value : values) {
      if (!std::isfinite(value) || (positive && value <= 0)) {
        return Fail(ErrorCode::kInvalidArgument,
                    fmt::format("{} must be finite{}, got {}", name, positive ? " and > 0" : "", value));
      }
    }
    return {};
  };
  if (!std::isfinite(preprocessing.scale) || preprocessing.scale == 0) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("scale must be finite and not 0, got {}", preprocessing.scale));
  }
  if (preprocessing.layout == Layout::kChannelsLast && sample_shape.size() != 3) {
    return Fail(ErrorCode::kInvalidArgument, "the layout channels-last needs samples of shape c, h, w");
  }
  CUPEL_TRY_STATUS(check("mean", preprocessing.mean, false));
  return check("std", preprocessing.std, true);
}

// One number per channel, shaped to broadcast over [n, ...sample_shape].
Tensor PerChannel(const std::vector<float>& values, float fallback, const ClassifierOptions& options) {
  if (values.empty()) return at::full({}, fallback).to(options.device.torch());
  std::vector<std::int64_t> shape(options.sample_shape.size() + 1, 1);
  shape[1] = static_cast<std::int64_t>(values.size());
  return tensor::FromFloats(values, shape).to(options.device.torch());
}

bool IsAffineIdentity(const Preprocessing& preprocessing) {
  const auto all = [](const std::vector<float>& values, float wanted) {
    return std::all_of(values.begin(), values.end(), [wanted](float value) { return value == wanted; });
  };
  return preprocessing.scale == 1 && all(preprocessing.mean, 0) && all(preprocessing.std, 1);
}

Tensor ToGraphInput(const Tensor& x, const ClassifierOptions& options) {
  const Preprocessing& preprocessing = options.preprocessing;
  Tensor input = x;
  if (!IsAffineIdentity(preprocessing)) {
    input = input.mul(preprocessing.scale).sub(PerChannel(preprocessing.mean, 0, options));
    input = input.div(PerChannel(preprocessing.std, 1, options));
  }
  if (preprocessing.layout == Layout::kChannelsLast) return input.permute({0, 2, 3, 1}).contiguous();
  if (preprocessing.layout == Layout::kFlat) return input.flatten(1);
  return input;
}

// The transposed derivative of ToGraphInput, which is affine.
Tensor ToInputGradient(const Tensor& gradient, const Tensor& x, const ClassifierOptions& options) {
  const Preprocessing& preprocessing = options.preprocessing;
  Tensor result = gradient;
  if (preprocessing.layout == Layout::kChannelsLast) result = result.permute({0, 3, 1, 2}).contiguous();
  if (preprocessing.layout == Layout::kFlat) result = result.reshape(x.sizes());
  if (IsAffineIdentity(preprocessing)) return result;
  return result.mul(preprocessing.scale).div(PerChannel(preprocessing.std, 1, options));
}

// Logits of a graph that ends in probabilities: what goes into its last Softmax, or the logarithm of what
// comes out.
graph::Graph WithLogitOutput(graph::Graph graph) {
  const std::string name = graph.outputs[0].name;
  const auto producer = std::find_if(graph.nodes.begin(), graph.nodes.end(), [&](const graph::Node& node) {
    return !node.outputs.empty() && node.outputs[0] == name;
  });
  if (producer != graph.nodes.end() && producer->op_type == "Softmax" && producer->domain.empty()) {
    graph.outputs.resize(1);
    graph.outputs[0].name = producer->inputs[0];
    // It stays where another node reads the probabilities, such as the ArgMax of a second output.
    if (graph::ValueUses(graph).Count(name) == 0) graph.nodes.erase(producer);
    return graph;
  }
  // Smallest normal number: a probability of exactly 0 must not give minus infinity, whose gradient is not a
  // number.
  graph.initializers["cupel.least_probability"] = graph::TensorValue::FromFloats({}, {1.17549435e-38F});
  graph.nodes.push_back({.name = "cupel.floor",
                         .op_type = "Max",
                         .domain = "",
                         .inputs = {name, "cupel.least_probability"},
                         .outputs = {"cupel.floored"},
                         .attributes = {}});
  graph.nodes.push_back({.name = "cupel.log",
                         .op_type = "Log",
                         .domain = "",
                         .inputs = {"cupel.floored"},
                         .outputs = {"cupel.logits"},
                         .attributes = {}});
  graph.outputs.resize(1);
  graph.outputs[0].name = "cupel.logits";
  return graph;
}

Status CheckSamples(const Tensor& x, const ClassifierOptions& options) {
  std::vector<std::int64_t> expected = options.sample_shape;
  expected.insert(expected.begin(), x.dim() > 0 ? x.size(0) : 0);
  if (x.dim() == 0 || x.sizes() != at::IntArrayRef(expected) || x.scalar_type() != at::kFloat) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("expected float32 samples of shape [n, {}], got [{}]",
                            fmt::join(options.sample_shape, ", "), fmt::join(x.sizes(), ", ")));
  }
  return {};
}

// What the model itself says about its input. The trial below cannot see a contradiction that the operators
// tolerate, such as a Flatten that takes pictures of any size.
Status CheckDeclaredShape(const graph::Graph& graph, const ClassifierOptions& options) {
  if (graph.inputs.size() != 1 || !graph.inputs[0].shape) return {};
  std::vector<std::int64_t> shape = options.sample_shape;
  shape.insert(shape.begin(), 1);
  CUPEL_TRY(const Tensor input,
            tensor::Translate([&] { return ToGraphInput(at::full(shape, 0.5F), options); }));
  const std::vector<graph::Dimension>& declared = *graph.inputs[0].shape;
  bool fits = static_cast<std::int64_t>(declared.size()) == input.dim();
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < declared.size(); ++i) {
    texts.push_back(declared[i].value ? fmt::format("{}", *declared[i].value) : declared[i].symbol);
    if (texts.back().empty()) texts.back() = "?";
    // The first is the batch, which the trial looks at.
    if (i > 0 && fits && declared[i].value)
      fits = *declared[i].value == input.size(static_cast<std::int64_t>(i));
  }
  if (fits) return {};
  return Fail(
      ErrorCode::kInvalidArgument,
      fmt::format("the model's input {} is [{}], the data set's samples give [n, {}]", graph.inputs[0].name,
                  fmt::join(texts, ", "), fmt::join(input.sizes().slice(1), ", ")),
      "", "give data of that shape, or correct the layout in the plan");
}

// What the graph's input is for one sample.
graph::Shape GraphSampleShape(const ClassifierOptions& options) {
  const graph::Shape& shape = options.sample_shape;
  if (options.preprocessing.layout == Layout::kChannelsLast) return {shape[1], shape[2], shape[0]};
  if (options.preprocessing.layout == Layout::kFlat) return {graph::ElementCount(shape)};
  return shape;
}

// Whether the compiled executor searches: as asked for, or where it runs most of the work.
Result<bool> SearchesCompiled(const graph::Graph& graph, const ClassifierOptions& options) {
  if (options.search == SearchExecutor::kGeneral) return false;
  if (options.search == SearchExecutor::kCompiled) return true;
  if (options.device.cuda) return false;
  CUPEL_TRY(const graph::Optimised optimised,
            graph::Optimise(graph, {.evaluate = gradient::EvaluateNode, .skip = {}}));
  const auto parts = Partition(optimised.graph, GraphSampleShape(options));
  return parts && CompiledShare(*parts) >= 0.5;
}

// A trial of one and of two samples: how many classes the graph answers, and whether it takes batches at all.
Result<std::int64_t> CountClasses(const Executor& executor, const ClassifierOptions& options) {
  std::int64_t classes = 0;
  for (const std::int64_t n : {std::int64_t{1}, std::int64_t{2}}) {
    std::vector<std::int64_t> shape = options.sample_shape;
    shape.insert(shape.begin(), n);
    CUPEL_TRY(const Tensor input, tensor::Translate([&] {
                return ToGraphInput(at::full(shape, 0.5F).to(options.device.torch()), options);
              }));
    const auto output = executor.Forward(input);
    if (!output && output.error().code == ErrorCode::kResourceLimit) {
      return Fail(
          ErrorCode::kResourceLimit,
          fmt::format("the graph needs too much memory for {} samples: {}", n, output.error().message),
          output.error().place, "give a smaller model, or more memory");
    }
    if (!output) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("the graph does not accept {} samples of shape [{}]: {}", n,
                              fmt::join(options.sample_shape, ", "), output.error().message),
                  output.error().place,
                  "check the data set's shape, the layout and that the model's batch is dynamic");
    }
    if (output->dim() != 2 || output->size(0) != n || output->size(1) < 2) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("the graph must answer [{}, classes] with at least 2 classes, it answers [{}]",
                              n, fmt::join(output->sizes(), ", ")));
    }
    classes = output->size(1);
  }
  return classes;
}

}  // namespace

Classifier::~Classifier() = default;

Result<std::unique_ptr<Classifier>> Classifier::Create(const graph::Graph& graph,
                                                       const ClassifierOptions& options) {
  if (options.sample_shape.empty()) return Fail(ErrorCode::kInvalidArgument, "the sample shape is empty");
  CUPEL_TRY_STATUS(CheckPreprocessing(options.preprocessing, options.sample_shape));
  if (graph.outputs.empty()) return Fail(ErrorCode::kInvalidArgument, "the graph has no output", graph.name);
  auto classifier = std::unique_ptr<Classifier>(new Classifier());
  classifier->graph_ = graph;
  classifier->options_ = options;
  const graph::Graph logits = options.output_is_probability ? WithLogitOutput(graph) : graph;
  CUPEL_TRY(classifier->exact_, MakeExecutor(logits, {.device = options.device, .optimise = false}));
  CUPEL_TRY_STATUS(CheckDeclaredShape(graph, options));
  CUPEL_TRY(const bool compiled, SearchesCompiled(logits, options));
  classifier->search_kind_ = compiled ? ExecutorKind::kCompiled : ExecutorKind::kGeneral;
  CUPEL_TRY(classifier->search_, MakeExecutor(logits, {.device = options.device,
                                                       .optimise = true,
                                                       .kind = classifier->search_kind_,
                                                       .precision = options.search_precision,
                                                       .sample_shape = GraphSampleShape(options)}));
  CUPEL_TRY(classifier->class_count_, CountClasses(*classifier->exact_, options));
  return classifier;
}

graph::Graph Classifier::LogitGraph() const {
  return options_.output_is_probability ? WithLogitOutput(graph_) : graph_;
}

Result<Tensor> Classifier::Logits(const Tensor& x) const {
  CUPEL_TRY_STATUS(CheckSamples(x, options_));
  const c10::AutoGradMode off(false);
  CUPEL_TRY(const Tensor input, tensor::Translate([&] { return ToGraphInput(x, options_); }));
  return search_->Forward(input);
}

Result<Pass> Classifier::LogitsGradient(const Tensor& x, const OutputGradient& output_gradient) const {
  CUPEL_TRY(Passes passes, LogitsGradients(x, {&output_gradient, 1}));
  return Pass{.output = std::move(passes.output), .input_gradient = std::move(passes.input_gradients[0])};
}

Result<Passes> Classifier::LogitsGradients(const Tensor& x,
                                           std::span<const OutputGradient> output_gradients) const {
  CUPEL_TRY_STATUS(CheckSamples(x, options_));
  const c10::AutoGradMode off(false);
  CUPEL_TRY(const Tensor input, tensor::Translate([&] { return ToGraphInput(x, options_); }));
  CUPEL_TRY(Passes passes, search_->ForwardGradients(input, output_gradients));
  return tensor::Translate([&] {
    for (Tensor& gradient : passes.input_gradients) gradient = ToInputGradient(gradient, x, options_);
    return passes;
  });
}

Result<Tensor> Classifier::GraphInput(const Tensor& x) const {
  CUPEL_TRY_STATUS(CheckSamples(x, options_));
  return tensor::Translate([&] { return ToGraphInput(x, options_); });
}

Result<Tensor> Classifier::ExactLogits(const Tensor& x) const {
  CUPEL_TRY_STATUS(CheckSamples(x, options_));
  const c10::AutoGradMode off(false);
  std::vector<Tensor> rows;
  for (std::int64_t i = 0; i < x.size(0); ++i) {
    CUPEL_TRY(const Tensor input,
              tensor::Translate([&] { return ToGraphInput(x.slice(0, i, i + 1), options_).contiguous(); }));
    CUPEL_TRY(Tensor row, exact_->Forward(input));
    rows.push_back(std::move(row));
  }
  return tensor::Translate([&]() -> Tensor {
    if (rows.empty()) return at::empty({0, class_count_}, x.options());
    return at::cat(rows, 0);
  });
}

Result<std::unique_ptr<Classifier>> Classifier::WithSearchPrecision(compiled::Precision precision) const {
  ClassifierOptions options = options_;
  options.search_precision = precision;
  return Create(graph_, options);
}

Result<std::unique_ptr<Classifier>> Classifier::WithRandomisedWeights(std::uint64_t seed) const {
  return Create(graph::RandomiseWeights(graph_, seed), options_);
}

}  // namespace cupel::algorithm::executor
