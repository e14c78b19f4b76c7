// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/graph/validate.h"

#include <fmt/format.h>

#include <set>
#include <string_view>

namespace cupel::algorithm::graph {
namespace {

constexpr std::int64_t kMaxTensorBytes = std::int64_t{1} << 62;

/// "node 3 'conv1' (Conv)".
std::string NodePlace(const Node& node, std::size_t index) {
  return fmt::format("node {}{} ({})", index, node.name.empty() ? "" : " '" + node.name + "'", node.op_type);
}

/// The values visible at one place: those of this graph and of the graphs around it.
struct Scope {
  const Scope* outer = nullptr;
  std::set<std::string, std::less<>> names;

  bool Sees(std::string_view name) const {
    return names.contains(name) || (outer != nullptr && outer->Sees(name));
  }
};

class Validator {
 public:
  explicit Validator(const Limits& limits) : limits_(limits) {}

  Status Check(const Graph& graph, const Scope* outer, int depth) {
    if (depth > limits_.subgraph_depth) {
      return Fail(ErrorCode::kResourceLimit,
                  fmt::format("subgraphs are nested more than {} deep", limits_.subgraph_depth));
    }
    Scope scope{outer, {}};
    CUPEL_TRY_STATUS(DefineSources(graph, scope));
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      if (auto status = CheckNode(graph.nodes[i], scope, depth); !status) {
        return FailAt(NodePlace(graph.nodes[i], i), std::move(status).error());
      }
    }
    for (const ValueInfo& output : graph.outputs) {
      if (!scope.Sees(output.name)) {
        return Fail(ErrorCode::kCorrupt, fmt::format("nothing computes the graph output '{}'", output.name));
      }
    }
    return {};
  }

 private:
  Status Define(const std::string& name, Scope& scope) {
    if (name.empty()) return Fail(ErrorCode::kCorrupt, "a graph input or constant has no name");
    if (!scope.names.insert(name).second) {
      return Fail(ErrorCode::kCorrupt, fmt::format("value '{}' is defined twice", name), "",
                  "each value of a graph needs a name of its own");
    }
    return {};
  }

  Status DefineSources(const Graph& graph, Scope& scope) {
    for (const ValueInfo& input : graph.inputs) CUPEL_TRY_STATUS(Define(input.name, scope));
    for (const auto& [name, tensor] : graph.initializers) {
      CUPEL_TRY_STATUS(Define(name, scope));
      if (auto status = CheckTensor(tensor); !status) {
        return FailAt(fmt::format("constant '{}'", name), std::move(status).error());
      }
    }
    return {};
  }

  Status CheckTensor(const TensorValue& tensor) {
    CUPEL_TRY(const std::uint64_t expected, TensorBytes(tensor.type, tensor.shape));
    if (tensor.type == DataType::kString) {
      if (tensor.strings.size() != static_cast<std::size_t>(ElementCount(tensor.shape))) {
        return Fail(ErrorCode::kCorrupt, fmt::format("expected {} strings, got {}",
                                                     ElementCount(tensor.shape), tensor.strings.size()));
      }
      return {};
    }
    if (ElementSize(tensor.type) == 0) return Fail(ErrorCode::kCorrupt, "the tensor has no element type");
    const std::uint64_t actual = tensor.bytes ? tensor.bytes->size() : 0;
    if (actual != expected) {
      return Fail(ErrorCode::kCorrupt, fmt::format("expected {} bytes of {}, got {}", expected,
                                                   DataTypeName(tensor.type), actual));
    }
    bytes_ += actual;
    if (bytes_ > limits_.tensor_bytes) {
      return Fail(ErrorCode::kResourceLimit,
                  fmt::format("constants take more than {} bytes", limits_.tensor_bytes));
    }
    return {};
  }

  Status CheckNode(const Node& node, Scope& scope, int depth) {
    if (++nodes_ > limits_.nodes) {
      return Fail(ErrorCode::kResourceLimit, fmt::format("the graph has more than {} nodes", limits_.nodes));
    }
    if (node.op_type.empty()) return Fail(ErrorCode::kCorrupt, "the node names no operator");
    for (const std::string& input : node.inputs) {
      if (!input.empty() && !scope.Sees(input)) {
        return Fail(ErrorCode::kCorrupt, fmt::format("input '{}' is not defined before this node", input), "",
                    "nodes must stand in the order in which they run");
      }
    }
    for (const auto& [name, attribute] : node.attributes) {
      if (auto status = CheckAttribute(attribute, scope, depth); !status) {
        return FailAt(fmt::format("attribute '{}'", name), std::move(status).error());
      }
    }
    for (const std::string& output : node.outputs) {
      if (!output.empty()) CUPEL_TRY_STATUS(Define(output, scope));
    }
    return {};
  }

  Status CheckAttribute(const Attribute& attribute, const Scope& scope, int depth) {
    if (const auto* tensor = std::get_if<TensorValue>(&attribute)) return CheckTensor(*tensor);
    if (const auto* subgraph = std::get_if<std::shared_ptr<const Graph>>(&attribute)) {
      if (!*subgraph) return Fail(ErrorCode::kCorrupt, "the subgraph is missing");
      return Check(**subgraph, &scope, depth + 1);
    }
    return {};
  }

  const Limits& limits_;
  std::int64_t nodes_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace

Status Validate(const Graph& graph, const Limits& limits) {
  return Validator(limits).Check(graph, nullptr, 0);
}

Result<std::uint64_t> TensorBytes(DataType type, const Shape& shape) {
  const std::int64_t size = ElementSize(type) > 0 ? ElementSize(type) : 1;
  // A zero anywhere makes the product zero, but the other dimensions must still be numbers one can multiply.
  std::int64_t bytes = size;
  bool empty = false;
  for (std::int64_t dimension : shape) {
    if (dimension < 0) {
      return Fail(ErrorCode::kCorrupt,
                  fmt::format("a dimension of a tensor must be >= 0, got {}", dimension));
    }
    if (dimension == 0) {
      empty = true;
    } else if (bytes > kMaxTensorBytes / dimension) {
      return Fail(ErrorCode::kCorrupt, "the shape of a tensor overflows");
    } else {
      bytes *= dimension;
    }
  }
  return empty || ElementSize(type) == 0 ? 0 : static_cast<std::uint64_t>(bytes);
}

}  // namespace cupel::algorithm::graph
