// SPDX-License-Identifier: Apache-2.0
#include "cupel/crypto/secure_random.h"

#include <sodium.h>

#include "cupel/base/error.h"

namespace cupel::crypto {

void SecureRandom::Fill(std::span<std::uint8_t> bytes) {
  static const bool ready = sodium_init() >= 0;
  CUPEL_CHECK(ready);
  randombytes_buf(bytes.data(), bytes.size());
}

std::uint64_t SecureRandom::Next64() {
  std::uint64_t value = 0;
  Fill({reinterpret_cast<std::uint8_t*>(&value), sizeof value});
  return value;
}

std::uint64_t SecureRandom::Below(std::uint64_t bound) {
  CUPEL_CHECK(bound > 0);
  // Values under 2^64 mod bound would make the low remainders more likely; draw again for those.
  const std::uint64_t threshold = (0 - bound) % bound;
  for (;;) {
    const std::uint64_t value = Next64();
    if (value >= threshold) return value % bound;
  }
}

double SecureRandom::UniformDouble() { return static_cast<double>(Next64() >> 11) * 0x1p-53; }

}  // namespace cupel::crypto
