// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/executor/partition.h"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <set>

#include "cupel/algorithm/compiled/compiled_graph.h"
#include "cupel/algorithm/graph/cost.h"
#include "cupel/algorithm/graph/passes.h"
#include "cupel/algorithm/graph/shape_inference.h"
#include "cupel/algorithm/graph/value_uses.h"

namespace cupel::algorithm::executor {
namespace {

using graph::Graph;

// Any number of samples would do; one is often a dimension of something else.
constexpr std::int64_t kTrialRows = 2;

std::vector<graph::Dimension> InputDimensions(const graph::Shape& sample_shape) {
  std::vector<graph::Dimension> dimensions = {{std::nullopt, "n"}};
  for (const std::int64_t size : sample_shape) dimensions.push_back({size, {}});
  return dimensions;
}

/// Values that a node reads, in itself and in its subgraphs.
std::set<std::string> ReadBy(const graph::Node& node) {
  std::set<std::string> names(node.inputs.begin(), node.inputs.end());
  names.merge([&] {
    const graph::NameSet captured = graph::CapturedNames(node);
    return std::set<std::string>(captured.begin(), captured.end());
  }());
  names.erase("");
  return names;
}

/// A place after a node where only one value is still to be read.
struct Cut {
  std::size_t end = 0;  ///< Index behind the last node before the cut.
  std::string value;
  graph::Shape sample_shape;
};

/// float32 [n, ...] with known dimensions.
std::optional<graph::Shape> SampleShapeOf(const graph::Inference& known, const std::string& value) {
  const auto type = known.types.find(value);
  const auto shape = known.StaticShape(value);
  if (!shape || shape->size() < 2 || (*shape)[0] != kTrialRows || type == known.types.end() ||
      type->second.type != graph::DataType::kFloat32)
    return std::nullopt;
  return graph::Shape(shape->begin() + 1, shape->end());
}

std::vector<Cut> FindCuts(const Graph& graph) {
  const graph::Inference known = graph::InferShapes(graph, {{"n", kTrialRows}}, graph::Declared::kIgnored);
  std::map<std::string, std::size_t> last_use;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const std::string& name : ReadBy(graph.nodes[i])) last_use[name] = i;
  }
  last_use[graph.outputs[0].name] = graph.nodes.size();
  std::vector<Cut> cuts;
  std::set<std::string> live = {graph.inputs[0].name};
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const std::string& output : graph.nodes[i].outputs) live.insert(output);
    std::erase_if(live, [&](const std::string& name) {
      const auto use = last_use.find(name);
      return use == last_use.end() || use->second <= i;
    });
    if (live.size() != 1) continue;
    if (const auto shape = SampleShapeOf(known, *live.begin()))
      cuts.push_back({i + 1, *live.begin(), *shape});
  }
  return cuts;
}

/// Nodes [first, last) as a graph of their own.
Graph Slice(const Graph& graph, std::size_t first, std::size_t last, const graph::ValueInfo& input,
            const std::string& output) {
  Graph slice;
  slice.name = graph.name;
  slice.ir_version = graph.ir_version;
  slice.opsets = graph.opsets;
  slice.inputs = {input};
  slice.outputs = {{output, graph::DataType::kFloat32, std::nullopt, "tensor"}};
  slice.nodes.assign(graph.nodes.begin() + static_cast<std::ptrdiff_t>(first),
                     graph.nodes.begin() + static_cast<std::ptrdiff_t>(last));
  for (const graph::Node& node : slice.nodes) {
    for (const std::string& name : ReadBy(node)) {
      const auto found = graph.initializers.find(name);
      if (found != graph.initializers.end()) slice.initializers.insert(*found);
    }
  }
  return slice;
}

/// The smallest pieces: between neighbouring cuts.
struct Piece {
  std::size_t first = 0, last = 0;
  graph::Shape sample_shape;
  std::string input, output;
  Status compilable;
};

graph::ValueInfo FloatInput(const std::string& name, const graph::Shape& sample_shape) {
  return {name, graph::DataType::kFloat32, InputDimensions(sample_shape), "tensor"};
}

Part MakePart(const Graph& graph, const Piece& piece) {
  Part part;
  part.graph =
      Slice(graph, piece.first, piece.last, FloatInput(piece.input, piece.sample_shape), piece.output);
  part.compiled = piece.compilable.has_value();
  if (!part.compiled) part.reason = piece.compilable.error().ToString();
  part.sample_shape = piece.sample_shape;
  part.linear_flops = graph::MeasureCost(part.graph).linear_flops;
  return part;
}

std::vector<Piece> FindPieces(const Graph& graph, const graph::Shape& sample_shape) {
  std::vector<Cut> cuts = FindCuts(graph);
  if (cuts.empty() || cuts.back().end != graph.nodes.size() || cuts.back().value != graph.outputs[0].name)
    cuts.push_back({graph.nodes.size(), graph.outputs[0].name, {}});
  std::vector<Piece> pieces;
  Piece piece{0, 0, sample_shape, graph.inputs[0].name, "", {}};
  for (const Cut& cut : cuts) {
    piece.last = cut.end;
    piece.output = cut.value;
    piece.compilable = compiled::CheckCompilable(
        Slice(graph, piece.first, piece.last, FloatInput(piece.input, piece.sample_shape), piece.output),
        piece.sample_shape);
    pieces.push_back(piece);
    piece = {cut.end, cut.end, cut.sample_shape, cut.value, "", {}};
  }
  return pieces;
}

}  // namespace

Result<std::vector<Part>> Partition(const graph::Graph& graph, const graph::Shape& sample_shape) {
  if (graph.inputs.size() != 1 || graph.outputs.empty() || sample_shape.empty()) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("expected one input of known shape and an output, the graph has {} and {}",
                            graph.inputs.size(), graph.outputs.size()),
                graph.name);
  }
  Graph one = graph;
  one.outputs.resize(1);
  if (one.inputs[0].type == graph::DataType::kFloat32) one.inputs[0].shape = InputDimensions(sample_shape);
  graph::RemoveDeadNodes(one, {});
  std::vector<Piece> merged;
  for (Piece& piece : FindPieces(one, sample_shape)) {
    if (!merged.empty() && merged.back().compilable.has_value() == piece.compilable.has_value()) {
      merged.back().last = piece.last;
      merged.back().output = piece.output;
    } else {
      merged.push_back(std::move(piece));
    }
  }
  std::vector<Part> parts;
  for (const Piece& piece : merged) parts.push_back(MakePart(one, piece));
  return parts;
}

double CompiledShare(const std::vector<Part>& parts) {
  std::int64_t flops = 0, compiled_flops = 0;
  std::size_t nodes = 0, compiled_nodes = 0;
  for (const Part& part : parts) {
    flops += part.linear_flops;
    nodes += part.graph.nodes.size();
    if (!part.compiled) continue;
    compiled_flops += part.linear_flops;
    compiled_nodes += part.graph.nodes.size();
  }
  if (flops > 0) return static_cast<double>(compiled_flops) / static_cast<double>(flops);
  return nodes > 0 ? static_cast<double>(compiled_nodes) / static_cast<double>(nodes) : 0;
}

}  // namespace cupel::algorithm::executor
