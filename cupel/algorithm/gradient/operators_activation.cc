// SPDX-License-Identifier: Apache-2.0
// Activation functions. Attribute defaults are those of the ONNX operator pages.
#include <ATen/ops/celu.h>
#include <ATen/ops/elu.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/hardswish.h>
#include <ATen/ops/leaky_relu.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/mish.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/softplus.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

#include "cupel/algorithm/gradient/operator.h"

namespace cupel::algorithm::gradient {
namespace {

using Outputs = std::vector<Tensor>;

Outputs Relu(const OperatorCall& call) {
  if (!call.may_overwrite_first_input) return {call.Input(0).relu()};
  Tensor x = call.Input(0);
  return {x.relu_()};
}

Outputs LeakyRelu(const OperatorCall& call) {
  return {at::leaky_relu(call.Input(0), call.node.Real("alpha", 0.01F))};
}

Outputs PRelu(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  Tensor slope = call.Input(1);
  if (call.opset < 7 && slope.numel() > 1 &&
      x.dim() > 2) {  // one slope a channel, before ONNX had broadcasting
    std::vector<std::int64_t> per_channel(static_cast<std::size_t>(x.dim()), 1);
    per_channel[1] = -1;
    slope = slope.reshape(per_channel);
  }
  return {at::where(x.lt(0), x.mul(slope), x)};
}

Outputs Elu(const OperatorCall& call) { return {at::elu(call.Input(0), call.node.Real("alpha", 1.0F))}; }

Outputs Celu(const OperatorCall& call) { return {at::celu(call.Input(0), call.node.Real("alpha", 1.0F))}; }

Outputs Selu(const OperatorCall& call) {
  const float alpha = call.node.Real("alpha", 1.67326319217681884765625F);
  const float gamma = call.node.Real("gamma", 1.05070102214813232421875F);
  return {at::elu(call.Input(0), alpha, gamma)};
}

Outputs ThresholdedRelu(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  return {at::where(x.gt(call.node.Real("alpha", 1.0F)), x, at::zeros_like(x))};
}

Outputs Sigmoid(const OperatorCall& call) { return {call.Input(0).sigmoid()}; }

Outputs Tanh(const OperatorCall& call) { return {call.Input(0).tanh()}; }

Outputs HardSigmoid(const OperatorCall& call) {
  const Tensor line = call.Input(0).mul(call.node.Real("alpha", 0.2F)).add(call.node.Real("beta", 0.5F));
  return {line.clamp(0, 1)};
}

Outputs HardSwish(const OperatorCall& call) { return {at::hardswish(call.Input(0))}; }

Outputs Mish(const OperatorCall& call) { return {at::mish(call.Input(0))}; }

Outputs Gelu(const OperatorCall& call) {
  return {at::gelu(call.Input(0), call.node.Text("approximate", "none"))};
}

// A threshold beyond any exponent keeps libtorch from switching to the line, which float64 could tell from
// the curve.
Outputs Softplus(const OperatorCall& call) { return {at::softplus(call.Input(0), 1, 40)}; }

Outputs Softsign(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  return {x.div(x.abs().add(1))};
}

Outputs Shrink(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  const float lambda = call.node.Real("lambd", 0.5F);
  const float bias = call.node.Real("bias", 0.0F);
  const Tensor zero = at::zeros_like(x);
  return {at::where(x.lt(-lambda), x.add(bias), at::where(x.gt(lambda), x.sub(bias), zero))};
}

// Before version 13 the input is viewed as a matrix whose columns are all axes from `axis` on.
Outputs SoftmaxFamily(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  const bool logarithm = call.node.op_type == "LogSoftmax";
  const auto apply = [logarithm](const Tensor& values, std::int64_t axis) {
    return logarithm ? at::log_softmax(values, axis) : at::softmax(values, axis);
  };
  if (call.opset >= 13) return {apply(x, NormaliseAxis(call.node.Integer("axis", -1), x.dim()))};
  const std::int64_t axis = NormaliseAxis(call.node.Integer("axis", 1), x.dim());
  if (axis == x.dim() - 1) return {apply(x, axis)};
  return {apply(x.flatten(axis), axis).reshape(x.sizes())};
}

constexpr OperatorEntry kTable[] = {
    {"Celu", Celu},
    {"Elu", Elu},
    {"Gelu", Gelu},
    {"HardSigmoid", HardSigmoid},
    {"HardSwish", HardSwish},
    {"LeakyRelu", LeakyRelu},
    {"LogSoftmax", SoftmaxFamily},
    {"Mish", Mish},
    {"PRelu", PRelu},
    {"Relu", Relu},
    {"Selu", Selu},
    {"Shrink", Shrink},
    {"Sigmoid", Sigmoid},
    {"Softmax", SoftmaxFamily},
    {"Softplus", Softplus},
    {"Softsign", Softsign},
    {"Tanh", Tanh},
    {"ThresholdedRelu", ThresholdedRelu},
};

}  // namespace

std::span<const OperatorEntry> ActivationOperators() { return kTable; }

}  // namespace cupel::algorithm::gradient
