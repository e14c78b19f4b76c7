// SPDX-License-Identifier: Apache-2.0
#pragma once

/// ECDSA on P-256 with SHA-256 (FIPS 186-5): the keys that sign evidence.
///
/// P-256 and not Ed25519, because Sigstore bundles and OpenSSF Model Signing ask for it; log checkpoints have
/// their own key type (log_key.h), so that the two cannot be mixed up.
///
/// Promises: private keys never print and are wiped when destroyed; a key read from outside is checked to be
/// a point of the curve, and to be P-256 and nothing else (a verifier of other people's signatures may ask
/// for P-384 and P-521 too, FromPemOfAnyCurve). Does not promise: the same signature twice (every signature
/// draws a fresh nonce; all of them verify).
///
///     CUPEL_TRY(const SigningKey key, SigningKey::Generate());
///     const Signature signature = key.Sign(message);
///     CUPEL_TRY_STATUS(key.Public().Verify(message, signature));

#include <memory>
#include <string>
#include <string_view>

#include "cupel/base/bytes.h"
#include "cupel/base/error.h"
#include "cupel/crypto/secret.h"

namespace cupel::crypto {

/// An ECDSA signature: the DER of SEQUENCE { r INTEGER, s INTEGER } (RFC 3279 section 2.2.3), 8 to 72 bytes
/// on P-256.
struct Signature {
  Bytes der;

  bool operator==(const Signature&) const = default;

  /// From r || s, 32 big-endian bytes each (IEEE P1363), as JOSE and the DSSE specification's example write
  /// it. Errors: kCorrupt unless there are 64 bytes.
  static Result<Signature> FromFixed(BytesView r_and_s);
};

/// The curves of OpenSSF Model Signing's algorithm registry, each with its hash: SHA-256, SHA-384, SHA-512.
enum class Curve { kP256, kP384, kP521 };

/// "P-256", "P-384", "P-521".
std::string_view CurveName(Curve curve);

class PublicKey {
 public:
  /// From a PEM "PUBLIC KEY" (SubjectPublicKeyInfo, RFC 7468 section 13); text around it is ignored.
  /// Errors: kCorrupt when there is none or it is broken; kUnsupported for another curve or algorithm.
  static Result<PublicKey> FromPem(std::string_view pem);
  /// The same for a key on any of the three curves. For signatures that others made; evidence has P-256 keys.
  static Result<PublicKey> FromPemOfAnyCurve(std::string_view pem);
  /// From the DER of a SubjectPublicKeyInfo. Errors: as FromPem, and kCorrupt for bytes behind the key.
  static Result<PublicKey> FromDer(BytesView der);

  /// One spelling for one key: equal keys have equal texts, however they were read.
  const std::string& Pem() const { return pem_; }
  const Bytes& Der() const { return der_; }

  /// Hexadecimal SHA-256 of `Pem()`, the hint that OpenSSF's model-signing tool uses. Names a key, proves
  /// nothing.
  const std::string& Id() const { return id_; }

  Curve curve() const { return curve_; }

  /// Hashes with the curve's hash.
  /// Errors: kVerificationFailed when this key did not make `signature` over `message`; kCorrupt when the
  /// signature is not the DER of two integers (other spellings of the same integers included, so a signature
  /// has one form only).
  Status Verify(BytesView message, const Signature& signature) const;

  bool operator==(const PublicKey& other) const { return der_ == other.der_; }

 private:
  friend class SigningKey;
  struct Handle;
  explicit PublicKey(std::shared_ptr<const Handle> handle);
  static Result<PublicKey> ReadPem(std::string_view pem, bool any_curve);

  std::shared_ptr<const Handle> handle_;  // shared: it never changes, and copies of a public key are common
  Curve curve_ = Curve::kP256;
  Bytes der_;
  std::string pem_;
  std::string id_;
};

class SigningKey {
 public:
  static Result<SigningKey> Generate();

  /// From a PEM "PRIVATE KEY" (PKCS #8) or "EC PRIVATE KEY" (SEC 1), unencrypted.
  /// Errors: kCorrupt, kUnsupported (another curve or algorithm, an encrypted key).
  static Result<SigningKey> FromPem(std::string_view pem);

  /// PKCS #8 PEM, unencrypted; for a file of mode 0600 (key_file.h).
  Secret ToPem() const;

  const PublicKey& Public() const { return public_; }

  /// Signs SHA-256(message).
  Signature Sign(BytesView message) const;

 private:
  explicit SigningKey(std::shared_ptr<const PublicKey::Handle> handle);

  std::shared_ptr<const PublicKey::Handle> handle_;  // shared with nobody but copies of this key
  PublicKey public_;
};

}  // namespace cupel::crypto
