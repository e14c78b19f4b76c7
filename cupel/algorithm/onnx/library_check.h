// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Private to this module: what the installed libonnx says about a model.

#include <filesystem>

#include "cupel/algorithm/onnx/proto.h"
#include "cupel/base/error.h"

namespace cupel::algorithm::onnx {

/// Whether the installed libonnx knows the model's IR version and every ONNX operator set it imports.
bool LibraryKnows(const ::onnx::ModelProto& model);

/// libonnx's checker. Precondition: LibraryKnows(model), no functions. Errors: kCorrupt with the checker's reason.
Status CheckWithLibrary(const ::onnx::ModelProto& model, const std::filesystem::path& folder);

/// Adds what libonnx's shape inference finds to the model's value_info. What it cannot infer is left out; it never fails.
void InferWithLibrary(::onnx::ModelProto& model);

}  // namespace cupel::algorithm::onnx
