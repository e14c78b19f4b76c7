// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Cuts a graph at an inner value: the part before it, with the value as its only output, and the part
/// behind it, with the value as its only input.
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

/// The graph that computes the outputs from `value`, which becomes its only input with the shape given (first
/// dimension: the batch, named or unknown). Errors: kNotFound as above; kUnsupported when an output also
/// depends on the graph's inputs in another way.
Result<Graph> TailFrom(Graph graph, std::string_view value, std::vector<Dimension> shape);

struct SpatialValue {
  std::string name;
  Shape shape;  ///< {channels, height, width}
};

/// The last value [n, c, h, w] with more than one place that every path from the input to the first output
/// goes through: what Grad-CAM looks at. sample_shape: of the graph's input, without the first dimension.
/// Errors: kUnsupported when there is none (or its shape is not known).
Result<SpatialValue> LastSpatialValue(const Graph& graph, const Shape& sample_shape);
/// The same for the value of that name. Errors: kNotFound; kUnsupported when it has no places.
Result<SpatialValue> SpatialValueOf(const Graph& graph, const Shape& sample_shape, std::string_view value);

/// The name of what enters the last dense layer on the way to the first output: the first input of a Gemm, or
/// the computed input of a MatMul with a constant. Looks back through Softmax, LogSoftmax, Identity, Reshape,
/// Flatten, Squeeze and sums, differences, products and quotients with constants.
/// Errors: kUnsupported naming the operator when the graph ends in another way, and when the dense layer
/// reads the graph's input directly (there are no inner activations).
Result<std::string> PenultimateValue(const Graph& graph);

}  // namespace cupel::algorithm::graph
