// SPDX-License-Identifier: Apache-2.0
#include "cupel/crypto/secret.h"

#include <sodium.h>

#include <algorithm>

namespace cupel::crypto {

void Wipe(std::span<std::uint8_t> memory) { sodium_memzero(memory.data(), memory.size()); }

bool EqualInConstantTime(BytesView a, BytesView b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

Secret::Secret(BytesView bytes) : Secret(bytes.size()) {
  std::copy(bytes.begin(), bytes.end(), bytes_.get());
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    Wipe(Buffer());
    bytes_ = std::move(other.bytes_);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

}  // namespace cupel::crypto
