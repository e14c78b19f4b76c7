// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/identity/sigstore_signature.h"

#include <fmt/format.h>

#include <algorithm>

#include "cupel/base/clock.h"
#include "cupel/crypto/timestamp.h"
#include "cupel/ledger/identity/rekor_entry.h"

namespace cupel::ledger::identity {
namespace {

constexpr const char* kProviderExtension = "1.3.6.1.4.1.57264.1.8";
constexpr const char* kOlderProviderExtension = "1.3.6.1.4.1.57264.1.1";  // Bare text, not DER.

/// The time of one stamp by the first authority that made it.
Result<std::int64_t> TimeOfStamp(const Bytes& stamp, BytesView signature,
                                 const std::vector<TrustedAuthority>& authorities) {
  Error last{ErrorCode::kVerificationFailed, "the time stamp is of no trusted authority", "", ""};
  for (const TrustedAuthority& authority : authorities) {
    std::string pem;
    for (const crypto::Certificate& certificate : authority.chain) pem += certificate.Pem();
    CUPEL_TRY(const auto verifier, crypto::TimestampAuthority::FromPem(pem));
    const auto time = verifier.Verify(stamp, signature);
    if (time && authority.IsValidAt(*time)) return *time;
    if (!time) last = time.error();
  }
  return tl::make_unexpected(std::move(last));
}

/// When the signature was seen, by everybody who says so. At least one time.
Result<std::vector<std::int64_t>> TimesOf(const ModelBundle& bundle, const SigstoreTrust& trust) {
  std::vector<std::int64_t> times;
  for (std::size_t i = 0; i < bundle.log_entries.size(); ++i) {
    auto time = VerifyRekorEntry(bundle.log_entries[i], bundle, trust.signature_logs);
    if (!time) return FailAt(fmt::format("tlogEntries[{}]", i), std::move(time).error());
    times.push_back(*time);
  }
  // Stamps of authorities that nobody trusts say nothing; the log has signed a time already.
  if (trust.timestamp_authorities.empty()) return times;
  const Bytes& signature = bundle.bundle.envelope.signatures[0].signature.der;
  for (std::size_t i = 0; i < bundle.bundle.timestamps.size(); ++i) {
    auto time = TimeOfStamp(bundle.bundle.timestamps[i], signature, trust.timestamp_authorities);
    if (!time) return FailAt(fmt::format("rfc3161Timestamps[{}]", i), std::move(time).error());
    times.push_back(*time);
  }
  return times;
}

/// The chain by the first authority that leads to the certificate at this time.
Result<std::vector<crypto::Certificate>> ChainAt(const crypto::Certificate& leaf, const SigstoreTrust& trust,
                                                 std::int64_t at) {
  Error last{ErrorCode::kVerificationFailed,
             fmt::format("the trusted root names no certification authority for {}", FormatUtc(at)), "", ""};
  for (const TrustedAuthority& authority : trust.certificate_authorities) {
    if (!authority.IsValidAt(at)) continue;
    const std::span<const crypto::Certificate> all = authority.chain;
    auto chain = VerifyChain(leaf, all.first(all.size() - 1), all.last(1), at);
    if (chain) return chain;
    last = std::move(chain).error();
  }
  return tl::make_unexpected(std::move(last));
}

/// Both spellings of the provider, where both are there, must agree.
Result<std::string> ProviderOf(const crypto::Certificate& certificate) {
  CUPEL_TRY(const auto provider, certificate.TextExtension(kProviderExtension));
  CUPEL_TRY(const auto older, certificate.Extension(kOlderProviderExtension));
  if (!provider && !older) {
    return Fail(ErrorCode::kVerificationFailed, "the certificate names no identity provider");
  }
  if (provider && older && *provider != AsText(*older)) {
    return Fail(ErrorCode::kVerificationFailed, "the certificate names two identity providers");
  }
  return provider ? *provider : std::string(AsText(*older));
}

Status CheckIdentity(const crypto::Certificate& certificate, const SigstoreIdentity& expected) {
  CUPEL_TRY(const std::vector<std::string> names, certificate.AlternativeNames());
  if (std::find(names.begin(), names.end(), expected.identity) == names.end()) {
    return Fail(ErrorCode::kVerificationFailed,
                fmt::format("signed by \"{}\", expected \"{}\"", names.empty() ? "nobody" : names[0],
                            expected.identity));
  }
  CUPEL_TRY(const std::string provider, ProviderOf(certificate));
  if (provider != expected.provider) {
    return Fail(ErrorCode::kVerificationFailed,
                fmt::format("the signer's identity is the word of \"{}\", expected \"{}\"", provider,
                            expected.provider));
  }
  return {};
}

}  // namespace

Result<SigstoreSigner> VerifySigstore(const ModelBundle& bundle, const SigstoreTrust& trust,
                                      const SigstoreIdentity& expected) {
  CUPEL_CHECK(bundle.method == SigningMethod::kSigstore && bundle.certificates.size() == 1);
  CUPEL_CHECK(!bundle.log_entries.empty());  // Else there would be no time to verify anything at.
  const crypto::Certificate& leaf = bundle.certificates[0];
  CUPEL_TRY(const std::vector<std::int64_t> times, TimesOf(bundle, trust));
  for (const std::int64_t at : times) {
    CUPEL_TRY(const auto chain, ChainAt(leaf, trust, at));
    if (chain.size() < 2) {
      return Fail(ErrorCode::kVerificationFailed, "the signer's certificate must not be an authority's");
    }
    CUPEL_TRY(const auto logged, VerifyCertificateTimestamps(leaf, chain[1], trust.certificate_logs));
  }
  CUPEL_TRY_STATUS(leaf.CheckUse(crypto::CertificateUse::kCodeSigning));
  CUPEL_TRY_STATUS(CheckIdentity(leaf, expected));
  CUPEL_TRY(crypto::PublicKey key, leaf.Key());
  CUPEL_TRY(const auto signers, bundle.bundle.envelope.Verify({&key, 1}));
  return SigstoreSigner{std::move(key), *std::max_element(times.begin(), times.end())};
}

}  // namespace cupel::ledger::identity
