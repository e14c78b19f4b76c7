// SPDX-License-Identifier: Apache-2.0
#pragma once

/// C2SP signed notes: a text and Ed25519 signatures under it, made to be read by people and by programs.
///
///     example.com/ledger                       text, whole lines
///     20
///     CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
///                                              an empty line
///     -- example.com/ledger Az3grl...==        one line a signature: U+2014 (here --), space, key name,
///     space,
///                                              base64(4-byte big-endian key id || 64-byte signature)
///
/// Promises: one form only (strict base64, UTF-8, no control characters but the newline), so a flipped byte
/// is either an error or a false signature; signatures of unknown keys are kept and ignored. Does not
/// promise: that the text means anything; checkpoint.h reads it. Source: https://c2sp.org/signed-note (v1.0),
/// signature type 0x01; what other types of Ed25519 signatures need is here too (SignatureType).

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/base/bytes.h"
#include "cupel/base/digest.h"
#include "cupel/base/error.h"
#include "cupel/crypto/log_key.h"

namespace cupel::ledger::merkle {

/// The only base64 that notes, checkpoints and proofs may contain: standard alphabet, padded, nothing else.
/// Errors: kCorrupt.
Result<Bytes> DecodeExactBase64(std::string_view text);

/// Errors: kInvalidArgument unless `name` can be a key's name: UTF-8, not empty, no white space, no control
/// character, no '+', at most 255 bytes. By convention a URL without scheme, the log's origin.
Status CheckKeyName(std::string_view name);

/// Types of signatures under notes that are made with Ed25519 keys. The type is part of a key's id, so one
/// type never passes for the other.
enum class SignatureType : std::uint8_t {
  kNote = 0x01,         ///< Over the text alone: logs.
  kCosignature = 0x04,  ///< Over a time and the text: witnesses (ledger/witness/cosignature.h).
};

/// An Ed25519 key under a name.
struct NamedKey {
  std::string name;
  crypto::LogVerifier key;

  /// SHA-256(name || 0x0A || type || key); its first four bytes are the key id.
  Digest FullId(SignatureType type) const;
  std::uint32_t KeyId(SignatureType type) const;
  /// "<name>+<key id, 8 hex digits>+<base64(type || key)>".
  std::string ToText(SignatureType type) const;
  /// Errors: kCorrupt, also when the id is not that of the name and key; kUnsupported for another type.
  static Result<NamedKey> Parse(std::string_view vkey, SignatureType type);

  bool operator==(const NamedKey&) const = default;
};

/// A public key with its name, as verifiers exchange it: the text "<name>+<key id, 8 hex digits>+<base64(0x01
/// || key)>".
class NoteVerifier {
 public:
  /// Errors: as CheckKeyName.
  static Result<NoteVerifier> Create(std::string name, const crypto::LogVerifier& key);
  /// Errors: kCorrupt, also when the id is not that of the name and key; kUnsupported for a key that is not
  /// Ed25519.
  static Result<NoteVerifier> Parse(std::string_view vkey);

  std::string ToText() const;
  const std::string& Name() const { return key_.name; }
  const crypto::LogVerifier& Key() const { return key_.key; }
  /// The first four bytes of `FullId`.
  std::uint32_t KeyId() const;
  /// SHA-256(name || 0x0A || 0x01 || key); Sigstore's `logId.keyId`.
  Digest FullId() const;

  bool operator==(const NoteVerifier&) const = default;

 private:
  explicit NoteVerifier(NamedKey key) : key_(std::move(key)) {}
  NamedKey key_;
};

struct NoteSignature {
  std::string name;
  std::uint32_t key_id = 0;
  Bytes signature;  ///< 64 bytes for Ed25519; other types are carried along.
  bool operator==(const NoteSignature&) const = default;
};

/// Signature lines as they stand under a note. Errors: kCorrupt; kResourceLimit over 64.
Result<std::vector<NoteSignature>> ParseSignatureLines(std::string_view lines);
std::string SignatureLines(std::span<const NoteSignature> signatures);

struct SignedNote {
  std::string text;  ///< With its last newline: exactly the signed bytes.
  std::vector<NoteSignature> signatures;

  /// Errors: kCorrupt with what is wrong; kResourceLimit over 1 MiB or 64 signatures.
  static Result<SignedNote> Parse(std::string_view note);
  std::string ToText() const;

  /// Errors: kVerificationFailed when `verifier` did not sign, or a signature under its name and id is false
  /// (that rejects the whole note even if another one is good).
  Status Verify(const NoteVerifier& verifier) const;

  bool operator==(const SignedNote&) const = default;
};

/// Whether `text` can stand in a note: whole lines of UTF-8 without control characters, and not empty.
/// Errors: kInvalidArgument.
Status CheckNoteText(std::string_view text);

/// A note with one signature. Errors: kInvalidArgument when `text` is empty, does not end in a newline, or
/// cannot stand in a note; as CheckKeyName.
Result<SignedNote> SignNote(std::string text, const std::string& name, const crypto::LogKey& key);

}  // namespace cupel::ledger::merkle
