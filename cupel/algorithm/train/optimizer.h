// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The update rules of trainer.h. Private to this module.

#include <vector>

#include "cupel/algorithm/tensor/tensor.h"
#include "cupel/algorithm/train/trainer.h"

namespace cupel::algorithm::train {

/// Momentum buffers (SGD) or first and second moments (Adam), one a parameter.
struct OptimizerState {
  std::vector<tensor::Tensor> first;
  std::vector<tensor::Tensor> second;  ///< Empty for SGD.
  std::int64_t steps = 0;
};

OptimizerState InitialState(const std::vector<tensor::Tensor>& parameters, Optimizer optimizer);

/// One update, in place. A parameter whose gradient is undefined stays as it is.
void Update(const std::vector<tensor::Tensor>& parameters, const std::vector<tensor::Tensor>& gradients,
            double rate, const TrainOptions& options, OptimizerState& state);

/// The learning rate at a step of `total`: linear warm-up, then half a cosine down to zero.
double RateAt(std::int64_t step, std::int64_t total, const TrainOptions& options);

}  // namespace cupel::algorithm::train
