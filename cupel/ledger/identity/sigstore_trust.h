// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Sigstore's TrustedRoot: which certification authorities, logs and time-stamp authorities a verifier of
/// keyless signatures believes, and from when until when. The verifier gets it from the operator of the
/// instance (Sigstore's public one publishes `trusted_root.json` by TUF), never from beside a model.
///
/// Promises: keys and certificates are read or the file is refused. Logs whose keys are not ECDSA on P-256
/// are left out, so what they say never counts. Unknown members are ignored: the operators add some, and the
/// file is the verifier's own. Source: sigstore_trustroot.proto, https://github.com/sigstore/protobuf-specs

#include <cstdint>
#include <string_view>
#include <vector>

#include "cupel/base/error.h"
#include "cupel/crypto/certificate.h"
#include "cupel/crypto/signed_certificate_timestamp.h"

namespace cupel::ledger::identity {

/// A chain that is believed for what happened from `valid_from` to `valid_until` (Unix seconds, both inside).
struct TrustedAuthority {
  std::vector<crypto::Certificate> chain;  ///< Nearest to the leaf first, the anchor last.
  std::int64_t valid_from = 0;
  std::int64_t valid_until = 0;

  bool IsValidAt(std::int64_t at) const { return valid_from <= at && at <= valid_until; }
};

struct SigstoreTrust {
  std::vector<TrustedAuthority> certificate_authorities;
  std::vector<TrustedAuthority> timestamp_authorities;
  std::vector<crypto::TransparencyLogKey> signature_logs;    ///< Rekor.
  std::vector<crypto::TransparencyLogKey> certificate_logs;  ///< Certificate transparency.

  /// A TrustedRoot, or the ClientTrustConfig that holds one. Errors: kCorrupt with the member; kUnsupported
  /// (another media type, a hash other than SHA2_256); kInvalidArgument when it trusts no certification
  /// authority, or no log whose key is of a kind that is known.
  static Result<SigstoreTrust> Parse(std::string_view json);
};

}  // namespace cupel::ledger::identity
