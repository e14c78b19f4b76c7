// SPDX-License-Identifier: Apache-2.0
// Linear quantisation: q = saturate(round(x / scale) + zero_point), rounding half to even.
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>

#include "cupel/algorithm/gradient/operator.h"

namespace cupel::algorithm::gradient {
namespace {

using Outputs = std::vector<Tensor>;

// A scale or zero point, one value or one for each slice along `axis`, made to broadcast against x.
Tensor Spread(const Tensor& values, const Tensor& x, const OperatorCall& call) {
  if (values.numel() == 1) return values.reshape({});
  const std::int64_t axis = NormaliseAxis(call.node.Integer("axis", 1), x.dim());
  if (values.dim() != 1 || values.size(0) != x.size(axis)) {
    throw OperatorError(ErrorCode::kUnsupported,
                        fmt::format("a scale must have 1 element or {} (axis {}); blocks are not supported",
                                    x.size(axis), axis));
  }
  std::vector<std::int64_t> shape(static_cast<std::size_t>(x.dim()), 1);
  shape[static_cast<std::size_t>(axis)] = values.size(0);
  return values.reshape(shape);
}

std::pair<double, double> RangeOf(at::ScalarType type) {
  switch (type) {
    case at::kByte: return {0, 255};
    case at::kChar: return {-128, 127};
    case at::kShort: return {-32768, 32767};
    default: throw OperatorError(ErrorCode::kUnsupported, "quantised values must be uint8, int8 or int16");
  }
}

Outputs QuantizeLinear(const OperatorCall& call) {
  const Tensor x = call.Input(0).is_floating_point() ? call.Input(0) : call.Input(0).to(at::kFloat);
  const at::ScalarType type = call.Has(2) ? call.Input(2).scalar_type() : at::kByte;
  const auto [low, high] = RangeOf(type);
  Tensor y = x.div(Spread(call.Input(1), x, call).to(x.scalar_type())).round();
  if (call.Has(2)) y = y.add(Spread(call.Input(2), x, call).to(x.scalar_type()));
  return {y.clamp(low, high).to(type)};
}

Outputs DequantizeLinear(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  const Tensor scale = Spread(call.Input(1), x, call);
  Tensor y = x.to(at::kInt);
  if (call.Has(2)) y = y.sub(Spread(call.Input(2), x, call).to(at::kInt));
  return {y.to(scale.scalar_type()).mul(scale)};
}

// uint8 over the data's range, widened to hold 0. Outputs: y, scale, zero point.
Outputs DynamicQuantizeLinear(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  const Tensor low = x.min().clamp_max(0);
  const Tensor high = x.max().clamp_min(0);
  const Tensor range = high.sub(low);
  const Tensor scale = at::where(range.eq(0), range.add(1), range.div(255));
  const Tensor zero = low.neg().div(scale).clamp(0, 255).round();
  const Tensor y = x.div(scale).round().add(zero).clamp(0, 255);
  return {y.to(at::kByte), scale, zero.to(at::kByte)};
}

constexpr OperatorEntry kTable[] = {
    {"DequantizeLinear", DequantizeLinear},
    {"DynamicQuantizeLinear", DynamicQuantizeLinear},
    {"QuantizeLinear", QuantizeLinear},
};

}  // namespace

std::span<const OperatorEntry> QuantizationOperators() { return kTable; }

}  // namespace cupel::algorithm::gradient
