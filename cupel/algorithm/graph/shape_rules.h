// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Private to this module: one rule per operator, from what is known of its inputs to its outputs.

#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "cupel/algorithm/graph/shape_inference.h"

namespace cupel::algorithm::graph {

using Dimensions = std::vector<Dimension>;

/// One node while it is looked at. Dimensions beyond 2^40 count as unknown, so that rules cannot overflow.
class RuleContext {
 public:
  RuleContext(const Node& applied, const Graph& graph, const Inference& known)
      : node(applied), outputs(applied.outputs.size()), graph_(graph), known_(known) {}

  struct Output {
    DataType type = DataType::kUndefined;
    std::optional<Dimensions> shape;
  };
  const Node& node;
  std::vector<Output> outputs;

  bool Has(std::size_t input) const { return input < node.inputs.size() && !node.inputs[input].empty(); }
  std::int64_t opset() const { return graph_.Opset(node.domain); }
  DataType Type(std::size_t input) const;
  /// nullptr when not even the rank is known.
  const Dimensions* Shape(std::size_t input) const;
  /// The input's elements, if it is a small integer tensor known completely.
  std::optional<std::vector<std::int64_t>> Integers(std::size_t input) const;
  const PartialIntegers* Partial(std::size_t input) const;
  /// A constant input of any type.
  const TensorValue* Constant(std::size_t input) const;
  /// Axes (or pads, sizes, ...) from the attribute in older operator sets and from the input in newer ones.
  std::optional<std::vector<std::int64_t>> AttributeOrInput(std::string_view attribute,
                                                            std::size_t input) const;

  void Set(std::size_t output, DataType type, std::optional<Dimensions> shape);

 private:
  const ValueInfo* Info(std::size_t input) const;

  const Graph& graph_;
  const Inference& known_;
};

using ShapeRule = void (*)(RuleContext&);
struct ShapeRuleEntry {
  std::string_view op_type;
  ShapeRule rule;
};

/// nullptr when there is none.
ShapeRule FindShapeRule(std::string_view op_type);

std::span<const ShapeRuleEntry> ElementwiseShapeRules();
std::span<const ShapeRuleEntry> WindowShapeRules();
std::span<const ShapeRuleEntry> LinearShapeRules();
std::span<const ShapeRuleEntry> MovementShapeRules();

/// What the node computes from small integers and known dimensions: Shape, Size, Gather, Concat, Slice,
/// Squeeze, Unsqueeze, Reshape, Cast, Identity, Add, Sub, Mul, Div, ConstantOfShape, Constant.
std::optional<PartialIntegers> ComputeIntegers(const RuleContext& context);

/// axis in [-rank, rank) to [0, rank); nothing otherwise.
std::optional<std::size_t> NormalAxis(std::int64_t axis, std::size_t rank);

/// Multidirectional broadcasting; nothing when the shapes contradict each other.
std::optional<Dimensions> Broadcast(const Dimensions& a, const Dimensions& b);

inline Dimension Known(std::int64_t value) { return {value, {}}; }

}  // namespace cupel::algorithm::graph
