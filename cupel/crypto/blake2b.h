// SPDX-License-Identifier: Apache-2.0
#pragma once

/// BLAKE2b (RFC 7693) with its full 512 bits and no key, of bytes that arrive in pieces. For signatures of
/// models that name it; everything of ours is hashed with SHA-256 (hash.h).
///
///     Blake2bHasher hasher;
///     for (BytesView piece : pieces) hasher.Update(piece);
///     const Bytes digest = hasher.Finish();  // 64 bytes

#include <memory>

#include "cupel/base/bytes.h"

namespace cupel::crypto {

class Blake2bHasher {
 public:
  static constexpr std::size_t kSize = 64;

  Blake2bHasher();
  ~Blake2bHasher();
  Blake2bHasher(Blake2bHasher&&) noexcept;
  Blake2bHasher& operator=(Blake2bHasher&&) noexcept;

  void Update(BytesView piece);

  /// The digest of all pieces so far; the hasher is then as new and can be used again.
  Bytes Finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cupel::crypto
