// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Private to this module: an entry of a Rekor log (v1), kind "dsse" version "0.0.1".
///
///     { "apiVersion": "0.0.1", "kind": "dsse", "spec": {
///         "envelopeHash": { "algorithm": "sha256", "value": "<hex>" },   of the envelope's text as it was
///         sent "payloadHash":  { "algorithm": "sha256", "value": "<hex>" }, "signatures": [ { "signature":
///         "<base64 of DER>", "verifier": "<base64 of the certificate's PEM>" } ] } }
///
/// The promise signs, as canonical JSON, {"body": "<base64>", "integratedTime": <number>, "logID": "<hex>",
/// "logIndex": <number>}. The checkpoint is a C2SP note whose signature is ECDSA, its key id the first four
/// bytes of the log's id. `envelopeHash` is not compared: the text that was sent is not kept.
/// Source: https://github.com/sigstore/rekor (pkg/types/dsse/v0.0.1, openapi.yaml)

#include <cstdint>
#include <span>

#include "cupel/base/error.h"
#include "cupel/crypto/signed_certificate_timestamp.h"
#include "cupel/ledger/identity/model_bundle.h"

namespace cupel::ledger::identity {

/// The time that the log signed, in Unix seconds, when everything about the entry holds.
/// Errors: kVerificationFailed; kCorrupt; kUnsupported for another kind or version.
Result<std::int64_t> VerifyRekorEntry(const RekorEntry& entry, const ModelBundle& bundle,
                                      std::span<const crypto::TransparencyLogKey> logs);

}  // namespace cupel::ledger::identity
