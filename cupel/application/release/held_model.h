// SPDX-License-Identifier: Apache-2.0
#pragma once

/// An ONNX model whose files are read once: what is hashed for the gate is what is loaded when it admits.
///
/// Promises: after `Hold` nothing of the model is read from a file again, its external data included. Does
/// not promise: little memory; the bytes are held until the graph was made of them.

#include <filesystem>

#include "cupel/algorithm/graph/graph.h"
#include "cupel/base/error.h"
#include "cupel/ledger/hallmark/model_bytes.h"

namespace cupel::application::release {

class HeldModel {
 public:
  /// Reads the model's file, and what external data that file names.
  /// Errors: as ModelBytes::Read and ExternalDataFiles, with the path.
  static Result<HeldModel> Hold(const std::filesystem::path& model);

  ledger::hallmark::ModelDigests Digests() const { return bytes_.Digests(); }

  /// Errors: as algorithm::onnx::ReadHeldModel, with the path.
  Result<algorithm::graph::Graph> Load() const;

 private:
  HeldModel(std::filesystem::path path, ledger::hallmark::ModelBytes bytes)
      : path_(std::move(path)), bytes_(std::move(bytes)) {}

  std::filesystem::path path_;
  ledger::hallmark::ModelBytes bytes_;
};

}  // namespace cupel::application::release
