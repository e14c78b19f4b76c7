// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A model's files in memory, read once: what is hashed, admitted and loaded are the same bytes.
///
///     std::optional<ModelBytes> model;
///     const auto digests = [&]() -> Result<ModelDigests> {
///       CUPEL_TRY(model, ModelBytes::Read("face.onnx", external_data_of));
///       return model->Digests();
///     };
///     const Admission admission = cupel::admit(digests, "face.hallmark.json", policy);
///     if (admission.admitted()) Load(model->file, model->external);
///
/// Promises: no file is opened twice, so somebody who exchanges or changes one while the gate decides has
/// nobody who reads it; the digests are those of `identity::Identify` for the same bytes. Does not promise: a
/// state that the files ever had together (they are read one after the other; the digests decide whether it
/// is the right one), nor little memory: all of the model is held.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "cupel/base/bytes.h"
#include "cupel/base/error.h"
#include "cupel/ledger/hallmark/hallmark.h"

namespace cupel::ledger::hallmark {

/// Which further files a model has, as paths from its folder, told from the bytes of its own file.
using ExternalDataOf = std::function<Result<std::vector<std::filesystem::path>>(BytesView file)>;

struct ModelBytes {
  std::string name;                                    ///< The file's, without its folder.
  Bytes file;                                          ///< The model's own file.
  std::map<std::string, Bytes, std::less<>> external;  ///< By name from the model's folder.

  /// Links are followed. limit_bytes: for each file.
  /// Errors: kNotFound, kPermission, kResourceLimit as reading; kUnsupported for what is no regular file;
  /// kInvalidArgument for a bad name; those of `external_data_of`. All name the path.
  static Result<ModelBytes> Read(const std::filesystem::path& model, const ExternalDataOf& external_data_of,
                                 std::uint64_t limit_bytes = std::uint64_t{1} << 34);

  ModelDigests Digests() const;
};

}  // namespace cupel::ledger::hallmark
