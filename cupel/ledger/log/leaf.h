// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The leaf that records an envelope in a log: Rekor v2's entry of kind "dsse" 0.0.2, in canonical JSON (RFC
/// 8785).
///
///     { "apiVersion": "0.0.2", "kind": "dsse", "spec": { "dsseV002": {
///         "payloadHash": { "algorithm": "SHA2_256", "digest": "<base64>" },
///         "signatures": [ { "content": "<base64 of the signature>",
///                           "verifier": { "keyDetails": "PKIX_ECDSA_P256_SHA_256",
///                                         "publicKey": { "rawBytes": "<base64 of the DER key>" } } } ] } } }
///
/// Promises: digest, signature and key only, never the payload: leaves are public and stay for ever, and
/// 65,535 bytes is all a tile can hold. One form: a body that reads back but is not canonical is refused.
/// Source: https://github.com/sigstore/rekor-tiles (api/proto/rekor/v2)

#include <string_view>

#include "cupel/base/bytes.h"
#include "cupel/base/digest.h"
#include "cupel/base/error.h"
#include "cupel/crypto/signing_key.h"
#include "cupel/ledger/evidence/envelope.h"

namespace cupel::ledger::log {

inline constexpr std::string_view kLeafKind = "dsse";
inline constexpr std::string_view kLeafVersion = "0.0.2";

struct Leaf {
  Digest payload;  ///< SHA-256 of the envelope's payload.
  crypto::Signature signature;
  crypto::PublicKey signer;

  /// Precondition: the envelope has exactly one signature. Does not verify it.
  static Leaf Of(const evidence::Envelope& envelope, const crypto::PublicKey& signer);

  Bytes ToBody() const;
  /// Errors: kCorrupt; kUnsupported for another kind or version.
  static Result<Leaf> Parse(BytesView body);

  /// Whether this records exactly that envelope. Errors: kVerificationFailed, saying what differs.
  Status Matches(const evidence::Envelope& envelope) const;

  bool operator==(const Leaf&) const = default;
};

/// The base64 of the payload's digest, taken from where the one form has it without parsing: what `Parse`
/// would find if it accepted the body, or nothing for bytes that it certainly refuses. For looking through
/// many leaves; whatever is found is to be parsed before it is believed. Cost: one comparison.
std::string_view ClaimedPayload(BytesView body);

}  // namespace cupel::ledger::log
