// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A model's signature as a file: a Sigstore bundle in one of the three methods of OpenSSF Model Signing.
///
///     "verificationMaterial": { "publicKey": { "hint": "<key id>" } }                           key
///     "verificationMaterial": { "x509CertificateChain": { "certificates": [ { "rawBytes": "<base64 of DER>"
///                               }, ... ] } }                                                    certificate
///     "verificationMaterial": { "certificate": { "rawBytes": "..." }, "tlogEntries": [ ... ],
///                               "timestampVerificationData": { ... } }                          sigstore
///
/// Promises: one method, one signature, every member known or refused. Does not promise: that anything in it
/// is true (model_signature.h). Source: OMS specification v1.0, sections 4.1 and 11,
/// https://github.com/ossf/model-signing-spec

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/base/bytes.h"
#include "cupel/base/digest.h"
#include "cupel/base/error.h"
#include "cupel/crypto/certificate.h"
#include "cupel/ledger/evidence/bundle.h"

namespace cupel::ledger::identity {

enum class SigningMethod { kKey, kCertificate, kSigstore };

/// "key", "certificate", "sigstore".
std::string_view SigningMethodName(SigningMethod method);

/// An entry of a public Rekor log (v1), which counts its leaves anew in each tree that it keeps.
struct RekorEntry {
  std::uint64_t log_index = 0;  ///< In the whole log; covered by the promise.
  Bytes log_id;                 ///< SHA-256 of the log's key.
  std::string kind;             ///< "dsse"
  std::string version;          ///< "0.0.1"
  std::int64_t integrated_time = 0;
  Bytes promise;  ///< The log's signature over body, time and index (SignedEntryTimestamp); may be empty.
  std::uint64_t leaf_index = 0;  ///< In the tree of the proof.
  std::uint64_t tree_size = 0;
  Digest root;
  std::vector<Digest> path;
  std::string checkpoint;  ///< A signed note.
  Bytes body;              ///< The leaf.

  bool operator==(const RekorEntry&) const = default;
};

struct ModelBundle {
  SigningMethod method = SigningMethod::kKey;
  /// All of it with kKey; with the other methods envelope and timestamps, and nothing else in it is set.
  evidence::Bundle bundle = {};
  std::vector<crypto::Certificate> certificates = {};  ///< Leaf first; one with kSigstore; none with kKey.
  std::vector<RekorEntry> log_entries = {};            ///< At least one with kSigstore, else none.

  /// Reads older forms too: `publicKey` with `rawBytes` in place of `hint` (before v1.1).
  /// Errors: kCorrupt; kUnsupported (another version, a message signature, time stamps or log entries beside
  /// a certificate chain).
  static Result<ModelBundle> Parse(std::string_view text);

  /// One line of canonical JSON and a newline. Precondition: not kSigstore, which only its own tools make.
  std::string ToText() const;

  bool operator==(const ModelBundle&) const = default;
};

}  // namespace cupel::ledger::identity
