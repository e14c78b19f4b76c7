// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/graph/truncate.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "cupel/algorithm/graph/passes.h"
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

}  // namespace

Result<Graph> TruncateAt(Graph graph, std::string_view value) {
  if (!ValueUses(graph).Producer(value)) {
    std::vector<std::string> names;
    for (const Node& node : graph.nodes) names.insert(names.end(), node.outputs.begin(), node.outputs.end());
    return Fail(ErrorCode::kNotFound, fmt::format("no node computes a value called \"{}\"", value),
                graph.name, NearestRemedy(value, names));
  }
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
