// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Whether a graph is well formed: what every pass may assume and must keep, and what a file must satisfy to
/// be read.
///
/// Checked: every node input is defined before it is used (so the order is an execution order and there is no
/// cycle); every value is defined once; graph outputs are defined; constants have the bytes their type and
/// shape ask for; counts, sizes and the depth of subgraphs stay within limits. Subgraphs see the outer values
/// that are defined before their node. Not checked: that an operator exists, takes these types, or that
/// shapes agree (the executor does). Source: ONNX IR specification, sections Graphs, Names Within a Graph,
/// and Tensors.

#include <cstdint>
#include <optional>
#include <string>

#include "cupel/algorithm/graph/graph.h"
#include "cupel/base/error.h"

namespace cupel::algorithm::graph {

struct Limits {
  int subgraph_depth = 16;                              ///< The main graph has depth 0.
  std::int64_t nodes = 1'000'000;                       ///< With those of subgraphs.
  std::uint64_t tensor_bytes = std::uint64_t{8} << 30;  ///< All constants together.
};

/// Errors: kCorrupt naming the node or value; kResourceLimit when a limit is passed.
Status Validate(const Graph& graph, const Limits& limits = {});

/// Bytes of a tensor of this type and shape. Errors: kCorrupt for a negative dimension or more than 2^62
/// bytes. Strings count 0 bytes but their elements are checked against the same bound.
Result<std::uint64_t> TensorBytes(DataType type, const Shape& shape);

/// True when nothing distinguishes the two graphs, constants compared bit by bit. Subgraphs are compared by
/// content.
bool Equal(const Graph& a, const Graph& b);
bool Equal(const Node& a, const Node& b);

}  // namespace cupel::algorithm::graph
