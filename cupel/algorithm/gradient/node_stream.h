// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The random stream of a node. Private to the module.

#include <fmt/format.h>

#include <bit>

#include "cupel/algorithm/graph/graph.h"
#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::gradient {

/// The same at every run: keyed by the node's seed, or by its name and first output when it has none; never
/// by time or by libtorch's own generators.
inline ReproducibleStream StreamOf(const graph::Node& node) {
  if (node.HasAttribute("seed")) {
    // A float of the Random operators, an integer of Dropout.
    const std::int64_t seed = node.Integer("seed", std::bit_cast<std::uint32_t>(node.Real("seed", 0)));
    return {static_cast<std::uint64_t>(seed), fmt::format("operator.{}", node.op_type)};
  }
  return {0, fmt::format("operator.{}/{}/{}", node.op_type, node.name,
                         node.outputs.empty() ? "" : node.outputs[0])};
}

}  // namespace cupel::algorithm::gradient
