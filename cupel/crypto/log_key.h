// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Ed25519 (RFC 8032): the keys that sign checkpoints of a log. C2SP asks every log for one such signature.
///
/// A type of its own beside SigningKey: a checkpoint cannot be signed with an evidence key, nor evidence with
/// a log's. Promises: the private key never prints and is wiped; signing is deterministic, so equal texts
/// have equal signatures.

#include <array>
#include <string_view>

#include "cupel/base/bytes.h"
#include "cupel/base/error.h"
#include "cupel/crypto/secret.h"

namespace cupel::crypto {

/// R || S, RFC 8032 section 5.1.6.
struct LogSignature {
  static constexpr std::size_t kSize = 64;
  std::array<std::uint8_t, kSize> bytes{};
  bool operator==(const LogSignature&) const = default;
};

/// The public half.
class LogVerifier {
 public:
  static constexpr std::size_t kSize = 32;

  /// Errors: kCorrupt unless `raw` has 32 bytes that are a point of the curve, and not one of the weak ones.
  static Result<LogVerifier> FromRaw(BytesView raw);

  /// The 32 bytes of RFC 8032 section 5.1.5.
  const std::array<std::uint8_t, kSize>& Raw() const { return raw_; }

  /// Errors: kVerificationFailed, also for a signature whose S is not in its one form (RFC 8032 section 8.4).
  Status Verify(BytesView message, const LogSignature& signature) const;

  bool operator==(const LogVerifier&) const = default;

 private:
  friend class LogKey;
  LogVerifier() = default;
  std::array<std::uint8_t, kSize> raw_{};
};

class LogKey {
 public:
  static constexpr std::size_t kSeedSize = 32;

  static LogKey Generate();

  /// From the 32-byte seed that RFC 8032 calls the private key. Errors: kCorrupt for another length.
  static Result<LogKey> FromSeed(BytesView seed);

  /// From a PEM "PRIVATE KEY" (PKCS #8, RFC 8410), as `openssl genpkey -algorithm ed25519` writes it.
  /// Errors: kCorrupt; kUnsupported for another algorithm.
  static Result<LogKey> FromPem(std::string_view pem);
  Secret ToPem() const;

  const LogVerifier& Public() const { return public_; }
  LogSignature Sign(BytesView message) const;

 private:
  explicit LogKey(BytesView seed);

  Secret key_;  // seed || public key, the form libsodium signs with
  LogVerifier public_;
};

}  // namespace cupel::crypto
