// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Whom a verifier believes: which keys may sign evidence, and which logs it accepts.
///
/// A key is trusted for a role by being put there by the verifier; nothing inside an envelope or bundle can
/// add one. On disk: a folder of `*.pem` files (P-256 public keys, evidence) and `*.vkey` files (C2SP
/// verifier keys, ledger), or a single file of either kind. Other files in the folder are ignored.

#include <filesystem>
#include <string>
#include <vector>

#include "cupel/base/error.h"
#include "cupel/crypto/signing_key.h"
#include "cupel/ledger/evidence/bundle.h"
#include "cupel/ledger/evidence/statement.h"

namespace cupel::ledger::evidence {

/// A statement that somebody trusted signed.
struct TrustedStatement {
  Statement statement;
  crypto::PublicKey signer;
};

enum class KeyRole { kEvidence, kHallmark, kLedger, kWitness, kVote };

struct TrustPolicy {
  std::vector<crypto::PublicKey> evidence_keys;
  std::vector<std::string>
      ledger_keys;  ///< Verifier keys "<name>+<id>+<base64>"; merkle::NoteVerifier reads them.
  std::vector<crypto::PublicKey> hallmark_keys;
  std::vector<crypto::PublicKey> vote_keys;
  std::string log_policy;

  std::vector<crypto::PublicKey> KeysOf(KeyRole role) const;

  /// Files are read in order of their names. Errors: kNotFound; kCorrupt, kUnsupported with the file;
  /// kInvalidArgument when no key is found.
  static Result<TrustPolicy> Load(const std::filesystem::path& path);

  /// The statement in a bundle, after its signature was verified with one of `evidence_keys`.
  /// Errors: kVerificationFailed; kCorrupt when what was signed is no statement.
  Result<TrustedStatement> Open(const Bundle& bundle, KeyRole role = KeyRole::kEvidence) const;
};

}  // namespace cupel::ledger::evidence
