// SPDX-License-Identifier: Apache-2.0
/// NPY and NPZ files: no input may crash, hang or take more memory than the limit.

#include "cupel/data/dataset/npy.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cupel::data::dataset;
  const StorageLimits limits{1 << 20, 1 << 22};
  const BlobPointer blob = std::make_shared<const Blob>(cupel::Bytes(data, data + size));
  for (const auto& array : {ParseNpy(blob), ParseNpz(blob, "", limits), ParseNpz(blob, "x", limits)}) {
    if (!array) continue;
    static_cast<void>(FindRange(*array));
    if (array->Rows() > 0 && array->RowSize() == 1) static_cast<void>(array->ReadIntegers());
  }
  return 0;
}
