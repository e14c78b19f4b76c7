// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Issuing, renewing and revoking hallmarks with files: keys, the organisation's ledger, what is written
/// where.
///
///     face.hallmark.json         the hallmark, a Sigstore bundle with its place in the ledger
///     face.hallmark.tlog-proof   the same place as a C2SP receipt
///     face.hallmark.vsa.json     the SLSA twin
///     face.hallmark.revocation.json   once it was revoked
///
/// Promises: a hallmark key is never the evidence key; nothing is written over a hallmark that is there. Does
/// not promise: cosignatures; witnesses give them to the ledger's checkpoint, and `RefreshReceipt` takes them
/// up.

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "cupel/base/error.h"
#include "cupel/crypto/signing_key.h"
#include "cupel/ledger/evidence/trust_policy.h"
#include "cupel/ledger/hallmark/hallmark.h"
#include "cupel/ledger/hallmark/issue.h"
#include "cupel/ledger/log/log.h"

namespace cupel::application::release {

/// In one folder: evidence.key.pem, hallmark.key.pem, vote.key.pem (P-256) and ledger.key.pem (Ed25519).
struct ReleaseKeys {
  std::filesystem::path folder;

  /// The private key of a role, made on first use; its public half is kept beside it as <role>.pub.pem.
  /// Errors: as LoadOrCreateSigningKey; kInvalidArgument when another role's file holds the same key.
  Result<crypto::SigningKey> Load(ledger::evidence::KeyRole role) const;
};

/// Opens the ledger for appending. Errors: kNotFound when the folder holds none; as Log::Open.
Result<ledger::log::Log> OpenLedger(const std::filesystem::path& folder, const std::filesystem::path& key);

/// A hallmark read from its file. Errors: kCorrupt, kUnsupported, with the path. Nothing is verified.
struct ReadHallmark {
  ledger::evidence::Bundle bundle;
  ledger::hallmark::Hallmark hallmark;
  Digest payload;
};
Result<ReadHallmark> ReadHallmarkFile(const std::filesystem::path& path);

/// "face.hallmark.json" and ".vsa.json" to "face.hallmark.vsa.json".
std::filesystem::path Beside(const std::filesystem::path& hallmark, std::string_view ending);

/// Errors: kInvalidArgument when a hallmark is there already. For a look before anything is logged.
Status CheckNew(const std::filesystem::path& path);

/// Errors: as CheckNew; those of writing.
Status WriteHallmark(const ledger::hallmark::IssuedHallmark& issued, const std::filesystem::path& path);

/// That `earlier` may be followed by a hallmark for `run`: it is genuine, and if it has expired or was
/// revoked the assessment is a new one. Errors: kVerificationFailed, saying why not.
Status CheckRenewal(const ReadHallmark& earlier, const ledger::hallmark::AssessedRun& run,
                    const crypto::PublicKey& hallmark_key, const std::filesystem::path& ledger,
                    std::int64_t now);

/// Puts the newest checkpoint's proof into the hallmark's bundle and receipt file, cosignatures included.
/// Errors: kVerificationFailed when the ledger is not what the trust root's policy says, or does not hold the
/// hallmark.
Status RefreshReceipt(const std::filesystem::path& path, const std::filesystem::path& ledger,
                      const ledger::evidence::TrustPolicy& trust);

}  // namespace cupel::application::release
