// SPDX-License-Identifier: Apache-2.0
#pragma once

/// For tests: one operator applied to constants.

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "cupel/algorithm/gradient/evaluate_node.h"
#include "cupel/algorithm/gradient/operator.h"

namespace cupel::algorithm::gradient {

using Attributes = std::map<std::string, graph::Attribute, std::less<>>;
using Values = std::vector<graph::TensorValue>;

inline Result<Values> TryApply(const std::string& op_type, const Values& inputs,
                               const Attributes& attributes = {}, std::int64_t opset = 17,
                               const std::string& domain = "") {
  const graph::Node node{"node", op_type, domain, {}, {"y"}, attributes};
  return EvaluateNode(node, inputs, opset);
}

/// The outputs, none after an error (which fails the test).
inline Values Apply(const std::string& op_type, const Values& inputs, const Attributes& attributes = {},
                    std::int64_t opset = 17, const std::string& domain = "") {
  auto outputs = TryApply(op_type, inputs, attributes, opset, domain);
  EXPECT_TRUE(outputs) << (outputs ? "" : outputs.error().ToString());
  return outputs ? *outputs : Values(8);
}

inline graph::TensorValue Floats(graph::Shape shape, const std::vector<float>& values) {
  return graph::TensorValue::FromFloats(std::move(shape), values);
}
inline graph::TensorValue Integers(graph::Shape shape, const std::vector<std::int64_t>& values) {
  return graph::TensorValue::FromInt64s(std::move(shape), values);
}
inline graph::TensorValue Integers(const std::vector<std::int64_t>& values) {
  return graph::TensorValue::FromInt64s({static_cast<std::int64_t>(values.size())}, values);
}
inline graph::Attribute Number(std::int64_t value) { return value; }
inline graph::Attribute Text(const char* value) { return std::string(value); }

}  // namespace cupel::algorithm::gradient
