// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/executor/executor.h"

#include <fmt/format.h>

#include <algorithm>

#include "cupel/algorithm/executor/compiled_executor.h"
#include "cupel/algorithm/executor/general_executor.h"
#include "cupel/algorithm/gradient/evaluate_node.h"
#include "cupel/algorithm/graph/passes.h"

namespace cupel::algorithm::executor {
namespace {

Status CheckPorts(const graph::Graph& graph) {
  if (graph.inputs.size() == 1 && !graph.outputs.empty()) return {};
  return Fail(ErrorCode::kInvalidArgument,
              fmt::format("expected one input and at least one output, the graph has {} and {}",
                          graph.inputs.size(), graph.outputs.size()),
              graph.name, "export the model with its other inputs fixed");
}

Result<graph::Graph> Optimised(const graph::Graph& graph) {
  CUPEL_TRY(graph::Optimised optimised,
            graph::Optimise(graph, {.evaluate = gradient::EvaluateNode, .skip = {}}));
  return std::move(optimised.graph);
}

Result<graph::Shape> SampleShapeOf(const graph::Graph& graph, const ExecutorOptions& options) {
  if (options.device.cuda || !options.optimise)
    return Fail(ErrorCode::kInvalidArgument, "the compiled executor runs optimised graphs on the CPU",
                graph.name);
  graph::Shape shape = options.sample_shape;
  const auto& declared = graph.inputs[0].shape;
  for (std::size_t i = 1; shape.size() + 1 == i && declared && i < declared->size(); ++i) {
    if ((*declared)[i].value) shape.push_back(*(*declared)[i].value);
  }
  const bool complete = !options.sample_shape.empty() || (declared && shape.size() + 1 == declared->size());
  if (!shape.empty() && complete && std::ranges::all_of(shape, [](std::int64_t size) { return size > 0; }))
    return shape;
  return Fail(ErrorCode::kInvalidArgument, "the shape of the graph's input is not known",
              graph.inputs[0].name, "export the model with fixed sample dimensions");
}

}  // namespace

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
  CUPEL_TRY_STATUS(CheckPorts(graph));
  if (options.kind == ExecutorKind::kCompiled) {
    CUPEL_TRY(const graph::Shape sample_shape, SampleShapeOf(graph, options));
    CUPEL_TRY(const graph::Graph optimised, Optimised(graph));
    return CompiledExecutor::Create(optimised, sample_shape, options.precision);
  }
  if (!options.optimise) return GeneralExecutor::Create(graph, options.device);
  CUPEL_TRY(const graph::Graph optimised, Optimised(graph));
  return GeneralExecutor::Create(optimised, options.device);
}

Result<std::vector<Part>> DescribeCompiled(const graph::Graph& graph, const ExecutorOptions& options) {
  CUPEL_TRY_STATUS(CheckPorts(graph));
  CUPEL_TRY(const graph::Shape sample_shape, SampleShapeOf(graph, options));
  CUPEL_TRY(const graph::Graph optimised, Optimised(graph));
  CUPEL_TRY(const auto executor, CompiledExecutor::Create(optimised, sample_shape, options.precision));
  return executor->parts();
}

}  // namespace cupel::algorithm::executor
