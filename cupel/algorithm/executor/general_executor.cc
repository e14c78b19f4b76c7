// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/executor/general_executor.h"

#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>
#include <fmt/format.h>
#include <torch/csrc/autograd/autograd.h>

namespace cupel::algorithm::executor {

using tensor::Tensor;

Result<std::unique_ptr<GeneralExecutor>> GeneralExecutor::Create(const graph::Graph& graph,
                                                                 tensor::Device device) {
  auto executor = std::unique_ptr<GeneralExecutor>(new GeneralExecutor(device));
  CUPEL_TRY(executor->engine_, gradient::GradientExecutor::Create(graph, {.device = device}));
  return executor;
}

Result<Tensor> GeneralExecutor::Forward(const Tensor& input) const {
  CUPEL_TRY(const std::vector<Tensor> outputs, engine_->Forward({&input, 1}, gradient::Recording::kOff));
  return outputs[0];
}

Result<Pass> GeneralExecutor::ForwardGradient(const Tensor& input,
                                              const OutputGradient& output_gradient) const {
  Tensor recorded = input.detach();
  recorded.requires_grad_(true);
  CUPEL_TRY(const std::vector<Tensor> outputs, engine_->Forward({&recorded, 1}, gradient::Recording::kOn));
  Pass pass{.output = outputs[0].detach(), .input_gradient = {}};
  return tensor::Translate([&]() -> Result<Pass> {
    const Tensor seed = [&] {
      const c10::AutoGradMode off(false);
      return output_gradient(pass.output);
    }();
    if (seed.sizes() != pass.output.sizes()) {
      return Fail(ErrorCode::kInvalidArgument, "the output's gradient has another shape than the output");
    }
    if (outputs[0].requires_grad()) {
      pass.input_gradient =
          torch::autograd::grad({outputs[0]}, {recorded}, {seed}, c10::nullopt, false, true)[0];
    }
    if (!pass.input_gradient.defined())
      pass.input_gradient = at::zeros_like(pass.output.new_empty(input.sizes()));
    return pass;
  });
}

}  // namespace cupel::algorithm::executor
