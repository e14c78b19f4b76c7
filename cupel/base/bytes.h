// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Byte strings and their text forms: hexadecimal and base64 (RFC 4648).

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/base/error.h"

namespace cupel {

using Bytes = std::vector<std::uint8_t>;
using BytesView = std::span<const std::uint8_t>;

/// The bytes of a text, without copying. Valid as long as the text.
inline BytesView AsBytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// The text whose bytes these are, without copying. Valid as long as the bytes.
inline std::string_view AsText(BytesView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Lower-case hexadecimal, two digits a byte.
std::string ToHex(BytesView bytes);

/// Errors: kCorrupt for an odd length or a character outside [0-9a-fA-F].
Result<Bytes> FromHex(std::string_view text);

/// Standard alphabet, padded (RFC 4648 section 4).
std::string ToBase64(BytesView bytes);

/// Accepts the standard and the URL-safe alphabet, padded or not (DSSE v1.0.2 asks for both).
/// Errors: kCorrupt for any other character, for wrong padding, or for non-zero bits left over.
Result<Bytes> FromBase64(std::string_view text);

}  // namespace cupel
