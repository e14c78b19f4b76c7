// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/onnx/reader.h"

#include <fmt/format.h>

#include <exception>
#include <new>
#include <utility>

#include "cupel/algorithm/graph/shape_inference.h"
#include "cupel/algorithm/onnx/external_data.h"
#include "cupel/algorithm/onnx/import_graph.h"
#include "cupel/algorithm/onnx/inline_functions.h"
#include "cupel/algorithm/onnx/library_check.h"
#include "cupel/base/file.h"

namespace cupel::algorithm::onnx {
namespace {

constexpr std::int64_t kOldestIr = 3;
constexpr std::int64_t kNewestIr = 10;  // With operator set 21.

/// The versions the model is written in, checked.
Result<graph::Graph> ReadHeader(const ::onnx::ModelProto& model) {
  graph::Graph header;
  if (model.ir_version() < kOldestIr || model.ir_version() > kNewestIr) {
    return Fail(ErrorCode::kUnsupported,
                fmt::format("IR version must be {} to {}, got {}", kOldestIr, kNewestIr, model.ir_version()),
                "", "export the model with operator set 13 to 21");
  }
  header.ir_version = model.ir_version();
  header.producer = model.producer_name();
  for (const auto& import : model.opset_import()) {
    if (!header.opsets.emplace(NormalDomain(import.domain()), import.version()).second) {
      return Fail(ErrorCode::kCorrupt,
                  fmt::format("the operator set of domain '{}' is given twice", import.domain()));
    }
  }
  if (header.opsets.empty())
    return Fail(ErrorCode::kCorrupt, "the model does not say which operator set it uses");
  const std::int64_t opset = header.Opset();
  if (header.opsets.contains("") && (opset < 1 || opset > kNewestOpset)) {
    return Fail(ErrorCode::kUnsupported,
                fmt::format("the operator set must be 1 to {}, got {}", kNewestOpset, opset), "",
                fmt::format("export the model with opset_version {} or older", kNewestOpset));
  }
  return header;
}

/// Every node's domain must have an operator set.
Status CheckDomains(const graph::Graph& graph, const graph::Graph& header) {
  for (const graph::Node& node : graph.nodes) {
    if (!header.opsets.contains(node.domain)) {
      return Fail(ErrorCode::kCorrupt,
                  fmt::format("the model imports no operator set of domain '{}'", node.domain),
                  fmt::format("node '{}' ({})", node.name, node.op_type));
    }
    for (const auto& [name, attribute] : node.attributes) {
      if (const auto* subgraph = std::get_if<std::shared_ptr<const graph::Graph>>(&attribute)) {
        CUPEL_TRY_STATUS(CheckDomains(**subgraph, header));
      }
    }
  }
  return {};
}

/// "ai.onnx" and "" name one domain, of which libonnx's checker knows the second name alone.
void UseShortDomain(::onnx::GraphProto& graph) {
  for (auto& node : *graph.mutable_node()) {
    if (NormalDomain(node.domain()).empty()) node.clear_domain();
    for (auto& attribute : *node.mutable_attribute()) {
      if (attribute.has_g()) UseShortDomain(*attribute.mutable_g());
    }
  }
}

Result<graph::Graph> Import(::onnx::ModelProto& model, ExternalData external,
                            const std::filesystem::path& folder, const Limits& limits) {
  if (!model.has_ir_version() || !model.has_graph()) {
    return Fail(ErrorCode::kCorrupt, "the file is not an ONNX model: it has no IR version or no graph", "",
                "check that the file was copied whole");
  }
  CUPEL_TRY_STATUS(InlineFunctions(model, limits));
  UseShortDomain(*model.mutable_graph());
  CUPEL_TRY(const graph::Graph header, ReadHeader(model));
  TensorImporter tensors(std::move(external), limits.graph.tensor_bytes);
  CUPEL_TRY(graph::Graph graph, ImportGraph(model.graph(), header, tensors));
  CUPEL_TRY_STATUS(graph::Validate(graph, limits.graph));
  CUPEL_TRY_STATUS(CheckDomains(graph, header));
  if (LibraryKnows(model)) {
    CUPEL_TRY_STATUS(CheckWithLibrary(model, folder));
  }
  graph::AddInferredTypes(graph);
  return graph;
}

Result<graph::Graph> ImportBytes(BytesView bytes, ExternalData external, const std::filesystem::path& folder,
                                 const Limits& limits) {
  try {
    ::onnx::ModelProto model;
    if (!ParseQuietly(bytes, model)) {
      return Fail(ErrorCode::kCorrupt, "the bytes are not an ONNX model (protobuf cannot parse them)", "",
                  "check that the file was copied whole");
    }
    return Import(model, std::move(external), folder, limits);
  } catch (const std::bad_alloc&) {
    return Fail(ErrorCode::kResourceLimit, "not enough memory to read the model");
  } catch (const std::exception& error) {
    return Fail(ErrorCode::kCorrupt, fmt::format("the model cannot be read: {}", error.what()));
  }
}

}  // namespace

Result<graph::Graph> ReadModelFromBytes(BytesView bytes, const std::optional<std::filesystem::path>& folder,
                                        const Limits& limits) {
  return ImportBytes(bytes, ExternalData(folder, limits.file_bytes), folder.value_or(""), limits);
}

Result<graph::Graph> ReadHeldModel(BytesView bytes, const ExternalBytes& external,
                                   const std::filesystem::path& folder, const Limits& limits) {
  return ImportBytes(bytes, ExternalData(external), folder, limits);
}

Result<graph::Graph> ReadModel(const std::filesystem::path& path, const Limits& limits) {
  CUPEL_TRY(const Bytes bytes, ReadFile(path, limits.file_bytes));
  auto graph = ReadModelFromBytes(bytes, path.parent_path(), limits);
  if (!graph) return FailAt(path.string(), std::move(graph).error());
  return graph;
}

Result<graph::TensorValue> ReadTensorProto(BytesView bytes, std::string_view kind) {
  if (kind != "tensor") {
    return Fail(ErrorCode::kUnsupported, fmt::format("values of type {} are not supported", kind));
  }
  ::onnx::TensorProto proto;
  if (!ParseQuietly(bytes, proto)) return Fail(ErrorCode::kCorrupt, "the bytes are not an ONNX tensor");
  TensorImporter tensors(ExternalData(std::nullopt, 0), Limits{}.graph.tensor_bytes);
  return tensors.Import(proto);
}

}  // namespace cupel::algorithm::onnx
