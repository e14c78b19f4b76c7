// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/certify/compile.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "cupel/algorithm/certify/affine_step.h"
#include "cupel/algorithm/certify/compiler.h"
#include "cupel/algorithm/gradient/evaluate_node.h"
#include "cupel/algorithm/graph/passes.h"

namespace cupel::algorithm::certify {
namespace {

using Layout = executor::Preprocessing::Layout;

// Probabilities that differ by this share of 1, or logits by it, keep their order through float32 softmax and
// logarithms, whose errors are a few units of 2^-24.
constexpr double kMonotoneGap = 0x1p-16;

graph::Shape GraphSampleShape(const executor::ClassifierOptions& options) {
  const std::vector<std::int64_t>& shape = options.sample_shape;
  switch (options.preprocessing.layout) {
    case Layout::kChannelsLast: return {shape[1], shape[2], shape[0]};
    case Layout::kFlat: return {graph::ElementCount(shape)};
    case Layout::kChannelsFirst: break;
  }
  return shape;
}

double PerChannel(const std::vector<float>& values, std::int64_t channel, double fallback) {
  if (values.empty()) return fallback;
  return values.size() == 1 ? values[0] : values[static_cast<std::size_t>(channel)];
}

// (x * scale - mean) / std, in three float32 operations, then the layout.
std::size_t EmitPreprocessing(const executor::ClassifierOptions& options, Compiler& compiler) {
  const executor::Preprocessing& preprocessing = options.preprocessing;
  const graph::Shape& shape = options.sample_shape;
  const Plane plane = PlaneOf(shape);
  std::size_t value = compiler.Begin(plane);
  Affine affine;
  std::vector<double> scale;
  const std::int64_t per_channel = plane.Count() / shape[0];
  bool identity = true;
  for (std::int64_t i = 0; i < plane.Count(); ++i) {
    const double mean = PerChannel(preprocessing.mean, i / per_channel, 0);
    const double std = PerChannel(preprocessing.std, i / per_channel, 1);
    identity = identity && mean == 0 && std == 1 && preprocessing.scale == 1;
    scale.push_back(preprocessing.scale / std);
    affine.bias.push_back(-mean / std);
    affine.bias_magnitude.push_back(std::abs(mean / std));
  }
  affine.roundings = 3;
  if (!identity) {
    affine.map = MakeScale(plane, std::move(scale));
    value = compiler.Emit(MakeAffineStep(std::move(affine)), {value}, plane, "preprocessing");
  }
  const Plane seen = PlaneOf(GraphSampleShape(options));
  if (preprocessing.layout == Layout::kChannelsLast) {
    std::vector<std::int64_t> source;
    for (std::int64_t position = 0; position < per_channel; ++position) {
      for (std::int64_t channel = 0; channel < shape[0]; ++channel)
        source.push_back(channel * per_channel + position);
    }
    return compiler.Emit(MakeMoveStep({plane}, seen, std::move(source)), {value}, seen, "layout");
  }
  if (!(seen == plane)) return compiler.Emit(MakeReshapeStep(plane, seen), {value}, seen, "layout");
  return value;
}

const graph::Node* ProducerOf(const graph::Graph& graph, const std::string& name) {
  const auto found = std::ranges::find_if(
      graph.nodes, [&](const graph::Node& node) { return !node.outputs.empty() && node.outputs[0] == name; });
  return found == graph.nodes.end() ? nullptr : &*found;
}

// The value whose order is that of the answer, before monotone functions of all classes at the end. Only over
// the last of two axes; ONNX's default is that for matrices.
std::string BeforeSoftmax(const graph::Graph& graph, bool classifier_bypasses, bool output_is_probability,
                          double& gap) {
  std::string name = graph.outputs[0].name;
  bool bypassed = false;
  while (const graph::Node* node = ProducerOf(graph, name)) {
    const bool softmax = node->op_type == "Softmax" || node->op_type == "LogSoftmax";
    const std::int64_t axis = node->Integer("axis", 1);
    if (!node->domain.empty() || !softmax || (axis != 1 && axis != -1)) break;
    if (bypassed || !classifier_bypasses) gap = kMonotoneGap;
    bypassed = true;
    name = node->inputs[0];
  }
  // The classifier takes the logarithm of probabilities that do not come from a Softmax.
  if (output_is_probability && !classifier_bypasses) gap = kMonotoneGap;
  return name;
}

// A classifier whose model answers probabilities bypasses its last Softmax itself.
bool ClassifierBypasses(const graph::Graph& graph, const executor::ClassifierOptions& options) {
  const graph::Node* last = ProducerOf(graph, graph.outputs[0].name);
  return options.output_is_probability && last != nullptr && last->op_type == "Softmax" &&
         last->domain.empty();
}

// Nodes that the value needs, by index.
std::set<std::size_t> NeededBy(const graph::Graph& graph, const std::string& name) {
  std::set<std::string, std::less<>> wanted = {name};
  std::set<std::size_t> needed;
  for (std::size_t i = graph.nodes.size(); i-- > 0;) {
    const graph::Node& node = graph.nodes[i];
    if (std::ranges::none_of(node.outputs,
                             [&](const std::string& output) { return wanted.contains(output); }))
      continue;
    needed.insert(i);
    wanted.insert(node.inputs.begin(), node.inputs.end());
  }
  return needed;
}

OperatorCompiler FindOperator(const graph::Node& node) {
  if (!node.domain.empty() && node.domain != "ai.onnx") return nullptr;
  for (const auto table :
       {LinearOperators(), WindowOperators(), ActivationOperators(), MovementOperators()}) {
    for (const OperatorEntry& entry : table) {
      if (entry.op_type == node.op_type) return entry.compile;
    }
  }
  return nullptr;
}

Status CompileNodes(const std::string& output, Compiler& compiler) {
  const std::set<std::size_t> needed = NeededBy(compiler.graph(), output);
  for (const std::size_t i : needed) {
    const graph::Node& node = compiler.graph().nodes[i];
    if (node.outputs.empty() || node.outputs[0].empty())
      return Compiler::Unsupported(node, "it has no output");
    // Shapes and other whole numbers, which the steps that use them read by themselves.
    const OperatorCompiler compile = FindOperator(node);
    if (compile == nullptr) return Compiler::Unsupported(node, "it has no linear relaxation");
    CUPEL_TRY_STATUS(compile(compiler, node));
  }
  return {};
}

}  // namespace

Result<Program> Compile(const graph::Graph& graph, const executor::ClassifierOptions& options) {
  if (options.device.cuda) {
    return Fail(
        ErrorCode::kUnsupported,
        "a certificate speaks of float32 on the processor, this model runs on " + options.device.Name(), "",
        "run it with device cpu");
  }
  if (graph.inputs.size() != 1 || graph.outputs.empty()) {
    return Fail(ErrorCode::kUnsupported, "a certificate needs a graph with one input and an output",
                graph.name);
  }
  CUPEL_TRY(graph::Optimised optimised, graph::Optimise(graph, {.evaluate = gradient::EvaluateNode,
                                                                .skip = {"fold_batch_norm", "fold_bias"}}));
  double gap = 0;
  const std::string output =
      BeforeSoftmax(optimised.graph, ClassifierBypasses(graph, options), options.output_is_probability, gap);
  Compiler compiler(std::move(optimised.graph), GraphSampleShape(options));
  compiler.Name(compiler.graph().inputs[0].name, EmitPreprocessing(options, compiler));
  CUPEL_TRY_STATUS(CompileNodes(output, compiler));
  const auto value = compiler.Find(output);
  if (!value) {
    return Fail(ErrorCode::kUnsupported, "the model's answer does not depend on its input", graph.name);
  }
  compiler.program.output = *value;
  compiler.program.required_gap = gap;
  return std::move(compiler.program);
}

}  // namespace cupel::algorithm::certify
