// SPDX-License-Identifier: Apache-2.0
/// IDX files, plain or gzip: no input may crash, hang or take more memory than the limit.

#include "cupel/data/dataset/idx.h"
#include "cupel/data/dataset/inflate.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cupel::data::dataset;
  const StorageLimits limits{1 << 20, 1 << 22};
  BlobPointer blob = std::make_shared<const Blob>(cupel::Bytes(data, data + size));
  if (IsGzip(*blob)) {
    auto unpacked = Gunzip(*blob, limits);
    if (!unpacked) return 0;
    blob = *std::move(unpacked);
  }
  const auto array = ParseIdx(std::move(blob));
  if (!array) return 0;
  // What was accepted can be read to the end.
  static_cast<void>(FindRange(*array));
  if (array->Rows() > 0 && array->RowSize() == 1) static_cast<void>(array->ReadIntegers());
  return 0;
}
