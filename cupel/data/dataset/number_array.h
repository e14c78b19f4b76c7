// SPDX-License-Identifier: Apache-2.0
#pragma once

/// An array of numbers that lies in the bytes of a file: what IDX, NPY and NPZ files hold.
///
/// The first dimension counts samples ("rows"); a row is decoded when it is asked for.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cupel/data/dataset/blob.h"

namespace cupel::data::dataset {

enum class NumberType { kU8, kI8, kU16, kI16, kI32, kI64, kF32, kF64 };

/// Bytes of one number.
std::int64_t NumberSize(NumberType type);
bool IsFloating(NumberType type);

struct NumberArray {
  BlobPointer blob;
  std::uint64_t offset = 0;  ///< Of the first number in the blob.
  NumberType type = NumberType::kU8;
  bool big_endian = false;
  std::vector<std::int64_t> shape;  ///< At least one dimension; row-major.

  std::int64_t Rows() const { return shape.front(); }
  std::int64_t RowSize() const;

  /// Decodes row `row` to `out`, [RowSize()]: unsigned bytes as b / 255.0f, every other number as it is,
  /// rounded to float32. Precondition: 0 <= row < Rows(), out has RowSize() places. Errors: those of
  /// Blob::Read.
  Status ReadRow(std::int64_t row, std::span<float> out) const;

  /// All numbers, [n]. Errors: kInvalidArgument unless the array is [n] or [n, 1] of integers.
  Result<std::vector<std::int64_t>> ReadIntegers() const;
};

/// Largest number of dimensions of an array.
inline constexpr std::size_t kMaxDimensions = 8;

/// Bytes of an array, or nothing when a dimension is negative or the product is beyond 2^62.
std::optional<std::uint64_t> ArrayBytes(std::span<const std::int64_t> shape, NumberType type);

struct ValueRange {
  float low = 0;
  float high = 0;
};

/// Smallest and largest value as ReadRow gives them; one pass.
/// Errors: kCorrupt for the first value that is NaN or infinite in float32, with its sample and position;
/// kCorrupt for an array without values.
Result<ValueRange> FindRange(const NumberArray& array);

/// "[3, 28, 28]", for messages.
std::string ShapeText(std::span<const std::int64_t> shape);

}  // namespace cupel::data::dataset
