// SPDX-License-Identifier: Apache-2.0
/// COCO's compressed masks: height, width, then the text. What is accepted fills the mask, and its text read
/// again is the same mask.

#include <cstdlib>
#include <string_view>

#include "cupel/data/annotation/mask.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cupel::data::annotation;
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 2), size - 2);
  const auto mask = MaskFromText(data[0], data[1], text);
  if (!mask) return 0;
  if (DecodeMask(*mask).size() != std::size_t{data[0]} * data[1]) std::abort();
  if (MaskArea(*mask) > mask->height * mask->width) std::abort();
  const auto again = MaskFromText(data[0], data[1], MaskText(*mask));
  if (!again || !(*again == *mask)) std::abort();
  const Box box = MaskBox(*mask);
  if (box.x + box.w > static_cast<double>(mask->width) || box.y + box.h > static_cast<double>(mask->height)) {
    std::abort();
  }
  if (MaskIou(*mask, *again) != (MaskArea(*mask) > 0 ? 1 : 0)) std::abort();
  return 0;
}
