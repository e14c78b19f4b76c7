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
  CUPEL_TRY(Passes passes, ForwardGradients(input, {&output_gradient, 1}));
  return Pass{.output = std::move(passes.output), .input_gradient = std::move(passes.input_gradients[0])};
}

Result<Passes> GeneralExecutor::ForwardGradients(const Tensor& input,
                                                 std::span<const OutputGradient> output_gradients) const {
  Tensor recorded = input.detach();
  recorded.requires_grad_(true);
  CUPEL_TRY(const std::vector<Tensor> outputs, engine_->Forward({&recorded, 1}, gradient::Recording::kOn));
  Passes passes{.output = outputs[0].detach(), .input_gradients = {}};
  return tensor::Translate([&]() -> Result<Passes> {
    for (std::size_t k = 0; k < output_gradients.size(); ++k) {
      const Tensor seed = [&] {
        const c10::AutoGradMode off(false);
        return output_gradients[k](passes.output);
      }();
      if (seed.sizes() != passes.output.sizes()) {
        return Fail(ErrorCode::kInvalidArgument, "the output's gradient has another shape than the output");
      }
      Tensor gradient;
      if (outputs[0].requires_grad()) {
        const bool last = k + 1 == output_gradients.size();
        gradient = torch::autograd::grad({outputs[0]}, {recorded}, {seed}, !last, false, true)[0];
      }
      if (!gradient.defined()) gradient = at::zeros_like(passes.output.new_empty(input.sizes()));
      passes.input_gradients.push_back(std::move(gradient));
    }
    return passes;
  });
}

}  // namespace cupel::algorithm::executor
