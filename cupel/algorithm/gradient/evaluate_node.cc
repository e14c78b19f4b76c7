// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/gradient/evaluate_node.h"

#include <c10/core/GradMode.h>
#include <fmt/format.h>

#include "cupel/algorithm/gradient/operator.h"

namespace cupel::algorithm::gradient {

Result<std::vector<graph::TensorValue>> EvaluateNode(const graph::Node& node,
                                                     std::span<const graph::TensorValue> inputs,
                                                     std::int64_t opset) {
  const OperatorFunction function = FindOperator(node.domain, node.op_type);
  if (function == nullptr) {
    return Fail(ErrorCode::kUnsupported, fmt::format("operator {} is not available", node.op_type),
                node.name);
  }
  const c10::AutoGradMode off(false);
  try {
    std::vector<Tensor> tensors;
    for (const auto& input : inputs) {
      tensors.push_back(input.type == graph::DataType::kUndefined ? Tensor() : ToTensor(input, at::kCPU));
    }
    const std::vector<Tensor> outputs =
        function({.node = node, .inputs = tensors, .opset = opset, .run_subgraph = {}});
    std::vector<graph::TensorValue> values;
    for (const Tensor& output : outputs)
      values.push_back(output.defined() ? FromTensor(output) : graph::TensorValue{});
    return values;
  } catch (const OperatorError& error) {
    return Fail(error.code(), error.what(), node.name);
  } catch (const std::exception& error) {
    return FailAt(node.name, tensor::internal::TranslateException(error));
  }
}

}  // namespace cupel::algorithm::gradient
