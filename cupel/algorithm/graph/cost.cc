// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/graph/cost.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "cupel/algorithm/graph/shape_inference.h"

namespace cupel::algorithm::graph {
namespace {

constexpr std::array<std::string_view, 28> kFree = {
    "Reshape",        "Flatten",      "Transpose",    "Concat",          "Split",     "Slice",    "Gather",
    "GatherElements", "GatherND",     "Squeeze",      "Unsqueeze",       "Pad",       "Expand",   "Tile",
    "Identity",       "Dropout",      "Constant",     "ConstantOfShape", "Shape",     "Size",     "Cast",
    "CastLike",       "DepthToSpace", "SpaceToDepth", "ScatterElements", "ScatterND", "Compress", "Range"};

/// a * b, or nothing when one is unknown or the product leaves 63 bits.
std::optional<std::int64_t> Times(std::optional<std::int64_t> a, std::optional<std::int64_t> b) {
  std::int64_t product = 0;
  if (!a || !b || __builtin_mul_overflow(*a, *b, &product)) return std::nullopt;
  return product;
}

std::optional<std::int64_t> Elements(const std::optional<Shape>& shape) {
  if (!shape) return std::nullopt;
  std::optional<std::int64_t> count = 1;
  for (std::int64_t dimension : *shape) count = Times(count, dimension);
  return count;
}

class Meter {
 public:
  Meter(const Graph& graph, const Inference& known) : graph_(graph), known_(known) {}

  NodeCost Measure(std::size_t index) const {
    const Node& node = graph_.nodes[index];
    NodeCost cost{index, std::nullopt, true};
    if (node.domain.empty()) {
      if (node.op_type == "Conv" || node.op_type == "ConvInteger")
        return cost.flops = Convolution(node, 1), cost;
      if (node.op_type == "QLinearConv") return cost.flops = Convolution(node, 3), cost;
      if (node.op_type == "ConvTranspose") return cost.flops = Transposed(node), cost;
      if (node.op_type == "Gemm") return cost.flops = Product(node, node.Integer("transA", 0) != 0), cost;
      if (node.op_type == "MatMul" || node.op_type == "MatMulInteger" || node.op_type == "QLinearMatMul") {
        return cost.flops = Product(node, false), cost;
      }
    }
    cost.linear = false;
    if (node.domain.empty() && std::ranges::find(kFree, node.op_type) != kFree.end()) {
      cost.flops = 0;
    } else if (node.domain.empty() && !node.outputs.empty()) {
      cost.flops = Elements(known_.StaticShape(node.outputs[0]));
    }
    return cost;
  }

 private:
  std::optional<Shape> Input(const Node& node, std::size_t index) const {
    return index < node.inputs.size() ? known_.StaticShape(node.inputs[index]) : std::nullopt;
  }

  /// Every output element sums over one filter: weight [M, C / group, k...].
  std::optional<std::int64_t> Convolution(const Node& node, std::size_t weight_input) const {
    const auto weight = Input(node, weight_input);
    if (!weight || weight->empty() || (*weight)[0] == 0) return std::nullopt;
    const auto filter = Elements(Shape(weight->begin() + 1, weight->end()));
    return Times(2, Times(Elements(known_.StaticShape(node.outputs[0])), filter));
  }

  /// Every input element is spread over one filter: weight [C, M / group, k...].
  std::optional<std::int64_t> Transposed(const Node& node) const {
    const auto weight = Input(node, 1);
    if (!weight || weight->empty()) return std::nullopt;
    return Times(2, Times(Elements(Input(node, 0)), Elements(Shape(weight->begin() + 1, weight->end()))));
  }

  std::optional<std::int64_t> Product(const Node& node, bool transposed) const {
    const auto a = Input(node, 0);
    if (!a || a->empty() || (transposed && a->size() != 2)) return std::nullopt;
    return Times(2, Times(Elements(known_.StaticShape(node.outputs[0])), transposed ? (*a)[0] : a->back()));
  }

  const Graph& graph_;
  const Inference& known_;
};

bool IsFloat(DataType type) {
  return type == DataType::kFloat32 || type == DataType::kFloat64 || type == DataType::kFloat16 ||
         type == DataType::kBfloat16;
}

std::int64_t CountParameters(const Graph& graph) {
  std::set<std::string_view> counted;
  std::int64_t parameters = 0;
  for (const Node& node : graph.nodes) {
    const bool is_batch_norm = node.op_type == "BatchNormalization" && node.domain.empty();
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const auto found = graph.initializers.find(node.inputs[i]);
      if (found == graph.initializers.end() || (is_batch_norm && i >= 3)) continue;
      const TensorValue& tensor = found->second;
      if (!IsFloat(tensor.type) || tensor.shape.empty() || !counted.insert(found->first).second) continue;
      parameters += ElementCount(tensor.shape);
    }
  }
  return parameters;
}

/// The graph with its inputs' first dimensions set, and the symbols that stood there.
SymbolValues BindBatch(Graph& graph, std::int64_t batch) {
  SymbolValues symbols;
  for (ValueInfo& input : graph.inputs) {
    if (!input.shape || input.shape->empty() || (*input.shape)[0].value) continue;
    Dimension& first = (*input.shape)[0];
    if (!first.symbol.empty()) symbols[first.symbol] = batch;
    first = Dimension{batch, {}};
  }
  return symbols;
}

}  // namespace

Cost MeasureCost(const Graph& graph, std::int64_t batch) {
  Graph bound = graph;
  const SymbolValues symbols = BindBatch(bound, batch);
  const Inference known = InferShapes(bound, symbols);
  const Meter meter(graph, known);
  Cost cost;
  cost.parameters = CountParameters(graph);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    ++cost.operators[node.domain.empty() ? node.op_type : node.domain + "." + node.op_type];
    const NodeCost& measured =
        cost.nodes.emplace_back(node.outputs.empty() ? NodeCost{i, 0, false} : meter.Measure(i));
    if (!measured.flops) {
      ++cost.unknown_nodes;
      continue;
    }
    // Saturates: a file may claim any shape.
    if (__builtin_add_overflow(cost.flops, *measured.flops, &cost.flops)) cost.flops = INT64_MAX;
    if (measured.linear && __builtin_add_overflow(cost.linear_flops, *measured.flops, &cost.linear_flops)) {
      cost.linear_flops = INT64_MAX;
    }
  }
  return cost;
}

}  // namespace cupel::algorithm::graph
