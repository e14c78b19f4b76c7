// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/graph/shape_inference.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "cupel/algorithm/graph/shape_rules.h"

namespace cupel::algorithm::graph {
namespace {

constexpr std::int64_t kLargestDimension = std::int64_t{1} << 40;
constexpr std::int64_t kMostElements = 1024;

bool IsInteger(DataType type) {
  return type == DataType::kInt64 || type == DataType::kInt32 || type == DataType::kBool;
}

Dimensions FromShape(const Shape& shape) {
  Dimensions dimensions;
  for (std::int64_t value : shape) dimensions.push_back(Known(value));
  return dimensions;
}

void Bind(ValueInfo& info, const SymbolValues& symbols) {
  if (!info.shape) return;
  for (Dimension& dimension : *info.shape) {
    if (const auto bound = symbols.find(dimension.symbol); !dimension.value && bound != symbols.end()) {
      dimension = Known(bound->second);
    }
    if (dimension.value && (*dimension.value > kLargestDimension || *dimension.value < 0)) dimension = {};
  }
}

/// Fills what `info` leaves open from `hint`: type, rank, and dimensions without a value.
void Complete(ValueInfo& info, const ValueInfo& hint) {
  if (hint.kind != "tensor") info.kind = hint.kind;
  if (info.type == DataType::kUndefined) info.type = hint.type;
  if (!hint.shape) return;
  if (!info.shape) info.shape = hint.shape;
  if (info.shape->size() != hint.shape->size()) return;
  for (std::size_t i = 0; i < info.shape->size(); ++i) {
    Dimension& mine = (*info.shape)[i];
    const Dimension& other = (*hint.shape)[i];
    if (!mine.value && (other.value || mine.symbol.empty())) mine = other;
  }
}

void AddConstant(const std::string& name, const TensorValue& tensor, Inference& known) {
  ValueInfo info{name, tensor.type, FromShape(tensor.shape), "tensor"};
  Bind(info, {});
  known.types[name] = std::move(info);
  if (!IsInteger(tensor.type) || ElementCount(tensor.shape) > kMostElements) return;
  PartialIntegers integers{tensor.type, tensor.shape, {}};
  for (std::int64_t value : tensor.AsInt64s()) integers.values.emplace_back(value);
  known.integers[name] = std::move(integers);
}

/// Walks the nodes in order and adds what follows to `known`.
class Inferrer {
 public:
  Inferrer(const Graph& graph, const SymbolValues& symbols, Declared declared, Inference& known)
      : graph_(graph), symbols_(symbols), declared_(declared), known_(known) {
    for (const ValueInfo& output : graph.outputs) outputs_.emplace(output.name, &output);
  }

  void Visit(const Node& node) {
    const TensorValue* const constant = node.op_type == "Constant" ? node.Tensor("value") : nullptr;
    if (constant != nullptr && node.domain.empty() && node.outputs.size() == 1) {
      AddConstant(node.outputs[0], *constant, known_);
    } else {
      Apply(node);
    }
  }

 private:
  void Apply(const Node& node) {
    RuleContext context(node, graph_, known_);
    const ShapeRule rule = node.domain.empty() ? FindShapeRule(node.op_type) : nullptr;
    if (rule != nullptr) rule(context);
    std::optional<PartialIntegers> integers;
    if (node.domain.empty() && !node.outputs.empty()) integers = ComputeIntegers(context);
    if (integers) context.Set(0, integers->type, FromShape(integers->shape));
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
      const std::string& name = node.outputs[i];
      if (name.empty()) continue;
      ValueInfo info{name, context.outputs[i].type, std::move(context.outputs[i].shape), "tensor"};
      if (declared_ == Declared::kTrusted) CompleteFromDeclared(info);
      Bind(info, symbols_);
      known_.types[name] = std::move(info);
    }
    if (integers && !node.outputs[0].empty()) known_.integers[node.outputs[0]] = *std::move(integers);
  }

  /// What the file says of a computed value.
  void CompleteFromDeclared(ValueInfo& info) const {
    if (const auto hint = graph_.value_infos.find(info.name); hint != graph_.value_infos.end())
      Complete(info, hint->second);
    if (const auto output = outputs_.find(info.name); output != outputs_.end())
      Complete(info, *output->second);
  }

  const Graph& graph_;
  const SymbolValues& symbols_;
  Declared declared_;
  Inference& known_;
  std::map<std::string_view, const ValueInfo*> outputs_;
};

}  // namespace

std::optional<std::vector<std::int64_t>> PartialIntegers::Complete() const {
  std::vector<std::int64_t> complete;
  for (const auto& value : values) {
    if (!value) return std::nullopt;
    complete.push_back(*value);
  }
  return complete;
}

std::optional<Shape> Inference::StaticShape(std::string_view name) const {
  const auto found = types.find(name);
  if (found == types.end() || !found->second.shape) return std::nullopt;
  Shape shape;
  for (const Dimension& dimension : *found->second.shape) {
    if (!dimension.value) return std::nullopt;
    shape.push_back(*dimension.value);
  }
  return shape;
}

Inference InferShapes(const Graph& graph, const SymbolValues& symbols, Declared declared) {
  Inference known;
  for (const ValueInfo& input : graph.inputs) {
    ValueInfo info = input;
    Bind(info, symbols);
    known.types[input.name] = std::move(info);
  }
  for (const auto& [name, tensor] : graph.initializers) AddConstant(name, tensor, known);
  Inferrer inferrer(graph, symbols, declared, known);
  for (const Node& node : graph.nodes) inferrer.Visit(node);
  return known;
}

void AddInferredTypes(Graph& graph) {
  const Inference known = InferShapes(graph);
  std::set<std::string_view> outputs;
  for (ValueInfo& output : graph.outputs) {
    outputs.insert(output.name);
    const auto found = known.types.find(output.name);
    if (output.kind == "tensor" && found != known.types.end()) Complete(output, found->second);
  }
  for (const Node& node : graph.nodes) {
    for (const std::string& name : node.outputs) {
      const auto found = known.types.find(name);
      if (name.empty() || outputs.contains(name) || found == known.types.end()) continue;
      if (found->second.type == DataType::kUndefined && !found->second.shape) continue;
      graph.value_infos.insert_or_assign(name, found->second);
    }
  }
}

DataType RuleContext::Type(std::size_t input) const {
  const ValueInfo* const info = Info(input);
  return info == nullptr ? DataType::kUndefined : info->type;
}

const Dimensions* RuleContext::Shape(std::size_t input) const {
  const ValueInfo* const info = Info(input);
  return info == nullptr || !info->shape || info->kind != "tensor" ? nullptr : &*info->shape;
}

const ValueInfo* RuleContext::Info(std::size_t input) const {
  if (!Has(input)) return nullptr;
  const auto found = known_.types.find(node.inputs[input]);
  return found == known_.types.end() ? nullptr : &found->second;
}

const PartialIntegers* RuleContext::Partial(std::size_t input) const {
  if (!Has(input)) return nullptr;
  const auto found = known_.integers.find(node.inputs[input]);
  return found == known_.integers.end() ? nullptr : &found->second;
}

std::optional<std::vector<std::int64_t>> RuleContext::Integers(std::size_t input) const {
  const PartialIntegers* const partial = Partial(input);
  return partial == nullptr ? std::nullopt : partial->Complete();
}

const TensorValue* RuleContext::Constant(std::size_t input) const {
  if (!Has(input)) return nullptr;
  const auto found = graph_.initializers.find(node.inputs[input]);
  return found == graph_.initializers.end() ? nullptr : &found->second;
}

std::optional<std::vector<std::int64_t>> RuleContext::AttributeOrInput(std::string_view attribute,
                                                                       std::size_t input) const {
  if (node.HasAttribute(attribute)) return node.Integers(attribute);
  return Integers(input);
}

void RuleContext::Set(std::size_t output, DataType type, std::optional<Dimensions> shape) {
  if (output >= outputs.size()) return;
  outputs[output] = {type, std::move(shape)};
}

ShapeRule FindShapeRule(std::string_view op_type) {
  for (const auto& table :
       {ElementwiseShapeRules(), WindowShapeRules(), LinearShapeRules(), MovementShapeRules()}) {
    const auto found = std::ranges::find(table, op_type, &ShapeRuleEntry::op_type);
    if (found != table.end()) return found->rule;
  }
  return nullptr;
}

std::optional<std::size_t> NormalAxis(std::int64_t axis, std::size_t rank) {
  const auto signed_rank = static_cast<std::int64_t>(rank);
  if (axis < -signed_rank || axis >= signed_rank) return std::nullopt;
  return static_cast<std::size_t>(axis < 0 ? axis + signed_rank : axis);
}

std::optional<Dimensions> Broadcast(const Dimensions& a, const Dimensions& b) {
  const Dimensions& longer = a.size() >= b.size() ? a : b;
  const Dimensions& shorter = a.size() >= b.size() ? b : a;
  Dimensions result = longer;
  const std::size_t offset = longer.size() - shorter.size();
  for (std::size_t i = 0; i < shorter.size(); ++i) {
    Dimension& mine = result[offset + i];
    const Dimension& other = shorter[i];
    if (mine == other && (mine.value || !mine.symbol.empty())) continue;
    if (other.value == 1) continue;
    if (mine.value.value_or(1) != 1 && other.value) return std::nullopt;
    if (mine.value == 1 || other.value) {
      mine = other;  // An unknown dimension that broadcasts with n > 1 is n or 1.
    } else if (!mine.value) {
      mine = {};
    }
  }
  return result;
}

}  // namespace cupel::algorithm::graph
