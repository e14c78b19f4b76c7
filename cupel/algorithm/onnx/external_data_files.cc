// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/onnx/external_data_files.h"

#include <exception>
#include <new>
#include <set>
#include <string>

#include "cupel/algorithm/onnx/external_data.h"
#include "cupel/algorithm/onnx/proto.h"
#include "cupel/base/file.h"

namespace cupel::algorithm::onnx {
namespace {

using Locations = std::set<std::string>;

void Collect(const ::onnx::GraphProto& graph, Locations& locations);

void Collect(const ::onnx::TensorProto& tensor, Locations& locations) {
  if (tensor.data_location() != ::onnx::TensorProto::EXTERNAL) return;
  // A tensor without a location counts, too: it must not pass for one that needs no file.
  std::string location;
  for (const auto& entry : tensor.external_data()) {
    if (entry.key() == "location") location = entry.value();
  }
  locations.insert(location);
}

void Collect(const ::onnx::SparseTensorProto& tensor, Locations& locations) {
  Collect(tensor.values(), locations);
  Collect(tensor.indices(), locations);
}

void Collect(const ::onnx::NodeProto& node, Locations& locations) {
  for (const auto& attribute : node.attribute()) {
    if (attribute.has_t()) Collect(attribute.t(), locations);
    if (attribute.has_sparse_tensor()) Collect(attribute.sparse_tensor(), locations);
    if (attribute.has_g()) Collect(attribute.g(), locations);
    for (const auto& tensor : attribute.tensors()) Collect(tensor, locations);
    for (const auto& tensor : attribute.sparse_tensors()) Collect(tensor, locations);
    for (const auto& graph : attribute.graphs()) Collect(graph, locations);
  }
}

void Collect(const ::onnx::GraphProto& graph, Locations& locations) {
  for (const auto& tensor : graph.initializer()) Collect(tensor, locations);
  for (const auto& tensor : graph.sparse_initializer()) Collect(tensor, locations);
  for (const auto& node : graph.node()) Collect(node, locations);
}

Result<Locations> LocationsIn(BytesView bytes) {
  try {
    ::onnx::ModelProto model;
    if (!ParseQuietly(bytes, model)) {
      return Fail(ErrorCode::kCorrupt, "the bytes are not an ONNX model (protobuf cannot parse them)", "",
                  "check that the file was copied whole");
    }
    Locations locations;
    Collect(model.graph(), locations);
    for (const auto& function : model.functions()) {
      for (const auto& node : function.node()) Collect(node, locations);
    }
    for (const auto& training : model.training_info()) {
      Collect(training.initialization(), locations);
      Collect(training.algorithm(), locations);
    }
    return locations;
  } catch (const std::bad_alloc&) {
    return Fail(ErrorCode::kResourceLimit, "not enough memory to read the model");
  } catch (const std::exception& error) {
    return Fail(ErrorCode::kCorrupt, std::string("the model cannot be read: ") + error.what());
  }
}

}  // namespace

Result<std::vector<std::filesystem::path>> ExternalDataFiles(const std::filesystem::path& model,
                                                             std::uint64_t limit_bytes) {
  CUPEL_TRY(const Bytes bytes, ReadFile(model, limit_bytes));
  auto files = ExternalDataFiles(bytes, model.parent_path(), limit_bytes);
  if (!files) return FailAt(model.string(), std::move(files).error());
  return files;
}

Result<std::vector<std::filesystem::path>> ExternalDataFiles(BytesView model,
                                                             const std::filesystem::path& folder,
                                                             std::uint64_t limit_bytes) {
  CUPEL_TRY(const Locations locations, LocationsIn(model));
  const ExternalData external(folder, limit_bytes);
  std::set<std::filesystem::path> files;
  for (const std::string& location : locations) {
    CUPEL_TRY([[maybe_unused]] const auto resolved, external.Resolve(location));
    files.insert(std::filesystem::path(location).lexically_normal());
  }
  return std::vector<std::filesystem::path>(files.begin(), files.end());
}

}  // namespace cupel::algorithm::onnx
