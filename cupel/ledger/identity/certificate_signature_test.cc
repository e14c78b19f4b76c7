// SPDX-License-Identifier: Apache-2.0
// The method "certificate" of model_signature.h.
#include "cupel/base/clock.h"
#include "cupel/base/file.h"
#include "cupel/crypto/certificate_maker_for_test.h"
#include "cupel/ledger/identity/model_signature.h"
#include "cupel/ledger/identity/published_certificates_for_test.h"
#include "cupel/ledger/identity/published_vectors_for_test.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::identity {
namespace {

using crypto::AuthoritySettings;
using crypto::Certificate;
using crypto::CertificateForTest;
using crypto::SigningKey;
using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::ScratchFolder;
using ::testing::HasSubstr;

namespace fs = std::filesystem;

constexpr std::int64_t kNow = 1'750'000'000;

Certificate Of(std::string_view base64) { return Certificate::FromDer(FromBase64(base64).value()).value(); }
Certificate Read(const CertificateForTest& made) { return Certificate::FromDer(made.Der()).value(); }

/// test-vectors/v1.0/valid/certificate.bundle.json.
Json PublishedBundle() {
  Json json;
  json["mediaType"] = "application/vnd.dev.sigstore.bundle.v0.3+json";
  Json& material = json["verificationMaterial"];
  for (const std::string_view der : {kPublishedLeaf, kPublishedIntermediate}) {
    material["x509CertificateChain"]["certificates"].Append(Json::Object{{"rawBytes", der}});
  }
  material["tlogEntries"] = Json::Array{};
  json["dsseEnvelope"]["payload"] = kCertificateBundle.payload;
  json["dsseEnvelope"]["payloadType"] = "application/vnd.in-toto+json";
  json["dsseEnvelope"]["signatures"].Append(
      Json::Object{{"sig", kCertificateBundle.signature}, {"keyid", ""}});
  return json;
}

Result<SignedModel> Open(const Json& json, const CertificateTrust& trust) {
  CUPEL_TRY(const ModelBundle bundle, ModelBundle::Parse(json.Canonical()));
  return OpenModelSignature(bundle, trust);
}

class CertificateSignatureTest : public ::testing::Test {
 protected:
  CertificateSignatureTest() {
    fs::create_directories(folder_ / "m");
    for (const auto& [name, text] : kSignedFiles)
      CUPEL_CHECK(WriteFileAtomic(folder_ / "m" / name, text).has_value());
    manifest_ = BuildManifest({folder_ / "m"}).value();
  }

  std::vector<Certificate> Chain() const { return {Read(leaf_), Read(middle_), Read(root_)}; }

  const ScratchFolder folder_;
  Manifest manifest_;
  const CertificateForTest root_{AuthoritySettings("root")};
  const CertificateForTest middle_{AuthoritySettings("middle"), &root_};
  const CertificateForTest leaf_{{}, &middle_};
  const SigningKey key_ = SigningKey::FromPem(leaf_.KeyPem()).value();
  const CertificateTrust published_{{Of(kPublishedRoot)}, kNow};
};

TEST_F(CertificateSignatureTest, VerifiesThePublishedBundle) {
  CUPEL_ASSERT_OK(const SignedModel opened, Open(PublishedBundle(), published_));
  EXPECT_EQ(opened.method, SigningMethod::kCertificate);
  EXPECT_EQ(opened.identity, "CN=intermediate-ca") << "so its author named the leaf";
  EXPECT_EQ(opened.signer.curve(), crypto::Curve::kP384);
  EXPECT_EQ(opened.manifest.Root().Hex(), "92745110b1ab4368471cbe31664e10174e954b113a3df333db860317b2c6dec4");
  EXPECT_THAT(CompareModel({folder_ / "m"}, opened.manifest), IsOk());
  // As v1.0 wrote it: no entries, keyid null.
  Json older = PublishedBundle();
  older["verificationMaterial"].AsObject().erase("tlogEntries");
  older["dsseEnvelope"]["signatures"].AsArray()[0]["keyid"] = nullptr;
  EXPECT_THAT(Open(older, published_), IsOk());
}

TEST_F(CertificateSignatureTest, BelievesThePublishedBundleOnlyByItsRootAndInItsTime) {
  EXPECT_THAT(Open(PublishedBundle(), {{Read(root_)}, kNow}),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("none of the trusted certificates")));
  EXPECT_THAT(Open(PublishedBundle(), {{}, kNow}), HasError(ErrorCode::kVerificationFailed));
  for (const char* outside : {"2025-05-02T23:36:27Z", "2035-04-30T23:36:29Z"}) {
    EXPECT_THAT(Open(PublishedBundle(), {published_.anchors, ParseUtc(outside).value()}),
                HasError(ErrorCode::kVerificationFailed, HasSubstr("is valid from 2025-05-02T23:36:28Z")));
  }
  Json alone = PublishedBundle();
  alone["verificationMaterial"]["x509CertificateChain"]["certificates"].AsArray().pop_back();
  EXPECT_THAT(Open(alone, published_), HasError(ErrorCode::kVerificationFailed));
  EXPECT_THAT(Open(alone, {{Of(kPublishedIntermediate)}, kNow}), IsOk());
}

TEST_F(CertificateSignatureTest, NoticesAnyChangeInThePublishedBundle) {
  const std::string text = PublishedBundle().Canonical();
  int accepted = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    const auto bundle = ModelBundle::Parse(changed);
    if (bundle && OpenModelSignature(*bundle, published_)) ++accepted;
  }
  EXPECT_EQ(accepted, 0);
}

TEST_F(CertificateSignatureTest, VerifiesWhatItSigns) {
  CUPEL_ASSERT_OK(const ModelBundle bundle, SignModel(manifest_, key_, Chain(), kNow));
  CUPEL_ASSERT_OK(const ModelBundle again, ModelBundle::Parse(bundle.ToText()));
  EXPECT_EQ(again, bundle);
  CUPEL_ASSERT_OK(const SignedModel opened, OpenModelSignature(again, CertificateTrust{{Read(root_)}, kNow}));
  EXPECT_EQ(opened.manifest, manifest_);
  EXPECT_EQ(opened.identity, "CN=leaf");
  EXPECT_EQ(opened.signer, key_.Public());
}

TEST_F(CertificateSignatureTest, VerifiesLeavesOnEveryCurve) {
  for (const char* curve : {"P-256", "P-384", "P-521"}) {
    const CertificateForTest leaf({.curve = curve}, &middle_);
    EXPECT_THAT(VerifyChain(Read(leaf), std::vector{Read(middle_)}, std::vector{Read(root_)}, kNow), IsOk());
  }
}

TEST_F(CertificateSignatureTest, DoesNotSignWhatNobodyCouldVerify) {
  const auto sign = [&](const std::vector<Certificate>& chain, std::int64_t now = kNow) {
    return SignModel(manifest_, key_, chain, now);
  };
  EXPECT_THAT(sign({}), HasError(ErrorCode::kInvalidArgument, HasSubstr("the signer's certificate")));
  EXPECT_THAT(sign({Read(middle_), Read(root_)}),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("another key")));
  EXPECT_THAT(sign({Read(leaf_), Read(root_)}),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("leads to none of the trusted")));
  EXPECT_THAT(sign(Chain(), 1'900'000'000), HasError(ErrorCode::kInvalidArgument, HasSubstr("valid from")));
  EXPECT_THAT(sign({Read(leaf_)}), IsOk()) << "for those who trust the certificate itself";
  const CertificateForTest server({.extended_key_usage = "serverAuth"}, &root_);
  EXPECT_THAT(
      SignModel(manifest_, SigningKey::FromPem(server.KeyPem()).value(), std::vector{Read(server)}, kNow),
      HasError(ErrorCode::kInvalidArgument, HasSubstr("lacks codeSigning")));
}

TEST_F(CertificateSignatureTest, RefusesAnExchangedCertificate) {
  CUPEL_ASSERT_OK(ModelBundle bundle, SignModel(manifest_, key_, Chain(), kNow));
  const CertificateForTest other({}, &middle_);
  bundle.certificates[0] = Read(other);
  EXPECT_THAT(OpenModelSignature(bundle, CertificateTrust{{Read(root_)}, kNow}),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("signed by 0 of the 1")));
  // One that may not sign, of the right authority.
  const CertificateForTest server({.extended_key_usage = "serverAuth"}, &middle_);
  bundle.certificates[0] = Read(server);
  bundle.bundle.envelope = SignModel(manifest_, SigningKey::FromPem(server.KeyPem()).value()).bundle.envelope;
  EXPECT_THAT(OpenModelSignature(bundle, CertificateTrust{{Read(root_)}, kNow}),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("may not be used for signing")));
}

TEST_F(CertificateSignatureTest, OpensBundlesOfItsMethodAlone) {
  const ModelBundle keyed = ModelBundle::Parse(SignModel(manifest_, key_).ToText()).value();
  EXPECT_THAT(OpenModelSignature(keyed, published_),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("method \"key\"")));
  CUPEL_ASSERT_OK(const ModelBundle bundle, SignModel(manifest_, key_, Chain(), kNow));
  const crypto::PublicKey key = key_.Public();
  EXPECT_THAT(OpenModelSignature(bundle, std::span(&key, 1)),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("give the certificates that you trust")));
}

TEST_F(CertificateSignatureTest, RefusesBundlesOfAnotherForm) {
  const auto with = [](auto change) {
    Json json = PublishedBundle();
    change(json, json["verificationMaterial"]);
    return ModelBundle::Parse(json.Canonical());
  };
  using J = Json&;
  EXPECT_THAT(with([](J, J m) { m["x509CertificateChain"]["certificates"] = Json::Array{}; }),
              HasError(ErrorCode::kCorrupt, HasSubstr("1 to 32 certificates, got 0")));
  EXPECT_THAT(
      with([](J, J m) {
        for (int i = 0; i < 31; ++i)
          m["x509CertificateChain"]["certificates"].Append(Json::Object{{"rawBytes", kPublishedLeaf}});
      }),
      HasError(ErrorCode::kCorrupt, HasSubstr("got 33")));
  EXPECT_THAT(with([](J, J m) { m["certificate"] = Json::Object{{"rawBytes", kPublishedLeaf}}; }),
              HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(with([](J, J m) { m["publicKey"] = Json::Object{{"hint", "x"}}; }),
              HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(
      with([](J, J m) {
        m["timestampVerificationData"]["rfc3161Timestamps"].Append(Json::Object{{"signedTimestamp", ""}});
      }),
      HasError(ErrorCode::kUnsupported));
  EXPECT_THAT(with([](J j, J) { j["messageSignature"] = Json::Object{}; }),
              HasError(ErrorCode::kUnsupported));
  EXPECT_THAT(with([](J j, J) { j["mediaType"] = "application/json"; }), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(with([](J j, J) { j["dsseEnvelope"]["signatures"].AsArray()[0]["keyid"] = "k"; }),
              HasError(ErrorCode::kCorrupt, HasSubstr("keyid")));
  EXPECT_THAT(with([](J j, J) {
                Json second = j["dsseEnvelope"]["signatures"].AsArray()[0];
                j["dsseEnvelope"]["signatures"].Append(second);
              }),
              HasError(ErrorCode::kCorrupt, HasSubstr("exactly one signature")));
  // test-vectors/v1.0/invalid/missing-tlog-entries: a certificate alone.
  EXPECT_THAT(
      with([](J, J m) { m = Json::Object{{"certificate", Json::Object{{"rawBytes", kPublishedLeaf}}}}; }),
      HasError(ErrorCode::kCorrupt, HasSubstr("tlogEntries")));
}

}  // namespace
}  // namespace cupel::ledger::identity
