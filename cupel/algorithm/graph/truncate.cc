// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/graph/truncate.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "cupel/algorithm/graph/passes.h"
#include "cupel/algorithm/graph/shape_inference.h"
#include "cupel/algorithm/graph/validate.h"
#include "cupel/algorithm/graph/value_uses.h"
#include "cupel/base/nearest.h"

namespace cupel::algorithm::graph {
namespace {

/// What may stand between the last dense layer and the answer. Its computed input is followed.
bool PassesThrough(const Node& node) {
  static constexpr std::array<std::string_view, 11> kOperators = {
      "Softmax", "LogSoftmax", "Identity", "Reshape", "Flatten", "Squeeze",
      "Add",     "Sub",        "Mul",      "Div",     "Cast"};
  return node.domain.empty() && std::ranges::find(kOperators, node.op_type) != kOperators.end();
}

/// The one input of a node that is no constant, or nothing when it has none or several.
std::optional<std::string> ComputedInput(const Graph& graph, const ValueUses& uses, const Node& node) {
  std::optional<std::string> found;
  for (const std::string& input : node.inputs) {
    const std::optional<std::size_t> producer = uses.Producer(input);
    const bool is_constant = input.empty() || graph.initializers.contains(input) ||
                             (producer && graph.nodes[*producer].op_type == "Constant");
    if (is_constant) continue;
    if (found) return std::nullopt;
    found = input;
  }
  return found;
}

/// The node that computes the value, or kNotFound.
Result<std::size_t> ProducerOf(const Graph& graph, std::string_view value) {
  if (const std::optional<std::size_t> producer = ValueUses(graph).Producer(value)) return *producer;
  std::vector<std::string> names;
  for (const Node& node : graph.nodes) names.insert(names.end(), node.outputs.begin(), node.outputs.end());
  return Fail(ErrorCode::kNotFound, fmt::format("no node computes a value called \"{}\"", value), graph.name,
              NearestRemedy(value, names));
}

/// Types of all values when the input has this shape.
Inference InferFor(Graph graph, const Shape& sample_shape) {
  std::vector<Dimension> shape = {Dimension{std::nullopt, "N"}};
  for (const std::int64_t length : sample_shape) shape.push_back({length, ""});
  if (graph.inputs.size() == 1) graph.inputs[0].shape = shape;
  return InferShapes(graph);
}

/// {c, h, w} of a value with more than one place.
std::optional<Shape> PlacesOf(const Inference& inference, const std::string& value) {
  const auto found = inference.types.find(value);
  if (found == inference.types.end() || !found->second.shape || found->second.shape->size() != 4)
    return std::nullopt;
  Shape shape;
  for (std::size_t i = 1; i < 4; ++i) {
    const Dimension& dimension = (*found->second.shape)[i];
    if (!dimension.value) return std::nullopt;
    shape.push_back(*dimension.value);
  }
  if (shape[1] * shape[2] <= 1) return std::nullopt;
  return shape;
}

/// Whether what comes after node `producer` sees the graph's inputs through `value` alone.
bool AllPathsGoThrough(const Graph& graph, std::size_t producer, const std::string& value,
                       const NameSet& computed) {
  NameSet behind;
  for (std::size_t i = producer + 1; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    NameSet read = CapturedNames(node);
    read.insert(node.inputs.begin(), node.inputs.end());
    for (const std::string& name : read) {
      if (name != value && computed.contains(name) && !behind.contains(name)) return false;
    }
    behind.insert(node.outputs.begin(), node.outputs.end());
  }
  return graph.outputs[0].name == value || behind.contains(graph.outputs[0].name);
}

/// Values that depend on a graph input.
NameSet ComputedValues(const Graph& graph) {
  NameSet computed;
  for (const ValueInfo& input : graph.inputs) computed.insert(input.name);
  for (const Node& node : graph.nodes) {
    NameSet read = CapturedNames(node);
    read.insert(node.inputs.begin(), node.inputs.end());
    if (std::ranges::any_of(read, [&](const std::string& name) { return computed.contains(name); }))
      computed.insert(node.outputs.begin(), node.outputs.end());
  }
  computed.erase("");
  return computed;
}

}  // namespace

Result<Graph> TailFrom(Graph graph, std::string_view value, std::vector<Dimension> shape) {
  CUPEL_TRY(const std::size_t producer, ProducerOf(graph, value));
  const std::string name(value);
  if (!AllPathsGoThrough(graph, producer, name, ComputedValues(graph))) {
    return Fail(ErrorCode::kUnsupported,
                fmt::format("the answer depends on the input by other ways than through {}", name),
                graph.name);
  }
  graph.nodes.erase(graph.nodes.begin() + static_cast<std::ptrdiff_t>(producer));
  graph.value_infos.erase(name);
  graph.inputs = {ValueInfo{name, DataType::kFloat32, std::move(shape), "tensor"}};
  graph.outputs.resize(1);
  RemoveDeadNodes(graph, {});
  CUPEL_TRY_STATUS(Validate(graph));
  return graph;
}

Result<SpatialValue> LastSpatialValue(const Graph& graph, const Shape& sample_shape) {
  if (graph.outputs.empty()) return Fail(ErrorCode::kUnsupported, "the graph has no output", graph.name);
  const Inference inference = InferFor(graph, sample_shape);
  const NameSet computed = ComputedValues(graph);
  for (std::size_t i = graph.nodes.size(); i-- > 0;) {
    const std::string& name = graph.nodes[i].outputs.empty() ? std::string() : graph.nodes[i].outputs[0];
    if (!computed.contains(name)) continue;
    const std::optional<Shape> shape = PlacesOf(inference, name);
    if (shape && AllPathsGoThrough(graph, i, name, computed)) return SpatialValue{name, *shape};
  }
  return Fail(ErrorCode::kUnsupported,
              "the network has no feature maps that every path to the answer goes through", graph.name);
}

Result<SpatialValue> SpatialValueOf(const Graph& graph, const Shape& sample_shape, std::string_view value) {
  CUPEL_TRY_STATUS(ProducerOf(graph, value));
  const std::optional<Shape> shape = PlacesOf(InferFor(graph, sample_shape), std::string(value));
  if (shape) return SpatialValue{std::string(value), *shape};
  return Fail(ErrorCode::kUnsupported, fmt::format("{} is no feature map [n, c, h, w]", value), graph.name);
}

Result<Graph> TruncateAt(Graph graph, std::string_view value) {
  CUPEL_TRY_STATUS(ProducerOf(graph, value));
  ValueInfo output{std::string(value), DataType::kUndefined, std::nullopt, "tensor"};
  if (const auto known = graph.value_infos.find(value); known != graph.value_infos.end()) {
    output = known->second;
  } else {
    const auto same = std::ranges::find(graph.outputs, value, &ValueInfo::name);
    if (same != graph.outputs.end()) output = *same;
  }
  if (output.type == DataType::kUndefined) output.type = DataType::kFloat32;
  graph.value_infos.erase(output.name);
  graph.outputs = {std::move(output)};
  RemoveDeadNodes(graph, {});
  CUPEL_TRY_STATUS(Validate(graph));
  return graph;
}

Result<std::string> PenultimateValue(const Graph& graph) {
  if (graph.outputs.empty()) return Fail(ErrorCode::kUnsupported, "the graph has no output", graph.name);
  const ValueUses uses(graph);
  std::string value = graph.outputs[0].name;
  // Every step goes to an earlier node, so this ends.
  while (const std::optional<std::size_t> producer = uses.Producer(value)) {
    const Node& node = graph.nodes[*producer];
    const bool dense = node.domain.empty() && (node.op_type == "Gemm" || node.op_type == "MatMul");
    const std::optional<std::string> input = ComputedInput(graph, uses, node);
    if (!input || (!dense && !PassesThrough(node))) {
      return Fail(ErrorCode::kUnsupported,
                  fmt::format("the network ends in {}, not in a dense layer", node.op_type), graph.name);
    }
    if (dense && !uses.Producer(*input)) break;
    if (dense) return *input;
    value = *input;
  }
  return Fail(ErrorCode::kUnsupported, "the network has no inner activations before a last dense layer",
              graph.name);
}

}  // namespace cupel::algorithm::graph
