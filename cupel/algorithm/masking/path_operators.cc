// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/masking/path_operators.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

namespace cupel::algorithm::masking {
namespace {

using graph::Graph;
using graph::Node;

constexpr std::array<std::string_view, 26> kWithoutDerivative = {"Round",
                                                                 "Floor",
                                                                 "Ceil",
                                                                 "Sign",
                                                                 "ArgMax",
                                                                 "ArgMin",
                                                                 "Hardmax",
                                                                 "Equal",
                                                                 "Greater",
                                                                 "Less",
                                                                 "GreaterOrEqual",
                                                                 "LessOrEqual",
                                                                 "Not",
                                                                 "And",
                                                                 "Or",
                                                                 "Xor",
                                                                 "OneHot",
                                                                 "NonZero",
                                                                 "IsNaN",
                                                                 "IsInf",
                                                                 "QuantizeLinear",
                                                                 "DynamicQuantizeLinear",
                                                                 "QLinearConv",
                                                                 "QLinearMatMul",
                                                                 "ConvInteger",
                                                                 "MatMulInteger"};

bool IsInteger(std::int64_t type) {
  using graph::DataType;
  for (const DataType floating :
       {DataType::kFloat16, DataType::kBfloat16, DataType::kFloat32, DataType::kFloat64}) {
    if (type == static_cast<std::int64_t>(floating)) return false;
  }
  return true;
}

bool HasNoDerivative(const Node& node) {
  if (node.op_type == "Cast") return IsInteger(node.Integer("to", 1));
  return std::find(kWithoutDerivative.begin(), kWithoutDerivative.end(), node.op_type) !=
         kWithoutDerivative.end();
}

bool IsBranch(const Node& node) {
  return node.op_type == "If" || node.op_type == "Loop" || node.op_type == "Scan";
}

// Sizes are constants to a derivative, so what follows from them is not on the path.
bool EndsThePath(const Node& node) { return node.op_type == "Shape" || node.op_type == "Size"; }

std::set<std::string> DependOnInput(const Graph& graph, std::set<std::string> reached) {
  for (const Node& node : graph.nodes) {
    if (EndsThePath(node)) continue;
    const bool touched = IsBranch(node) || std::ranges::any_of(node.inputs, [&](const std::string& input) {
                           return reached.contains(input);
                         });
    if (touched) reached.insert(node.outputs.begin(), node.outputs.end());
  }
  return reached;
}

std::set<std::string> LeadToOutput(const Graph& graph) {
  std::set<std::string> wanted;
  if (!graph.outputs.empty()) wanted.insert(graph.outputs[0].name);
  for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node) {
    const bool leads = std::ranges::any_of(
        node->outputs, [&](const std::string& output) { return wanted.contains(output); });
    if (leads) wanted.insert(node->inputs.begin(), node->inputs.end());
  }
  return wanted;
}

void Collect(const Graph& graph, const std::set<std::string>& outer, std::vector<std::string>& found) {
  std::set<std::string> reached = outer;
  for (const auto& input : graph.inputs) reached.insert(input.name);
  reached = DependOnInput(graph, std::move(reached));
  const std::set<std::string> wanted = LeadToOutput(graph);
  for (const Node& node : graph.nodes) {
    const bool from = IsBranch(node) || std::ranges::any_of(node.inputs, [&](const std::string& input) {
                        return reached.contains(input);
                      });
    const bool to =
        std::ranges::any_of(node.outputs, [&](const std::string& output) { return wanted.contains(output); });
    if (!from || !to || EndsThePath(node)) continue;
    if (HasNoDerivative(node)) found.push_back(node.op_type);
    for (const auto& [name, attribute] : node.attributes) {
      if (const Graph* body = node.Subgraph(name)) Collect(*body, reached, found);
    }
  }
}

constexpr std::array<std::string_view, 6> kRandom = {"RandomNormal",      "RandomNormalLike", "RandomUniform",
                                                     "RandomUniformLike", "Bernoulli",        "Multinomial"};

// Dropout draws when its third input, or in old operator sets its attribute, says that it trains.
bool DrawsNumbers(const Graph& graph, const Node& node) {
  if (node.op_type == "Dropout" && node.inputs.size() > 2) {
    const auto mode = graph.initializers.find(node.inputs[2]);
    return mode == graph.initializers.end() || mode->second.AsInt64s() != std::vector<std::int64_t>{0};
  }
  return std::find(kRandom.begin(), kRandom.end(), node.op_type) != kRandom.end();
}

}  // namespace

std::vector<std::string> RandomOperators(const Graph& graph) {
  std::vector<std::string> found;
  const std::set<std::string> wanted = LeadToOutput(graph);
  for (const Node& node : graph.nodes) {
    const bool to =
        std::ranges::any_of(node.outputs, [&](const std::string& output) { return wanted.contains(output); });
    if (!to) continue;
    if (DrawsNumbers(graph, node)) found.push_back(node.op_type);
    for (const auto& [name, attribute] : node.attributes) {
      const Graph* body = node.Subgraph(name);
      if (body == nullptr) continue;
      const std::vector<std::string> inner = RandomOperators(*body);
      found.insert(found.end(), inner.begin(), inner.end());
    }
  }
  return found;
}

std::vector<std::string> NonDifferentiableOperators(const Graph& graph) {
  std::vector<std::string> found;
  Collect(graph, {}, found);
  return found;
}

}  // namespace cupel::algorithm::masking
