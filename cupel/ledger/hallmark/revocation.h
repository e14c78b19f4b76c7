// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Taking a hallmark back: a statement so plain that a runtime recognises its leaf in the ledger without
/// having it.
///
///     { "_type": "https://in-toto.io/Statement/v1",
///       "subject": [ { "name": "hallmark", "digest": { "sha256": "<of the hallmark's payload>" } } ],
///       "predicateType": "https://cupel.dev/predicate/revocation/v0.1",
///       "predicate": { "reason": "model-defect" } }
///
/// A leaf holds the digest of a payload and a signature, never the payload. But this payload follows from the
/// hallmark and from one of a few reasons: a verifier computes all of them (`RevocationIndex`), looks for
/// their digests among the leaves, and checks the leaf's signature. Neither a file nor a network is needed
/// (decision 0005).
///
/// Promises: who holds the hallmark can recognise every revocation of it; a leaf by anybody else than a
/// hallmark key is none. Does not promise: when it was made (its place in the ledger tells), nor to be
/// undone: a revocation is for ever.

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/base/bytes.h"
#include "cupel/base/digest.h"
#include "cupel/base/error.h"
#include "cupel/crypto/signing_key.h"
#include "cupel/ledger/evidence/bundle.h"

namespace cupel::ledger::hallmark {

inline constexpr std::string_view kRevocationPredicate = "https://cupel.dev/predicate/revocation/v0.1";

/// A closed list: verifiers compute one payload for each. A new reason needs a new predicate version.
inline constexpr std::array<std::string_view, 6> kRevocationReasons = {
    "unspecified",        "key-compromise",     "model-defect",
    "evidence-withdrawn", "conditions-changed", "superseded"};

/// hallmark: SHA-256 of the hallmark's payload.
/// Errors: kInvalidArgument for a reason that is not in the list; the nearest is named.
Result<Bytes> RevocationPayload(const Digest& hallmark, std::string_view reason);

/// The signed statement, with one signature.
Result<evidence::Bundle> Revoke(const Digest& hallmark, std::string_view reason,
                                const crypto::SigningKey& key);

/// Recognises the revocations of one hallmark.
class RevocationIndex {
 public:
  explicit RevocationIndex(const Digest& hallmark);

  /// The reason, if this leaf of a ledger revokes the hallmark: the digest is one of ours, and one of
  /// `hallmark_keys` made the signature. Nothing for any other bytes. Cost: a few comparisons at the place
  /// where a leaf in its one form has the digest; it is parsed only when one of ours stands there.
  std::optional<std::string> Match(BytesView leaf, std::span<const crypto::PublicKey> hallmark_keys) const;

 private:
  struct Candidate {
    std::string reason;
    std::string digest_base64;  ///< As the leaf writes it.
    Bytes signed_bytes;
  };
  std::vector<Candidate> candidates_;
};

}  // namespace cupel::ledger::hallmark
