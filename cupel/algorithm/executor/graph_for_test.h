// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Small graphs from "x" to "y": for this module's tests only.

#include <map>
#include <string>
#include <vector>

#include "cupel/algorithm/graph/graph.h"

namespace cupel::algorithm::executor {

inline graph::Graph GraphOf(std::map<std::string, graph::TensorValue, std::less<>> initializers,
                            std::vector<graph::Node> nodes) {
  graph::Graph graph;
  graph.name = "small";
  graph.opsets[""] = 13;
  graph.inputs.push_back({.name = "x", .type = graph::DataType::kFloat32, .shape = {}});
  graph.outputs.push_back({.name = "y", .type = graph::DataType::kFloat32, .shape = {}});
  for (auto& [name, value] : initializers) graph.initializers[name] = std::move(value);
  graph.nodes = std::move(nodes);
  return graph;
}

/// y = flatten(x) w, x [n, 2, 1, 2], 3 classes.
inline graph::Graph LinearGraph() {
  return GraphOf({{"w", graph::TensorValue::FromFloats({4, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})}},
                 {{"flat", "Flatten", "", {"x"}, {"f"}, {}}, {"fc", "MatMul", "", {"f", "w"}, {"y"}, {}}});
}

/// y = relu(x w + b), x [n, 2].
inline graph::Graph SmallGraph() {
  return GraphOf({{"w", graph::TensorValue::FromFloats({2, 2}, {1, 2, 3, 4})},
                  {"b", graph::TensorValue::FromFloats({2}, {0.5F, -100})}},
                 {{"fc", "Gemm", "", {"x", "w", "b"}, {"h"}, {}}, {"act", "Relu", "", {"h"}, {"y"}, {}}});
}

}  // namespace cupel::algorithm::executor
