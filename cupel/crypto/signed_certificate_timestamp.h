// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Signed certificate timestamps (RFC 6962): a certificate-transparency log's word, inside a certificate,
/// that it will publish it.
///
/// Promises: a timestamp counts only over exactly this certificate, by this issuer, with a key of a log that
/// is known and in use at that time. Does not promise: that the log did publish it. Source: RFC 6962,
/// sections 3.2 and 3.3.

#include <cstdint>
#include <span>
#include <vector>

#include "cupel/base/bytes.h"
#include "cupel/base/error.h"
#include "cupel/crypto/certificate.h"
#include "cupel/crypto/signing_key.h"

namespace cupel::crypto {

struct TransparencyLogKey {
  Bytes id;  ///< SHA-256 of the key's DER.
  PublicKey key;
  std::int64_t valid_from = 0;  ///< Unix seconds, both inside.
  std::int64_t valid_until = 0;
};

/// The times (Unix milliseconds) of the timestamps in `certificate` that logs in `logs` made; those of other
/// logs are not looked at.
/// Errors: kVerificationFailed when there is none, or one of them is false; kCorrupt.
Result<std::vector<std::int64_t>> VerifyCertificateTimestamps(const Certificate& certificate,
                                                              const Certificate& issuer,
                                                              std::span<const TransparencyLogKey> logs);

}  // namespace cupel::crypto
