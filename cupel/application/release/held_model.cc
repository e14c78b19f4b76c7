// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/release/held_model.h"

#include "cupel/algorithm/onnx/external_data_files.h"
#include "cupel/algorithm/onnx/reader.h"

namespace cupel::application::release {

using ledger::hallmark::ModelBytes;

Result<HeldModel> HeldModel::Hold(const std::filesystem::path& model) {
  const auto external = [&](BytesView file) {
    return algorithm::onnx::ExternalDataFiles(file, model.parent_path());
  };
  CUPEL_TRY(ModelBytes bytes, ModelBytes::Read(model, external, algorithm::onnx::Limits{}.file_bytes));
  return HeldModel(model, std::move(bytes));
}

Result<algorithm::graph::Graph> HeldModel::Load() const {
  algorithm::onnx::ExternalBytes external = {{bytes_.name, bytes_.file}};
  for (const auto& [name, data] : bytes_.external) external.emplace(name, data);
  auto graph = algorithm::onnx::ReadHeldModel(bytes_.file, external, path_.parent_path());
  if (!graph) return FailAt(path_.string(), std::move(graph).error());
  return graph;
}

}  // namespace cupel::application::release
