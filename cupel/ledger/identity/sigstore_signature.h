// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Private to this module: the method "sigstore" of OpenSSF Model Signing, verified without a network.
///
/// A signer proves an identity (an e-mail address, a workflow) to an identity provider; an authority writes
/// both into a certificate that is valid for minutes; the signature goes into a public log. Verified, all of:
///   1. each log entry: its kind, that its body is about this payload, signature and certificate, the proof
///      of its inclusion, the checkpoint's signature, and the promise, which also signs the time;
///   2. each time stamp, if the trusted root names time-stamp authorities;
///   3. the certificate's chain to an authority of the trusted root, at each of these times;
///   4. that a certificate-transparency log vouches for the certificate;
///   5. that it may sign code, and names the identity and the provider that the caller expects;
///   6. the signature itself.
/// Source: Sigstore's client specification, https://github.com/sigstore/architecture-docs (client-spec.md);
/// identity in certificates: https://github.com/sigstore/fulcio (docs/oid-info.md)

#include <cstdint>
#include <string>

#include "cupel/base/error.h"
#include "cupel/crypto/signing_key.h"
#include "cupel/ledger/identity/model_bundle.h"
#include "cupel/ledger/identity/sigstore_trust.h"

namespace cupel::ledger::identity {

/// Who must have signed; both texts are compared as a whole.
struct SigstoreIdentity {
  std::string identity;  ///< "name@example.com", or a URI.
  std::string provider;  ///< The OpenID Connect issuer: "https://accounts.example.com".
};

struct SigstoreSigner {
  crypto::PublicKey key;
  std::int64_t signed_at = 0;  ///< The latest time that a log or an authority signed, in Unix seconds.
};

/// Precondition: a bundle of kSigstore. Errors: kVerificationFailed; kCorrupt; kUnsupported (entries other
/// than dsse 0.0.1: newer logs).
Result<SigstoreSigner> VerifySigstore(const ModelBundle& bundle, const SigstoreTrust& trust,
                                      const SigstoreIdentity& expected);

}  // namespace cupel::ledger::identity
