// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Whom a verifier believes, and for what: every key has one role, and what it signs counts in that role
/// alone.
///
/// A key is trusted for a role by being put there by the verifier; nothing inside an envelope or bundle can
/// add one. Promises: a key with two roles is refused when the policy is made; what a key of another role
/// signed is refused, and the message names that role; with time-stamp anchors, a bundle whose time stamps do
/// not all hold is refused. Does not promise: that a verifier key or the log's policy is well-formed beyond
/// its outline (ledger/merkle and ledger/witness read them); a time stamp where there is none.
///
/// On disk, one of (docs/formats/trust.md):
///   a folder without `trust.toml`   every *.pem is an ECDSA P-256 public key, every *.vkey a C2SP verifier
///   key,
///                                   `log.policy` a C2SP policy; other files are ignored. The file's name up
///                                   to its first '.' or '-' is the role when it names one
///                                   ("hallmark.pub.pem", "vote-alice.pem", "witness-1.vkey"); otherwise
///                                   *.pem are evidence keys and
///                                   *.vkey ledger keys. timestamp*.pem holds anchors of time-stamp
///                                   authorities: certificates.
///   a `trust.toml`, or its folder   roles to lists of files, relative to it; unknown keys are errors.
///   a single *.pem, *.vkey or log.policy file, as in a folder.

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/base/error.h"
#include "cupel/crypto/signing_key.h"
#include "cupel/crypto/timestamp.h"
#include "cupel/ledger/evidence/bundle.h"
#include "cupel/ledger/evidence/statement.h"

namespace cupel::ledger::evidence {

enum class KeyRole {
  kEvidence,  ///< Signs what was measured, and models.
  kHallmark,  ///< Signs hallmarks, renewals and revocations.
  kLedger,    ///< Ed25519: signs a log's checkpoints.
  kWitness,   ///< Ed25519: cosigns checkpoints.
  kVote,      ///< Signs a committee member's vote.
};
inline constexpr std::array kKeyRoles = {KeyRole::kEvidence, KeyRole::kHallmark, KeyRole::kLedger,
                                         KeyRole::kWitness, KeyRole::kVote};

/// "evidence", "hallmark", "ledger", "witness", "vote".
std::string_view KeyRoleName(KeyRole role);

/// Whether keys of this role are C2SP verifier keys (*.vkey) rather than PEM public keys.
bool IsNoteRole(KeyRole role);

/// The statement in an envelope. Only for an envelope that was verified. Errors: kCorrupt when it holds none.
Result<Statement> StatementIn(const Envelope& envelope);

/// A statement that somebody trusted signed.
struct TrustedStatement {
  Statement statement;
  crypto::PublicKey signer;
  /// When the bundle's time stamps saw the signature, in Unix seconds, verified, in the bundle's order. Empty
  /// when the policy has no time-stamp anchor: then nobody checked those that the bundle may carry.
  std::vector<std::int64_t> stamped_at;
};

class TrustPolicy {
 public:
  /// Errors: kNotFound; kCorrupt, kUnsupported with the file; kInvalidArgument: no key found, a key with two
  /// roles, a key of the wrong kind for its role, an unknown key in trust.toml.
  static Result<TrustPolicy> Load(const std::filesystem::path& path);

  /// The text of a `trust.toml`. folder: what its files are relative to. name: for messages.
  static Result<TrustPolicy> FromToml(std::string_view text, const std::filesystem::path& folder,
                                      std::string name = "trust.toml");

  /// Believes one more key; the same key again in the same role changes nothing.
  /// Errors: kInvalidArgument when the key has another role, or when the role takes the other kind of keys
  /// (IsNoteRole); kCorrupt for a text that is no verifier key.
  Status Trust(KeyRole role, crypto::PublicKey key);
  Status Trust(KeyRole role, std::string verifier_key);
  /// Errors: kInvalidArgument when there is one already, or when a key in it has another role here.
  Status TrustLogPolicy(std::string text);
  /// Believes the time-stamp authorities under these anchors, certificates in PEM.
  /// Errors: kCorrupt; kInvalidArgument when the key of an anchor has a role here.
  Status TrustTimestamps(std::string_view pem);

  /// Evidence, hallmark, vote; empty for the other roles. In the order in which they were added.
  const std::vector<crypto::PublicKey>& KeysOf(KeyRole role) const;
  /// Ledger, witness: "<name>+<id>+<base64>", merkle::NoteVerifier reads them; empty for the other roles.
  const std::vector<std::string>& VerifierKeysOf(KeyRole role) const;

  /// A C2SP policy (logs, witnesses, quorum), or "" when there is none. Its keys are not in VerifierKeysOf:
  /// they count with its quorum alone. TrustLogPolicy sets it.
  std::string log_policy;

  /// Who is believed about times; nullopt for nobody.
  const std::optional<crypto::TimestampAuthority>& Timestamps() const { return timestamps_; }

  /// The statement in a bundle, after its signature was verified with one of the role's keys, and its time
  /// stamps if there are anchors. Errors: kVerificationFailed; kCorrupt when what was signed is no statement,
  /// or a time stamp is none.
  Result<TrustedStatement> Open(const Bundle& bundle, KeyRole role = KeyRole::kEvidence) const;

 private:
  Status AddFile(const std::filesystem::path& path, KeyRole role);
  Status AddAnchors(const std::filesystem::path& path);
  Status AddNamedFile(const std::filesystem::path& path);
  Status Claim(std::string_view role, BytesView key);

  struct Owner {
    Bytes key;              ///< DER of a public key, or the raw bytes of a verifier key.
    std::string_view role;  ///< Of a constant text.
  };
  std::array<std::vector<crypto::PublicKey>, kKeyRoles.size()> keys_;
  std::array<std::vector<std::string>, kKeyRoles.size()> verifier_keys_;
  std::optional<crypto::TimestampAuthority> timestamps_;
  std::vector<Owner> owners_;
};

}  // namespace cupel::ledger::evidence
