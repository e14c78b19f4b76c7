// SPDX-License-Identifier: Apache-2.0
// Products of matrices, in floating point and in integers.
#include <ATen/ops/einsum.h>
#include <ATen/ops/linalg_det.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/matmul.h>

#include "cupel/algorithm/gradient/operator.h"

namespace cupel::algorithm::gradient {
namespace {

using Outputs = std::vector<Tensor>;

Outputs Gemm(const OperatorCall& call) {
  const Tensor& a = call.Input(0);
  const Tensor& b = call.Input(1);
  if (a.dim() != 2 || b.dim() != 2)
    throw OperatorError(ErrorCode::kInvalidArgument, "both factors must be matrices");
  const double alpha = call.node.Real("alpha", 1.0F);
  const double beta = call.node.Real("beta", 1.0F);
  const bool transpose_a = call.node.Integer("transA", 0) != 0;
  const bool transpose_b = call.node.Integer("transB", 0) != 0;
  if (alpha == 1 && beta == 1 && transpose_b && !transpose_a && call.Has(2) && call.Input(2).dim() == 1) {
    return {at::linear(a, b, call.Input(2))};
  }
  Tensor product = (transpose_a ? a.t() : a).matmul(transpose_b ? b.t() : b);
  if (alpha != 1) product = product.mul(alpha);
  if (!call.Has(2)) return {product};
  return {product.add(beta == 1 ? call.Input(2) : call.Input(2).mul(beta))};
}

Outputs MatMul(const OperatorCall& call) { return {call.Input(0).matmul(call.Input(1))}; }

// values - zero point in float64. A vector of zero points belongs to the rows of the left factor or the
// columns of the right.
Tensor Centre(const Tensor& values, const Tensor& zero_point, bool left) {
  const Tensor wide = values.to(at::kDouble);
  if (!zero_point.defined()) return wide;
  Tensor zero = zero_point.to(at::kDouble);
  if (zero.numel() == 1) return wide.sub(zero.reshape({}));
  if (left && zero.dim() == 1) zero = zero.unsqueeze(-1);
  return wide.sub(zero);
}

Tensor Optional(const OperatorCall& call, std::size_t index) {
  return call.Has(index) ? call.Input(index) : Tensor();
}

Outputs MatMulInteger(const OperatorCall& call) {
  const Tensor a = Centre(call.Input(0), Optional(call, 2), true);
  const Tensor b = Centre(call.Input(1), Optional(call, 3), false);
  return {a.matmul(b).to(at::kInt)};
}

Tensor AsScale(const Tensor& scale, bool left) {
  const Tensor wide = scale.to(at::kDouble);
  if (wide.numel() == 1) return wide.reshape({});
  return left && wide.dim() == 1 ? wide.unsqueeze(-1) : wide;
}

// Inputs: a, a_scale, a_zero_point, b, b_scale, b_zero_point, y_scale, y_zero_point.
Outputs QLinearMatMul(const OperatorCall& call) {
  const Tensor a = Centre(call.Input(0), call.Input(2), true);
  const Tensor b = Centre(call.Input(3), call.Input(5), false);
  const Tensor scale =
      AsScale(call.Input(1), true).mul(AsScale(call.Input(4), false)).div(AsScale(call.Input(6), true));
  const Tensor& zero = call.Input(7);
  const bool is_signed = zero.scalar_type() == at::kChar;
  const Tensor shifted = a.matmul(b).mul(scale).round().add(AsScale(zero, true));
  return {shifted.clamp(is_signed ? -128 : 0, is_signed ? 127 : 255).to(zero.scalar_type())};
}

Outputs Einsum(const OperatorCall& call) {
  const std::vector<Tensor> factors(call.inputs.begin(), call.inputs.end());
  return {at::einsum(call.node.Text("equation", ""), factors)};
}

Outputs Det(const OperatorCall& call) { return {at::linalg_det(call.Input(0))}; }

constexpr OperatorEntry kTable[] = {
    {"Det", Det},
    {"Einsum", Einsum},
    {"Gemm", Gemm},
    {"MatMul", MatMul},
    {"MatMulInteger", MatMulInteger},
    {"QLinearMatMul", QLinearMatMul},
};

}  // namespace

std::span<const OperatorEntry> LinearOperators() { return kTable; }

}  // namespace cupel::algorithm::gradient
