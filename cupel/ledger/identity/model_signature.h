// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Signing a model and verifying it: OpenSSF Model Signing v1.0. A signature is a Sigstore bundle
/// (model_bundle.h) of the statement in model_statement.h; it lies beside the model.
///
/// Promises: a changed, missing, added, renamed or exchanged file is found, and named; what was signed by
/// somebody whom the caller does not trust is refused. All three methods are verified (a key; a certificate
/// that leads to the caller's anchors and is valid now; Sigstore's logged certificates, by a trusted root),
/// with signatures on P-256, P-384 and P-521. Ours are made by the first two, on P-256. Does not promise: to
/// sign by Sigstore, which needs an identity provider and a public log over the network, nor with a key or
/// a certificate anything about when the signature was made (a ledger does); nor revocation of certificates.
/// Source: OMS specification v1.0, sections 4, 8 and 11, https://github.com/ossf/model-signing-spec
///
///     CUPEL_TRY(const Manifest manifest, BuildManifest({"models/resnet", {}, "models/resnet/model.sig"}));
///     CUPEL_TRY_STATUS(WriteFileAtomic("models/resnet/model.sig", SignModel(manifest, key).ToText()));
///     ...
///     CUPEL_TRY(const ModelBundle bundle, ModelBundle::Parse(text));
///     CUPEL_TRY(const SignedModel signed_model, OpenModelSignature(bundle, trusted_keys));
///     CUPEL_TRY_STATUS(CompareModel(model, signed_model.manifest));

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "cupel/base/error.h"
#include "cupel/crypto/certificate.h"
#include "cupel/crypto/signing_key.h"
#include "cupel/ledger/evidence/trust_policy.h"
#include "cupel/ledger/identity/manifest.h"
#include "cupel/ledger/identity/model_bundle.h"
#include "cupel/ledger/identity/sigstore_signature.h"
#include "cupel/ledger/identity/sigstore_trust.h"

namespace cupel::ledger::identity {

/// What somebody trusted signed.
struct SignedModel {
  Manifest manifest;
  SigningMethod method = SigningMethod::kKey;
  crypto::PublicKey signer;
  /// The subject of the signer's certificate, or with kSigstore the identity that was asked for.
  std::string identity = {};
  std::int64_t signed_at = 0;  ///< Unix seconds, with kSigstore alone: what the log signed.
};

/// Method "key". Precondition: a manifest as BuildManifest makes it.
ModelBundle SignModel(const Manifest& manifest, const crypto::SigningKey& key);

/// Method "certificate". chain: the certificate of `key`, then its issuers, each issued by the next. now:
/// Unix seconds. Errors: kInvalidArgument when a verifier that trusts the last certificate would refuse the
/// signature now: another key's certificate, one that may not sign, has expired or does not lead there.
Result<ModelBundle> SignModel(const Manifest& manifest, const crypto::SigningKey& key,
                              std::span<const crypto::Certificate> chain, std::int64_t now);

/// Whom a verifier of the method "certificate" believes, and when: certificates must be valid at Unix second
/// `at`.
struct CertificateTrust {
  std::vector<crypto::Certificate> anchors;
  std::int64_t at = 0;
};

// Each opens bundles of its own method. Errors: kInvalidArgument for a bundle of another one, saying what to
// give; kVerificationFailed; as FromStatement.

/// kVerificationFailed when none of the keys signed, or the bundle's hint names another key.
Result<SignedModel> OpenModelSignature(const ModelBundle& bundle, std::span<const crypto::PublicKey> trusted);
/// With the policy's evidence keys. Errors: as above and TrustPolicy::Open.
Result<SignedModel> OpenModelSignature(const ModelBundle& bundle, const evidence::TrustPolicy& policy);
/// Errors: as Certificate::CheckUse and VerifyChain.
Result<SignedModel> OpenModelSignature(const ModelBundle& bundle, const CertificateTrust& trust);
/// Errors: as VerifySigstore (sigstore_signature.h).
Result<SignedModel> OpenModelSignature(const ModelBundle& bundle, const SigstoreTrust& trust,
                                       const SigstoreIdentity& expected);

struct CompareOptions {
  bool ignore_unsigned = false;                ///< Files that nobody signed may lie beside the signed ones.
  std::vector<std::string> ignore_paths = {};  ///< Left out besides what the signature leaves out.
  int workers = 1;
};

/// Hashes the model as `manifest.serialization` says and compares. With a folder, all its files must be in
/// the manifest; with a file, that file and its external data must be, and everything in the manifest is
/// looked for from the file's folder. Errors: kVerificationFailed, naming what differs; kNotFound when there
/// is no model; kPermission.
Status CompareModel(const ModelPaths& model, const Manifest& manifest, const CompareOptions& options = {});

}  // namespace cupel::ledger::identity
