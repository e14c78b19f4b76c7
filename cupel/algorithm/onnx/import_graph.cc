// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/onnx/import_graph.h"

#include <fmt/format.h>

#include <utility>

namespace cupel::algorithm::onnx {
namespace {

using graph::Attribute;
using graph::DataType;
using graph::Graph;
using graph::Node;
using graph::ValueInfo;
using ::onnx::AttributeProto;

/// Well-formed UTF-8 without control characters: names are shown to people and written into JSON.
bool IsPrintable(const std::string& text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<std::uint8_t>(text[i]);
    const int more = lead < 0x80                   ? 0
                     : lead >= 0xc2 && lead < 0xe0 ? 1
                     : lead >= 0xe0 && lead < 0xf0 ? 2
                     : lead >= 0xf0 && lead < 0xf5 ? 3
                                                   : -1;
    if (more < 0 || lead < 0x20 || lead == 0x7f || i + static_cast<std::size_t>(more) >= text.size())
      return false;
    std::uint32_t point = more == 0 ? lead : lead & (0x3fu >> more);
    for (int k = 1; k <= more; ++k) {
      const auto next = static_cast<std::uint8_t>(text[i + static_cast<std::size_t>(k)]);
      if ((next & 0xc0) != 0x80) return false;
      point = point << 6 | (next & 0x3fu);
    }
    const bool overlong = (more == 2 && point < 0x800) || (more == 3 && point < 0x10000);
    if (overlong || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return false;
    i += static_cast<std::size_t>(more) + 1;
  }
  return true;
}

Status CheckName(const std::string& name) {
  if (IsPrintable(name)) return {};
  return Fail(ErrorCode::kCorrupt, "a name is not printable UTF-8");
}

template <typename Names>
Result<std::vector<std::string>> ImportNames(const Names& names) {
  for (const std::string& name : names) CUPEL_TRY_STATUS(CheckName(name));
  return std::vector<std::string>(names.begin(), names.end());
}

template <typename TensorType>
Status ImportTensorType(const TensorType& proto, ValueInfo& info) {
  if (proto.elem_type() != 0) {
    CUPEL_TRY(info.type, ImportDataType(proto.elem_type()));
  }
  if (!proto.has_shape()) return {};
  info.shape.emplace();
  for (const auto& dimension : proto.shape().dim()) {
    CUPEL_TRY_STATUS(CheckName(dimension.dim_param()));
    graph::Dimension imported;
    // Some exporters write -1 for "unknown"; the specification has no negative dimension.
    if (dimension.has_dim_value() && dimension.dim_value() >= 0) imported.value = dimension.dim_value();
    imported.symbol = dimension.dim_param();
    info.shape->push_back(std::move(imported));
  }
  return {};
}

Status ImportType(const ::onnx::TypeProto& proto, ValueInfo& info) {
  using ::onnx::TypeProto;
  switch (proto.value_case()) {
    case TypeProto::kTensorType: return ImportTensorType(proto.tensor_type(), info);
    case TypeProto::kSparseTensorType:
      info.kind = "sparse";
      return ImportTensorType(proto.sparse_tensor_type(), info);
    case TypeProto::kMapType: info.kind = "map"; return {};
    case TypeProto::kOpaqueType:
      return Fail(ErrorCode::kUnsupported, fmt::format("value '{}' has an opaque type", info.name));
    case TypeProto::kSequenceType: {
      CUPEL_TRY_STATUS(ImportType(proto.sequence_type().elem_type(), info));
      info.kind = info.kind == "tensor" ? "sequence" : "sequence of " + info.kind;
      return {};
    }
    case TypeProto::kOptionalType: {
      CUPEL_TRY_STATUS(ImportType(proto.optional_type().elem_type(), info));
      info.kind = info.kind == "tensor" ? "optional" : "optional " + info.kind;
      return {};
    }
    case TypeProto::VALUE_NOT_SET: return {};
  }
  return {};
}

Result<ValueInfo> ImportValueInfo(const ::onnx::ValueInfoProto& proto) {
  ValueInfo info;
  CUPEL_TRY_STATUS(CheckName(proto.name()));
  info.name = proto.name();
  if (auto status = ImportType(proto.type(), info); !status) {
    return FailAt(fmt::format("value '{}'", proto.name()), std::move(status).error());
  }
  return info;
}

Result<Graph> ImportScope(const ::onnx::GraphProto& proto, const Graph& header, TensorImporter& tensors,
                          bool is_main);

Result<Attribute> ImportAttribute(const AttributeProto& proto, const Graph& header, TensorImporter& tensors) {
  if (!proto.ref_attr_name().empty()) {
    return Fail(ErrorCode::kCorrupt, "an attribute refers to a function's parameter outside a function");
  }
  switch (proto.type()) {
    case AttributeProto::FLOAT: return proto.f();
    case AttributeProto::INT: return std::int64_t{proto.i()};
    case AttributeProto::STRING: return proto.s();
    case AttributeProto::FLOATS: return std::vector<float>(proto.floats().begin(), proto.floats().end());
    case AttributeProto::INTS: return std::vector<std::int64_t>(proto.ints().begin(), proto.ints().end());
    case AttributeProto::STRINGS:
      return std::vector<std::string>(proto.strings().begin(), proto.strings().end());
    case AttributeProto::TENSOR: {
      CUPEL_TRY(graph::TensorValue tensor, tensors.Import(proto.t()));
      return tensor;
    }
    case AttributeProto::GRAPH: {
      CUPEL_TRY(Graph subgraph, ImportScope(proto.g(), header, tensors, false));
      return std::make_shared<const Graph>(std::move(subgraph));
    }
    case AttributeProto::UNDEFINED: return Fail(ErrorCode::kCorrupt, "the attribute does not say its type");
    default: break;
  }
  return Fail(ErrorCode::kUnsupported, fmt::format("attributes of type {} are not supported",
                                                   AttributeProto::AttributeType_Name(proto.type())));
}

Result<Node> ImportNode(const ::onnx::NodeProto& proto, const Graph& header, TensorImporter& tensors) {
  Node node;
  for (const std::string* name : {&proto.name(), &proto.op_type(), &proto.domain()})
    CUPEL_TRY_STATUS(CheckName(*name));
  node.name = proto.name();
  node.op_type = proto.op_type();
  node.domain = NormalDomain(proto.domain());
  CUPEL_TRY(node.inputs, ImportNames(proto.input()));
  CUPEL_TRY(node.outputs, ImportNames(proto.output()));
  for (const AttributeProto& attribute : proto.attribute()) {
    CUPEL_TRY_STATUS(CheckName(attribute.name()));
    auto imported = ImportAttribute(attribute, header, tensors);
    if (!imported)
      return FailAt(fmt::format("attribute '{}'", attribute.name()), std::move(imported).error());
    if (!node.attributes.emplace(attribute.name(), *std::move(imported)).second) {
      return Fail(ErrorCode::kCorrupt, fmt::format("attribute '{}' is given twice", attribute.name()));
    }
  }
  return node;
}

Status ImportInitializers(const ::onnx::GraphProto& proto, TensorImporter& tensors, Graph& graph) {
  if (proto.sparse_initializer_size() > 0) {
    return Fail(ErrorCode::kUnsupported, "sparse constants are not supported", "",
                "export the model with dense constants");
  }
  for (const auto& initializer : proto.initializer()) {
    CUPEL_TRY_STATUS(CheckName(initializer.name()));
    const std::string place = fmt::format("constant '{}'", initializer.name());
    auto tensor = tensors.Import(initializer);
    if (!tensor) return FailAt(place, std::move(tensor).error());
    if (!graph.initializers.emplace(initializer.name(), *std::move(tensor)).second) {
      return Fail(ErrorCode::kCorrupt, "the constant is defined twice", place);
    }
  }
  return {};
}

/// Types of inner values. They are hints: an entry that cannot be expressed is left out.
void ImportValueInfos(const ::onnx::GraphProto& proto, Graph& graph) {
  for (const auto& info : proto.value_info()) {
    if (auto imported = ImportValueInfo(info)) {
      std::string name = imported->name;
      graph.value_infos.insert_or_assign(std::move(name), *std::move(imported));
    }
  }
}

Result<Graph> ImportScope(const ::onnx::GraphProto& proto, const Graph& header, TensorImporter& tensors,
                          bool is_main) {
  Graph graph = header;
  CUPEL_TRY_STATUS(CheckName(proto.name()));
  graph.name = proto.name();
  CUPEL_TRY_STATUS(ImportInitializers(proto, tensors, graph));
  for (const auto& input : proto.input()) {
    if (is_main && graph.initializers.contains(input.name())) continue;
    CUPEL_TRY(ValueInfo info, ImportValueInfo(input));
    graph.inputs.push_back(std::move(info));
  }
  for (const auto& output : proto.output()) {
    CUPEL_TRY(ValueInfo info, ImportValueInfo(output));
    graph.outputs.push_back(std::move(info));
  }
  graph.nodes.reserve(static_cast<std::size_t>(proto.node_size()));
  for (int i = 0; i < proto.node_size(); ++i) {
    auto node = ImportNode(proto.node(i), header, tensors);
    if (!node) {
      return FailAt(fmt::format("node {} ({})", i,
                                IsPrintable(proto.node(i).op_type()) ? proto.node(i).op_type() : "?"),
                    std::move(node).error());
    }
    graph.nodes.push_back(*std::move(node));
  }
  ImportValueInfos(proto, graph);
  return graph;
}

}  // namespace

std::string NormalDomain(const std::string& domain) { return domain == "ai.onnx" ? "" : domain; }

Result<Graph> ImportGraph(const ::onnx::GraphProto& proto, const Graph& header, TensorImporter& tensors) {
  return ImportScope(proto, header, tensors, true);
}

}  // namespace cupel::algorithm::onnx
