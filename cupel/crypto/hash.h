// SPDX-License-Identifier: Apache-2.0
#pragma once

/// SHA-256 (FIPS 180-4): of bytes in memory, of bytes that arrive in pieces, and of files of any size.
///
/// Promises: the three ways give the same digest for the same bytes; memory stays bounded; safe from any
/// thread as long as a hasher is used by one thread at a time. Does not promise: to keep its input secret (no
/// key is involved; use it for identity, never for passwords).
///
///     Sha256Hasher hasher;
///     for (BytesView piece : pieces) hasher.Update(piece);
///     Digest digest = hasher.Finish();

#include <filesystem>
#include <memory>

#include "cupel/base/bytes.h"
#include "cupel/base/digest.h"
#include "cupel/base/error.h"

namespace cupel::crypto {

/// Cost: one pass.
Digest Sha256(BytesView bytes);

/// The digest of two strings of bytes one after the other, without joining them in memory.
Digest Sha256(BytesView first, BytesView second);

/// SHA-256 of bytes that arrive in pieces.
class Sha256Hasher {
 public:
  Sha256Hasher();
  ~Sha256Hasher();
  Sha256Hasher(Sha256Hasher&&) noexcept;
  Sha256Hasher& operator=(Sha256Hasher&&) noexcept;

  void Update(BytesView piece);

  /// The digest of all pieces so far; the hasher is then as new and can be used again.
  Digest Finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Reads the file in pieces of at most 1 MiB.
/// Errors: kNotFound, kPermission and the others of ReadFileInPieces.
Result<Digest> Sha256OfFile(const std::filesystem::path& path);

}  // namespace cupel::crypto
