// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/onnx/writer.h"

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <exception>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "cupel/algorithm/graph/validate.h"
#include "cupel/algorithm/onnx/proto.h"

namespace cupel::algorithm::onnx {
namespace {

using graph::Attribute;
using graph::Graph;
using graph::TensorValue;
using graph::ValueInfo;
using ::onnx::AttributeProto;

// Initializers had to be graph inputs as well before IR version 4.
constexpr std::int64_t kFirstIrWithFreeInitializers = 4;

void ExportTensor(const TensorValue& value, const std::string& name, ::onnx::TensorProto& proto) {
  if (!name.empty()) proto.set_name(name);
  proto.set_data_type(static_cast<std::int32_t>(value.type));
  for (std::int64_t dimension : value.shape) proto.add_dims(dimension);
  if (value.type == graph::DataType::kString) {
    for (const std::string& text : value.strings) proto.add_string_data(text);
  } else if (value.bytes) {
    proto.set_raw_data(value.bytes->data(), value.bytes->size());
  }
}

void ExportTensorType(const ValueInfo& info, ::onnx::TypeProto_Tensor& proto) {
  proto.set_elem_type(static_cast<std::int32_t>(info.type));  // 0 when unknown: the checker wants the field.
  if (!info.shape) return;
  auto* const shape = proto.mutable_shape();
  for (const graph::Dimension& dimension : *info.shape) {
    auto* const exported = shape->add_dim();
    if (dimension.value) {
      exported->set_dim_value(*dimension.value);
    } else if (!dimension.symbol.empty()) {
      exported->set_dim_param(dimension.symbol);
    }
  }
}

/// kind: what is left of ValueInfo::kind, read from the outside in ("optional sequence" holds a "sequence").
Status ExportType(std::string_view kind, const ValueInfo& info, ::onnx::TypeProto& proto) {
  constexpr std::string_view kSequenceOf = "sequence of ";
  constexpr std::string_view kOptional = "optional ";
  if (kind == "tensor") {
    ExportTensorType(info, *proto.mutable_tensor_type());
    return {};
  }
  if (kind == "sequence")
    return ExportType("tensor", info, *proto.mutable_sequence_type()->mutable_elem_type());
  if (kind == "optional")
    return ExportType("tensor", info, *proto.mutable_optional_type()->mutable_elem_type());
  if (kind.starts_with(kSequenceOf)) {
    return ExportType(kind.substr(kSequenceOf.size()), info,
                      *proto.mutable_sequence_type()->mutable_elem_type());
  }
  if (kind.starts_with(kOptional)) {
    return ExportType(kind.substr(kOptional.size()), info,
                      *proto.mutable_optional_type()->mutable_elem_type());
  }
  return Fail(ErrorCode::kUnsupported,
              fmt::format("value '{}' of type {} cannot be written", info.name, info.kind));
}

Status ExportValueInfo(const ValueInfo& info, ::onnx::ValueInfoProto& proto) {
  proto.set_name(info.name);
  return ExportType(info.kind, info, *proto.mutable_type());
}

Status ExportGraph(const Graph& graph, bool is_main, ::onnx::GraphProto& proto);

struct AttributeExporter {
  AttributeProto& proto;

  Status operator()(std::int64_t value) const {
    proto.set_type(AttributeProto::INT);
    proto.set_i(value);
    return {};
  }
  Status operator()(float value) const {
    proto.set_type(AttributeProto::FLOAT);
    proto.set_f(value);
    return {};
  }
  Status operator()(const std::string& value) const {
    proto.set_type(AttributeProto::STRING);
    proto.set_s(value);
    return {};
  }
  Status operator()(const TensorValue& value) const {
    proto.set_type(AttributeProto::TENSOR);
    ExportTensor(value, "", *proto.mutable_t());
    return {};
  }
  Status operator()(const std::shared_ptr<const Graph>& value) const {
    proto.set_type(AttributeProto::GRAPH);
    return ExportGraph(*value, false, *proto.mutable_g());
  }
  Status operator()(const std::vector<std::int64_t>& values) const {
    proto.set_type(AttributeProto::INTS);
    proto.mutable_ints()->Add(values.begin(), values.end());
    return {};
  }
  Status operator()(const std::vector<float>& values) const {
    proto.set_type(AttributeProto::FLOATS);
    proto.mutable_floats()->Add(values.begin(), values.end());
    return {};
  }
  Status operator()(const std::vector<std::string>& values) const {
    proto.set_type(AttributeProto::STRINGS);
    for (const std::string& value : values) proto.add_strings(value);
    return {};
  }
};

Status ExportNode(const graph::Node& node, ::onnx::NodeProto& proto) {
  if (!node.name.empty()) proto.set_name(node.name);
  proto.set_op_type(node.op_type);
  if (!node.domain.empty()) proto.set_domain(node.domain);
  for (const std::string& input : node.inputs) proto.add_input(input);
  for (const std::string& output : node.outputs) proto.add_output(output);
  for (const auto& [name, attribute] : node.attributes) {
    AttributeProto& exported = *proto.add_attribute();
    exported.set_name(name);
    CUPEL_TRY_STATUS(std::visit(AttributeExporter{exported}, attribute));
  }
  return {};
}

void ExportInitializersAsInputs(const Graph& graph, ::onnx::GraphProto& proto) {
  for (const auto& [name, tensor] : graph.initializers) {
    auto* const input = proto.add_input();
    input->set_name(name);
    auto* const type = input->mutable_type()->mutable_tensor_type();
    type->set_elem_type(static_cast<std::int32_t>(tensor.type));
    type->mutable_shape();
    for (std::int64_t dimension : tensor.shape) type->mutable_shape()->add_dim()->set_dim_value(dimension);
  }
}

Status ExportGraph(const Graph& graph, bool is_main, ::onnx::GraphProto& proto) {
  proto.set_name(graph.name);
  for (const graph::Node& node : graph.nodes) CUPEL_TRY_STATUS(ExportNode(node, *proto.add_node()));
  for (const auto& [name, tensor] : graph.initializers) ExportTensor(tensor, name, *proto.add_initializer());
  for (const ValueInfo& input : graph.inputs) CUPEL_TRY_STATUS(ExportValueInfo(input, *proto.add_input()));
  if (is_main && graph.ir_version < kFirstIrWithFreeInitializers) ExportInitializersAsInputs(graph, proto);
  for (const ValueInfo& output : graph.outputs)
    CUPEL_TRY_STATUS(ExportValueInfo(output, *proto.add_output()));
  for (const auto& [name, info] : graph.value_infos)
    CUPEL_TRY_STATUS(ExportValueInfo(info, *proto.add_value_info()));
  return {};
}

Result<Bytes> Serialise(const google::protobuf::MessageLite& message) {
  const std::size_t size = message.ByteSizeLong();
  if (size > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    return Fail(ErrorCode::kResourceLimit,
                fmt::format("the model takes {} bytes, protobuf ends at 2^31 - 1", size));
  }
  Bytes bytes(size);
  google::protobuf::io::ArrayOutputStream array(bytes.data(), static_cast<int>(size));
  google::protobuf::io::CodedOutputStream stream(&array);
  stream.SetSerializationDeterministic(true);
  message.SerializeWithCachedSizes(&stream);
  if (stream.HadError()) return Fail(ErrorCode::kInternal, "protobuf could not write the model");
  return bytes;
}

}  // namespace

Result<Bytes> WriteModel(const Graph& graph) {
  CUPEL_TRY_STATUS(graph::Validate(graph));
  try {
    ::onnx::ModelProto model;
    model.set_ir_version(graph.ir_version);
    if (!graph.producer.empty()) model.set_producer_name(graph.producer);
    for (const auto& [domain, version] : graph.opsets) {
      auto* const import = model.add_opset_import();
      import->set_domain(domain);
      import->set_version(version);
    }
    CUPEL_TRY_STATUS(ExportGraph(graph, true, *model.mutable_graph()));
    return Serialise(model);
  } catch (const std::exception& error) {
    return Fail(ErrorCode::kResourceLimit, fmt::format("the model cannot be written: {}", error.what()));
  }
}

Result<Bytes> WriteTensorProto(const TensorValue& value, const std::string& name) {
  try {
    ::onnx::TensorProto proto;
    ExportTensor(value, name, proto);
    return Serialise(proto);
  } catch (const std::exception& error) {
    return Fail(ErrorCode::kResourceLimit, fmt::format("the tensor cannot be written: {}", error.what()));
  }
}

}  // namespace cupel::algorithm::onnx
