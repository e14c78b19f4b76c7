// SPDX-License-Identifier: Apache-2.0
#include "cupel/crypto/certificate.h"

#include <functional>

#include "cupel/crypto/certificate_maker_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::crypto {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Optional;

constexpr std::int64_t kNow = 1'750'000'000;

Certificate Read(const CertificateForTest& made) { return Certificate::FromDer(made.Der()).value(); }

Certificate Made(const CertificateSettings& settings, const CertificateForTest* issuer = nullptr) {
  return Read(CertificateForTest(settings, issuer));
}

class CertificateTest : public ::testing::Test {
 protected:
  const CertificateForTest root_{AuthoritySettings("root")};
  const CertificateForTest middle_{AuthoritySettings("middle", "critical,CA:TRUE,pathlen:0"), &root_};
  const CertificateForTest leaf_{{}, &middle_};

  Status Verify(const CertificateForTest& leaf, const CertificateForTest& middle,
                const CertificateForTest& root, std::int64_t at = kNow) const {
    const Certificate between = Read(middle);
    const Certificate anchor = Read(root);
    const auto chain = VerifyChain(Read(leaf), {&between, 1}, {&anchor, 1}, at);
    if (!chain) return tl::make_unexpected(chain.error());
    return {};
  }
};

TEST_F(CertificateTest, ReadsWhatItWrites) {
  const Certificate leaf = Read(leaf_);
  EXPECT_EQ(leaf.Der(), leaf_.Der());
  EXPECT_EQ(leaf.Pem(), leaf_.Pem());
  EXPECT_EQ(leaf.Subject(), "CN=leaf");
  EXPECT_THAT(leaf.NotBefore(), IsOkAndHolds(1'700'000'000));
  EXPECT_THAT(leaf.NotAfter(), IsOkAndHolds(1'800'000'000));
  CUPEL_ASSERT_OK(const auto list, Certificate::ListFromPem("text\n" + leaf_.Pem() + "more\n" + root_.Pem()));
  EXPECT_THAT(list, ElementsAre(leaf, Read(root_)));
}

TEST_F(CertificateTest, RefusesOtherBytes) {
  Bytes der = leaf_.Der();
  EXPECT_THAT(Certificate::FromDer({}), HasError(ErrorCode::kCorrupt));
  for (std::size_t size = 1; size < der.size(); ++size) {
    EXPECT_THAT(Certificate::FromDer(BytesView(der).first(size)), HasError(ErrorCode::kCorrupt)) << size;
  }
  der.push_back(0);
  EXPECT_THAT(Certificate::FromDer(der), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(Certificate::FromDer(Bytes(100'000, 0x30)), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(Certificate::ListFromPem(""), HasError(ErrorCode::kCorrupt, HasSubstr("no certificate")));
  EXPECT_THAT(Certificate::ListFromPem(leaf_.KeyPem()), HasError(ErrorCode::kCorrupt));
  std::string broken = leaf_.Pem() + root_.Pem();
  broken[leaf_.Pem().size() + 60] = '!';
  EXPECT_THAT(Certificate::ListFromPem(broken), HasError(ErrorCode::kCorrupt, HasSubstr("certificate 2")));
}

TEST_F(CertificateTest, KeepsEveryFlippedBitApart) {
  // Whatever is still a certificate after the flip is another one, and the chain does not hold for it.
  const Certificate anchor = Read(root_);
  const Certificate between = Read(middle_);
  const Bytes der = leaf_.Der();
  for (std::size_t bit = 0; bit < 8 * der.size(); ++bit) {
    Bytes changed = der;
    changed[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    const auto parsed = Certificate::FromDer(changed);
    if (!parsed) continue;
    EXPECT_THAT(VerifyChain(*parsed, {&between, 1}, {&anchor, 1}, kNow),
                HasError(ErrorCode::kVerificationFailed))
        << bit;
  }
}

TEST_F(CertificateTest, FindsTheChainToTheAnchor) {
  const Certificate leaf = Read(leaf_), middle = Read(middle_), root = Read(root_);
  const Certificate stranger = Made(AuthoritySettings("stranger"));
  const std::vector<Certificate> between = {stranger, middle, root};
  EXPECT_THAT(VerifyChain(leaf, between, {&root, 1}, kNow), IsOkAndHolds(ElementsAre(leaf, middle, root)));
  // Whatever is named is an anchor.
  EXPECT_THAT(VerifyChain(leaf, {}, {&middle, 1}, kNow), IsOkAndHolds(ElementsAre(leaf, middle)));
  EXPECT_THAT(VerifyChain(leaf, {}, {&leaf, 1}, kNow), IsOkAndHolds(ElementsAre(leaf)));
  EXPECT_THAT(VerifyChain(leaf, between, {&stranger, 1}, kNow),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("none of the trusted certificates")));
  EXPECT_THAT(VerifyChain(leaf, between, {}, kNow), HasError(ErrorCode::kVerificationFailed));
  EXPECT_THAT(VerifyChain(leaf, {}, {&root, 1}, kNow),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("\"CN=leaf\" leads to none")));
}

TEST_F(CertificateTest, IsValidFromItsFirstSecondUntilItsLast) {
  for (const std::int64_t inside : {1'700'000'000, 1'799'999'999}) {
    EXPECT_THAT(Verify(leaf_, middle_, root_, inside), IsOk());
  }
  for (const std::int64_t outside : {1'699'999'999, 1'800'000'000}) {
    EXPECT_THAT(Verify(leaf_, middle_, root_, outside),
                HasError(ErrorCode::kVerificationFailed, HasSubstr("valid from")));
  }
  const CertificateForTest brief({.not_before = 1'750'000'000, .not_after = 1'750'000'600}, &middle_);
  EXPECT_THAT(
      Verify(brief, middle_, root_, 1'750'000'601),
      HasError(ErrorCode::kVerificationFailed,
               HasSubstr("\"CN=leaf\" is valid from 2025-06-15T15:06:40Z to 2025-06-15T15:16:40Z, not at "
                         "2025-06-15T15:16:41Z")));
}

/// Issuers that must not be believed, each for one reason.
TEST_F(CertificateTest, RefusesIssuersThatMayNotIssue) {
  struct Case {
    const char* what;
    CertificateSettings settings;
    const char* said;
  };
  CertificateSettings no_sign = AuthoritySettings("middle");
  no_sign.key_usage = "critical,digitalSignature";
  CertificateSettings weak = AuthoritySettings("middle");
  weak.rsa_bits = 1024;
  CertificateSettings sha1 = AuthoritySettings("middle");
  sha1.hash = EVP_sha1;
  CertificateSettings unknown = AuthoritySettings("middle");
  unknown.unknown_critical = "1.3.6.1.4.1.99999.7";
  const Case cases[] = {
      {"an end entity", AuthoritySettings("middle", "critical,CA:FALSE"), "may not issue certificates"},
      {"no basic constraints", AuthoritySettings("middle", nullptr), "may not issue certificates"},
      {"no certificate signing", no_sign, "may not issue certificates"},
      {"a short RSA key", weak, "CA certificate key too weak"},
      {"signed with SHA-1", sha1, "CA signature digest algorithm too weak"},
      {"an unknown critical extension", unknown, "critical extension that is not known"},
  };
  for (const Case& c : cases) {
    const CertificateForTest middle(c.settings, &root_);
    const CertificateForTest leaf({}, &middle);
    EXPECT_THAT(Verify(leaf, middle, root_), HasError(ErrorCode::kVerificationFailed, HasSubstr(c.said)))
        << c.what;
  }
}

TEST_F(CertificateTest, HoldsToPathLengths) {
  const CertificateForTest lower(AuthoritySettings("lower"), &middle_);
  const CertificateForTest leaf({}, &lower);
  const std::vector<Certificate> between = {Read(lower), Read(middle_)};
  const Certificate root = Read(root_);
  EXPECT_THAT(VerifyChain(Read(leaf), between, {&root, 1}, kNow),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("path length is exceeded")));
}

TEST_F(CertificateTest, NoticesAForgedIssuer) {
  // The same name, another key.
  const CertificateForTest forged(AuthoritySettings("middle"));
  const CertificateForTest leaf({}, &forged);
  EXPECT_THAT(Verify(leaf, middle_, root_), HasError(ErrorCode::kVerificationFailed));
}

TEST_F(CertificateTest, MaySignByItsUsages) {
  struct Case {
    const char* usage;
    const char* extended;
    bool signing;
    bool code_signing;
  };
  const Case cases[] = {
      {"critical,digitalSignature", "codeSigning", true, true},
      {"critical,digitalSignature", nullptr, true, false},
      {nullptr, "codeSigning", true, true},
      {"critical,digitalSignature", "serverAuth", false, false},
      {"critical,digitalSignature", "serverAuth,codeSigning", true, true},
      {"critical,digitalSignature", "anyExtendedKeyUsage", true, false},
      {"critical,keyEncipherment", "codeSigning", false, false},
      {"critical,keyCertSign", nullptr, false, false},
      {nullptr, nullptr, false, false},
  };
  for (const Case& c : cases) {
    const Certificate certificate = Made({.key_usage = c.usage, .extended_key_usage = c.extended}, &middle_);
    EXPECT_EQ(certificate.CheckUse(CertificateUse::kSigning).has_value(), c.signing);
    EXPECT_EQ(certificate.CheckUse(CertificateUse::kCodeSigning).has_value(), c.code_signing);
  }
  EXPECT_THAT(Made({.key_usage = nullptr, .extended_key_usage = nullptr}).CheckUse(CertificateUse::kSigning),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("\"CN=leaf\" may not be used for signing")));
}

TEST_F(CertificateTest, GivesKeysOfThreeCurvesAndNoOthers) {
  for (const char* curve : {"P-256", "P-384", "P-521"}) {
    CUPEL_ASSERT_OK(const PublicKey key, Made({.curve = curve}).Key());
    EXPECT_EQ(CurveName(key.curve()), curve);
  }
  CUPEL_ASSERT_OK(const SigningKey own, SigningKey::FromPem(leaf_.KeyPem()));
  EXPECT_THAT(Read(leaf_).Key(), IsOkAndHolds(own.Public()));
  EXPECT_THAT(Made({.rsa_bits = 2048}).Key(), HasError(ErrorCode::kUnsupported));
  EXPECT_THAT(Made({.curve = "secp256k1"}).Key(), HasError(ErrorCode::kUnsupported));
}

TEST_F(CertificateTest, ListsTheNamesThatCanSign) {
  const Certificate certificate = Made(
      {.alternative_name = "email:a@example.com,URI:https://example.com/w@refs/heads/main,DNS:example.com,"
                           "otherName:1.3.6.1.4.1.57264.1.7;UTF8:someone"});
  EXPECT_THAT(certificate.AlternativeNames(),
              IsOkAndHolds(ElementsAre("a@example.com", "https://example.com/w@refs/heads/main", "someone")));
  EXPECT_THAT(Read(leaf_).AlternativeNames(), IsOkAndHolds(IsEmpty()));
}

TEST_F(CertificateTest, GivesExtensionsByTheirIdentifier) {
  const Certificate certificate = Made({.unknown_critical = "1.3.6.1.4.1.99999.7"});
  EXPECT_THAT(certificate.TextExtension("1.3.6.1.4.1.99999.7"), IsOkAndHolds(Optional(std::string("hi"))));
  EXPECT_THAT(certificate.Extension("1.3.6.1.4.1.99999.8"), IsOkAndHolds(std::nullopt));
  EXPECT_THAT(certificate.TextExtension("2.5.29.15"), HasError(ErrorCode::kCorrupt, HasSubstr("is no text")));
}

}  // namespace
}  // namespace cupel::crypto
