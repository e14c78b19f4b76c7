// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/dataset/idx.h"

#include <fmt/format.h>

#include <array>

namespace cupel::data::dataset {
namespace {

std::optional<NumberType> TypeOf(std::uint8_t code) {
  switch (code) {
    case 0x08: return NumberType::kU8;
    case 0x09: return NumberType::kI8;
    case 0x0b: return NumberType::kI16;
    case 0x0c: return NumberType::kI32;
    case 0x0d: return NumberType::kF32;
    case 0x0e: return NumberType::kF64;
    default: return std::nullopt;
  }
}

}  // namespace

Result<NumberArray> ParseIdx(BlobPointer blob) {
  std::array<std::uint8_t, 4> magic{};
  if (blob->size() < magic.size()) {
    return Fail(ErrorCode::kCorrupt, fmt::format("the IDX header is truncated: {} bytes", blob->size()), "",
                "copy the file again");
  }
  CUPEL_TRY_STATUS(blob->Read(0, magic));
  const auto type = TypeOf(magic[2]);
  const std::size_t dimensions = magic[3];
  if (magic[0] != 0 || magic[1] != 0 || !type || dimensions == 0 || dimensions > kMaxDimensions) {
    return Fail(ErrorCode::kCorrupt, fmt::format("not an IDX file: it begins with {}", ToHex(magic)));
  }
  Bytes sizes(4 * dimensions);
  if (blob->size() < magic.size() + sizes.size())
    return Fail(ErrorCode::kCorrupt, "the IDX header is truncated", "", "copy the file again");
  CUPEL_TRY_STATUS(blob->Read(magic.size(), sizes));
  NumberArray array{std::move(blob), magic.size() + sizes.size(), *type, true, {}};
  for (std::size_t i = 0; i < sizes.size(); i += 4) {
    array.shape.push_back(std::int64_t{sizes[i]} << 24 | std::int64_t{sizes[i + 1]} << 16 |
                          std::int64_t{sizes[i + 2]} << 8 | std::int64_t{sizes[i + 3]});
  }
  const auto bytes = ArrayBytes(array.shape, *type);
  if (!bytes || *bytes != array.blob->size() - array.offset) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("the header says {} and {} bytes of numbers follow", ShapeText(array.shape),
                            array.blob->size() - array.offset),
                "", "copy the file again");
  }
  return array;
}

}  // namespace cupel::data::dataset
