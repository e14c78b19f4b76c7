// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>

#include "cupel/algorithm/graph/validate.h"

namespace cupel::algorithm::graph {
namespace {

/// Bit equality, so that two NaN attributes compare equal and 0 differs from -0.
bool SameBits(float a, float b) { return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b); }

bool Same(const Attribute& a, const Attribute& b) {
  if (a.index() != b.index()) return false;
  if (const auto* real = std::get_if<float>(&a)) return SameBits(*real, std::get<float>(b));
  if (const auto* reals = std::get_if<std::vector<float>>(&a)) {
    return std::ranges::equal(*reals, std::get<std::vector<float>>(b), SameBits);
  }
  if (const auto* subgraph = std::get_if<std::shared_ptr<const Graph>>(&a)) {
    const auto& other = std::get<std::shared_ptr<const Graph>>(b);
    return *subgraph == other || (*subgraph && other && Equal(**subgraph, *other));
  }
  return a == b;
}

bool Same(const ValueInfo& a, const ValueInfo& b) {
  return a.name == b.name && a.type == b.type && a.shape == b.shape && a.kind == b.kind;
}

}  // namespace

bool Equal(const Node& a, const Node& b) {
  return a.name == b.name && a.op_type == b.op_type && a.domain == b.domain && a.inputs == b.inputs &&
         a.outputs == b.outputs &&
         std::ranges::equal(a.attributes, b.attributes, [](const auto& x, const auto& y) {
           return x.first == y.first && Same(x.second, y.second);
         });
}

bool Equal(const Graph& a, const Graph& b) {
  const auto same_info = [](const ValueInfo& x, const ValueInfo& y) { return Same(x, y); };
  return a.name == b.name && a.producer == b.producer && a.ir_version == b.ir_version &&
         a.opsets == b.opsets && std::ranges::equal(a.inputs, b.inputs, same_info) &&
         std::ranges::equal(a.outputs, b.outputs, same_info) && a.initializers == b.initializers &&
         std::ranges::equal(a.nodes, b.nodes, [](const Node& x, const Node& y) { return Equal(x, y); }) &&
         std::ranges::equal(a.value_infos, b.value_infos, [](const auto& x, const auto& y) {
           return x.first == y.first && Same(x.second, y.second);
         });
}

}  // namespace cupel::algorithm::graph
