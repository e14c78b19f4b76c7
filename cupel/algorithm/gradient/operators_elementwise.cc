// SPDX-License-Identifier: Apache-2.0
// Arithmetic, comparison, logic, trigonometry, casts: one output element for one element of each (broadcast)
// input.
#include <ATen/ops/bitwise_left_shift.h>
#include <ATen/ops/bitwise_right_shift.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>
#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "cupel/algorithm/gradient/operator.h"

namespace cupel::algorithm::gradient {
namespace {

using Outputs = std::vector<Tensor>;

// A method of at::Tensor with no arguments as an operator.
template <Tensor (Tensor::*Method)() const>
Outputs Unary(const OperatorCall& call) {
  return {(call.Input(0).*Method)()};
}

template <Tensor (Tensor::*Method)(const Tensor&) const>
Outputs Binary(const OperatorCall& call) {
  return {(call.Input(0).*Method)(call.Input(1))};
}

template <Tensor (Tensor::*Method)(const Tensor&) const>
Outputs Fold(const OperatorCall& call) {
  Tensor result = call.Input(0);
  for (std::size_t i = 1; i < call.inputs.size(); ++i) result = (result.*Method)(call.Input(i));
  return {result};
}

Outputs Add(const OperatorCall& call) {
  const Tensor& a = call.Input(0);
  const Tensor& b = call.Input(1);
  if (call.may_overwrite_first_input && a.sizes() == b.sizes()) {
    Tensor sum = a;
    return {sum.add_(b)};
  }
  return {a.add(b)};
}

Outputs Sub(const OperatorCall& call) { return {call.Input(0).sub(call.Input(1))}; }

Outputs Div(const OperatorCall& call) {
  const Tensor& a = call.Input(0);
  if (at::isIntegralType(a.scalar_type(), true))
    return {a.div(call.Input(1), "trunc")};  // C's division, as ONNX says
  return {a.div(call.Input(1))};
}

Outputs Mod(const OperatorCall& call) {
  const Tensor& a = call.Input(0);
  const Tensor& b = call.Input(1);
  return {call.node.Integer("fmod", 0) != 0 ? a.fmod(b) : a.remainder(b)};
}

// The gradient for the exponent needs a logarithm, which libtorch 1.13 lacks for half precision on the CPU.
Outputs Pow(const OperatorCall& call) {
  const Tensor& base = call.Input(0);
  const bool widen = base.is_cpu() && base.scalar_type() == at::kHalf;
  const Tensor exponent = widen ? call.Input(1).to(at::kFloat) : call.Input(1);
  return {(widen ? base.to(at::kFloat) : base).pow(exponent).to(base.scalar_type())};
}

Outputs Sum(const OperatorCall& call) {
  Tensor sum = call.Input(0);
  for (std::size_t i = 1; i < call.inputs.size(); ++i) sum = sum.add(call.Input(i));
  return {sum};
}

Outputs Mean(const OperatorCall& call) {
  return {Sum(call)[0].div(at::Scalar(static_cast<double>(call.inputs.size())))};
}

Outputs BitShift(const OperatorCall& call) {
  const std::string direction = call.node.Text("direction", "");
  if (direction == "LEFT") return {at::bitwise_left_shift(call.Input(0), call.Input(1))};
  if (direction == "RIGHT") return {at::bitwise_right_shift(call.Input(0), call.Input(1))};
  throw OperatorError(ErrorCode::kInvalidArgument,
                      fmt::format("direction must be LEFT or RIGHT, got \"{}\"", direction));
}

// libtorch 1.13 tests floating and integer zero alike; the reciprocal of a whole number is whole in ONNX's
// type system.
Outputs Reciprocal(const OperatorCall& call) {
  return {call.Input(0).reciprocal().to(call.Input(0).scalar_type())};
}

Outputs Sign(const OperatorCall& call) { return {call.Input(0).sign()}; }

Outputs Round(const OperatorCall& call) { return {call.Input(0).round()}; }

Outputs IsInf(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  const bool negative = call.node.Integer("detect_negative", 1) != 0;
  const bool positive = call.node.Integer("detect_positive", 1) != 0;
  const double infinity = std::numeric_limits<double>::infinity();
  const Tensor none = at::zeros_like(x, at::TensorOptions().dtype(at::kBool));
  return {(positive ? x.eq(infinity) : none).logical_or(negative ? x.eq(-infinity) : none)};
}

Outputs Where(const OperatorCall& call) {
  return {at::where(call.Input(0).to(at::kBool), call.Input(1), call.Input(2))};
}

Outputs Cast(const OperatorCall& call) {
  const auto type = static_cast<graph::DataType>(call.node.Integer("to", 0));
  return {call.Input(0).to(ToScalarType(type))};
}

Outputs CastLike(const OperatorCall& call) { return {call.Input(0).to(call.Input(1).scalar_type())}; }

Outputs Clip(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  c10::optional<Tensor> low;
  c10::optional<Tensor> high;
  if (call.opset < 11) {
    const float lowest = std::numeric_limits<float>::lowest();
    return {x.clamp(at::Scalar(call.node.Real("min", lowest)), at::Scalar(call.node.Real("max", -lowest)))};
  }
  if (call.Has(1)) low = call.Input(1).reshape({});
  if (call.Has(2)) high = call.Input(2).reshape({});
  if (!low && !high) return {x};
  return {x.clamp(low, high)};
}

Outputs Logic(const OperatorCall& call) {
  const Tensor a = call.Input(0).to(at::kBool);
  const Tensor b = call.Input(1).to(at::kBool);
  if (call.node.op_type == "And") return {a.logical_and(b)};
  if (call.node.op_type == "Or") return {a.logical_or(b)};
  return {a.logical_xor(b)};
}

constexpr OperatorEntry kTable[] = {
    {"Abs", Unary<&Tensor::abs>},
    {"Acos", Unary<&Tensor::acos>},
    {"Acosh", Unary<&Tensor::acosh>},
    {"Add", Add},
    {"And", Logic},
    {"Asin", Unary<&Tensor::asin>},
    {"Asinh", Unary<&Tensor::asinh>},
    {"Atan", Unary<&Tensor::atan>},
    {"Atanh", Unary<&Tensor::atanh>},
    {"BitShift", BitShift},
    {"BitwiseAnd", Binary<&Tensor::bitwise_and>},
    {"BitwiseNot", Unary<&Tensor::bitwise_not>},
    {"BitwiseOr", Binary<&Tensor::bitwise_or>},
    {"BitwiseXor", Binary<&Tensor::bitwise_xor>},
    {"Cast", Cast},
    {"CastLike", CastLike},
    {"Ceil", Unary<&Tensor::ceil>},
    {"Clip", Clip},
    {"Cos", Unary<&Tensor::cos>},
    {"Cosh", Unary<&Tensor::cosh>},
    {"Div", Div},
    {"Equal", Binary<&Tensor::eq>},
    {"Erf", Unary<&Tensor::erf>},
    {"Exp", Unary<&Tensor::exp>},
    {"Floor", Unary<&Tensor::floor>},
    {"Greater", Binary<&Tensor::gt>},
    {"GreaterOrEqual", Binary<&Tensor::ge>},
    {"IsInf", IsInf},
    {"IsNaN", Unary<&Tensor::isnan>},
    {"Less", Binary<&Tensor::lt>},
    {"LessOrEqual", Binary<&Tensor::le>},
    {"Log", Unary<&Tensor::log>},
    {"Max", Fold<&Tensor::maximum>},
    {"Mean", Mean},
    {"Min", Fold<&Tensor::minimum>},
    {"Mod", Mod},
    {"Mul", Binary<&Tensor::mul>},
    {"Neg", Unary<&Tensor::neg>},
    {"Not", Unary<&Tensor::logical_not>},
    {"Or", Logic},
    {"Pow", Pow},
    {"Reciprocal", Reciprocal},
    {"Round", Round},
    {"Sign", Sign},
    {"Sin", Unary<&Tensor::sin>},
    {"Sinh", Unary<&Tensor::sinh>},
    {"Sqrt", Unary<&Tensor::sqrt>},
    {"Sub", Sub},
    {"Sum", Sum},
    {"Tan", Unary<&Tensor::tan>},
    {"Where", Where},
    {"Xor", Logic},
};

}  // namespace

std::span<const OperatorEntry> ElementwiseOperators() { return kTable; }

}  // namespace cupel::algorithm::gradient
