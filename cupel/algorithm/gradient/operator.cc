// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/gradient/operator.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <fmt/format.h>

#include <cstring>

namespace cupel::algorithm::gradient {

using graph::DataType;

const Tensor& OperatorCall::Input(std::size_t index) const {
  if (!Has(index)) {
    throw OperatorError(ErrorCode::kInvalidArgument, fmt::format("input {} is required and missing", index));
  }
  return inputs[index];
}

std::vector<std::int64_t> OperatorCall::InputIntegers(std::size_t index) const {
  const Tensor values = Input(index).detach().to(at::kCPU).to(at::kLong).contiguous();
  const std::int64_t* data = values.data_ptr<std::int64_t>();
  return {data, data + values.numel()};
}

at::ScalarType ToScalarType(DataType type) {
  switch (type) {
    case DataType::kFloat32: return at::kFloat;
    case DataType::kUint8: return at::kByte;
    case DataType::kInt8: return at::kChar;
    case DataType::kInt16: return at::kShort;
    case DataType::kInt32: return at::kInt;
    case DataType::kInt64: return at::kLong;
    case DataType::kBool: return at::kBool;
    case DataType::kFloat16: return at::kHalf;
    case DataType::kFloat64: return at::kDouble;
    case DataType::kComplex64: return at::kComplexFloat;
    case DataType::kComplex128: return at::kComplexDouble;
    case DataType::kBfloat16: return at::kBFloat16;
    default:
      throw OperatorError(ErrorCode::kUnsupported, fmt::format("element type {} is not available in libtorch",
                                                               graph::DataTypeName(type)));
  }
}

DataType FromScalarType(at::ScalarType type) {
  switch (type) {
    case at::kFloat: return DataType::kFloat32;
    case at::kByte: return DataType::kUint8;
    case at::kChar: return DataType::kInt8;
    case at::kShort: return DataType::kInt16;
    case at::kInt: return DataType::kInt32;
    case at::kLong: return DataType::kInt64;
    case at::kBool: return DataType::kBool;
    case at::kHalf: return DataType::kFloat16;
    case at::kDouble: return DataType::kFloat64;
    case at::kComplexFloat: return DataType::kComplex64;
    case at::kComplexDouble: return DataType::kComplex128;
    case at::kBFloat16: return DataType::kBfloat16;
    default: throw OperatorError(ErrorCode::kUnsupported, "a tensor of a type that ONNX does not have");
  }
}

Tensor ToTensor(const graph::TensorValue& value, at::Device device) {
  const at::ScalarType type = ToScalarType(value.type);
  const std::size_t size =
      static_cast<std::size_t>(graph::ElementCount(value.shape) * graph::ElementSize(value.type));
  if ((value.bytes ? value.bytes->size() : 0) != size) {
    throw OperatorError(ErrorCode::kCorrupt, fmt::format("a constant of shape with {} bytes holds {}", size,
                                                         value.bytes ? value.bytes->size() : 0));
  }
  Tensor tensor = at::empty(value.shape, at::TensorOptions().dtype(type));
  if (size > 0) std::memcpy(tensor.data_ptr(), value.bytes->data(), size);
  return tensor.to(device);
}

graph::TensorValue FromTensor(const Tensor& tensor) {
  const Tensor flat = tensor.detach().to(at::kCPU).contiguous();
  graph::TensorValue value;
  value.type = FromScalarType(flat.scalar_type());
  value.shape = flat.sizes().vec();
  const auto* data = static_cast<const std::uint8_t*>(flat.data_ptr());
  const std::size_t size = static_cast<std::size_t>(flat.numel()) * flat.element_size();
  value.bytes =
      size == 0 ? std::make_shared<const Bytes>() : std::make_shared<const Bytes>(data, data + size);
  return value;
}

std::int64_t NormaliseAxis(std::int64_t axis, std::int64_t rank) {
  if (axis < -rank || axis >= rank) {
    throw OperatorError(ErrorCode::kInvalidArgument,
                        fmt::format("axis must be in [{}, {}), got {}", -rank, rank, axis));
  }
  return axis < 0 ? axis + rank : axis;
}

}  // namespace cupel::algorithm::gradient
