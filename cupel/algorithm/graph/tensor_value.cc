// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "cupel/algorithm/graph/graph.h"

namespace cupel::algorithm::graph {
namespace {

static_assert(std::endian::native == std::endian::little,
              "constants are kept little-endian and read in place");

template <typename T>
T Load(const std::uint8_t* place) {
  T value;
  std::memcpy(&value, place, sizeof value);
  return value;
}

double HalfToDouble(std::uint16_t bits) {
  const double sign = (bits & 0x8000u) ? -1.0 : 1.0;
  const int exponent = (bits >> 10) & 0x1f;
  const int fraction = bits & 0x3ff;
  if (exponent == 0x1f) {
    return fraction ? std::numeric_limits<double>::quiet_NaN()
                    : sign * std::numeric_limits<double>::infinity();
  }
  if (exponent == 0) return sign * std::ldexp(fraction, -24);
  return sign * std::ldexp(1024 + fraction, exponent - 25);
}

double BfloatToDouble(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

std::int64_t ToInt64(double value) {
  if (std::isnan(value)) return 0;
  if (value >= 0x1p63) return std::numeric_limits<std::int64_t>::max();
  if (value < -0x1p63) return std::numeric_limits<std::int64_t>::min();
  return static_cast<std::int64_t>(value);
}

std::int64_t ToInt64(std::uint64_t value) {
  constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(value < kMax ? value : kMax);
}

template <typename T>
TensorValue FromValues(DataType type, Shape shape, const std::vector<T>& values) {
  CUPEL_CHECK(ElementCount(shape) == static_cast<std::int64_t>(values.size()));
  Bytes bytes(values.size() * sizeof(T));
  if (!values.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return TensorValue{type, std::move(shape), std::make_shared<const Bytes>(std::move(bytes)), {}};
}

/// Calls visit(value) for every element, as the C++ type that holds it exactly.
template <typename Visit>
void ForEachElement(const TensorValue& tensor, Visit visit) {
  const std::int64_t size = ElementSize(tensor.type);
  if (size == 0 || !tensor.bytes) return;
  const std::uint8_t* const begin = tensor.bytes->data();
  const std::uint8_t* const end = begin + tensor.bytes->size();
  for (const std::uint8_t* p = begin; end - p >= size; p += size) {
    switch (tensor.type) {
      case DataType::kFloat32: visit(static_cast<double>(Load<float>(p))); break;
      case DataType::kFloat64: visit(Load<double>(p)); break;
      case DataType::kFloat16: visit(HalfToDouble(Load<std::uint16_t>(p))); break;
      case DataType::kBfloat16: visit(BfloatToDouble(Load<std::uint16_t>(p))); break;
      case DataType::kInt8: visit(std::int64_t{Load<std::int8_t>(p)}); break;
      case DataType::kInt16: visit(std::int64_t{Load<std::int16_t>(p)}); break;
      case DataType::kInt32: visit(std::int64_t{Load<std::int32_t>(p)}); break;
      case DataType::kInt64: visit(Load<std::int64_t>(p)); break;
      case DataType::kBool:
      case DataType::kUint8: visit(std::int64_t{*p}); break;
      case DataType::kUint16: visit(std::int64_t{Load<std::uint16_t>(p)}); break;
      case DataType::kUint32: visit(std::int64_t{Load<std::uint32_t>(p)}); break;
      case DataType::kUint64: visit(Load<std::uint64_t>(p)); break;
      case DataType::kComplex64:
      case DataType::kComplex128:
      case DataType::kString:
      case DataType::kUndefined: return;
    }
  }
}

}  // namespace

std::int64_t ElementCount(const Shape& shape) {
  std::int64_t count = 1;
  for (std::int64_t dimension : shape) count *= dimension;
  return count;
}

TensorValue TensorValue::FromFloats(Shape shape, const std::vector<float>& values) {
  return FromValues(DataType::kFloat32, std::move(shape), values);
}

TensorValue TensorValue::FromInt64s(Shape shape, const std::vector<std::int64_t>& values) {
  return FromValues(DataType::kInt64, std::move(shape), values);
}

std::vector<double> TensorValue::AsDoubles() const {
  std::vector<double> values;
  ForEachElement(*this, [&values](auto value) { values.push_back(static_cast<double>(value)); });
  return values;
}

std::vector<std::int64_t> TensorValue::AsInt64s() const {
  std::vector<std::int64_t> values;
  ForEachElement(*this, [&values](auto value) {
    if constexpr (std::is_same_v<decltype(value), std::int64_t>) {
      values.push_back(value);
    } else {
      values.push_back(ToInt64(value));
    }
  });
  return values;
}

bool TensorValue::operator==(const TensorValue& other) const {
  if (type != other.type || shape != other.shape || strings != other.strings) return false;
  if (bytes == other.bytes) return true;
  const BytesView mine = bytes ? BytesView(*bytes) : BytesView(),
                  theirs = other.bytes ? BytesView(*other.bytes) : BytesView();
  return std::ranges::equal(mine, theirs);
}

}  // namespace cupel::algorithm::graph
