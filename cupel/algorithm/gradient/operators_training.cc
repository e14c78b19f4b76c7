// SPDX-License-Identifier: Apache-2.0
// One step of an optimizer as an operator (ai.onnx.preview.training, version 1). The inputs are a learning
// rate, a step count, and then groups of n tensors each: values, gradients, and the optimizer's states.
#include <fmt/format.h>

#include <cmath>

#include "cupel/algorithm/gradient/operator.h"

namespace cupel::algorithm::gradient {
namespace {

using Outputs = std::vector<Tensor>;

struct Step {
  double rate;
  double count;
  std::size_t tensors;  ///< n: how many values are optimized.
};

Step ReadStep(const OperatorCall& call, std::size_t groups) {
  if (call.inputs.size() < 2 + groups || (call.inputs.size() - 2) % groups != 0) {
    throw OperatorError(
        ErrorCode::kInvalidArgument,
        fmt::format("inputs must be 2 and a multiple of {}, got {}", groups, call.inputs.size()));
  }
  return {call.Input(0).reshape({}).item<double>(), call.Input(1).reshape({}).item<double>(),
          (call.inputs.size() - 2) / groups};
}

const Tensor& Of(const OperatorCall& call, const Step& step, std::size_t group, std::size_t i) {
  return call.Input(2 + group * step.tensors + i);
}

Tensor RegularisedGradient(const OperatorCall& call, const Step& step, std::size_t i) {
  return Of(call, step, 0, i).mul(call.node.Real("norm_coefficient", 0)).add(Of(call, step, 1, i));
}

Outputs Adagrad(const OperatorCall& call) {
  const Step step = ReadStep(call, 3);
  const double rate = step.rate / (1 + step.count * call.node.Real("decay_factor", 0));
  Outputs values(step.tensors);
  Outputs squares(step.tensors);
  for (std::size_t i = 0; i < step.tensors; ++i) {
    const Tensor gradient = RegularisedGradient(call, step, i);
    squares[i] = Of(call, step, 2, i).add(gradient.mul(gradient));
    values[i] = Of(call, step, 0, i)
                    .sub(gradient.mul(rate).div(squares[i].sqrt().add(call.node.Real("epsilon", 1e-6f))));
  }
  values.insert(values.end(), squares.begin(), squares.end());
  return values;
}

Outputs Adam(const OperatorCall& call) {
  const Step step = ReadStep(call, 4);
  const double alpha = call.node.Real("alpha", 0.9f);
  const double beta = call.node.Real("beta", 0.999f);
  double rate = step.rate;
  if (step.count > 0) rate *= std::sqrt(1 - std::pow(beta, step.count)) / (1 - std::pow(alpha, step.count));
  Outputs outputs(3 * step.tensors);
  for (std::size_t i = 0; i < step.tensors; ++i) {
    const Tensor gradient = RegularisedGradient(call, step, i);
    const Tensor mean = Of(call, step, 2, i).mul(alpha).add(gradient.mul(1 - alpha));
    const Tensor square = Of(call, step, 3, i).mul(beta).add(gradient.mul(gradient).mul(1 - beta));
    const Tensor value =
        Of(call, step, 0, i).sub(mean.mul(rate).div(square.sqrt().add(call.node.Real("epsilon", 1e-6f))));
    outputs[i] = value.mul(1 - call.node.Real("norm_coefficient_post", 0));
    outputs[step.tensors + i] = mean;
    outputs[2 * step.tensors + i] = square;
  }
  return outputs;
}

Outputs Momentum(const OperatorCall& call) {
  const Step step = ReadStep(call, 3);
  const double alpha = call.node.Real("alpha", 0);
  const double beta = step.count > 0 ? call.node.Real("beta", 0) : 1;
  const std::string mode = call.node.Text("mode", "standard");
  if (mode != "standard" && mode != "nesterov") {
    throw OperatorError(ErrorCode::kInvalidArgument,
                        fmt::format("mode must be standard or nesterov, got \"{}\"", mode));
  }
  Outputs outputs(2 * step.tensors);
  for (std::size_t i = 0; i < step.tensors; ++i) {
    const Tensor gradient = RegularisedGradient(call, step, i);
    const Tensor velocity = Of(call, step, 2, i).mul(alpha).add(gradient.mul(beta));
    const Tensor direction = mode == "nesterov" ? gradient.add(velocity.mul(alpha)) : velocity;
    outputs[i] = Of(call, step, 0, i).sub(direction.mul(step.rate));
    outputs[step.tensors + i] = velocity;
  }
  return outputs;
}

Outputs Gradient(const OperatorCall&) {
  throw OperatorError(ErrorCode::kUnsupported,
                      "the gradient of a part of the graph as an operator is not supported");
}

constexpr std::string_view kDomain = "ai.onnx.preview.training";
constexpr OperatorEntry kTable[] = {
    {"Adagrad", Adagrad, kDomain},
    {"Adam", Adam, kDomain},
    {"Gradient", Gradient, kDomain},
    {"Momentum", Momentum, kDomain},
};

}  // namespace

std::span<const OperatorEntry> TrainingOperators() { return kTable; }

}  // namespace cupel::algorithm::gradient
