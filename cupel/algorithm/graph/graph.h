// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A model as pure values: the types of the ONNX intermediate representation without protobuf or a tensor
/// library.
///
/// A `Graph` is a list of nodes in execution order that exchange named values. Constants ("initializers")
/// hold their bytes little-endian, row-major. Nothing here executes; `algorithm/onnx` reads and writes
/// graphs, passes.h rewrites them, `algorithm/gradient` runs them. Source: ONNX IR specification, version 3
/// to 9 (opset 7 to 21).

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cupel/base/bytes.h"

namespace cupel::algorithm::graph {

/// Element types with ONNX's numbers (TensorProto.DataType).
enum class DataType : std::int32_t {
  kUndefined = 0,
  kFloat32 = 1,
  kUint8 = 2,
  kInt8 = 3,
  kUint16 = 4,
  kInt16 = 5,
  kInt32 = 6,
  kInt64 = 7,
  kString = 8,
  kBool = 9,
  kFloat16 = 10,
  kFloat64 = 11,
  kUint32 = 12,
  kUint64 = 13,
  kComplex64 = 14,
  kComplex128 = 15,
  kBfloat16 = 16,
};

/// "float32", "int64", ...
std::string_view DataTypeName(DataType type);
/// Bytes an element takes; 0 for kString and kUndefined.
std::int64_t ElementSize(DataType type);

using Shape = std::vector<std::int64_t>;

/// Number of elements; 1 for a scalar (empty shape).
std::int64_t ElementCount(const Shape& shape);

/// A constant. The bytes are shared because graphs are copied by passes and weights are large.
struct TensorValue {
  DataType type = DataType::kUndefined;
  Shape shape;
  std::shared_ptr<const Bytes> bytes;  ///< ElementCount * ElementSize, little-endian; null for strings.
  std::vector<std::string> strings;    ///< Elements when type is kString.

  static TensorValue FromFloats(Shape shape, const std::vector<float>& values);
  static TensorValue FromInt64s(Shape shape, const std::vector<std::int64_t>& values);
  /// Elements converted to double / int64 (any numeric type); empty for strings and complex numbers.
  std::vector<double> AsDoubles() const;
  std::vector<std::int64_t> AsInt64s() const;
  bool operator==(const TensorValue& other) const;
};

/// A dimension: known, symbolic ("N"), or neither.
struct Dimension {
  std::optional<std::int64_t> value;
  std::string symbol;
  bool operator==(const Dimension&) const = default;
};

/// A named value with what is known of its type. `shape` is nullopt when even the rank is unknown.
struct ValueInfo {
  std::string name;
  DataType type = DataType::kUndefined;
  std::optional<std::vector<Dimension>> shape;
  std::string kind =
      "tensor";  ///< "tensor", or "sequence", "optional", "map", "sparse" (read, not executed).
};

struct Graph;

using Attribute = std::variant<std::int64_t, float, std::string, TensorValue, std::shared_ptr<const Graph>,
                               std::vector<std::int64_t>, std::vector<float>, std::vector<std::string>>;

struct Node {
  std::string name;
  std::string op_type;
  std::string domain;                ///< "" for ONNX's own operators.
  std::vector<std::string> inputs;   ///< "" marks an omitted optional input.
  std::vector<std::string> outputs;  ///< "" marks an output nobody uses.
  std::map<std::string, Attribute, std::less<>> attributes;

  bool HasAttribute(std::string_view attribute) const {
    return attributes.find(attribute) != attributes.end();
  }
  /// The attribute, or `fallback` when absent or of another kind.
  std::int64_t Integer(std::string_view attribute, std::int64_t fallback) const;
  float Real(std::string_view attribute, float fallback) const;
  std::string Text(std::string_view attribute, std::string_view fallback) const;
  std::vector<std::int64_t> Integers(std::string_view attribute,
                                     const std::vector<std::int64_t>& fallback = {}) const;
  std::vector<float> Reals(std::string_view attribute) const;
  const TensorValue* Tensor(std::string_view attribute) const;
  const Graph* Subgraph(std::string_view attribute) const;
};

struct Graph {
  std::string name;
  std::string producer;
  std::int64_t ir_version = 8;
  std::map<std::string, std::int64_t, std::less<>> opsets;  ///< Domain to version; "" is ONNX's own.
  std::vector<ValueInfo> inputs;                            ///< Without initializers.
  std::vector<ValueInfo> outputs;
  std::map<std::string, TensorValue, std::less<>> initializers;
  std::vector<Node> nodes;                                    ///< In execution order.
  std::map<std::string, ValueInfo, std::less<>> value_infos;  ///< Inferred types of inner values.

  std::int64_t Opset(std::string_view domain = "") const;
};

}  // namespace cupel::algorithm::graph
