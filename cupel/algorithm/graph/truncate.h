// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Cuts a graph short: the same network with an inner value as its only output.
///
/// What activation clustering and spectral signatures look at is the input of the last dense layer, the
/// "penultimate activations".

#include <string>
#include <string_view>

#include "cupel/algorithm/graph/graph.h"
#include "cupel/base/error.h"

namespace cupel::algorithm::graph {

/// The graph that computes `value` and nothing else; inputs stay, nodes and constants that it does not need
/// go. Errors: kNotFound when no node of the main graph computes a value of that name (nearest named); those
/// of Validate for the result.
Result<Graph> TruncateAt(Graph graph, std::string_view value);

/// The name of what enters the last dense layer on the way to the first output: the first input of a Gemm, or
/// the computed input of a MatMul with a constant. Looks back through Softmax, LogSoftmax, Identity, Reshape,
/// Flatten, Squeeze and sums, differences, products and quotients with constants.
/// Errors: kUnsupported naming the operator when the graph ends in another way, and when the dense layer
/// reads the graph's input directly (there are no inner activations).
Result<std::string> PenultimateValue(const Graph& graph);

}  // namespace cupel::algorithm::graph
