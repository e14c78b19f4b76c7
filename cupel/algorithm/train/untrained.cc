// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/train/untrained.h"

#include <algorithm>
#include <array>

#include "cupel/algorithm/graph/random_weights.h"
#include "cupel/algorithm/train/architectures.h"
#include "cupel/base/nearest.h"

namespace cupel::algorithm::train {
namespace {

using executor::Preprocessing;
using graph::Graph;
using graph::Node;
using graph::TensorValue;

constexpr const char* kSample = "cupel.sample";

Node Constant(const std::string& name, TensorValue value) {
  return {name, "Constant", "", {}, {name}, {{"value", std::move(value)}}};
}

// [c, 1, ...], to broadcast over [n, ...sample]; a single value broadcasts anyway.
TensorValue PerChannel(const std::vector<float>& values, std::size_t rank) {
  graph::Shape shape(rank, 1);
  shape[0] = static_cast<std::int64_t>(values.size());
  return TensorValue::FromFloats(shape, values);
}

// Nodes from kSample to the value `last`, in the order of executor::Preprocessing.
class Front {
 public:
  explicit Front(const executor::Classifier& model) : model_(model) {}

  std::vector<Node> Make(bool with_layout, const std::string& last) {
    const Preprocessing& preprocessing = model_.options().preprocessing;
    if (preprocessing.scale != 1) Affine("Mul", "cupel.scale", {preprocessing.scale});
    if (!preprocessing.mean.empty()) Affine("Sub", "cupel.mean", preprocessing.mean);
    if (!preprocessing.std.empty()) Affine("Div", "cupel.std", preprocessing.std);
    if (with_layout && preprocessing.layout == Preprocessing::Layout::kChannelsLast)
      Add("Transpose", "cupel.layout", {{"perm", std::vector<std::int64_t>{0, 2, 3, 1}}});
    if (with_layout && preprocessing.layout == Preprocessing::Layout::kFlat)
      Add("Flatten", "cupel.layout", {{"axis", std::int64_t{1}}});
    if (nodes_.empty()) Add("Identity", "cupel.same", {});
    nodes_.back().outputs[0] = last;
    return std::move(nodes_);
  }

 private:
  void Affine(const std::string& op_type, const std::string& name, const std::vector<float>& values) {
    nodes_.push_back(Constant(name, PerChannel(values, model_.sample_shape().size())));
    Add(op_type, name + "d", {}, name);
  }
  void Add(const std::string& op_type, const std::string& name,
           std::map<std::string, graph::Attribute, std::less<>> attributes, const std::string& operand = {}) {
    std::vector<std::string> inputs = {value_};
    if (!operand.empty()) inputs.push_back(operand);
    nodes_.push_back({name, op_type, "", std::move(inputs), {name}, std::move(attributes)});
    value_ = name;
  }

  const executor::Classifier& model_;
  std::vector<Node> nodes_;
  std::string value_ = kSample;
};

// Constants that the classifier itself put into the graph are no weights.
void FixConstants(Graph& graph) {
  for (auto entry = graph.initializers.begin(); entry != graph.initializers.end();) {
    if (!entry->first.starts_with("cupel.")) {
      ++entry;
      continue;
    }
    graph.nodes.insert(graph.nodes.begin(), Constant(entry->first, entry->second));
    entry = graph.initializers.erase(entry);
  }
}

Graph Behind(Graph graph, const executor::Classifier& model, bool with_layout) {
  FixConstants(graph);
  graph::ValueInfo& input = graph.inputs[0];
  std::vector<Node> front = Front(model).Make(with_layout, input.name);
  graph.nodes.insert(graph.nodes.begin(), front.begin(), front.end());
  std::vector<graph::Dimension> shape = {{std::nullopt, "N"}};
  for (const std::int64_t size : model.sample_shape()) shape.push_back({size, ""});
  input = {.name = kSample, .type = graph::DataType::kFloat32, .shape = std::move(shape)};
  return graph;
}

}  // namespace

std::vector<std::string> UntrainedNames() {
  std::vector<std::string> names = ArchitectureNames();
  names.insert(names.begin(), std::string(kOwnArchitecture));
  return names;
}

Result<Graph> UntrainedGraph(std::string_view architecture, const executor::Classifier& model,
                             std::uint64_t seed) {
  if (architecture == kOwnArchitecture)
    return Behind(graph::RandomiseWeights(model.LogitGraph(), seed), model, true);
  const std::vector<std::string> names = UntrainedNames();
  if (std::ranges::find(names, architecture) == names.end()) {
    return Fail(ErrorCode::kInvalidArgument,
                "no architecture is called \"" + std::string(architecture) + "\"", "",
                NearestRemedy(architecture, names));
  }
  CUPEL_TRY(Graph graph, MakeArchitecture(architecture, model.sample_shape(), model.class_count(), seed));
  return Behind(std::move(graph), model, false);
}

bool DrawsWhileTraining(const Graph& graph) {
  constexpr std::array<std::string_view, 6> kRandom = {
      "Dropout", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Bernoulli"};
  return std::ranges::any_of(graph.nodes, [&](const Node& node) {
    return std::ranges::find(kRandom, node.op_type) != kRandom.end();
  });
}

}  // namespace cupel::algorithm::train
