// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/graph/order.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

#include "cupel/algorithm/graph/value_uses.h"

namespace cupel::algorithm::graph {

Status SortTopologically(Graph& graph) {
  const ValueUses uses(graph);
  const std::size_t count = graph.nodes.size();
  std::vector<std::vector<std::size_t>> followers(count);
  std::vector<std::size_t> waits(count, 0);
  for (std::size_t i = 0; i < count; ++i) {
    NameSet needs = CapturedNames(graph.nodes[i]);
    needs.insert(graph.nodes[i].inputs.begin(), graph.nodes[i].inputs.end());
    for (const std::string& name : needs) {
      if (const auto producer = uses.Producer(name)) {
        followers[*producer].push_back(i);
        ++waits[i];
      }
    }
  }
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
  for (std::size_t i = 0; i < count; ++i) {
    if (waits[i] == 0) ready.push(i);
  }
  std::vector<std::size_t> order;
  while (!ready.empty()) {
    const std::size_t next = ready.top();
    ready.pop();
    order.push_back(next);
    for (std::size_t follower : followers[next]) {
      if (--waits[follower] == 0) ready.push(follower);
    }
  }
  if (order.size() != count) {
    const auto stuck = std::ranges::find_if(waits, [](std::size_t n) { return n > 0; }) - waits.begin();
    const Node& node = graph.nodes[static_cast<std::size_t>(stuck)];
    return Fail(ErrorCode::kCorrupt, "nodes wait for each other in a circle",
                fmt::format("node {} '{}' ({})", stuck, node.name, node.op_type));
  }
  std::vector<Node> sorted;
  sorted.reserve(count);
  for (std::size_t i : order) sorted.push_back(std::move(graph.nodes[i]));
  graph.nodes = std::move(sorted);
  return {};
}

}  // namespace cupel::algorithm::graph
