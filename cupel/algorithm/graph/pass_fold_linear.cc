// SPDX-License-Identifier: Apache-2.0
// What follows a convolution or Gemm and is affine per channel goes into its weights and bias:
//   BatchNormalization: y = s (W x + b) + t with s = scale / sqrt(var + epsilon), t = shift - s mean;  W' = s
//   W, b' = s b + t Add of a constant per channel: b' = b + c
#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "cupel/algorithm/graph/passes.h"
#include "cupel/algorithm/graph/value_uses.h"

namespace cupel::algorithm::graph {
namespace {

using Doubles = std::vector<double>;

const TensorValue* FloatConstant(const Graph& graph, const Node& node, std::size_t input) {
  if (input >= node.inputs.size()) return nullptr;
  const auto found = graph.initializers.find(node.inputs[input]);
  return found == graph.initializers.end() || found->second.type != DataType::kFloat32 ? nullptr
                                                                                       : &found->second;
}

/// A Conv, ConvTranspose or Gemm with constant float32 weight and bias.
struct Linear {
  const TensorValue* weight = nullptr;
  std::int64_t channels = 0;
  Doubles bias;  ///< One per channel; what the node adds, beta included.

  static std::optional<Linear> Of(const Node& node, const Graph& graph) {
    Linear linear;
    linear.weight = FloatConstant(graph, node, 1);
    if (!node.domain.empty() || linear.weight == nullptr || ElementCount(linear.weight->shape) == 0)
      return std::nullopt;
    const Shape& shape = linear.weight->shape;
    if (node.op_type == "Gemm") {
      if (shape.size() != 2 || graph.Opset() < 7) return std::nullopt;
      linear.channels = node.Integer("transB", 0) != 0 ? shape[0] : shape[1];
    } else if (node.op_type == "Conv" || node.op_type == "ConvTranspose") {
      const std::int64_t group = node.Integer("group", 1);
      if (shape.size() < 3 || group < 1 || shape[0] % group != 0) return std::nullopt;
      linear.channels = node.op_type == "Conv" ? shape[0] : shape[1] * group;
    } else {
      return std::nullopt;
    }
    return linear.ReadBias(node, graph) ? std::optional(std::move(linear)) : std::nullopt;
  }

  bool ReadBias(const Node& node, const Graph& graph) {
    bias.assign(static_cast<std::size_t>(channels), 0.0);
    if (node.inputs.size() < 3 || node.inputs[2].empty()) return true;
    const TensorValue* const constant = FloatConstant(graph, node, 2);
    if (constant == nullptr) return false;
    const bool is_gemm = node.op_type == "Gemm";
    Shape shape = constant->shape;
    // Gemm's C may be a row [1, M] or broadcast from one element.
    if (is_gemm && shape.size() == 2 && shape[0] == 1) shape.erase(shape.begin());
    if (is_gemm && shape.empty()) shape = {1};
    if (shape.size() != 1 || (shape[0] != channels && !(is_gemm && shape[0] == 1))) return false;
    const Doubles values = constant->AsDoubles();
    const double beta = is_gemm ? node.Real("beta", 1.0f) : 1.0;
    for (std::size_t i = 0; i < bias.size(); ++i) bias[i] = beta * values[values.size() == 1 ? 0 : i];
    return true;
  }

  /// The output channel to which an element of the weight belongs.
  std::size_t Channel(const Node& node, std::int64_t element) const {
    const Shape& shape = weight->shape;
    if (node.op_type == "ConvTranspose") {  // [C, M / group, ...]
      const std::int64_t kernel = ElementCount(weight->shape) / (shape[0] * shape[1]);
      const std::int64_t inputs_per_group = shape[0] / node.Integer("group", 1);
      const std::int64_t group = element / (kernel * shape[1]) / inputs_per_group;
      return static_cast<std::size_t>(group * shape[1] + element / kernel % shape[1]);
    }
    if (node.op_type == "Gemm" && node.Integer("transB", 0) == 0)
      return static_cast<std::size_t>(element % shape[1]);
    return static_cast<std::size_t>(element / (ElementCount(shape) / shape[0]));
  }
};

/// Rounds to float32; nothing when a value leaves float32's range.
std::optional<TensorValue> Rounded(const Shape& shape, const Doubles& values) {
  std::vector<float> rounded;
  rounded.reserve(values.size());
  for (double value : values) {
    rounded.push_back(static_cast<float>(value));
    if (!std::isfinite(rounded.back())) return std::nullopt;
  }
  return TensorValue::FromFloats(shape, rounded);
}

/// A name that no value of the main graph has.
std::string FreshName(const Graph& graph, const ValueUses& uses, const std::string& base) {
  std::string name = base;
  const auto taken = [&] {
    return graph.initializers.contains(name) || uses.Producer(name) ||
           std::ranges::any_of(graph.inputs, [&](const ValueInfo& input) { return input.name == name; });
  };
  for (int i = 2; taken(); ++i) name = base + "#" + std::to_string(i);
  return name;
}

void SetInput(Node& node, std::size_t index, std::string name) {
  if (node.inputs.size() <= index) node.inputs.resize(index + 1);
  node.inputs[index] = std::move(name);
}

void SetBias(Graph& graph, const ValueUses& uses, Node& node, TensorValue bias) {
  const std::string name = FreshName(graph, uses, node.inputs[1] + "/bias");
  graph.initializers.emplace(name, std::move(bias));
  SetInput(node, 2, name);
  if (node.op_type == "Gemm") node.attributes.insert_or_assign("beta", 1.0f);
}

/// The node before `node` whose only purpose is node's input, if it may be changed.
Node* OnlyFeeder(Graph& graph, const ValueUses& uses, const std::vector<bool>& erased,
                 const std::string& input) {
  const auto producer = uses.Producer(input);
  if (!producer || erased[*producer] || uses.Count(input) != 1) return nullptr;
  Node& feeder = graph.nodes[*producer];
  return feeder.outputs.size() == 1 && feeder.outputs[0] == input ? &feeder : nullptr;
}

/// Statistics are constants, not of the batch; the rule changed with operator sets 7, 9 and 14.
bool IsInferenceBatchNorm(const Node& node, std::int64_t opset) {
  if (node.op_type != "BatchNormalization" || !node.domain.empty() || node.inputs.size() != 5) return false;
  for (std::size_t i = 1; i < node.outputs.size(); ++i) {
    if (!node.outputs[i].empty()) return false;
  }
  if (opset < 7 && node.Integer("is_test", 0) == 0) return false;
  if (opset < 9 && node.Integer("spatial", 1) != 1) return false;
  return opset < 14 || node.Integer("training_mode", 0) == 0;
}

struct Affine {
  Doubles scale;
  Doubles shift;
};

std::optional<Affine> BatchNormAffine(const Node& node, const Graph& graph, std::int64_t channels) {
  Doubles parameters[4];
  for (std::size_t i = 0; i < 4; ++i) {
    const TensorValue* const constant = FloatConstant(graph, node, i + 1);
    if (constant == nullptr || constant->shape != Shape{channels}) return std::nullopt;
    parameters[i] = constant->AsDoubles();
  }
  const auto& [scale, shift, mean, variance] = parameters;
  const double epsilon = node.Real("epsilon", 1e-5f);
  Affine affine;
  for (std::size_t i = 0; i < scale.size(); ++i) {
    const double s = scale[i] / std::sqrt(variance[i] + epsilon);
    affine.scale.push_back(s);
    affine.shift.push_back(shift[i] - s * mean[i]);
    if (!std::isfinite(s) || !std::isfinite(affine.shift.back())) return std::nullopt;
  }
  return affine;
}

bool FoldOneBatchNorm(Graph& graph, const ValueUses& uses, const Node& batch_norm, Node& feeder) {
  const auto linear = Linear::Of(feeder, graph);
  if (!linear) return false;
  const auto affine = BatchNormAffine(batch_norm, graph, linear->channels);
  if (!affine) return false;
  Doubles weight = linear->weight->AsDoubles();
  for (std::size_t i = 0; i < weight.size(); ++i) {
    weight[i] *= affine->scale[linear->Channel(feeder, static_cast<std::int64_t>(i))];
  }
  Doubles bias = linear->bias;
  for (std::size_t i = 0; i < bias.size(); ++i) bias[i] = affine->scale[i] * bias[i] + affine->shift[i];
  auto new_weight = Rounded(linear->weight->shape, weight);
  auto new_bias = Rounded({linear->channels}, bias);
  if (!new_weight || !new_bias) return false;
  const std::string name = FreshName(graph, uses, feeder.inputs[1] + "/folded");
  graph.initializers.emplace(name, *std::move(new_weight));
  SetInput(feeder, 1, name);
  SetBias(graph, uses, feeder, *std::move(new_bias));
  return true;
}

/// One value per channel, if `constant` added to an output of `rank` dimensions is that: [M, 1, ...] or [1,
/// M, 1, ...] or a single element.
std::optional<Doubles> PerChannel(const TensorValue& constant, std::int64_t channels, std::size_t rank) {
  if (constant.shape.size() > rank) return std::nullopt;
  Shape shape(rank - constant.shape.size(), 1);
  shape.insert(shape.end(), constant.shape.begin(), constant.shape.end());
  for (std::size_t i = 0; i < rank; ++i) {
    if (shape[i] != 1 && (i != 1 || shape[i] != channels)) return std::nullopt;
  }
  Doubles values = constant.AsDoubles();
  if (values.size() == 1) values.assign(static_cast<std::size_t>(channels), values[0]);
  return values;
}

bool FoldOneBias(Graph& graph, const ValueUses& uses, const TensorValue& constant, Node& feeder) {
  if (feeder.op_type == "Gemm") return false;
  const auto linear = Linear::Of(feeder, graph);
  if (!linear) return false;
  const auto addend = PerChannel(constant, linear->channels, linear->weight->shape.size());
  if (!addend) return false;
  Doubles bias = linear->bias;
  for (std::size_t i = 0; i < bias.size(); ++i) bias[i] += (*addend)[i];
  auto rounded = Rounded({linear->channels}, bias);
  if (!rounded) return false;
  SetBias(graph, uses, feeder, *std::move(rounded));
  return true;
}

/// Calls fold(node) for every node; where it returns the node that took over, this node goes and its output's
/// name moves.
template <typename Fold>
std::int64_t FoldInto(Graph& graph, Fold fold) {
  std::vector<bool> erased(graph.nodes.size(), false);
  std::int64_t changes = 0;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    Node* const feeder = fold(graph.nodes[i], erased);
    if (feeder == nullptr) continue;
    graph.value_infos.erase(feeder->outputs[0]);
    feeder->outputs[0] = graph.nodes[i].outputs[0];
    erased[i] = true;
    ++changes;
  }
  std::size_t index = 0;
  std::erase_if(graph.nodes, [&](const Node&) { return erased[index++]; });
  return changes;
}

}  // namespace

std::int64_t FoldBatchNorm(Graph& graph, const OptimiseOptions&) {
  const ValueUses uses(graph);
  return FoldInto(graph, [&](const Node& node, const std::vector<bool>& erased) -> Node* {
    if (!IsInferenceBatchNorm(node, graph.Opset()) || node.outputs[0].empty()) return nullptr;
    Node* const feeder = OnlyFeeder(graph, uses, erased, node.inputs[0]);
    return feeder != nullptr && FoldOneBatchNorm(graph, uses, node, *feeder) ? feeder : nullptr;
  });
}

std::int64_t FoldBias(Graph& graph, const OptimiseOptions&) {
  const ValueUses uses(graph);
  return FoldInto(graph, [&](const Node& node, const std::vector<bool>& erased) -> Node* {
    if (node.op_type != "Add" || !node.domain.empty() || node.inputs.size() != 2 ||
        node.outputs.size() != 1 || node.outputs[0].empty() || graph.Opset() < 7) {
      return nullptr;
    }
    for (std::size_t side : {0u, 1u}) {
      const TensorValue* const constant = FloatConstant(graph, node, 1 - side);
      if (constant == nullptr) continue;
      Node* const feeder = OnlyFeeder(graph, uses, erased, node.inputs[side]);
      if (feeder != nullptr && FoldOneBias(graph, uses, *constant, *feeder)) return feeder;
    }
    return nullptr;
  });
}

}  // namespace cupel::algorithm::graph
