// SPDX-License-Identifier: Apache-2.0
// The method "sigstore" of model_signature.h.
#include "cupel/ledger/identity/sigstore_signature.h"

#include <functional>

#include "cupel/base/clock.h"
#include "cupel/ledger/identity/model_signature.h"
#include "cupel/ledger/identity/published_certificates_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::identity {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using ::testing::HasSubstr;

const SigstoreIdentity kSigner{std::string(kSigstoreIdentity), std::string(kSigstoreProvider)};

SigstoreTrust PublicInstance() { return SigstoreTrust::Parse(kSigstoreTrustedRoot).value(); }
ModelBundle Published() { return ModelBundle::Parse(kSigstoreBundle).value(); }

TEST(SigstoreSignature, VerifiesThePublishedBundles) {
  for (const std::string_view text : {kSigstoreBundle, kSigstoreBundle031}) {
    CUPEL_ASSERT_OK(const ModelBundle bundle, ModelBundle::Parse(text));
    CUPEL_ASSERT_OK(const SignedModel opened, OpenModelSignature(bundle, PublicInstance(), kSigner));
    EXPECT_EQ(opened.method, SigningMethod::kSigstore);
    EXPECT_EQ(opened.identity, kSigstoreIdentity);
    EXPECT_EQ(opened.manifest.Root().Hex(),
              "61d4849d9d90076d6215f4d525f13d6574af8e3f67aef3e6f36fc40a14fdd226");
  }
  CUPEL_ASSERT_OK(const SigstoreSigner signer, VerifySigstore(Published(), PublicInstance(), kSigner));
  EXPECT_EQ(FormatUtc(signer.signed_at), "2025-10-10T02:12:20Z");
}

TEST(SigstoreSignature, BelievesTheIdentityAndProviderThatWereAskedForAlone) {
  const auto verify = [](const std::string& identity, const std::string& provider) {
    return VerifySigstore(Published(), PublicInstance(), {identity, provider});
  };
  EXPECT_THAT(verify("someone@example.com", kSigner.provider),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("expected \"someone@example.com\"")));
  EXPECT_THAT(verify(kSigner.identity, "https://accounts.example.com"),
              HasError(ErrorCode::kVerificationFailed,
                       HasSubstr("is the word of \"https://sigstore.verify.ibm.com")));
  for (const std::string& other : {std::string(), kSigner.identity.substr(1), kSigner.identity + "m"}) {
    EXPECT_THAT(verify(other, kSigner.provider), HasError(ErrorCode::kVerificationFailed)) << other;
    EXPECT_THAT(verify(kSigner.identity, other), HasError(ErrorCode::kVerificationFailed)) << other;
  }
}

TEST(SigstoreSignature, NoticesAnyChangeInThePublishedBundle) {
  const SigstoreTrust trust = PublicInstance();
  const std::string text(kSigstoreBundle);
  std::vector<std::size_t> accepted;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    const auto bundle = ModelBundle::Parse(changed);
    if (bundle && OpenModelSignature(*bundle, trust, kSigner)) accepted.push_back(i);
  }
  // Signed by nobody: the name of the key beside the checkpoint's signature, and what a time stamp's token is
  // wrapped in (RFC 3161 section 2.4.2; RFC 5652 section 5.3).
  const std::size_t name = text.find("rekor.sigstore.dev wNI9");
  const std::size_t stamp = text.find("\"signedTimestamp\":\"");
  const std::size_t stamp_end = text.find("\"}", stamp);
  ASSERT_NE(name, std::string::npos);
  ASSERT_NE(stamp, std::string::npos);
  for (const std::size_t at : accepted) {
    EXPECT_TRUE((at >= name && at < name + 18) || (at > stamp + 18 && at < stamp_end))
        << at << ": " << text.substr(at, 20);
  }
  EXPECT_LT(accepted.size(), 100u);
}

/// A part of the proof that is left out or exchanged, and what must be said about it.
struct Case {
  const char* what;
  std::function<void(ModelBundle&, SigstoreTrust&)> change;
  const char* said;
};
using B = ModelBundle&;
using T = SigstoreTrust&;

void ExpectEachRefused(std::span<const Case> cases) {
  for (const Case& c : cases) {
    ModelBundle bundle = Published();
    SigstoreTrust trust = PublicInstance();
    ASSERT_THAT(VerifySigstore(bundle, trust, kSigner), IsOk());
    c.change(bundle, trust);
    EXPECT_THAT(VerifySigstore(bundle, trust, kSigner),
                HasError(ErrorCode::kVerificationFailed, HasSubstr(c.said)))
        << c.what;
  }
}

TEST(SigstoreSignature, NeedsEveryPartOfTheBundle) {
  const Case cases[] = {
      {"no promise", [](B b, T) { b.log_entries[0].promise.clear(); }, "no promise"},
      {"another time", [](B b, T) { b.log_entries[0].integrated_time += 1; }, "promise is not signed"},
      {"another index", [](B b, T) { b.log_entries[0].log_index += 1; }, "promise is not signed"},
      {"another leaf", [](B b, T) { b.log_entries[0].leaf_index -= 1; }, ""},
      {"a shorter path", [](B b, T) { b.log_entries[0].path.pop_back(); }, ""},
      {"another root", [](B b, T) { b.log_entries[0].root.bytes[0] ^= 1; }, ""},
      {"another size", [](B b, T) { b.log_entries[0].tree_size += 1; }, ""},
      {"another log", [](B b, T) { b.log_entries[0].log_id[0] ^= 1; }, "trusted root does not name"},
      {"an unsigned checkpoint", [](B b, T) { b.log_entries[0].checkpoint[30] ^= 1; }, ""},
      {"another payload", [](B b, T) { b.bundle.envelope.payload.push_back(' '); }, "about another payload"},
      {"another signature", [](B b, T) { b.bundle.envelope.signatures[0].signature.der[9] ^= 1; },
       "about another signature"},
      {"another entry",
       [](B b, T) { b.log_entries[0] = ModelBundle::Parse(kSigstoreBundle031).value().log_entries[0]; },
       "about another payload"},
      {"one of two entries false",
       [](B b, T) {
         b.log_entries.push_back(b.log_entries[0]);
         b.log_entries[1].integrated_time = 0;
       },
       "promise is not signed"},
      {"another certificate",
       [](B b, T) { b.certificates = ModelBundle::Parse(kSigstoreBundle031).value().certificates; },
       "about another certificate"},
      {"a time stamp of something else",
       [](B b, T) { b.bundle.timestamps[0][b.bundle.timestamps[0].size() - 1] ^= 1; }, ""},
  };
  ExpectEachRefused(cases);
}

TEST(SigstoreSignature, NeedsEveryPartOfTheTrustedRoot) {
  const Case cases[] = {
      {"another time-stamp authority",
       [](B, T t) { t.timestamp_authorities[0].chain = t.certificate_authorities[1].chain; }, "time stamp"},
      {"a time-stamp authority of another time", [](B, T t) { t.timestamp_authorities[0].valid_until = 0; },
       "no trusted authority"},
      {"no certification authority at that time",
       [](B, T t) {
         for (TrustedAuthority& authority : t.certificate_authorities) authority.valid_until = 1'700'000'000;
       },
       "no certification authority for 2025-10-10T02:12:20Z"},
      {"another certification authority",
       [](B, T t) {
         t.certificate_authorities.resize(1);
         t.certificate_authorities[0].valid_until = 2'000'000'000;
       },
       "leads to none of the trusted certificates"},
      {"no log of certificates that is known", [](B, T t) { t.certificate_logs.pop_back(); },
       "none of the 1 known transparency logs"},
      {"a log of certificates with another key",
       [](B, T t) { t.certificate_logs[1].key = t.certificate_logs[0].key; },
       "transparency timestamp is false"},
      {"a log of certificates out of use", [](B, T t) { t.certificate_logs[1].valid_until = 1'700'000'000; },
       "key was not in use"},
      {"a log of signatures out of use", [](B, T t) { t.signature_logs[0].valid_until = 1'700'000'000; },
       "key was not in use"},
      {"a log of signatures with another key",
       [](B, T t) { t.signature_logs[0].key = t.certificate_logs[0].key; }, "checkpoint is not signed"},
  };
  ExpectEachRefused(cases);
}

TEST(SigstoreSignature, DoesWithoutTimeStampsThatNobodyAskedFor) {
  ModelBundle bundle = Published();
  SigstoreTrust trust = PublicInstance();
  bundle.bundle.timestamps.clear();
  EXPECT_THAT(VerifySigstore(bundle, trust, kSigner), IsOk()) << "the log's promise signs the time";
  trust.timestamp_authorities.clear();
  EXPECT_THAT(VerifySigstore(Published(), trust, kSigner), IsOk());
}

TEST(SigstoreSignature, RefusesEntriesOfNewerKinds) {
  ModelBundle bundle = Published();
  bundle.log_entries[0].version = "0.0.2";
  EXPECT_THAT(VerifySigstore(bundle, PublicInstance(), kSigner),
              HasError(ErrorCode::kUnsupported, HasSubstr("dsse 0.0.1, got dsse 0.0.2")));
}

TEST(SigstoreSignature, IsNoKeyAndNoCertificateChain) {
  const crypto::PublicKey key = Published().certificates[0].Key().value();
  EXPECT_THAT(OpenModelSignature(Published(), std::span(&key, 1)),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("Sigstore's trusted root")));
  EXPECT_THAT(OpenModelSignature(Published(), CertificateTrust{Published().certificates, 1'760'062'340}),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("method \"sigstore\"")));
}

TEST(SigstoreTrust, ReadsThePublicInstance) {
  const SigstoreTrust trust = PublicInstance();
  EXPECT_EQ(trust.certificate_authorities.size(), 2u);
  EXPECT_EQ(trust.timestamp_authorities.size(), 1u);
  EXPECT_EQ(trust.certificate_logs.size(), 2u);
  ASSERT_EQ(trust.signature_logs.size(), 1u) << "the second log's key is Ed25519";
  EXPECT_EQ(FormatUtc(trust.certificate_authorities[0].valid_until), "2022-12-31T23:59:59Z");
  const std::string config = "{\"trustedRoot\":" + std::string(kSigstoreTrustedRoot) + "}";
  CUPEL_ASSERT_OK(const SigstoreTrust wrapped, SigstoreTrust::Parse(config));
  EXPECT_THAT(VerifySigstore(Published(), wrapped, kSigner), IsOk());
}

TEST(SigstoreTrust, RefusesRootsThatTrustNothingOrCannotBeRead) {
  const auto with = [](auto change) {
    Json json = Json::Parse(kSigstoreTrustedRoot).value();
    change(json);
    return SigstoreTrust::Parse(json.Canonical());
  };
  using J = Json&;
  EXPECT_THAT(SigstoreTrust::Parse("{}"), HasError(ErrorCode::kCorrupt, HasSubstr("mediaType")));
  EXPECT_THAT(SigstoreTrust::Parse("[]"), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(SigstoreTrust::Parse(kSigstoreBundle), HasError(ErrorCode::kUnsupported));
  for (const char* member : {"certificateAuthorities", "ctlogs", "tlogs"}) {
    EXPECT_THAT(with([&](J j) { j.AsObject().erase(member); }), HasError(ErrorCode::kInvalidArgument))
        << member;
  }
  EXPECT_THAT(with([](J j) { j["tlogs"].AsArray()[0]["hashAlgorithm"] = "SHA2_512"; }),
              HasError(ErrorCode::kUnsupported, HasSubstr("SHA2_256")));
  EXPECT_THAT(with([](J j) { j["ctlogs"].AsArray()[0]["logId"]["keyId"] = "AAAA"; }),
              HasError(ErrorCode::kCorrupt, HasSubstr("SHA-256 of the log's key")));
  EXPECT_THAT(with([](J j) { j["ctlogs"].AsArray()[0]["publicKey"]["rawBytes"] = "AAAA"; }),
              HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(with([](J j) {
                j["certificateAuthorities"].AsArray()[0]["certChain"]["certificates"] = Json::Array{};
              }),
              HasError(ErrorCode::kCorrupt, HasSubstr("must not be empty")));
  for (const char* time :
       {"2022", "2022-12-31T23:59:59.Z", "2022-12-31T23:59:59.9", "2022-12-31T23:59:59.9xZ"}) {
    EXPECT_THAT(with([&](J j) { j["certificateAuthorities"].AsArray()[0]["validFor"]["end"] = time; }),
                HasError(ErrorCode::kCorrupt))
        << time;
  }
}

}  // namespace
}  // namespace cupel::ledger::identity
