// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Cosignatures of witnesses (cosignature/v1): "at this time, this is the largest tree of this log that I
/// have seen, and it continues all that I saw before".
///
///     cosignature/v1                                   what is signed: two lines ...
///     time 1679315147
///     example.com/behind-the-sofa                      ... and the checkpoint's text
///     20852163
///     CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
///
///     -- witness.example.com/w1 base64(4-byte key id || 8-byte big-endian time || 64-byte Ed25519 signature)
///
/// Promises: key ids are of type 0x04, so a log's signature never passes for a cosignature, nor the reverse;
/// a time of 0 or above 2^63 - 1 is no time and makes a cosignature false. Does not promise: that the time is
/// right (it is the witness's clock, and may lie ahead of the reader's); that extension lines mean anything
/// to the witness, although they are signed; cosignatures of ML-DSA-44 (type 0x06): they are ignored as those
/// of unknown keys are. Source: https://c2sp.org/tlog-cosignature

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cupel/base/error.h"
#include "cupel/crypto/log_key.h"
#include "cupel/ledger/merkle/note.h"

namespace cupel::ledger::witness {

/// A witness's public key with its name: "<name>+<key id>+<base64(0x04 || key)>".
class CosignatureVerifier {
 public:
  /// Errors: as merkle::CheckKeyName.
  static Result<CosignatureVerifier> Create(std::string name, const crypto::LogVerifier& key);
  /// Errors: kCorrupt; kUnsupported for a key of another type.
  static Result<CosignatureVerifier> Parse(std::string_view vkey);

  std::string ToText() const { return key_.ToText(merkle::SignatureType::kCosignature); }
  const std::string& Name() const { return key_.name; }
  const crypto::LogVerifier& Key() const { return key_.key; }
  std::uint32_t KeyId() const { return key_.KeyId(merkle::SignatureType::kCosignature); }

  /// Whether this line claims to be of this witness, by name and key id; says nothing about its truth.
  bool Made(const merkle::NoteSignature& line) const;

  /// When this witness cosigned the note (Unix seconds), the latest time if it did more than once; nothing if
  /// it did not. Errors: kVerificationFailed when a line under its name and id is false, which rejects the
  /// whole note.
  Result<std::optional<std::int64_t>> TimeOf(const merkle::SignedNote& note) const;

  bool operator==(const CosignatureVerifier&) const = default;

 private:
  explicit CosignatureVerifier(merkle::NamedKey key) : key_(std::move(key)) {}
  merkle::NamedKey key_;
};

/// A witness's private key with its name. Use one key for one witness: the signed text does not name it.
class CosignatureKey {
 public:
  /// Errors: as merkle::CheckKeyName.
  static Result<CosignatureKey> Create(std::string name, crypto::LogKey key);

  const CosignatureVerifier& Verifier() const { return verifier_; }

  /// The cosignature line for a checkpoint's text. Whether it deserves one is the caller's business
  /// (witness.h). Errors: kInvalidArgument unless time > 0 and `text` can stand in a note.
  Result<merkle::NoteSignature> Sign(std::string_view text, std::int64_t time) const;

 private:
  CosignatureKey(CosignatureVerifier verifier, crypto::LogKey key)
      : verifier_(std::move(verifier)), key_(std::move(key)) {}
  CosignatureVerifier verifier_;
  crypto::LogKey key_;
};

}  // namespace cupel::ledger::witness
