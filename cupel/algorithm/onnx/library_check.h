// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Private to this module: what the installed libonnx says about a model.
///
/// Its checker is run on what is read, its shape inference is not: in 1.12 many of its operator rules read
/// beyond their inputs' ranks or divide by attributes from the file, which no exception handler catches.

#include <filesystem>

#include "cupel/algorithm/onnx/proto.h"
#include "cupel/base/error.h"

namespace cupel::algorithm::onnx {

/// Whether the installed libonnx knows the model's IR version and every ONNX operator set it imports.
bool LibraryKnows(const ::onnx::ModelProto& model);

/// libonnx's checker. Precondition: LibraryKnows(model), no functions. Errors: kUnsupported for an operator
/// that ONNX does not have, with the node; kCorrupt with the checker's reason.
Status CheckWithLibrary(const ::onnx::ModelProto& model, const std::filesystem::path& folder);

}  // namespace cupel::algorithm::onnx
