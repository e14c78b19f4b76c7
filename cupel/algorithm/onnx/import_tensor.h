// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Private to this module: TensorProto to graph::TensorValue.

#include "cupel/algorithm/graph/graph.h"
#include "cupel/algorithm/onnx/external_data.h"
#include "cupel/algorithm/onnx/proto.h"
#include "cupel/base/error.h"

namespace cupel::algorithm::onnx {

class TensorImporter {
 public:
  /// budget_bytes: what all tensors together may take.
  TensorImporter(ExternalData external, std::uint64_t budget_bytes)
      : external_(std::move(external)), budget_bytes_(budget_bytes) {}

  /// Errors: kCorrupt (shape and data disagree, a value out of its type's range), kUnsupported (float8, int4,
  /// segments), kResourceLimit, and those of ExternalData.
  Result<graph::TensorValue> Import(const ::onnx::TensorProto& proto);

 private:
  Result<Bytes> ImportBytes(const ::onnx::TensorProto& proto, graph::DataType type, std::uint64_t size);
  Result<Bytes> ImportExternal(const ::onnx::TensorProto& proto, std::uint64_t size);

  ExternalData external_;
  std::uint64_t budget_bytes_;
};

/// Errors: kUnsupported for a type this build does not know.
Result<graph::DataType> ImportDataType(std::int32_t type);

}  // namespace cupel::algorithm::onnx
