// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Execution order.

#include "cupel/algorithm/graph/graph.h"
#include "cupel/base/error.h"

namespace cupel::algorithm::graph {

/// Moves the nodes into an order in which every value is computed before it is used, also by subgraphs.
/// Stable: a graph that is in order stays as it is, and among the nodes that could run next the one that
/// stood first comes first. Errors: kCorrupt when nodes wait for each other; the graph is then unchanged.
/// O((nodes + edges) log nodes).
Status SortTopologically(Graph& graph);

}  // namespace cupel::algorithm::graph
