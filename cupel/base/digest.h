// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A SHA-256 digest as a type of its own, so that it cannot be mixed up with a key, a signature or other
/// bytes. Computing one is `crypto::Sha256` (crypto/hash.h); this header only holds and prints it.

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "cupel/base/bytes.h"

namespace cupel {

struct Digest {
  static constexpr std::size_t kSize = 32;
  std::array<std::uint8_t, kSize> bytes{};

  auto operator<=>(const Digest&) const = default;

  /// 64 lower-case hexadecimal digits.
  std::string Hex() const { return ToHex(bytes); }

  /// Errors: kCorrupt unless `text` is 64 hexadecimal digits.
  static Result<Digest> FromHex(std::string_view text);

  /// Errors: kCorrupt unless `raw` has 32 bytes.
  static Result<Digest> FromBytes(BytesView raw);
};

}  // namespace cupel
