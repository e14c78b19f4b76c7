// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/executor/executor.h"

#include <fmt/format.h>

#include "cupel/algorithm/executor/general_executor.h"
#include "cupel/algorithm/gradient/evaluate_node.h"
#include "cupel/algorithm/graph/passes.h"

namespace cupel::algorithm::executor {

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
