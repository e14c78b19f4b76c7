// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Types and shapes of a graph's inner values, from its inputs, constants and operators.
///
/// Covers ONNX's common operators up to operator set 21 (shape_rules.h); where a rule is missing or cannot
/// tell, a dimension (or the whole shape) stays unknown, and what `graph.value_infos` already says is taken
/// instead. A symbolic batch dimension stays symbolic. Small integer tensors that depend on shapes only
/// (Shape, Gather, Concat, ... up to 1024 elements) are followed element by element, so that the usual
/// computed Reshape targets resolve. Never fails: contradictions give "unknown". It does not look into
/// subgraphs and does not allocate by what a file says.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cupel/algorithm/graph/graph.h"

namespace cupel::algorithm::graph {

/// A small integer or bool tensor of which some elements may be unknown.
struct PartialIntegers {
  DataType type = DataType::kInt64;
  Shape shape;
  std::vector<std::optional<std::int64_t>> values;  ///< ElementCount(shape) entries.

  /// All elements, if every one is known.
  std::optional<std::vector<std::int64_t>> Complete() const;
};

struct Inference {
  std::map<std::string, ValueInfo, std::less<>> types;  ///< Inputs, constants and everything inferred.
  std::map<std::string, PartialIntegers, std::less<>> integers;  ///< What is known of small integer values.

  /// The shape if every dimension is known.
  std::optional<Shape> StaticShape(std::string_view name) const;
};

/// Values for symbols: "N" -> 1. Dimensions with these symbols become known.
using SymbolValues = std::map<std::string, std::int64_t, std::less<>>;

/// Whether what a file says of inner values and outputs (value_infos, shapes of graph outputs) completes what
/// follows from the operators. Passes, which must be right even for a file that is not, ignore it.
enum class Declared { kTrusted, kIgnored };

/// O(nodes) with a bounded amount of work for each value.
Inference InferShapes(const Graph& graph, const SymbolValues& symbols = {},
                      Declared declared = Declared::kTrusted);

/// Puts what InferShapes finds of computed values into graph.value_infos, and completes types and shapes of
/// graph outputs that the file leaves open. What was there and is more precise stays.
void AddInferredTypes(Graph& graph);

}  // namespace cupel::algorithm::graph
