// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Which parts of a graph the compiled executor runs, and which are islands of the general executor.
///
/// The graph is cut where a single value crosses from the nodes before to the nodes after, so the parts are a
/// chain: each has one input and one output. Neighbours of the same kind are one part. A value that is used
/// far away (a skip connection) keeps everything it spans in one part.

#include <string>
#include <vector>

#include "cupel/algorithm/graph/graph.h"
#include "cupel/base/error.h"

namespace cupel::algorithm::executor {

struct Part {
  graph::Graph graph;  ///< One input, one output.
  bool compiled = false;
  std::string reason;             ///< Why not compiled; empty when it is.
  graph::Shape sample_shape;      ///< Of its input, without the first dimension; empty: not known.
  std::int64_t linear_flops = 0;  ///< For one sample.
};

/// graph: optimised, with one input; of its outputs the first counts. sample_shape: of its input without the
/// first dimension. The parts in order of execution, at least one.
/// Errors: kInvalidArgument when the graph has not exactly one input, or the shape contradicts what it
/// declares.
Result<std::vector<Part>> Partition(const graph::Graph& graph, const graph::Shape& sample_shape);

/// Share of the multiply-accumulates in compiled parts; of the nodes, where there are none.
double CompiledShare(const std::vector<Part>& parts);

}  // namespace cupel::algorithm::executor
