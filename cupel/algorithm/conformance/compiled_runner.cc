// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cupel/algorithm/compiled/compiled_graph.h"
#include "cupel/algorithm/conformance/conformance.h"
#include "cupel/algorithm/gradient/evaluate_node.h"
#include "cupel/algorithm/graph/passes.h"

namespace cupel::algorithm::conformance {
namespace {

using graph::TensorValue;

// Backend tests give weights as inputs; here all but the first input are constants.
Result<graph::Graph> WithOneInput(graph::Graph graph, std::span<const TensorValue> inputs) {
  if (inputs.empty() || inputs[0].type != graph::DataType::kFloat32 || inputs[0].shape.size() < 2 ||
      graph.outputs.size() != 1)
    return Fail(ErrorCode::kUnsupported, "the compiled executor takes float32 samples and gives one output");
  for (std::size_t i = 1; i < inputs.size(); ++i) graph.initializers[graph.inputs[i].name] = inputs[i];
  graph.inputs.resize(1);
  CUPEL_TRY(graph::Optimised optimised,
            graph::Optimise(std::move(graph), {.evaluate = gradient::EvaluateNode, .skip = {}}));
  return std::move(optimised.graph);
}

Result<std::vector<TensorValue>> Run(const graph::Graph& graph, std::span<const TensorValue> inputs) {
  CUPEL_TRY(const graph::Graph one, WithOneInput(graph, inputs));
  const graph::Shape& shape = inputs[0].shape;
  CUPEL_TRY(const auto compiled,
            compiled::CompiledGraph::Create(one, {.sample_shape = {shape.begin() + 1, shape.end()}}));
  const std::vector<double> doubles = inputs[0].AsDoubles();
  const std::vector<float> values(doubles.begin(), doubles.end());
  graph::Shape output_shape = compiled->output_shape();
  output_shape.insert(output_shape.begin(), shape[0]);
  std::vector<float> output(static_cast<std::size_t>(graph::ElementCount(output_shape)));
  CUPEL_TRY_STATUS(compiled->Forward(values, output));
  return std::vector<TensorValue>{TensorValue::FromFloats(output_shape, output)};
}

}  // namespace

GraphRunner CompiledRunner() { return Run; }

}  // namespace cupel::algorithm::conformance
