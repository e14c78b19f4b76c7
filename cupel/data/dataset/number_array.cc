// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/dataset/number_array.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace cupel::data::dataset {
namespace {

template <typename Number>
Number Decode(const std::uint8_t* bytes, bool big_endian) {
  std::array<std::uint8_t, sizeof(Number)> raw;
  std::copy_n(bytes, raw.size(), raw.begin());
  // Every platform that Cupel is built for is little-endian.
  if (big_endian) std::reverse(raw.begin(), raw.end());
  Number number;
  std::memcpy(&number, raw.data(), raw.size());
  return number;
}

/// Calls use(i, number) for every number in `bytes`.
template <typename Number, typename Use>
void ForEachNumber(BytesView bytes, bool big_endian, Use use) {
  for (std::size_t i = 0; i < bytes.size() / sizeof(Number); ++i) {
    use(i, Decode<Number>(bytes.data() + i * sizeof(Number), big_endian));
  }
}

template <typename Use>
void ForEachNumber(NumberType type, BytesView bytes, bool big_endian, Use use) {
  switch (type) {
    case NumberType::kU8: return ForEachNumber<std::uint8_t>(bytes, big_endian, use);
    case NumberType::kI8: return ForEachNumber<std::int8_t>(bytes, big_endian, use);
    case NumberType::kU16: return ForEachNumber<std::uint16_t>(bytes, big_endian, use);
    case NumberType::kI16: return ForEachNumber<std::int16_t>(bytes, big_endian, use);
    case NumberType::kI32: return ForEachNumber<std::int32_t>(bytes, big_endian, use);
    case NumberType::kI64: return ForEachNumber<std::int64_t>(bytes, big_endian, use);
    case NumberType::kF32: return ForEachNumber<float>(bytes, big_endian, use);
    case NumberType::kF64: return ForEachNumber<double>(bytes, big_endian, use);
  }
}

}  // namespace

std::int64_t NumberSize(NumberType type) {
  switch (type) {
    case NumberType::kU8:
    case NumberType::kI8: return 1;
    case NumberType::kU16:
    case NumberType::kI16: return 2;
    case NumberType::kI32:
    case NumberType::kF32: return 4;
    case NumberType::kI64:
    case NumberType::kF64: return 8;
  }
  CUPEL_CHECK(false);
  return 0;
}

bool IsFloating(NumberType type) { return type == NumberType::kF32 || type == NumberType::kF64; }

std::int64_t NumberArray::RowSize() const {
  std::int64_t size = 1;
  for (std::size_t i = 1; i < shape.size(); ++i) size *= shape[i];
  return size;
}

Status NumberArray::ReadRow(std::int64_t row, std::span<float> out) const {
  CUPEL_CHECK(row >= 0 && row < Rows() && static_cast<std::int64_t>(out.size()) == RowSize());
  Bytes bytes(out.size() * static_cast<std::size_t>(NumberSize(type)));
  CUPEL_TRY_STATUS(blob->Read(offset + static_cast<std::uint64_t>(row) * bytes.size(), bytes));
  if (type == NumberType::kU8) {
    std::transform(bytes.begin(), bytes.end(), out.begin(),
                   [](std::uint8_t byte) { return static_cast<float>(byte) / 255.0f; });
    return {};
  }
  ForEachNumber(type, bytes, big_endian,
                [&](std::size_t i, auto number) { out[i] = static_cast<float>(number); });
  return {};
}

Result<std::vector<std::int64_t>> NumberArray::ReadIntegers() const {
  if (RowSize() != 1 || IsFloating(type)) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("labels must be integers of shape [n], got {}{}",
                            IsFloating(type) ? "floats of shape " : "", ShapeText(shape)));
  }
  std::vector<std::int64_t> integers(static_cast<std::size_t>(Rows()));
  Bytes bytes(integers.size() * static_cast<std::size_t>(NumberSize(type)));
  CUPEL_TRY_STATUS(blob->Read(offset, bytes));
  ForEachNumber(type, bytes, big_endian, [&](std::size_t i, auto number) {
    integers[i] = static_cast<std::int64_t>(number);  // NOLINT(bugprone-signed-char-misuse): int8 is a number
  });
  return integers;
}

std::optional<std::uint64_t> ArrayBytes(std::span<const std::int64_t> shape, NumberType type) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 62;
  auto bytes = static_cast<std::uint64_t>(NumberSize(type));
  bool is_empty = false;
  // A zero must not hide a product that overflows elsewhere.
  for (const std::int64_t dimension : shape) {
    if (dimension < 0) return std::nullopt;
    if (dimension == 0) {
      is_empty = true;
      continue;
    }
    if (static_cast<std::uint64_t>(dimension) > kMost / bytes) return std::nullopt;
    bytes *= static_cast<std::uint64_t>(dimension);
  }
  return is_empty ? 0 : bytes;
}

Result<ValueRange> FindRange(const NumberArray& array) {
  const std::int64_t row_size = array.RowSize();
  if (array.Rows() == 0 || row_size == 0) return Fail(ErrorCode::kCorrupt, "the array holds no values");
  std::vector<float> row(static_cast<std::size_t>(row_size));
  ValueRange range{INFINITY, -INFINITY};
  for (std::int64_t i = 0; i < array.Rows(); ++i) {
    CUPEL_TRY_STATUS(array.ReadRow(i, row));
    for (std::size_t j = 0; j < row.size(); ++j) {
      if (!std::isfinite(row[j])) {
        return Fail(ErrorCode::kCorrupt,
                    fmt::format("value {} of sample {} is {}, not a finite float32", j, i, row[j]), "",
                    "remove the sample or impute the value");
      }
      range.low = std::min(range.low, row[j]);
      range.high = std::max(range.high, row[j]);
    }
  }
  return range;
}

std::string ShapeText(std::span<const std::int64_t> shape) {
  return fmt::format("[{}]", fmt::join(shape.begin(), shape.end(), ", "));
}

}  // namespace cupel::data::dataset
