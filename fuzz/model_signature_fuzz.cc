// SPDX-License-Identifier: Apache-2.0
// Model signatures from hostile bytes: a bundle, or the statement in one. Reading must end in a value or an
// error; a manifest that was read has names inside the model's folder, and ours reads back to itself. Bundles
// with certificates are verified to the end, by the published roots, and so is a trusted root; a published
// bundle with one part replaced by hostile bytes reaches the code behind the parsers.
#include <algorithm>
#include <cstdint>

#include "cupel/ledger/evidence/statement.h"
#include "cupel/ledger/identity/model_signature.h"
#include "cupel/ledger/identity/model_statement.h"
#include "cupel/ledger/identity/published_certificates_for_test.h"
#include "cupel/ledger/identity/resource_name.h"

namespace {

using namespace cupel::ledger;  // NOLINT(google-build-using-namespace): one file of one purpose

void CheckManifest(const cupel::Result<identity::Manifest>& manifest) {
  if (!manifest) return;
  CUPEL_CHECK(!manifest->resources.empty() && !manifest->model_name.empty());
  for (const identity::Resource& resource : manifest->resources) {
    std::string path = resource.name;
    if (manifest->serialization.method == identity::Method::kShards)
      path = identity::ParseShardName(path)->path;
    CUPEL_CHECK(path == identity::kOnlyFile || identity::CheckName(path).has_value());
  }
  const auto again = identity::FromStatement(identity::ToStatement(*manifest));
  CUPEL_CHECK(again.has_value() && *again == *manifest);
}

const identity::SigstoreTrust& Trust() {
  static const auto trust = identity::SigstoreTrust::Parse(identity::kSigstoreTrustedRoot).value();
  return trust;
}

const identity::SigstoreIdentity& Signer() {
  static const identity::SigstoreIdentity signer{std::string(identity::kSigstoreIdentity),
                                                 std::string(identity::kSigstoreProvider)};
  return signer;
}

/// Nothing that a fuzzer writes is signed by those whom the roots name, but for the published bundles.
void Verify(const identity::ModelBundle& bundle) {
  if (bundle.method == identity::SigningMethod::kCertificate) {
    (void)OpenModelSignature(
        bundle, identity::CertificateTrust{Trust().certificate_authorities[1].chain, 1'760'062'340});
    CUPEL_CHECK(identity::ModelBundle::Parse(bundle.ToText()) == bundle);
  }
  if (bundle.method == identity::SigningMethod::kSigstore)
    (void)OpenModelSignature(bundle, Trust(), Signer());
}

/// A part of the published bundle becomes these bytes, and then it must not verify.
void Exchange(cupel::BytesView bytes) {
  static const auto published = identity::ModelBundle::Parse(identity::kSigstoreBundle).value();
  if (bytes.empty()) return;
  identity::ModelBundle bundle = published;
  identity::RekorEntry& entry = bundle.log_entries[0];
  const cupel::Bytes part(bytes.begin() + 1, bytes.end());
  switch (bytes[0] % 5) {
    case 0: entry.body = part; break;
    case 1: entry.checkpoint = std::string(cupel::AsText(part)); break;
    case 2: entry.promise = part; break;
    case 3: bundle.bundle.timestamps[0] = part; break;
    default: {
      const auto certificate = cupel::crypto::Certificate::FromDer(part);
      if (!certificate) return;
      (void)certificate->CheckUse(cupel::crypto::CertificateUse::kCodeSigning);
      (void)certificate->AlternativeNames();
      (void)certificate->Key();
      (void)VerifyCertificateTimestamps(*certificate, *certificate, Trust().certificate_logs);
      bundle.certificates[0] = *certificate;
    }
  }
  if (bundle == published) return;
  // Nobody signed the names of a checkpoint's keys, nor what a time stamp's token is wrapped in.
  const bool verified = VerifySigstore(bundle, Trust(), Signer()).has_value();
  CUPEL_CHECK(!verified || bytes[0] % 5 == 1 || bytes[0] % 5 == 3);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const cupel::BytesView bytes(data, size);
  const std::string_view text = cupel::AsText(bytes);
  if (const auto statement = evidence::Statement::Parse(bytes); statement) {
    CheckManifest(identity::FromStatement(*statement));
  }
  if (const auto bundle = identity::ModelBundle::Parse(text); bundle) {
    Verify(*bundle);
    if (const auto statement = evidence::StatementIn(bundle->bundle.envelope); statement) {
      CheckManifest(identity::FromStatement(*statement));
    }
  }
  Exchange(bytes);
  (void)identity::SigstoreTrust::Parse(text);
  (void)cupel::crypto::Certificate::ListFromPem(text);
  (void)identity::ParseShardName(text);
  if (const auto name = identity::CanonicalName(text); name)
    CUPEL_CHECK(identity::CheckName(*name).has_value());
  return 0;
}
