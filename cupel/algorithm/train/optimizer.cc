// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/train/optimizer.h"

#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>

#include <cmath>
#include <numbers>

namespace cupel::algorithm::train {
namespace {

using tensor::Tensor;

constexpr double kAdamBeta2 = 0.999;
constexpr double kAdamEpsilon = 1e-8;

void UpdateSgd(const Tensor& weight, const Tensor& gradient, double rate, double decay,
               const TrainOptions& options, Tensor& velocity) {
  const Tensor direction = decay > 0 ? gradient.add(weight, decay) : gradient;
  velocity.mul_(options.momentum).add_(direction);
  if (options.nesterov) {
    weight.sub_(direction.add(velocity, options.momentum), rate);
  } else {
    weight.sub_(velocity, rate);
  }
}

void UpdateAdam(const Tensor& weight, const Tensor& gradient, double rate, double decay,
                const TrainOptions& options, std::int64_t step, Tensor& first, Tensor& second) {
  first.mul_(options.momentum).add_(gradient, 1 - options.momentum);
  second.mul_(kAdamBeta2).addcmul_(gradient, gradient, 1 - kAdamBeta2);
  const auto t = static_cast<double>(step);
  const double bias1 = 1 - std::pow(options.momentum, t);
  const double bias2 = 1 - std::pow(kAdamBeta2, t);
  if (decay > 0) weight.mul_(1 - rate * decay);
  weight.addcdiv_(first, second.div(bias2).sqrt_().add_(kAdamEpsilon), -rate / bias1);
}

}  // namespace

OptimizerState InitialState(const std::vector<Tensor>& parameters, Optimizer optimizer) {
  OptimizerState state;
  for (const Tensor& parameter : parameters) {
    state.first.push_back(at::zeros_like(parameter));
    if (optimizer == Optimizer::kAdam) state.second.push_back(at::zeros_like(parameter));
  }
  return state;
}

void Update(const std::vector<Tensor>& parameters, const std::vector<Tensor>& gradients, double rate,
            const TrainOptions& options, OptimizerState& state) {
  const c10::AutoGradMode off(false);
  ++state.steps;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (!gradients[i].defined()) continue;
    // Biases and normalisation scales are not decayed.
    const double decay = parameters[i].dim() >= 2 ? options.weight_decay : 0;
    if (options.optimizer == Optimizer::kSgd) {
      UpdateSgd(parameters[i], gradients[i], rate, decay, options, state.first[i]);
    } else {
      UpdateAdam(parameters[i], gradients[i], rate, decay, options, state.steps, state.first[i],
                 state.second[i]);
    }
  }
}

double RateAt(std::int64_t step, std::int64_t total, const TrainOptions& options) {
  const auto position = static_cast<double>(step);
  const double warm = std::floor(options.warmup * static_cast<double>(total));
  if (position < warm) return options.learning_rate * (position + 1) / warm;
  const double share = (position - warm) / std::max(static_cast<double>(total) - warm, 1.0);
  return options.learning_rate * 0.5 * (1 + std::cos(std::numbers::pi * share));
}

}  // namespace cupel::algorithm::train
