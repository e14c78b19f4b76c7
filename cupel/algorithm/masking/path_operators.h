// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Reads from the graph what no number can show: which operators between input and output have no useful
/// derivative.

#include <string>
#include <vector>

#include "cupel/algorithm/graph/graph.h"

namespace cupel::algorithm::masking {

/// Operator names, one a node, in execution order: nodes that depend on the graph's input, on which its first
/// output depends, and whose derivative is zero or undefined almost everywhere (Round, Floor, Ceil, Sign,
/// ArgMax, comparisons, casts to integers, quantisation, one-hot and index operators). A value used only as a
/// shape does not count. Subgraphs are looked into.
std::vector<std::string> NonDifferentiableOperators(const graph::Graph& graph);

/// The same for operators that draw random numbers (RandomNormal and its kin, Bernoulli, Multinomial, Dropout
/// left in training mode), wherever they stand before the output. Executors repeat their draws so that
/// results can be checked; where the model runs they differ each time.
std::vector<std::string> RandomOperators(const graph::Graph& graph);

}  // namespace cupel::algorithm::masking
