// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Who defines and who uses the values of a graph: what a pass asks before it changes anything.
/// An index is a snapshot; it does not follow later changes of the graph.

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "cupel/algorithm/graph/graph.h"

namespace cupel::algorithm::graph {

using NameSet = std::set<std::string, std::less<>>;

/// Names that a subgraph (or graphs inside it) takes from the graphs around it.
NameSet FreeNames(const Graph& subgraph);

/// Free names of all subgraphs of a node.
NameSet CapturedNames(const Node& node);

class ValueUses {
 public:
  explicit ValueUses(const Graph& graph);

  /// How often nodes read the value (each input counts), plus one for a graph output, plus one for each
  /// capturing node.
  std::int64_t Count(std::string_view name) const;
  bool IsOutput(std::string_view name) const { return outputs_.contains(name); }
  /// Read inside a subgraph, where a pass must not rename it.
  bool IsCaptured(std::string_view name) const { return captured_.contains(name); }
  /// Index of the node that computes the value; nothing for inputs and constants.
  std::optional<std::size_t> Producer(std::string_view name) const;

 private:
  std::map<std::string, std::int64_t, std::less<>> counts_;
  std::map<std::string, std::size_t, std::less<>> producers_;
  NameSet outputs_;
  NameSet captured_;
};

}  // namespace cupel::algorithm::graph
