// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Which files belong to an ONNX model besides its own: those in which it keeps constants ("external data").
/// A digest of the model's file alone does not cover them.
///
/// Promises: every place of the model where a tensor may stand is looked at (initializers, sparse ones,
/// attributes, subgraphs, functions, training information), whether or not the model would run; nothing but
/// the model's file is opened. Does not promise that the files are long enough (ReadModel checks that).
/// Source: onnx/docs/ExternalData.md, message definitions of onnx-ml.proto.

#include <cstdint>
#include <filesystem>
#include <vector>

#include "cupel/base/bytes.h"
#include "cupel/base/error.h"

namespace cupel::algorithm::onnx {

/// Paths from the model's folder, normalised, sorted, none twice; empty when the model is one file.
/// Errors: as ReadFile; kCorrupt when the file is no ONNX model; kPermission, kNotFound for a file that is
/// outside the folder, no regular file, or missing.
Result<std::vector<std::filesystem::path>> ExternalDataFiles(const std::filesystem::path& model,
                                                             std::uint64_t limit_bytes = std::uint64_t{2}
                                                                                         << 30);

/// The same from the bytes of the model's file, which lies in `folder`.
Result<std::vector<std::filesystem::path>> ExternalDataFiles(BytesView model,
                                                             const std::filesystem::path& folder,
                                                             std::uint64_t limit_bytes = std::uint64_t{2}
                                                                                         << 30);

}  // namespace cupel::algorithm::onnx
