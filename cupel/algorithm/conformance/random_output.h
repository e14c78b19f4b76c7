// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Tests whose expected output is one draw of many: what can be checked of them, is checked.
///
/// Bernoulli: type and shape; every element 0 or 1; 0 and 1 where the probability is; the number of ones
/// within five standard deviations (and one element) of its expectation. Dropout in training: every element 0
/// or x / (1 - ratio), the mask saying which, the number of zeros within the same bounds.

#include <optional>
#include <span>
#include <string>

#include "cupel/algorithm/graph/graph.h"

namespace cupel::algorithm::conformance {

enum class RandomRule { kNone, kBernoulli, kDropout, kNothingToCompare };

/// Which rule a test with this graph and these inputs falls under; kNone when its output is determined.
/// kNothingToCompare when it draws random numbers and no rule fits.
RandomRule RuleFor(const graph::Graph& graph, std::span<const graph::TensorValue> inputs);

/// Nothing when the outputs can be draws of the node that `rule` is for; else what is wrong. Precondition:
/// rule is kBernoulli or kDropout, found by RuleFor with the same graph and inputs.
std::optional<std::string> FirstViolation(RandomRule rule, const graph::Graph& graph,
                                          std::span<const graph::TensorValue> inputs,
                                          std::span<const graph::TensorValue> expected,
                                          std::span<const graph::TensorValue> found);

}  // namespace cupel::algorithm::conformance
