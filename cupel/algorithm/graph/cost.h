// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a graph costs for one sample: parameters and floating-point operations.
///
/// Parameters: elements of float constants (float16, bfloat16, float32, float64) that nodes read, each
/// counted once, without the running mean and variance of BatchNormalization (which are not trained) and
/// without scalars. FLOPs: 2 per multiply-accumulate of Conv, ConvTranspose, Gemm, MatMul and their integer
/// forms, without bias; for every other operator 1 per element of its first output, except those that only
/// move or name elements (Reshape, Transpose, Concat, Identity, ...), which count 0. Subgraphs are not
/// counted.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cupel/algorithm/graph/graph.h"

namespace cupel::algorithm::graph {

struct NodeCost {
  std::size_t node = 0;               ///< Index into graph.nodes.
  std::optional<std::int64_t> flops;  ///< Nothing when a shape is unknown.
  bool linear = false;                ///< Counted by multiply-accumulates.
};

struct Cost {
  std::int64_t parameters = 0;
  std::int64_t flops = 0;          ///< Sum over nodes whose cost is known.
  std::int64_t linear_flops = 0;   ///< Of these, the linear operators.
  std::int64_t unknown_nodes = 0;  ///< Nodes whose cost is not known: when > 0, flops is a lower bound.
  std::vector<NodeCost> nodes;
  std::map<std::string, std::int64_t>
      operators;  ///< How often each operator occurs ("domain.Op" outside ONNX's own).
};

/// For a batch of `batch`: the first dimension of each graph input, where it is symbolic or unknown, takes
/// this value.
Cost MeasureCost(const Graph& graph, std::int64_t batch = 1);

}  // namespace cupel::algorithm::graph
