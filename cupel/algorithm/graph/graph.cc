// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/graph/graph.h"

#include <utility>

namespace cupel::algorithm::graph {
namespace {

/// The attribute if it is there and of kind T.
template <typename T>
const T* Find(const Node& node, std::string_view attribute) {
  const auto found = node.attributes.find(attribute);
  return found == node.attributes.end() ? nullptr : std::get_if<T>(&found->second);
}

}  // namespace

std::int64_t Node::Integer(std::string_view attribute, std::int64_t fallback) const {
  const auto* value = Find<std::int64_t>(*this, attribute);
  return value ? *value : fallback;
}

float Node::Real(std::string_view attribute, float fallback) const {
  const auto* value = Find<float>(*this, attribute);
  return value ? *value : fallback;
}

std::string Node::Text(std::string_view attribute, std::string_view fallback) const {
  const auto* value = Find<std::string>(*this, attribute);
  return value ? *value : std::string(fallback);
}

std::vector<std::int64_t> Node::Integers(std::string_view attribute,
                                         const std::vector<std::int64_t>& fallback) const {
  const auto* value = Find<std::vector<std::int64_t>>(*this, attribute);
  return value ? *value : fallback;
}

std::vector<float> Node::Reals(std::string_view attribute) const {
  const auto* value = Find<std::vector<float>>(*this, attribute);
  return value ? *value : std::vector<float>{};
}

const TensorValue* Node::Tensor(std::string_view attribute) const {
  return Find<TensorValue>(*this, attribute);
}

const Graph* Node::Subgraph(std::string_view attribute) const {
  const auto* value = Find<std::shared_ptr<const Graph>>(*this, attribute);
  return value ? value->get() : nullptr;
}

std::int64_t Graph::Opset(std::string_view domain) const {
  const auto found = opsets.find(domain);
  return found == opsets.end() ? 0 : found->second;
}

}  // namespace cupel::algorithm::graph
