// SPDX-License-Identifier: Apache-2.0
#include "cupel/base/digest.h"

#include <fmt/format.h>

#include <algorithm>

namespace cupel {

Result<Digest> Digest::FromHex(std::string_view text) {
  if (text.size() != 2 * kSize) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("a sha256 must have 64 hexadecimal digits, got {}", text.size()));
  }
  CUPEL_TRY(Bytes raw, cupel::FromHex(text));
  return FromBytes(raw);
}

Result<Digest> Digest::FromBytes(BytesView raw) {
  if (raw.size() != kSize) {
    return Fail(ErrorCode::kCorrupt, fmt::format("a sha256 must have 32 bytes, got {}", raw.size()));
  }
  Digest digest;
  std::copy(raw.begin(), raw.end(), digest.bytes.begin());
  return digest;
}

}  // namespace cupel
