// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/executor/executor.h"

#include <fmt/format.h>

#include "cupel/algorithm/executor/general_executor.h"
#include "cupel/algorithm/gradient/evaluate_node.h"
#include "cupel/algorithm/graph/passes.h"

namespace cupel::algorithm::executor {

Result<Passes> Executor::ForwardGradients(const tensor::Tensor& input,
                                          std::span<const OutputGradient> output_gradients) const {
  Passes passes;
  for (const OutputGradient& output_gradient : output_gradients) {
    CUPEL_TRY(Pass pass, ForwardGradient(input, output_gradient));
    passes.output = std::move(pass.output);
    passes.input_gradients.push_back(std::move(pass.input_gradient));
  }
  return passes;
}

Result<std::unique_ptr<Executor>> MakeExecutor(const graph::Graph& graph, const ExecutorOptions& options) {
  if (graph.inputs.size() != 1 || graph.outputs.empty()) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("expected one input and at least one output, the graph has {} and {}",
                            graph.inputs.size(), graph.outputs.size()),
                graph.name, "export the model with its other inputs fixed");
  }
  if (!options.optimise) return GeneralExecutor::Create(graph, options.device);
  CUPEL_TRY(const graph::Optimised optimised,
            graph::Optimise(graph, {.evaluate = gradient::EvaluateNode, .skip = {}}));
  return GeneralExecutor::Create(optimised.graph, options.device);
}

}  // namespace cupel::algorithm::executor
