// SPDX-License-Identifier: Apache-2.0
#pragma once

/// DSSE v1.0.2, the Dead Simple Signing Envelope: bytes, what they are, and signatures over both.
///
///     { "payload": "<base64>", "payloadType": "application/vnd.in-toto+json",
///       "signatures": [ { "keyid": "<hint>", "sig": "<base64 of the DER signature>" } ] }
///
///     signed bytes = "DSSEv1" SP LEN(type) SP type SP LEN(payload) SP payload
///     where SP is one space (0x20) and LEN the length in bytes in ASCII decimal, without leading zeros
///
/// Promises: what is verified are the payload bytes themselves, never a rendering of them; `keyid` chooses
/// nothing; the threshold counts distinct keys, not signatures. Does not promise: to interpret the payload
/// (statement.h does), nor that a missing envelope is noticed (the log does). Source:
/// https://github.com/secure-systems-lab/dsse (protocol.md, envelope.md)
///
///     const Envelope envelope = SignEnvelope(kStatementPayloadType, payload, key);
///     CUPEL_TRY(const auto signers, envelope.Verify(policy.evidence_keys));
///     CUPEL_TRY(const Statement statement, Statement::Parse(envelope.payload));

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/base/bytes.h"
#include "cupel/base/error.h"
#include "cupel/base/json.h"
#include "cupel/crypto/signing_key.h"

namespace cupel::ledger::evidence {

/// The bytes that are signed (PAE in the specification).
Bytes PreAuthenticationEncoding(std::string_view payload_type, BytesView payload);

struct EnvelopeSignature {
  std::string key_id;  ///< A hint; may be empty.
  crypto::Signature signature;
  bool operator==(const EnvelopeSignature&) const = default;
};

struct Envelope {
  std::string payload_type;
  Bytes payload;
  std::vector<EnvelopeSignature> signatures;  ///< At least one.

  /// Reads standard and URL-safe base64; ignores unknown members, as the specification asks.
  /// Errors: kCorrupt, naming the member.
  static Result<Envelope> Parse(std::string_view json);
  static Result<Envelope> FromJson(const Json& json);

  /// One line of canonical JSON and a newline, as in a .jsonl file.
  std::string ToText() const;
  Json ToJson() const;

  /// The trusted keys that signed, without repetition, in the order of `trusted`.
  /// Errors: kVerificationFailed when fewer than `threshold` keys did. Precondition: threshold > 0.
  Result<std::vector<crypto::PublicKey>> Verify(std::span<const crypto::PublicKey> trusted,
                                                std::size_t threshold = 1) const;

  bool operator==(const Envelope&) const = default;
};

/// An envelope with one signature, its keyid the key's Id().
Envelope SignEnvelope(std::string_view payload_type, Bytes payload, const crypto::SigningKey& key);

}  // namespace cupel::ledger::evidence
