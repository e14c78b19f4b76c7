// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The random stream of a node. Private to the module.

#include <fmt/format.h>

#include <bit>
#include <cstdint>

#include "cupel/algorithm/graph/graph.h"
#include "cupel/algorithm/tensor/random_draw.h"
#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::gradient {

/// The same at every run: keyed by the node's seed, or by its name and first output when it has none; never
/// by time or by libtorch's own generators. row, draw: see tensor::RandomDraw.
inline ReproducibleStream StreamOf(const graph::Node& node, std::uint64_t row = 0, std::uint32_t draw = 0) {
  if (node.HasAttribute("seed")) {
    // A float of the Random operators, an integer of Dropout.
    const std::int64_t seed = node.Integer("seed", std::bit_cast<std::uint32_t>(node.Real("seed", 0)));
    return {static_cast<std::uint64_t>(seed), fmt::format("operator.{}", node.op_type), row, draw};
  }
  return {
      0,
      fmt::format("operator.{}/{}/{}", node.op_type, node.name, node.outputs.empty() ? "" : node.outputs[0]),
      row, draw};
}

/// Calls fill(stream, i) for i in 0 .. count-1, in order, with the stream that the value is to be drawn from.
/// rows: of the result.
template <typename FillOne>
void DrawValues(const graph::Node& node, std::int64_t rows, std::int64_t count, FillOne fill) {
  const tensor::RandomDraw* current = tensor::RandomDraw::Current();
  const std::uint32_t draw = current == nullptr ? 0 : current->draw();
  const bool by_row = current != nullptr && rows > 0 && std::ssize(current->keys()) == rows;
  const std::int64_t streams = by_row ? rows : 1;
  for (std::int64_t row = 0; row < streams; ++row) {
    ReproducibleStream stream =
        StreamOf(node, by_row ? current->keys()[static_cast<std::size_t>(row)] : 0, draw);
    for (std::int64_t i = row * (count / streams); i < (row + 1) * (count / streams); ++i) fill(stream, i);
  }
}

}  // namespace cupel::algorithm::gradient
