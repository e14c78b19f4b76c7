// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <set>

#include "cupel/algorithm/compiled/lowering.h"

namespace cupel::algorithm::compiled {
namespace {

graph::Graph WithInputShape(graph::Graph graph, const Shape& sample_shape, std::int64_t rows) {
  std::vector<graph::Dimension> dimensions = {{rows, {}}};
  for (const std::int64_t size : sample_shape) dimensions.push_back({size, {}});
  graph.inputs[0].shape = std::move(dimensions);
  return graph;
}

LowerFunction Find(std::string_view op_type) {
  for (const auto table : {LinearLowering(), ElementwiseLowering(), MovementLowering()}) {
    for (const LowerEntry& entry : table) {
      if (entry.op_type == op_type) return entry.function;
    }
  }
  return nullptr;
}

}  // namespace

Lowering::Lowering(const graph::Graph& graph, const Shape& sample_shape, std::int64_t rows)
    : graph_(WithInputShape(graph, sample_shape, rows)),
      known_(graph::InferShapes(graph_, {}, graph::Declared::kIgnored)),
      rows_(rows) {
  Shape shape = sample_shape;
  shape.insert(shape.begin(), rows);
  network_.shapes.push_back(std::move(shape));
  values_[graph_.inputs[0].name] = 0;
}

bool Lowering::Has(std::size_t input) const {
  return input < node_->inputs.size() && !node_->inputs[input].empty();
}

std::string Lowering::Place() const { return fmt::format("node \"{}\" ({})", node_->name, node_->op_type); }

tl::unexpected<Error> Lowering::Unsupported(const std::string& what) const {
  return Fail(ErrorCode::kUnsupported, "the compiled executor lacks " + what, Place());
}

Result<int> Lowering::Value(std::size_t input) const {
  if (!Has(input)) return Unsupported(fmt::format("a form without input {}", input));
  const auto found = values_.find(node_->inputs[input]);
  if (found == values_.end()) return Unsupported(fmt::format("a constant as input {}", input));
  return found->second;
}

bool Lowering::IsConstant(std::size_t input) const {
  return Has(input) && !values_.contains(node_->inputs[input]);
}

bool Lowering::IsInitializer(std::size_t input) const {
  return Has(input) && graph_.initializers.contains(node_->inputs[input]);
}

Result<const graph::TensorValue*> Lowering::Constant(std::size_t input) const {
  const auto found = Has(input) ? graph_.initializers.find(node_->inputs[input]) : graph_.initializers.end();
  if (found == graph_.initializers.end() || found->second.type != graph::DataType::kFloat32) {
    return Unsupported(fmt::format("anything but a float32 constant as input {}", input));
  }
  return &found->second;
}

Result<std::vector<float>> Lowering::Floats(std::size_t input) const {
  CUPEL_TRY(const graph::TensorValue* const constant, Constant(input));
  const std::vector<double> values = constant->AsDoubles();
  return std::vector<float>(values.begin(), values.end());
}

std::optional<std::vector<std::int64_t>> Lowering::Integers(std::size_t input) const {
  if (!Has(input)) return std::nullopt;
  const auto found = known_.integers.find(node_->inputs[input]);
  if (found != known_.integers.end()) return found->second.Complete();
  const auto constant = graph_.initializers.find(node_->inputs[input]);
  if (constant == graph_.initializers.end() || constant->second.type != graph::DataType::kInt64)
    return std::nullopt;
  return constant->second.AsInt64s();
}

std::optional<std::vector<std::int64_t>> Lowering::AttributeOrInput(std::string_view attribute,
                                                                    std::size_t input) const {
  if (node_->HasAttribute(attribute)) return node_->Integers(attribute);
  return Integers(input);
}

Result<Shape> Lowering::OutputShape() const {
  const auto type = known_.types.find(node_->outputs[0]);
  const auto shape = known_.StaticShape(node_->outputs[0]);
  if (!shape || type == known_.types.end()) return Unsupported("shapes that are not known beforehand");
  if (type->second.type != graph::DataType::kFloat32) return Unsupported("types other than float32");
  if (shape->empty() || (*shape)[0] != rows_) return Unsupported("results that mix samples");
  if (graph::ElementCount(*shape) < 1) return Unsupported("empty values");
  return *shape;
}

Operation Lowering::Make(Kind kind, std::vector<int> inputs) const {
  Operation operation;
  operation.kind = kind;
  operation.place = Place();
  operation.inputs = std::move(inputs);
  return operation;
}

int Lowering::Append(Operation operation, Shape shape) {
  operation.output = static_cast<int>(network_.shapes.size());
  network_.shapes.push_back(std::move(shape));
  network_.operations.push_back(std::move(operation));
  return network_.operations.back().output;
}

void Lowering::Define(int value) { values_[node_->outputs[0]] = value; }

std::vector<bool> Lowering::NeededNodes() const {
  std::set<std::string_view> wanted = {graph_.outputs[0].name};
  std::vector<bool> needed(graph_.nodes.size(), false);
  for (std::size_t i = graph_.nodes.size(); i-- > 0;) {
    for (const std::string& output : graph_.nodes[i].outputs)
      needed[i] = needed[i] || wanted.contains(output);
    if (needed[i]) wanted.insert(graph_.nodes[i].inputs.begin(), graph_.nodes[i].inputs.end());
  }
  return needed;
}

Status Lowering::LowerNode() {
  const LowerFunction lower = node_->domain.empty() ? Find(node_->op_type) : nullptr;
  if (lower == nullptr) return Unsupported("this operator");
  for (std::size_t i = 1; i < node_->outputs.size(); ++i) {
    if (!node_->outputs[i].empty()) return Unsupported("further outputs");
  }
  return lower(*this);
}

Result<Network> Lowering::Run() {
  const std::vector<bool> needed = NeededNodes();
  for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
    node_ = &graph_.nodes[i];
    if (!needed[i] || node_->outputs.empty()) continue;
    // Shapes and what is computed from them are numbers by now.
    const auto integers = known_.integers.find(node_->outputs[0]);
    if (integers != known_.integers.end() && integers->second.Complete()) continue;
    CUPEL_TRY_STATUS(LowerNode());
  }
  const auto output = values_.find(graph_.outputs[0].name);
  if (output == values_.end()) {
    return Fail(ErrorCode::kUnsupported, "the compiled executor lacks an output that is a constant",
                graph_.outputs[0].name);
  }
  network_.output = output->second;
  return std::move(network_);
}

Result<Network> Lower(const graph::Graph& graph, const Shape& sample_shape, std::int64_t rows) {
  if (graph.inputs.size() != 1 || graph.outputs.empty() ||
      graph.inputs[0].type != graph::DataType::kFloat32) {
    return Fail(ErrorCode::kUnsupported, "the compiled executor takes one float32 input and gives one output",
                graph.name);
  }
  return Lowering(graph, sample_shape, rows).Run();
}

}  // namespace cupel::algorithm::compiled
