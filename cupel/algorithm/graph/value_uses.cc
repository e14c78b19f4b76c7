// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/graph/value_uses.h"

namespace cupel::algorithm::graph {

NameSet FreeNames(const Graph& subgraph) {
  NameSet own;
  NameSet free;
  const auto use = [&](const std::string& name) {
    if (!name.empty() && !own.contains(name)) free.insert(name);
  };
  for (const ValueInfo& input : subgraph.inputs) own.insert(input.name);
  for (const auto& [name, tensor] : subgraph.initializers) own.insert(name);
  for (const Node& node : subgraph.nodes) {
    for (const std::string& input : node.inputs) use(input);
    for (const std::string& name : CapturedNames(node)) use(name);
    own.insert(node.outputs.begin(), node.outputs.end());
  }
  for (const ValueInfo& output : subgraph.outputs) use(output.name);
  return free;
}

NameSet CapturedNames(const Node& node) {
  NameSet names;
  for (const auto& [attribute_name, attribute] : node.attributes) {
    if (const auto* subgraph = std::get_if<std::shared_ptr<const Graph>>(&attribute))
      names.merge(FreeNames(**subgraph));
  }
  return names;
}

ValueUses::ValueUses(const Graph& graph) {
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    for (const std::string& input : node.inputs) {
      if (!input.empty()) ++counts_[input];
    }
    for (const std::string& name : CapturedNames(node)) {
      ++counts_[name];
      captured_.insert(name);
    }
    for (const std::string& output : node.outputs) {
      if (!output.empty()) producers_[output] = i;
    }
  }
  for (const ValueInfo& output : graph.outputs) {
    ++counts_[output.name];
    outputs_.insert(output.name);
  }
}

std::int64_t ValueUses::Count(std::string_view name) const {
  const auto found = counts_.find(name);
  return found == counts_.end() ? 0 : found->second;
}

std::optional<std::size_t> ValueUses::Producer(std::string_view name) const {
  const auto found = producers_.find(name);
  if (found == producers_.end()) return std::nullopt;
  return found->second;
}

}  // namespace cupel::algorithm::graph
