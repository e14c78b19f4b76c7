// SPDX-License-Identifier: Apache-2.0
// Operators that move elements and do not compute.
#include <algorithm>

#include "cupel/algorithm/certify/affine_step.h"
#include "cupel/algorithm/certify/compiler.h"

namespace cupel::algorithm::certify {
namespace {

using graph::Node;
using graph::Shape;

Status Pass(Compiler& compiler, const Node& node) {
  CUPEL_TRY(const std::size_t value, compiler.Value(node, 0));
  compiler.Alias(node, value);
  return {};
}

Status Dropout(Compiler& compiler, const Node& node) {
  // The third input, training_mode, turns it on; without it the executor leaves it at rest.
  if (compiler.Has(node, 2)) {
    CUPEL_TRY(const std::vector<std::int64_t> live, compiler.Integers(node, 2));
    if (live.empty() || live[0] != 0) return Compiler::Unsupported(node, "it is in training mode");
  }
  return Pass(compiler, node);
}

Status Cast(Compiler& compiler, const Node& node) {
  if (node.Integer("to", 0) != static_cast<std::int64_t>(graph::DataType::kFloat32))
    return Compiler::Unsupported(node, "it leaves float32");
  return Pass(compiler, node);
}

// Reshape, Flatten, Squeeze and Unsqueeze keep the row-major order; that the first axis stays the batch is
// seen from the shapes.
Status Reshape(Compiler& compiler, const Node& node) {
  CUPEL_TRY(const std::size_t value, compiler.Value(node, 0));
  CUPEL_TRY(const Shape from, compiler.InputShape(node, 0));
  CUPEL_TRY(const Shape to, compiler.OutputShape(node));
  if (graph::ElementCount(from) != graph::ElementCount(to))
    return Compiler::Unsupported(node, "it mixes samples of a batch");
  return compiler.Define(node, MakeReshapeStep(PlaneOf(from), PlaneOf(to)), {value});
}

Status Transpose(Compiler& compiler, const Node& node) {
  CUPEL_TRY(const std::size_t value, compiler.Value(node, 0));
  CUPEL_TRY(const Shape from, compiler.InputShape(node, 0));
  std::vector<std::int64_t> order = node.Integers("perm");
  if (order.size() != from.size() + 1 || order[0] != 0)
    return Compiler::Unsupported(node, "it moves the first axis, the batch");
  CUPEL_TRY(const Shape to, compiler.OutputShape(node));
  std::vector<std::int64_t> stride(from.size(), 1);
  for (std::size_t axis = from.size(); axis-- > 1;) stride[axis - 1] = stride[axis] * from[axis];
  std::vector<std::int64_t> source(static_cast<std::size_t>(graph::ElementCount(to)));
  for (std::size_t i = 0; i < source.size(); ++i) {
    std::int64_t rest = static_cast<std::int64_t>(i);
    for (std::size_t axis = to.size(); axis-- > 0;) {
      source[i] += rest % to[axis] * stride[static_cast<std::size_t>(order[axis + 1] - 1)];
      rest /= to[axis];
    }
  }
  return compiler.Define(node, MakeMoveStep({PlaneOf(from)}, PlaneOf(to), std::move(source)), {value});
}

Status Concat(Compiler& compiler, const Node& node) {
  CUPEL_TRY(const Shape to, compiler.OutputShape(node));
  std::int64_t axis = node.Integer("axis", 0);
  if (axis < 0) axis += static_cast<std::int64_t>(to.size()) + 1;
  if (axis < 1 || axis > static_cast<std::int64_t>(to.size()))
    return Compiler::Unsupported(node, "it joins samples of a batch");
  const auto at = static_cast<std::size_t>(axis - 1);
  std::int64_t outer = 1;
  for (std::size_t i = 0; i < at; ++i) outer *= to[i];
  std::vector<std::size_t> values;
  std::vector<Plane> planes;
  std::vector<std::int64_t> rows;  // Elements each input gives to one outer position.
  for (std::size_t input = 0; input < node.inputs.size(); ++input) {
    CUPEL_TRY(const std::size_t value, compiler.Value(node, input));
    CUPEL_TRY(const Shape shape, compiler.InputShape(node, input));
    values.push_back(value);
    planes.push_back(PlaneOf(shape));
    rows.push_back(graph::ElementCount(shape) / outer);
  }
  std::vector<std::int64_t> source;
  for (std::int64_t position = 0; position < outer; ++position) {
    std::int64_t begin = 0;
    for (std::size_t input = 0; input < rows.size(); ++input) {
      for (std::int64_t i = 0; i < rows[input]; ++i) source.push_back(begin + position * rows[input] + i);
      begin += planes[input].Count();
    }
  }
  return compiler.Define(node, MakeMoveStep(std::move(planes), PlaneOf(to), std::move(source)),
                         std::move(values));
}

constexpr OperatorEntry kTable[] = {
    {"Cast", Cast},       {"Concat", Concat},       {"Dropout", Dropout},
    {"Flatten", Reshape}, {"Identity", Pass},       {"Reshape", Reshape},
    {"Squeeze", Reshape}, {"Transpose", Transpose}, {"Unsqueeze", Reshape},
};

}  // namespace

std::span<const OperatorEntry> MovementOperators() { return kTable; }

}  // namespace cupel::algorithm::certify
