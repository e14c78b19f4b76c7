// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Small graphs built by hand, for tests only.

#include <string>
#include <utility>
#include <vector>

#include "cupel/algorithm/graph/graph.h"

namespace cupel::algorithm::graph {

inline ValueInfo FloatValue(std::string name, const std::vector<std::string>& dimensions) {
  ValueInfo info{std::move(name), DataType::kFloat32, std::vector<Dimension>{}, "tensor"};
  for (const std::string& text : dimensions) {
    const bool is_number = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
    info.shape->push_back(is_number ? Dimension{std::stoll(text), {}} : Dimension{std::nullopt, text});
  }
  return info;
}

inline Node MakeNode(std::string op_type, std::vector<std::string> inputs, std::vector<std::string> outputs,
                     std::map<std::string, Attribute, std::less<>> attributes = {}) {
  return Node{"", std::move(op_type), "", std::move(inputs), std::move(outputs), std::move(attributes)};
}

/// One input x, one output y, operator set 13.
inline Graph MakeGraph(std::vector<std::string> input_dimensions, std::vector<Node> nodes,
                       std::map<std::string, TensorValue, std::less<>> initializers = {}) {
  Graph graph;
  graph.name = "example";
  graph.opsets[""] = 13;
  graph.inputs = {FloatValue("x", input_dimensions)};
  graph.outputs = {ValueInfo{"y", DataType::kFloat32, std::nullopt, "tensor"}};
  graph.nodes = std::move(nodes);
  graph.initializers = std::move(initializers);
  return graph;
}

/// The operators of a graph in order, "Conv Relu".
inline std::string Operators(const Graph& graph) {
  std::string text;
  for (const Node& node : graph.nodes) text += (text.empty() ? "" : " ") + node.op_type;
  return text;
}

}  // namespace cupel::algorithm::graph
