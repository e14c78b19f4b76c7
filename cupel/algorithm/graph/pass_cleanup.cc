// SPDX-License-Identifier: Apache-2.0
// Passes that only remove: lift_constants, remove_identities, merge_constants, remove_dead_nodes.
#include <algorithm>
#include <cstring>
#include <map>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "cupel/algorithm/graph/passes.h"
#include "cupel/algorithm/graph/value_uses.h"

namespace cupel::algorithm::graph {
namespace {

/// The value of a Constant node; nothing for kinds that are kept as nodes (strings, sparse).
std::optional<TensorValue> ConstantValue(const Node& node) {
  if (const TensorValue* tensor = node.Tensor("value")) return *tensor;
  if (node.HasAttribute("value_float")) return TensorValue::FromFloats({}, {node.Real("value_float", 0)});
  if (node.HasAttribute("value_int")) return TensorValue::FromInt64s({}, {node.Integer("value_int", 0)});
  if (node.HasAttribute("value_floats")) {
    const auto values = node.Reals("value_floats");
    return TensorValue::FromFloats({static_cast<std::int64_t>(values.size())}, values);
  }
  if (node.HasAttribute("value_ints")) {
    const auto values = node.Integers("value_ints");
    return TensorValue::FromInt64s({static_cast<std::int64_t>(values.size())}, values);
  }
  return std::nullopt;
}

bool OnlyFirstOutputUsed(const Node& node, const ValueUses& uses) {
  for (std::size_t i = 1; i < node.outputs.size(); ++i) {
    if (!node.outputs[i].empty() && uses.Count(node.outputs[i]) > 0) return false;
  }
  return true;
}

/// Dropout trained by default before version 7, never in 7 to 11, and from 12 on if its third input says so.
bool IsInferenceDropout(const Node& node, const Graph& graph) {
  const std::int64_t opset = graph.Opset();
  if (opset < 7) return node.Integer("is_test", 0) != 0;
  if (opset < 12 || node.inputs.size() < 3 || node.inputs[2].empty()) return true;
  const auto mode = graph.initializers.find(node.inputs[2]);
  if (mode == graph.initializers.end()) return false;
  const auto training = mode->second.AsInt64s();
  return training.size() == 1 && training[0] == 0;
}

bool PassesInputThrough(const Node& node, const Graph& graph, const ValueUses& uses) {
  if (!node.domain.empty() || node.inputs.empty() || node.inputs[0].empty() || node.outputs.empty())
    return false;
  if (node.op_type == "Identity") return true;
  return node.op_type == "Dropout" && OnlyFirstOutputUsed(node, uses) && IsInferenceDropout(node, graph);
}

void EraseNodes(Graph& graph, const std::vector<bool>& erased) {
  std::size_t index = 0;
  std::erase_if(graph.nodes, [&](const Node&) { return erased[index++]; });
}

using Renames = std::map<std::string, std::string, std::less<>>;

void RenameInputs(Graph& graph, const Renames& renamed) {
  for (Node& node : graph.nodes) {
    for (std::string& input : node.inputs) {
      if (const auto found = renamed.find(input); found != renamed.end()) input = found->second;
    }
  }
}

/// Identities that compute a graph output: the producer of their input takes the output's name, if nothing
/// else is bound to the name it had.
std::int64_t BypassBeforeOutputs(Graph& graph) {
  const ValueUses uses(graph);
  std::vector<bool> erased(graph.nodes.size(), false);
  Renames renamed;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    if (!PassesInputThrough(node, graph, uses) || !uses.IsOutput(node.outputs[0]) ||
        uses.IsCaptured(node.outputs[0]))
      continue;
    const std::string from = node.inputs[0];
    const auto producer = uses.Producer(from);
    if (!producer || erased[*producer] || uses.IsOutput(from) || uses.IsCaptured(from)) continue;
    if (!renamed.emplace(from, node.outputs[0]).second) continue;
    std::ranges::replace(graph.nodes[*producer].outputs, from, std::string(node.outputs[0]));
    graph.value_infos.erase(from);
    erased[i] = true;
  }
  RenameInputs(graph, renamed);
  EraseNodes(graph, erased);
  return static_cast<std::int64_t>(renamed.size());
}

/// All others: whoever read their output reads their input.
std::int64_t BypassInside(Graph& graph) {
  const ValueUses uses(graph);
  std::vector<bool> erased(graph.nodes.size(), false);
  Renames renamed;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    if (!PassesInputThrough(node, graph, uses)) continue;
    const std::string& to = node.outputs[0];
    if (to.empty() || uses.IsOutput(to) || uses.IsCaptured(to)) continue;
    // Nodes stand in order, so the input's own new name is already known and chains do not grow.
    const auto earlier = renamed.find(node.inputs[0]);
    renamed.emplace(to, earlier == renamed.end() ? node.inputs[0] : earlier->second);
    erased[i] = true;
  }
  RenameInputs(graph, renamed);
  EraseNodes(graph, erased);
  return static_cast<std::int64_t>(renamed.size());
}

/// A hash that equal tensors share.
std::size_t Fingerprint(const TensorValue& tensor) {
  std::size_t hash = static_cast<std::size_t>(tensor.type);
  for (std::int64_t dimension : tensor.shape) hash = hash * 31 + static_cast<std::size_t>(dimension);
  const std::string_view text = tensor.bytes ? AsText(*tensor.bytes) : std::string_view();
  return hash * 31 + std::hash<std::string_view>()(text);
}

}  // namespace

std::int64_t LiftConstants(Graph& graph, const OptimiseOptions&) {
  const ValueUses uses(graph);
  std::vector<bool> erased(graph.nodes.size(), false);
  std::int64_t changes = 0;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    if (node.op_type != "Constant" || !node.domain.empty() || node.outputs.size() != 1 ||
        node.outputs[0].empty() || uses.IsOutput(node.outputs[0])) {
      continue;
    }
    if (auto value = ConstantValue(node)) {
      graph.initializers.emplace(node.outputs[0], *std::move(value));
      erased[i] = true;
      ++changes;
    }
  }
  EraseNodes(graph, erased);
  return changes;
}

std::int64_t RemoveIdentities(Graph& graph, const OptimiseOptions&) {
  return BypassBeforeOutputs(graph) + BypassInside(graph);
}

std::int64_t MergeConstants(Graph& graph, const OptimiseOptions&) {
  const ValueUses uses(graph);
  std::unordered_multimap<std::size_t, std::string> kept;
  Renames renamed;
  for (const auto& [name, tensor] : graph.initializers) {
    if (uses.IsOutput(name) || uses.IsCaptured(name)) continue;
    const std::size_t fingerprint = Fingerprint(tensor);
    const auto [begin, end] = kept.equal_range(fingerprint);
    const auto twin = std::find_if(begin, end, [&graph, &value = tensor](const auto& entry) {
      return graph.initializers.find(entry.second)->second == value;
    });
    if (twin == end) {
      kept.emplace(fingerprint, name);
    } else {
      renamed.emplace(name, twin->second);
    }
  }
  RenameInputs(graph, renamed);
  for (const auto& [name, survivor] : renamed) {
    graph.initializers.erase(name);
    graph.value_infos.erase(name);
  }
  return static_cast<std::int64_t>(renamed.size());
}

std::int64_t RemoveDeadNodes(Graph& graph, const OptimiseOptions&) {
  NameSet needed;
  for (const ValueInfo& output : graph.outputs) needed.insert(output.name);
  std::vector<bool> erased(graph.nodes.size(), false);
  for (std::size_t i = graph.nodes.size(); i-- > 0;) {
    const Node& node = graph.nodes[i];
    erased[i] =
        std::ranges::none_of(node.outputs, [&](const std::string& name) { return needed.contains(name); });
    if (erased[i]) continue;
    needed.insert(node.inputs.begin(), node.inputs.end());
    needed.erase("");  // An omitted input is not the value that an unused output has.
    needed.merge(CapturedNames(node));
  }
  auto changes = static_cast<std::int64_t>(std::ranges::count(erased, true));
  EraseNodes(graph, erased);
  changes += static_cast<std::int64_t>(
      std::erase_if(graph.initializers, [&](const auto& entry) { return !needed.contains(entry.first); }));
  for (const Node& node : graph.nodes) needed.insert(node.outputs.begin(), node.outputs.end());
  for (const ValueInfo& input : graph.inputs) needed.insert(input.name);
  std::erase_if(graph.value_infos, [&](const auto& entry) { return !needed.contains(entry.first); });
  return changes;
}

}  // namespace cupel::algorithm::graph
