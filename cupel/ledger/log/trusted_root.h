// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Sigstore's TrustedRoot: which logs and time-stamp authorities a Sigstore verifier shall believe, as one
/// JSON file.
///
///     { "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
///       "tlogs": [ { "baseUrl": "https://<origin>", "hashAlgorithm": "SHA2_256",
///                    "publicKey": { "rawBytes": "<base64 of the DER key>", "keyDetails": "PKIX_ED25519",
///                                   "validFor": { "start": "1970-01-01T00:00:00Z" } },
///                    "logId": { "keyId": "<base64 of NoteVerifier::FullId>" } } ],
///       "certificateAuthorities": [], "ctlogs": [], "timestampAuthorities": [ ... ] }
///
/// Promises: a function of its arguments, in canonical JSON. Does not promise: that anybody should believe
/// them; the keys of evidence are not in it (Sigstore finds a public key by the bundle's hint). Source:
/// https://github.com/sigstore/protobuf-specs (sigstore_trustroot.proto)

#include <span>
#include <string>

#include "cupel/base/bytes.h"
#include "cupel/ledger/merkle/note.h"

namespace cupel::ledger::log {

/// timestamp_authorities: certificate chains in DER, the signing certificate first. One line and a newline.
std::string TrustedRoot(std::span<const merkle::NoteVerifier> logs,
                        std::span<const std::vector<Bytes>> timestamp_authorities = {});

/// The DER of a log's Ed25519 key as a SubjectPublicKeyInfo (RFC 8410), 44 bytes.
Bytes LogKeyDer(const merkle::NoteVerifier& log);

}  // namespace cupel::ledger::log
