// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/conformance/conformance.h"
#include "cupel/algorithm/gradient/gradient_executor.h"
#include "cupel/algorithm/tensor/tensor.h"

namespace cupel::algorithm::conformance {
namespace {

Result<std::vector<graph::TensorValue>> Run(const graph::Graph& graph,
                                            std::span<const graph::TensorValue> inputs) {
  tensor::UseOneThreadPerOperator();
  try {
    CUPEL_TRY(const auto executor, gradient::GradientExecutor::Create(graph, {}));
    std::vector<tensor::Tensor> tensors;
    for (const auto& input : inputs) tensors.push_back(gradient::ToTensor(input, at::kCPU));
    CUPEL_TRY(const std::vector<tensor::Tensor> outputs, executor->Forward(tensors));
    std::vector<graph::TensorValue> values;
    for (const auto& output : outputs) values.push_back(gradient::FromTensor(output));
    return values;
  } catch (const gradient::OperatorError& error) {
    return Fail(error.code(), error.what());
  } catch (const std::exception& error) {
    return Fail(ErrorCode::kInternal, error.what());
  }
}

}  // namespace

GraphRunner GradientRunner() { return Run; }

}  // namespace cupel::algorithm::conformance
