// SPDX-License-Identifier: Apache-2.0
// Outputs shaped like an input, broadcast from inputs, or reduced from one.
#include <algorithm>
#include <array>

#include "cupel/algorithm/graph/shape_rules.h"

namespace cupel::algorithm::graph {
namespace {

std::optional<Dimensions> ShapeOf(const RuleContext& context, std::size_t input) {
  const Dimensions* const shape = context.Shape(input);
  return shape == nullptr ? std::nullopt : std::optional(*shape);
}

std::optional<Dimensions> BroadcastFrom(const RuleContext& context, std::size_t first) {
  std::optional<Dimensions> result = ShapeOf(context, first);
  for (std::size_t i = first + 1; i < context.node.inputs.size() && result; ++i) {
    const Dimensions* const shape = context.Shape(i);
    if (shape == nullptr) return std::nullopt;
    result = Broadcast(*result, *shape);
  }
  return result;
}

/// Operator sets before 7 broadcast by attribute; the result has the first input's shape.
std::optional<Dimensions> BinaryShape(const RuleContext& context) {
  return context.opset() < 7 ? ShapeOf(context, 0) : BroadcastFrom(context, 0);
}

void Same(RuleContext& context) { context.Set(0, context.Type(0), ShapeOf(context, 0)); }
void SameShapeBool(RuleContext& context) { context.Set(0, DataType::kBool, ShapeOf(context, 0)); }
void Binary(RuleContext& context) { context.Set(0, context.Type(0), BinaryShape(context)); }
void Comparison(RuleContext& context) { context.Set(0, DataType::kBool, BinaryShape(context)); }
void Variadic(RuleContext& context) { context.Set(0, context.Type(0), BroadcastFrom(context, 0)); }

void Where(RuleContext& context) { context.Set(0, context.Type(1), BroadcastFrom(context, 0)); }

/// The element type with ONNX's number; kUndefined for those that are not known here.
DataType TypeNumbered(std::int64_t number) {
  return number >= 1 && number <= 16 ? static_cast<DataType>(number) : DataType::kUndefined;
}

void Cast(RuleContext& context) {
  context.Set(0, TypeNumbered(context.node.Integer("to", 0)), ShapeOf(context, 0));
}

void CastLike(RuleContext& context) { context.Set(0, context.Type(1), ShapeOf(context, 0)); }

void Dropout(RuleContext& context) {
  Same(context);
  // The mask was of the input's type before operator set 10.
  context.Set(1, context.opset() < 10 ? context.Type(0) : DataType::kBool, ShapeOf(context, 0));
}

void BatchNormalization(RuleContext& context) {
  Same(context);  // The running statistics of training mode stay unknown.
}

void LayerNormalization(RuleContext& context) { Same(context); }

void QuantizeLinear(RuleContext& context) {
  // The attribute came with operator set 21; 0 means that it is not given.
  const std::int64_t wanted = context.node.Integer("output_dtype", 0);
  DataType type = DataType::kUint8;
  if (wanted != 0) type = TypeNumbered(wanted);
  if (context.Has(2)) type = context.Type(2);
  context.Set(0, type, ShapeOf(context, 0));
}

void DequantizeLinear(RuleContext& context) { context.Set(0, context.Type(1), ShapeOf(context, 0)); }

/// Keeps or drops `axes` of the input.
std::optional<Dimensions> ReducedShape(const Dimensions& input, const std::vector<std::int64_t>& axes,
                                       bool keep) {
  std::vector<bool> reduced(input.size(), axes.empty());
  for (std::int64_t axis : axes) {
    const auto normal = NormalAxis(axis, input.size());
    if (!normal) return std::nullopt;
    reduced[*normal] = true;
  }
  Dimensions result;
  for (std::size_t i = 0; i < input.size(); ++i) {
    if (!reduced[i]) {
      result.push_back(input[i]);
    } else if (keep) {
      result.push_back(Known(1));
    }
  }
  return result;
}

void Reduce(RuleContext& context) {
  const Dimensions* const input = context.Shape(0);
  std::optional<Dimensions> shape;
  std::optional<std::vector<std::int64_t>> axes = context.node.Integers("axes");
  if (context.Has(1)) axes = context.Integers(1);
  const bool keep = context.node.Integer("keepdims", 1) != 0;
  if (input != nullptr && axes) {
    const bool nothing = axes->empty() && context.node.Integer("noop_with_empty_axes", 0) != 0;
    shape = nothing ? std::optional(*input) : ReducedShape(*input, *axes, keep);
  } else if (input != nullptr && keep) {
    shape = Dimensions(input->size());
  }
  context.Set(0, context.Type(0), std::move(shape));
}

void ArgReduce(RuleContext& context) {
  const Dimensions* const input = context.Shape(0);
  std::optional<Dimensions> shape;
  if (input != nullptr && !input->empty()) {
    shape = ReducedShape(*input, {context.node.Integer("axis", 0)}, context.node.Integer("keepdims", 1) != 0);
  }
  context.Set(0, DataType::kInt64, std::move(shape));
}

constexpr std::array kRules = {
    ShapeRuleEntry{"Abs", Same},
    ShapeRuleEntry{"Acos", Same},
    ShapeRuleEntry{"Acosh", Same},
    ShapeRuleEntry{"Asin", Same},
    ShapeRuleEntry{"Asinh", Same},
    ShapeRuleEntry{"Atan", Same},
    ShapeRuleEntry{"Atanh", Same},
    ShapeRuleEntry{"Ceil", Same},
    ShapeRuleEntry{"Celu", Same},
    ShapeRuleEntry{"Clip", Same},
    ShapeRuleEntry{"Cos", Same},
    ShapeRuleEntry{"Cosh", Same},
    ShapeRuleEntry{"CumSum", Same},
    ShapeRuleEntry{"Elu", Same},
    ShapeRuleEntry{"Erf", Same},
    ShapeRuleEntry{"Exp", Same},
    ShapeRuleEntry{"Floor", Same},
    ShapeRuleEntry{"Gelu", Same},
    ShapeRuleEntry{"HardSigmoid", Same},
    ShapeRuleEntry{"HardSwish", Same},
    ShapeRuleEntry{"Hardmax", Same},
    ShapeRuleEntry{"Identity", Same},
    ShapeRuleEntry{"InstanceNormalization", Same},
    ShapeRuleEntry{"LRN", Same},
    ShapeRuleEntry{"LeakyRelu", Same},
    ShapeRuleEntry{"Log", Same},
    ShapeRuleEntry{"LogSoftmax", Same},
    ShapeRuleEntry{"LpNormalization", Same},
    ShapeRuleEntry{"MeanVarianceNormalization", Same},
    ShapeRuleEntry{"Mish", Same},
    ShapeRuleEntry{"Neg", Same},
    ShapeRuleEntry{"PRelu", Same},
    ShapeRuleEntry{"Reciprocal", Same},
    ShapeRuleEntry{"Relu", Same},
    ShapeRuleEntry{"Round", Same},
    ShapeRuleEntry{"Selu", Same},
    ShapeRuleEntry{"Shrink", Same},
    ShapeRuleEntry{"Sigmoid", Same},
    ShapeRuleEntry{"Sign", Same},
    ShapeRuleEntry{"Sin", Same},
    ShapeRuleEntry{"Sinh", Same},
    ShapeRuleEntry{"Softmax", Same},
    ShapeRuleEntry{"Softplus", Same},
    ShapeRuleEntry{"Softsign", Same},
    ShapeRuleEntry{"Sqrt", Same},
    ShapeRuleEntry{"Tan", Same},
    ShapeRuleEntry{"Tanh", Same},
    ShapeRuleEntry{"ThresholdedRelu", Same},
    ShapeRuleEntry{"BitwiseNot", Same},
    ShapeRuleEntry{"Trilu", Same},
    ShapeRuleEntry{"ScatterElements", Same},
    ShapeRuleEntry{"ScatterND", Same},
    ShapeRuleEntry{"Scatter", Same},
    ShapeRuleEntry{"Not", SameShapeBool},
    ShapeRuleEntry{"IsNaN", SameShapeBool},
    ShapeRuleEntry{"IsInf", SameShapeBool},
    ShapeRuleEntry{"Add", Binary},
    ShapeRuleEntry{"Sub", Binary},
    ShapeRuleEntry{"Mul", Binary},
    ShapeRuleEntry{"Div", Binary},
    ShapeRuleEntry{"Pow", Binary},
    ShapeRuleEntry{"Mod", Binary},
    ShapeRuleEntry{"BitShift", Binary},
    ShapeRuleEntry{"BitwiseAnd", Binary},
    ShapeRuleEntry{"BitwiseOr", Binary},
    ShapeRuleEntry{"BitwiseXor", Binary},
    ShapeRuleEntry{"And", Comparison},
    ShapeRuleEntry{"Or", Comparison},
    ShapeRuleEntry{"Xor", Comparison},
    ShapeRuleEntry{"Equal", Comparison},
    ShapeRuleEntry{"Greater", Comparison},
    ShapeRuleEntry{"GreaterOrEqual", Comparison},
    ShapeRuleEntry{"Less", Comparison},
    ShapeRuleEntry{"LessOrEqual", Comparison},
    ShapeRuleEntry{"Sum", Variadic},
    ShapeRuleEntry{"Mean", Variadic},
    ShapeRuleEntry{"Max", Variadic},
    ShapeRuleEntry{"Min", Variadic},
    ShapeRuleEntry{"Where", Where},
    ShapeRuleEntry{"Cast", Cast},
    ShapeRuleEntry{"CastLike", CastLike},
    ShapeRuleEntry{"Dropout", Dropout},
    ShapeRuleEntry{"BatchNormalization", BatchNormalization},
    ShapeRuleEntry{"GroupNormalization", Same},
    ShapeRuleEntry{"LayerNormalization", LayerNormalization},
    ShapeRuleEntry{"QuantizeLinear", QuantizeLinear},
    ShapeRuleEntry{"DequantizeLinear", DequantizeLinear},
    ShapeRuleEntry{"ReduceL1", Reduce},
    ShapeRuleEntry{"ReduceL2", Reduce},
    ShapeRuleEntry{"ReduceLogSum", Reduce},
    ShapeRuleEntry{"ReduceLogSumExp", Reduce},
    ShapeRuleEntry{"ReduceMax", Reduce},
    ShapeRuleEntry{"ReduceMean", Reduce},
    ShapeRuleEntry{"ReduceMin", Reduce},
    ShapeRuleEntry{"ReduceProd", Reduce},
    ShapeRuleEntry{"ReduceSum", Reduce},
    ShapeRuleEntry{"ReduceSumSquare", Reduce},
    ShapeRuleEntry{"ArgMax", ArgReduce},
    ShapeRuleEntry{"ArgMin", ArgReduce},
};

}  // namespace

std::span<const ShapeRuleEntry> ElementwiseShapeRules() { return kRules; }

}  // namespace cupel::algorithm::graph
