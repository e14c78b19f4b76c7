// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Shapes as text, and constants of any shape, for tests of shape inference.

#include <string>
#include <utility>
#include <vector>

#include "cupel/algorithm/graph/shape_inference.h"

namespace cupel::algorithm::graph {

/// "N,3,?"; "scalar"; "unknown" when not even the rank is known.
inline std::string ShapeText(const std::optional<std::vector<Dimension>>& shape) {
  if (!shape) return "unknown";
  if (shape->empty()) return "scalar";
  std::string text;
  for (const Dimension& dimension : *shape) {
    text += (text.empty() ? "" : ",") + (dimension.value            ? std::to_string(*dimension.value)
                                         : dimension.symbol.empty() ? "?"
                                                                    : dimension.symbol);
  }
  return text;
}

/// The inferred shape of y.
inline std::string ShapeOfY(const Graph& graph) {
  const Inference known = InferShapes(graph);
  const auto found = known.types.find("y");
  return ShapeText(found == known.types.end() ? std::nullopt : found->second.shape);
}

inline TensorValue Zeros(Shape shape) {
  const auto count = static_cast<std::size_t>(ElementCount(shape));
  return TensorValue::FromFloats(std::move(shape), std::vector<float>(count, 0.0f));
}

inline TensorValue Integers(std::vector<std::int64_t> values) {
  const auto count = static_cast<std::int64_t>(values.size());
  return TensorValue::FromInt64s({count}, values);
}

}  // namespace cupel::algorithm::graph
