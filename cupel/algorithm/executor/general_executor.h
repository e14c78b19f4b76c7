// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The executor over `gradient::GradientExecutor`: any operator, CPU and CUDA, gradients by libtorch's own
/// recording. Private to the module; made by MakeExecutor.

#include <memory>

#include "cupel/algorithm/executor/executor.h"
#include "cupel/algorithm/gradient/gradient_executor.h"

namespace cupel::algorithm::executor {

class GeneralExecutor : public Executor {
 public:
  static Result<std::unique_ptr<GeneralExecutor>> Create(const graph::Graph& graph, tensor::Device device);

  Result<tensor::Tensor> Forward(const tensor::Tensor& input) const override;
  Result<Pass> ForwardGradient(const tensor::Tensor& input,
                               const OutputGradient& output_gradient) const override;
  Result<Passes> ForwardGradients(const tensor::Tensor& input,
                                  std::span<const OutputGradient> output_gradients) const override;
  tensor::Device device() const override { return device_; }

 private:
  explicit GeneralExecutor(tensor::Device device) : device_(device) {}

  tensor::Device device_;
  std::unique_ptr<gradient::GradientExecutor> engine_;
};

}  // namespace cupel::algorithm::executor
