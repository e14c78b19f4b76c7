// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/onnx/import_tensor.h"

#include <fmt/format.h>

#include <charconv>
#include <cstring>
#include <limits>
#include <utility>

#include "cupel/algorithm/graph/validate.h"

namespace cupel::algorithm::onnx {
namespace {

using graph::DataType;

/// Copies a typed field, checking that every value fits Target (the field may be wider than the element
/// type).
template <typename Target, typename Field>
Result<Bytes> FromField(const Field& field, std::uint64_t size) {
  if (static_cast<std::uint64_t>(field.size()) * sizeof(Target) != size) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("expected {} elements, got {}", size / sizeof(Target), field.size()));
  }
  Bytes bytes(size);
  std::uint8_t* place = bytes.data();
  for (const auto value : field) {
    const auto element = static_cast<Target>(value);
    if constexpr (std::is_integral_v<Target>) {
      if (!std::in_range<Target>(value)) {
        return Fail(ErrorCode::kCorrupt, fmt::format("the value {} does not fit the element type", value));
      }
    }
    std::memcpy(place, &element, sizeof element);
    place += sizeof element;
  }
  return bytes;
}

Result<Bytes> FromTypedField(const ::onnx::TensorProto& proto, DataType type, std::uint64_t size) {
  switch (type) {
    case DataType::kFloat32:
    case DataType::kComplex64: return FromField<float>(proto.float_data(), size);
    case DataType::kFloat64:
    case DataType::kComplex128: return FromField<double>(proto.double_data(), size);
    case DataType::kInt32: return FromField<std::int32_t>(proto.int32_data(), size);
    case DataType::kInt16: return FromField<std::int16_t>(proto.int32_data(), size);
    case DataType::kInt8: return FromField<std::int8_t>(proto.int32_data(), size);
    case DataType::kBool:
    case DataType::kUint8: return FromField<std::uint8_t>(proto.int32_data(), size);
    case DataType::kUint16:
    case DataType::kFloat16:
    case DataType::kBfloat16: return FromField<std::uint16_t>(proto.int32_data(), size);
    case DataType::kInt64: return FromField<std::int64_t>(proto.int64_data(), size);
    case DataType::kUint32: return FromField<std::uint32_t>(proto.uint64_data(), size);
    case DataType::kUint64: return FromField<std::uint64_t>(proto.uint64_data(), size);
    case DataType::kString:
    case DataType::kUndefined: break;
  }
  return Fail(ErrorCode::kCorrupt, "the tensor has no element type");
}

Result<std::uint64_t> ParseNumber(const std::string& key, const std::string& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("external data's {} must be a whole number, got '{}'", key, text));
  }
  return number;
}

}  // namespace

Result<DataType> ImportDataType(std::int32_t type) {
  if (type >= 1 && type <= 16) return static_cast<DataType>(type);
  if (type == 0) return Fail(ErrorCode::kCorrupt, "the element type is missing");
  return Fail(ErrorCode::kUnsupported,
              fmt::format("element type number {} (float8, int4 or newer) is not supported", type), "",
              "export the model with float or int8 elements");
}

Result<graph::TensorValue> TensorImporter::Import(const ::onnx::TensorProto& proto) {
  if (proto.has_segment())
    return Fail(ErrorCode::kUnsupported, "tensors stored in segments are not supported");
  CUPEL_TRY(const DataType type, ImportDataType(proto.data_type()));
  graph::TensorValue value{type, {proto.dims().begin(), proto.dims().end()}, nullptr, {}};
  CUPEL_TRY(const std::uint64_t size, graph::TensorBytes(type, value.shape));
  if (type == DataType::kString) {
    if (proto.has_raw_data() || proto.string_data_size() != graph::ElementCount(value.shape)) {
      return Fail(ErrorCode::kCorrupt,
                  fmt::format("expected {} strings, got {}", graph::ElementCount(value.shape),
                              proto.string_data_size()));
    }
    value.strings.assign(proto.string_data().begin(), proto.string_data().end());
    return value;
  }
  if (size > budget_bytes_) {
    return Fail(ErrorCode::kResourceLimit, "the model's constants together are larger than the limit");
  }
  budget_bytes_ -= size;
  CUPEL_TRY(Bytes bytes, ImportBytes(proto, type, size));
  if (type == DataType::kBool) {
    for (std::uint8_t element : bytes) {
      if (element > 1)
        return Fail(ErrorCode::kCorrupt, fmt::format("a bool must be 0 or 1, got {}", element));
    }
  }
  value.bytes = std::make_shared<const Bytes>(std::move(bytes));
  return value;
}

Result<Bytes> TensorImporter::ImportBytes(const ::onnx::TensorProto& proto, DataType type,
                                          std::uint64_t size) {
  if (proto.data_location() == ::onnx::TensorProto::EXTERNAL) return ImportExternal(proto, size);
  if (!proto.has_raw_data()) return FromTypedField(proto, type, size);
  const std::string& raw = proto.raw_data();
  if (raw.size() != size) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("expected {} bytes of {}, got {}", size, DataTypeName(type), raw.size()));
  }
  return Bytes(raw.begin(), raw.end());
}

Result<Bytes> TensorImporter::ImportExternal(const ::onnx::TensorProto& proto, std::uint64_t size) {
  std::string location;
  std::uint64_t offset = 0;
  for (const auto& entry : proto.external_data()) {
    if (entry.key() == "location") {
      location = entry.value();
    } else if (entry.key() == "offset") {
      CUPEL_TRY(offset, ParseNumber("offset", entry.value()));
    } else if (entry.key() == "length") {
      CUPEL_TRY(const std::uint64_t length, ParseNumber("length", entry.value()));
      if (length != size) {
        return Fail(ErrorCode::kCorrupt,
                    fmt::format("expected external data of {} bytes, got {}", size, length));
      }
    }
  }
  return external_.Read(location, offset, size);
}

}  // namespace cupel::algorithm::onnx
