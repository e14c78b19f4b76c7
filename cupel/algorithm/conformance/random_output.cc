// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/conformance/random_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "cupel/algorithm/conformance/compare.h"

namespace cupel::algorithm::conformance {
namespace {

using graph::Graph;
using graph::Node;
using graph::TensorValue;

bool Draws(const Node& node) {
  static const std::set<std::string, std::less<>> kRandom = {
      "Bernoulli", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Multinomial"};
  return kRandom.contains(node.op_type);
}

const TensorValue* ValueOf(const Graph& graph, std::span<const TensorValue> inputs, const std::string& name) {
  for (std::size_t i = 0; i < std::min(graph.inputs.size(), inputs.size()); ++i) {
    if (graph.inputs[i].name == name) return &inputs[i];
  }
  const auto constant = graph.initializers.find(name);
  return constant == graph.initializers.end() ? nullptr : &constant->second;
}

double FirstElement(const TensorValue* value, double fallback) {
  if (value == nullptr) return fallback;
  const std::vector<double> elements = value->AsDoubles();
  return elements.empty() ? fallback : elements[0];
}

double InputReal(const Graph& graph, std::span<const TensorValue> inputs, const Node& node, std::size_t index,
                 double fallback) {
  if (index >= node.inputs.size() || node.inputs[index].empty()) return fallback;
  return FirstElement(ValueOf(graph, inputs, node.inputs[index]), fallback);
}

double DropoutRatio(const Graph& graph, std::span<const TensorValue> inputs, const Node& node) {
  return InputReal(graph, inputs, node, 1, 0.5);
}

std::optional<std::string> CountViolation(std::string_view what, double count, double expected,
                                          double variance) {
  const double bound = 5 * std::sqrt(variance) + 1;
  if (std::abs(count - expected) <= bound) return std::nullopt;
  return fmt::format("{}: expected {} within {}, got {}", what, expected, bound, count);
}

std::optional<std::string> BernoulliViolation(const TensorValue& probability, const TensorValue& found) {
  const std::vector<double> p = probability.AsDoubles();
  const std::vector<double> x = found.AsDoubles();
  double ones = 0, expected = 0, variance = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if ((x[i] != 0 && x[i] != 1) || (p[i] == 0 && x[i] != 0) || (p[i] == 1 && x[i] != 1)) {
      return fmt::format("element {}: {} is not a draw with probability {}", i, x[i], p[i]);
    }
    ones += x[i];
    expected += p[i];
    variance += p[i] * (1 - p[i]);
  }
  return CountViolation("number of ones", ones, expected, variance);
}

std::optional<std::string> DropoutViolation(double ratio, const TensorValue& input,
                                            std::span<const TensorValue> found) {
  const std::vector<double> x = input.AsDoubles();
  const std::vector<double> y = found[0].AsDoubles();
  const std::vector<std::int64_t> mask = found.size() > 1 ? found[1].AsInt64s() : std::vector<std::int64_t>{};
  double dropped = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double kept = ratio < 1 ? x[i] / (1 - ratio) : 0;
    const bool zero = y[i] == 0;
    if (!zero && std::abs(y[i] - kept) > 1e-7 + 1e-3 * std::abs(kept)) {
      return fmt::format("element {}: expected 0 or {}, got {}", i, kept, y[i]);
    }
    if (!mask.empty() && x[i] != 0 && (mask[i] == 0) != zero)
      return fmt::format("element {}: the mask does not say what was dropped", i);
    dropped += zero ? 1 : 0;
  }
  const double n = static_cast<double>(y.size());
  return CountViolation("number of zeros", dropped, n * ratio, n * ratio * (1 - ratio));
}

}  // namespace

RandomRule RuleFor(const Graph& graph, std::span<const TensorValue> inputs) {
  const bool draws = std::any_of(graph.nodes.begin(), graph.nodes.end(), Draws);
  if (graph.nodes.size() == 1 && graph.nodes[0].op_type == "Dropout") {
    const Node& node = graph.nodes[0];
    const bool training = InputReal(graph, inputs, node, 2, 0) != 0;
    return training && DropoutRatio(graph, inputs, node) != 0 ? RandomRule::kDropout : RandomRule::kNone;
  }
  if (!draws) return RandomRule::kNone;
  // ONNX writes Bernoulli out as: uniform draws, less than the input, cast.
  const bool compared = std::any_of(graph.nodes.begin(), graph.nodes.end(), [](const Node& node) {
    return node.op_type == "Bernoulli" || node.op_type == "Greater" || node.op_type == "Less";
  });
  return compared && inputs.size() == 1 && graph.outputs.size() == 1 ? RandomRule::kBernoulli
                                                                     : RandomRule::kNothingToCompare;
}

std::optional<std::string> FirstViolation(RandomRule rule, const Graph& graph,
                                          std::span<const TensorValue> inputs,
                                          std::span<const TensorValue> expected,
                                          std::span<const TensorValue> found) {
  if (auto difference = FirstDifferenceOfForm(expected, found)) return difference;
  if (rule == RandomRule::kBernoulli) return BernoulliViolation(inputs[0], found[0]);
  return DropoutViolation(DropoutRatio(graph, inputs, graph.nodes[0]), inputs[0], found);
}

}  // namespace cupel::algorithm::conformance
