// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/graph/random_weights.h"

#include <cmath>
#include <cstring>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::graph {
namespace {

/// The smallest variance drawn, so that 1 / sqrt(variance) stays moderate.
constexpr double kLeastVariance = 1e-3;

bool IsSetting(const Node& node, std::size_t input) {
  if (!node.domain.empty() || input == 0) return false;
  return node.op_type == "Resize" || node.op_type == "Upsample" || node.op_type == "QuantizeLinear" ||
         node.op_type == "DequantizeLinear";
}

struct Moments {
  double mean = 0;
  double deviation = 0;
};

Moments MomentsOf(const std::vector<double>& values) {
  Moments moments;
  const auto count = static_cast<double>(values.size());
  for (double value : values) moments.mean += value / count;
  double squares = 0;
  for (double value : values) squares += (value - moments.mean) * (value - moments.mean) / count;
  moments.deviation = std::sqrt(squares);
  return moments;
}

template <typename T>
std::shared_ptr<const Bytes> Encode(const std::vector<double>& values) {
  Bytes bytes(values.size() * sizeof(T));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto element = static_cast<T>(values[i]);
    std::memcpy(bytes.data() + i * sizeof(T), &element, sizeof(T));
  }
  return std::make_shared<const Bytes>(std::move(bytes));
}

TensorValue Redraw(const std::string& name, const TensorValue& tensor, std::uint64_t seed, bool positive) {
  std::vector<double> values = tensor.AsDoubles();
  const Moments moments = MomentsOf(values);
  ReproducibleStream stream(seed, name);
  for (double& value : values) {
    value = moments.mean + moments.deviation * stream.Normal();
    if (positive) value = std::max(std::abs(value), kLeastVariance);
  }
  TensorValue redrawn = tensor;
  redrawn.bytes = tensor.type == DataType::kFloat32 ? Encode<float>(values) : Encode<double>(values);
  return redrawn;
}

struct Roles {
  std::set<std::string_view> settings;
  std::set<std::string_view> variances;
};

Roles RolesOf(const Graph& graph) {
  Roles roles;
  for (const Node& node : graph.nodes) {
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      if (IsSetting(node, i)) roles.settings.insert(node.inputs[i]);
      if (node.op_type == "BatchNormalization" && i == 4) roles.variances.insert(node.inputs[i]);
    }
  }
  return roles;
}

bool IsWeight(const std::string& name, const TensorValue& tensor, const Roles& roles) {
  const bool is_float = tensor.type == DataType::kFloat32 || tensor.type == DataType::kFloat64;
  return is_float && !tensor.shape.empty() && ElementCount(tensor.shape) > 1 &&
         !roles.settings.contains(name);
}

/// The weights of each layer, from the output towards the input.
std::vector<std::vector<std::string>> WeightLayers(const Graph& graph, const Roles& roles) {
  std::vector<std::vector<std::string>> layers;
  std::set<std::string_view> seen;
  for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node) {
    std::vector<std::string> weights;
    for (const std::string& name : node->inputs) {
      const auto found = graph.initializers.find(name);
      if (found == graph.initializers.end() || !IsWeight(name, found->second, roles)) continue;
      if (seen.insert(name).second) weights.push_back(name);
    }
    if (!weights.empty()) layers.push_back(std::move(weights));
  }
  return layers;
}

}  // namespace

Graph RandomiseWeights(const Graph& graph, std::uint64_t seed) {
  const Roles roles = RolesOf(graph);
  Graph randomised = graph;
  for (auto& [name, tensor] : randomised.initializers) {
    if (IsWeight(name, tensor, roles)) tensor = Redraw(name, tensor, seed, roles.variances.contains(name));
  }
  return randomised;
}

Graph RandomiseLastLayers(const Graph& graph, std::uint64_t seed, std::int64_t layers) {
  const Roles roles = RolesOf(graph);
  Graph randomised = graph;
  for (const std::vector<std::string>& weights : WeightLayers(graph, roles)) {
    if (layers-- <= 0) break;
    for (const std::string& name : weights) {
      TensorValue& tensor = randomised.initializers.find(name)->second;
      tensor = Redraw(name, tensor, seed, roles.variances.contains(name));
    }
  }
  return randomised;
}

std::int64_t CountWeightLayers(const Graph& graph) {
  return static_cast<std::int64_t>(WeightLayers(graph, RolesOf(graph)).size());
}

}  // namespace cupel::algorithm::graph
