// SPDX-License-Identifier: Apache-2.0
// Nodes with known results become initializers.
#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <utility>

#include "cupel/algorithm/graph/passes.h"
#include "cupel/algorithm/graph/shape_inference.h"
#include "cupel/algorithm/graph/validate.h"
#include "cupel/algorithm/graph/value_uses.h"

namespace cupel::algorithm::graph {
namespace {

constexpr std::array<std::string_view, 7> kRandom = {"Bernoulli",        "Dropout",          "Multinomial",
                                                     "RandomNormal",     "RandomNormalLike", "RandomUniform",
                                                     "RandomUniformLike"};

/// A complete integer tensor as a constant; nothing for types other than int64, int32 and bool.
std::optional<TensorValue> AsConstant(const PartialIntegers& integers) {
  const auto values = integers.Complete();
  if (!values) return std::nullopt;
  if (integers.type == DataType::kInt64) return TensorValue::FromInt64s(integers.shape, *values);
  if (integers.type != DataType::kInt32) return std::nullopt;
  Bytes bytes(values->size() * sizeof(std::int32_t));
  for (std::size_t i = 0; i < values->size(); ++i) {
    const auto element = static_cast<std::int32_t>((*values)[i]);
    std::memcpy(bytes.data() + i * sizeof element, &element, sizeof element);
  }
  return TensorValue{DataType::kInt32, integers.shape, std::make_shared<const Bytes>(std::move(bytes)), {}};
}

bool HasSubgraph(const Node& node) {
  return std::ranges::any_of(node.attributes, [](const auto& entry) {
    return std::holds_alternative<std::shared_ptr<const Graph>>(entry.second);
  });
}

/// Whether the node's outputs are known to take no more than `limit` bytes in all: nothing is computed before
/// that is sure.
bool FitsLimit(const Node& node, const Inference& known, std::int64_t limit) {
  std::uint64_t total = 0;
  for (const std::string& output : node.outputs) {
    const auto shape = known.StaticShape(output);
    if (output.empty() || !shape) return false;
    const auto bytes = TensorBytes(known.types.find(output)->second.type, *shape);
    if (!bytes || *bytes > static_cast<std::uint64_t>(limit)) return false;
    total += *bytes;
  }
  return total <= static_cast<std::uint64_t>(limit);
}

/// The node's inputs if all of them are constants.
std::optional<std::vector<TensorValue>> ConstantInputs(const Node& node, const Graph& graph) {
  std::vector<TensorValue> inputs;
  for (const std::string& name : node.inputs) {
    const auto found = graph.initializers.find(name);
    if (!name.empty() && found == graph.initializers.end()) return std::nullopt;
    inputs.push_back(name.empty() ? TensorValue{} : found->second);
  }
  return inputs;
}

std::optional<std::vector<TensorValue>> Evaluate(const Node& node, const Graph& graph, const Inference& known,
                                                 const OptimiseOptions& options) {
  if (!options.evaluate || !node.domain.empty() || node.outputs.empty() || HasSubgraph(node) ||
      std::ranges::find(kRandom, node.op_type) != kRandom.end() ||
      !FitsLimit(node, known, options.folded_bytes_limit)) {
    return std::nullopt;
  }
  const auto inputs = ConstantInputs(node, graph);
  if (!inputs) return std::nullopt;
  auto outputs = options.evaluate(node, *inputs, graph.Opset());
  if (!outputs || outputs->size() != node.outputs.size()) return std::nullopt;
  for (const TensorValue& output : *outputs) {
    const auto bytes = TensorBytes(output.type, output.shape);
    if (!bytes || !output.bytes || output.bytes->size() != *bytes) return std::nullopt;
  }
  return *std::move(outputs);
}

/// The values of all outputs, when they are known.
std::optional<std::vector<TensorValue>> KnownOutputs(const Node& node, const Graph& graph,
                                                     const Inference& known, const OptimiseOptions& options) {
  if (node.outputs.size() == 1) {
    const auto integers = known.integers.find(node.outputs[0]);
    if (integers != known.integers.end()) {
      if (auto constant = AsConstant(integers->second)) return std::vector{*std::move(constant)};
    }
  }
  return Evaluate(node, graph, known, options);
}

}  // namespace

std::int64_t FoldConstants(Graph& graph, const OptimiseOptions& options) {
  const ValueUses uses(graph);
  const Inference known = InferShapes(graph, {}, Declared::kIgnored);
  std::int64_t changes = 0;
  std::erase_if(graph.nodes, [&](const Node& node) {
    if (std::ranges::any_of(node.outputs, [&](const std::string& name) { return uses.IsOutput(name); }))
      return false;
    auto values = KnownOutputs(node, graph, known, options);
    if (!values) return false;
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
      if (!node.outputs[i].empty()) graph.initializers.emplace(node.outputs[i], std::move((*values)[i]));
    }
    ++changes;
    return true;
  });
  return changes;
}

}  // namespace cupel::algorithm::graph
