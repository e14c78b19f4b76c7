// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/certify/compiler.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace cupel::algorithm::certify {
namespace {

graph::Inference InferFor(graph::Graph& graph, const graph::Shape& sample_shape, std::int64_t n) {
  std::vector<graph::Dimension> dimensions = {{n, {}}};
  for (const std::int64_t size : sample_shape) dimensions.push_back({size, {}});
  graph.inputs[0].shape = dimensions;
  return graph::InferShapes(graph, {}, graph::Declared::kIgnored);
}

}  // namespace

std::string PlaceOf(const graph::Node& node) {
  const std::string& name = node.name.empty() && !node.outputs.empty() ? node.outputs[0] : node.name;
  return fmt::format("{} ({})", node.op_type, name);
}

Plane PlaneOf(const graph::Shape& sample) {
  if (sample.size() == 3) return {sample[0], sample[1], sample[2]};
  if (sample.size() == 2) return {sample[0], 1, sample[1]};
  return {graph::ElementCount(sample), 1, 1};
}

Compiler::Compiler(graph::Graph graph, const graph::Shape& sample_shape) : graph_(std::move(graph)) {
  one_ = InferFor(graph_, sample_shape, 1);
  two_ = InferFor(graph_, sample_shape, 2);
}

tl::unexpected<Error> Compiler::Unsupported(const graph::Node& node, std::string_view reason) {
  return Fail(ErrorCode::kUnsupported,
              fmt::format("no certificate through operator {}: {}", node.op_type, reason),
              fmt::format("node {}", PlaceOf(node)), "attack the model instead, or certify it by smoothing");
}

bool Compiler::Has(const graph::Node& node, std::size_t input) const {
  return input < node.inputs.size() && !node.inputs[input].empty();
}

bool Compiler::IsConstant(const graph::Node& node, std::size_t input) const {
  return Has(node, input) && graph_.initializers.contains(node.inputs[input]);
}

Result<std::size_t> Compiler::Value(const graph::Node& node, std::size_t input) const {
  if (Has(node, input)) {
    if (const auto value = Find(node.inputs[input])) return *value;
  }
  return Unsupported(node, fmt::format("its input {} is not a value that depends on the sample", input));
}

std::optional<std::size_t> Compiler::Find(const std::string& name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return std::nullopt;
  return found->second;
}

Result<std::vector<double>> Compiler::Floats(const graph::Node& node, std::size_t input) const {
  if (!IsConstant(node, input))
    return Unsupported(node, fmt::format("its input {} is not a constant", input));
  const graph::TensorValue& tensor = graph_.initializers.find(node.inputs[input])->second;
  if (tensor.type != graph::DataType::kFloat32) {
    return Unsupported(node,
                       fmt::format("its input {} is {}, not float32", input, DataTypeName(tensor.type)));
  }
  std::vector<double> values = tensor.AsDoubles();
  if (!std::ranges::all_of(values, [](double value) { return std::isfinite(value); })) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("constant {} is not finite", node.inputs[input]),
                fmt::format("node {}", PlaceOf(node)));
  }
  return values;
}

Result<std::vector<std::int64_t>> Compiler::Integers(const graph::Node& node, std::size_t input) const {
  if (!IsConstant(node, input))
    return Unsupported(node, fmt::format("its input {} is not a constant", input));
  return graph_.initializers.find(node.inputs[input])->second.AsInt64s();
}

const graph::Shape& Compiler::ConstantShape(const graph::Node& node, std::size_t input) const {
  CUPEL_CHECK(IsConstant(node, input));
  return graph_.initializers.find(node.inputs[input])->second.shape;
}

Result<graph::Shape> Compiler::SampleShape(const graph::Node& node, const std::string& name) const {
  const auto one = one_.StaticShape(name);
  const auto two = two_.StaticShape(name);
  if (!one || !two) return Unsupported(node, fmt::format("the shape of {} is not known", name));
  graph::Shape expected = *one;
  if (!expected.empty()) expected[0] = 2;
  if (one->empty() || (*one)[0] != 1 || *two != expected) {
    return Unsupported(node, fmt::format("the first axis of {} is not the batch", name));
  }
  return graph::Shape(one->begin() + 1, one->end());
}

Result<graph::Shape> Compiler::InputShape(const graph::Node& node, std::size_t input) const {
  return SampleShape(node, node.inputs[input]);
}

Result<graph::Shape> Compiler::OutputShape(const graph::Node& node) const {
  return SampleShape(node, node.outputs[0]);
}

Result<std::vector<double>> Compiler::Spread(const graph::Node& node, std::size_t input,
                                             const graph::Shape& sample) const {
  CUPEL_TRY(const std::vector<double> values, Floats(node, input));
  graph::Shape shape = ConstantShape(node, input);
  const std::size_t rank = sample.size() + 1;
  bool fits = shape.size() <= rank;
  if (fits) {
    shape.insert(shape.begin(), rank - shape.size(), 1);
    fits = shape[0] == 1;
    for (std::size_t axis = 1; axis < rank; ++axis)
      fits = fits && (shape[axis] == 1 || shape[axis] == sample[axis - 1]);
  }
  if (!fits) return Unsupported(node, "a constant does not spread over single samples");
  std::vector<double> spread(static_cast<std::size_t>(graph::ElementCount(sample)));
  for (std::size_t i = 0; i < spread.size(); ++i) {
    std::int64_t rest = static_cast<std::int64_t>(i);
    std::int64_t place = 0;
    std::int64_t stride = 1;
    for (std::size_t axis = rank - 1; axis > 0; --axis) {
      const std::int64_t at = rest % sample[axis - 1];
      rest /= sample[axis - 1];
      if (shape[axis] != 1) place += at * stride;
      stride *= shape[axis];
    }
    spread[i] = values[static_cast<std::size_t>(place)];
  }
  return spread;
}

std::size_t Compiler::Begin(const Plane& plane) {
  program.values = {plane};
  return 0;
}

std::size_t Compiler::Emit(std::unique_ptr<Step> step, std::vector<std::size_t> inputs, const Plane& plane,
                           std::string place) {
  step->reads = std::move(inputs);
  step->writes = program.values.size();
  step->origin = std::move(place);
  program.values.push_back(plane);
  program.steps.push_back(std::move(step));
  return program.values.size() - 1;
}

Status Compiler::Define(const graph::Node& node, std::unique_ptr<Step> step,
                        std::vector<std::size_t> inputs) {
  CUPEL_TRY(const graph::Shape shape, OutputShape(node));
  Name(node.outputs[0], Emit(std::move(step), std::move(inputs), PlaneOf(shape), PlaceOf(node)));
  return {};
}

}  // namespace cupel::algorithm::certify
