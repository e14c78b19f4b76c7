// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Signing a model and verifying it: OpenSSF Model Signing v1.0 with its method "key". A signature is a
/// Sigstore bundle (evidence/bundle.h) of the statement in model_statement.h; it lies beside the model.
///
/// Promises: a changed, missing, added, renamed or exchanged file is found, and named; what was signed by
/// somebody whom the caller does not trust is refused. Signatures on P-256, P-384 and P-521 are verified,
/// ours are on P-256. Does not promise: the methods "certificate" and "sigstore" (kUnsupported), nor anything
/// about when the signature was made (a ledger does). Source: OMS specification v1.0, sections 4, 8 and 11,
/// https://github.com/ossf/model-signing-spec
///
///     CUPEL_TRY(const Manifest manifest, BuildManifest({"models/resnet", {}, "models/resnet/model.sig"}));
///     CUPEL_TRY_STATUS(WriteFileAtomic("models/resnet/model.sig", SignModel(manifest, key).ToText()));
///     ...
///     CUPEL_TRY(const evidence::Bundle bundle, ParseModelSignature(text));
///     CUPEL_TRY(const SignedModel signed_model, OpenModelSignature(bundle, trusted_keys));
///     CUPEL_TRY_STATUS(CompareModel(model, signed_model.manifest));

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/base/error.h"
#include "cupel/crypto/signing_key.h"
#include "cupel/ledger/evidence/bundle.h"
#include "cupel/ledger/evidence/trust_policy.h"
#include "cupel/ledger/identity/manifest.h"

namespace cupel::ledger::identity {

/// What somebody trusted signed.
struct SignedModel {
  Manifest manifest;
  crypto::PublicKey signer;
};

/// Precondition: a manifest as BuildManifest makes it.
evidence::Bundle SignModel(const Manifest& manifest, const crypto::SigningKey& key);

/// Reads a signature's file, older forms too: `publicKey` with `rawBytes` in place of `hint` (before v1.1).
/// Errors: as Bundle::Parse.
Result<evidence::Bundle> ParseModelSignature(std::string_view text);

/// Errors: kVerificationFailed when none of the keys signed, or the bundle's hint names another key; as
/// FromStatement.
Result<SignedModel> OpenModelSignature(const evidence::Bundle& bundle,
                                       std::span<const crypto::PublicKey> trusted);
/// With the policy's evidence keys. Errors: as above and TrustPolicy::Open.
Result<SignedModel> OpenModelSignature(const evidence::Bundle& bundle, const evidence::TrustPolicy& policy);

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
