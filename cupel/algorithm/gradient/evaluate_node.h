// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Computes one node from constants, for constant folding (`graph::OptimiseOptions::evaluate`).

#include <span>
#include <vector>

#include "cupel/algorithm/graph/graph.h"
#include "cupel/base/error.h"

namespace cupel::algorithm::gradient {

/// On the CPU, in the constants' own types. Omitted inputs are values of type kUndefined. `opset`: of the
/// node's domain. Errors: kUnsupported for an operator that the executor does not have, and those of the
/// operator. Precondition: the node has no subgraph.
Result<std::vector<graph::TensorValue>> EvaluateNode(const graph::Node& node,
                                                     std::span<const graph::TensorValue> inputs,
                                                     std::int64_t opset);

}  // namespace cupel::algorithm::gradient
