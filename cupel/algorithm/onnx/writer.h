// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Writes `graph::Graph` as ONNX.
///
/// Promises: reading what was written gives an equal graph (`graph::Equal`), constants bit for bit, once
/// inner values have their types (`graph::AddInferredTypes`, which the reader calls); the same graph gives
/// the same bytes; libonnx's checker accepts the file if the graph's operators are used as their operator set
/// says. All constants are inside the file, as raw data. Initializers are written in the order of their
/// names.

#include "cupel/algorithm/graph/graph.h"
#include "cupel/base/bytes.h"
#include "cupel/base/error.h"

namespace cupel::algorithm::onnx {

/// Errors: those of graph::Validate; kUnsupported (a map or sparse value); kResourceLimit (protobuf ends at
/// 2^31 - 1 bytes).
Result<Bytes> WriteModel(const graph::Graph& graph);

/// A serialised TensorProto, which ReadTensorProto reads.
Result<Bytes> WriteTensorProto(const graph::TensorValue& value, const std::string& name = "");

}  // namespace cupel::algorithm::onnx
