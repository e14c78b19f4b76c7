// SPDX-License-Identifier: Apache-2.0
/// PNG and JPEG files: no input may crash, hang or take more memory than its header was granted; what is
/// accepted is a whole picture of the size that the header says.

#include "cupel/base/error.h"
#include "cupel/data/image/codec.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cupel::data::image;
  constexpr std::int64_t kPixels = 1 << 14;
  const cupel::BytesView bytes(data, size);
  const auto header = ReadImageHeader(bytes, kPixels);
  for (const std::int64_t channels : {0, 1, 3}) {
    const auto image = DecodeImage(bytes, channels, kPixels);
    if (!image) continue;
    CUPEL_CHECK(header.has_value());
    CUPEL_CHECK(image->height == header->height && image->width == header->width);
    CUPEL_CHECK(channels == 0 || image->channels == channels);
    CUPEL_CHECK(MakeImage(image->channels, image->height, image->width, image->values).has_value());
  }
  return 0;
}
