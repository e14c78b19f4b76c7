// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Sigstore bundle v0.3: one file that holds an envelope, the hint to its key and, once logged, the proof of
/// it.
///
///     { "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
///       "verificationMaterial": { "publicKey": { "hint": "<key id>" }, "tlogEntries": [ ... ] },
///       "dsseEnvelope": { ... } }
///
/// Promises: exactly one signature, as Sigstore's verifiers demand; every member is known or refused, so no
/// byte of the file can change unnoticed (but for other spellings of the same text: white space, "\/", base64
/// without padding). Does not promise: certificates (kUnsupported), nor that the proof and the time stamps
/// are true: ledger/log and `VerifyTimestamps` verify them. Source:
/// https://github.com/sigstore/protobuf-specs (sigstore_bundle.proto, sigstore_rekor.proto)

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/base/bytes.h"
#include "cupel/base/digest.h"
#include "cupel/base/error.h"
#include "cupel/base/json.h"
#include "cupel/crypto/timestamp.h"
#include "cupel/ledger/evidence/envelope.h"

namespace cupel::ledger::evidence {

inline constexpr std::string_view kBundleMediaType = "application/vnd.dev.sigstore.bundle.v0.3+json";

/// Sigstore's TransparencyLogEntry: where a leaf is in a log, with the proof.
struct TlogEntry {
  std::uint64_t log_index = 0;
  Bytes log_id;         ///< SHA-256 of the log's name and key (NoteVerifier::FullId).
  std::string kind;     ///< "dsse"
  std::string version;  ///< "0.0.2"
  std::uint64_t tree_size = 0;
  Digest root;
  std::vector<Digest> path;  ///< From the leaf up.
  std::string checkpoint;    ///< A signed note.
  Bytes body;                ///< The leaf.

  bool operator==(const TlogEntry&) const = default;
};

struct Bundle {
  std::string key_hint;  ///< crypto::PublicKey::Id() of the signer.
  std::vector<TlogEntry> tlog_entries;
  std::vector<Bytes> timestamps;  ///< RFC 3161 responses (DER) over the signature's bytes.
  Envelope envelope;              ///< Exactly one signature.

  /// Precondition: the envelope has exactly one signature.
  static Bundle Of(Envelope envelope);

  /// Errors: kCorrupt, kUnsupported (certificates, message signatures, another version).
  static Result<Bundle> Parse(std::string_view json);
  static Result<Bundle> FromJson(const Json& json);

  /// One line of canonical JSON and a newline.
  std::string ToText() const;

  bool operator==(const Bundle&) const = default;
};

/// When each of the bundle's time stamps saw the signature, in Unix seconds, in the bundle's order; all of
/// them must hold. Empty for a bundle without any. Errors: as TimestampAuthority::Verify, with the number of
/// the stamp.
Result<std::vector<std::int64_t>> VerifyTimestamps(const Bundle& bundle,
                                                   const crypto::TimestampAuthority& authority);

}  // namespace cupel::ledger::evidence
