// SPDX-License-Identifier: Apache-2.0
#include "cupel/crypto/signing_key.h"

#include <tuple>

#include "cupel/crypto/hash.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::crypto {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using ::testing::HasSubstr;

// RFC 6979 appendix A.2.5: the P-256 key and its signature over "sample" with SHA-256.
constexpr std::string_view kSpkiPrefix = "3059301306072a8648ce3d020106082a8648ce3d03010703420004";
constexpr std::string_view kX = "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6";
constexpr std::string_view kY = "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
constexpr std::string_view kR = "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716";
constexpr std::string_view kS = "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";

// Made for this test with `openssl genpkey`; they guard nothing.
constexpr std::string_view kP384Pem = R"(-----BEGIN PUBLIC KEY-----
MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEDCax9lD3Kr7NbzsEc2eqjpyIaUHuv9rH
qa5/05raph8wOuhr1jpo4ggVBqUHV/D+3BwgAqv7ZXrT+o8nTn8LmxZ6QnrQn/G4
5OaZ78bMU8MwFjIMIspebONwD622zWnc
-----END PUBLIC KEY-----
)";
constexpr std::string_view kEd25519Pem = R"(-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
-----END PRIVATE KEY-----
)";

Bytes Hex(std::string_view hex) { return FromHex(hex).value(); }

std::string Join(std::string_view a, std::string_view b, std::string_view c = "") {
  return std::string(a) + std::string(b) + std::string(c);
}

class SigningKeyTest : public ::testing::Test {
 protected:
  const SigningKey key_ = SigningKey::Generate().value();
  const Bytes message_ = Bytes{'e', 'v', 'i', 'd', 'e', 'n', 'c', 'e'};
};

TEST(PublicKey, VerifiesThePublishedSignature) {
  CUPEL_ASSERT_OK(const PublicKey key, PublicKey::FromDer(Hex(Join(kSpkiPrefix, kX, kY))));
  CUPEL_ASSERT_OK(const Signature signature, Signature::FromFixed(Hex(Join(kR, kS))));
  EXPECT_THAT(key.Verify(AsBytes("sample"), signature), IsOk());
  EXPECT_THAT(key.Verify(AsBytes("sampl3"), signature), HasError(ErrorCode::kVerificationFailed));
}

TEST(PublicKey, IdIsTheDigestOfThePemText) {
  CUPEL_ASSERT_OK(const PublicKey key, PublicKey::FromDer(Hex(Join(kSpkiPrefix, kX, kY))));
  EXPECT_EQ(key.Id(), Sha256(AsBytes(key.Pem())).Hex());
  EXPECT_THAT(key.Pem(),
              ::testing::StartsWith("-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE"));
}

TEST(PublicKey, HasOneTextHoweverItWasRead) {
  CUPEL_ASSERT_OK(const PublicKey plain, PublicKey::FromDer(Hex(Join(kSpkiPrefix, kX, kY))));
  // The same point in compressed form: 02 because Y is odd or even, here ...99 is odd, hence 03.
  CUPEL_ASSERT_OK(
      const PublicKey compressed,
      PublicKey::FromDer(Hex(Join("3039301306072a8648ce3d020106082a8648ce3d03010703220003", kX))));
  CUPEL_ASSERT_OK(const PublicKey from_pem, PublicKey::FromPem("a note\n" + plain.Pem()));
  EXPECT_EQ(compressed.Pem(), plain.Pem());
  EXPECT_EQ(compressed, plain);
  EXPECT_EQ(from_pem, plain);
  EXPECT_EQ(compressed.Id(), from_pem.Id());
}

TEST(PublicKey, RefusesAPointOffTheCurve) {
  const std::string other_y = std::string(kY.substr(0, 63)) + "8";
  EXPECT_THAT(PublicKey::FromDer(Hex(Join(kSpkiPrefix, kX, other_y))), HasError(ErrorCode::kCorrupt));
}

// RFC 6979 appendices A.2.6 and A.2.7: the P-384 and P-521 keys, and their signatures over "sample" with
// SHA-384 and SHA-512, in DER.
constexpr std::string_view kRfcP384Pem = R"(-----BEGIN PUBLIC KEY-----
MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAE7DpOQVtOGaRWhhgCn0J/pdqai8SukuAu
BqrlKGswDGTe+PDqkFWGYGSiVFFUgLwTgBXZty19VyROqO+awMYhiWcIpZNn+d+5
9UyoSz8cnbEoiyMcOuDU/nNE/SUzJkcg
-----END PUBLIC KEY-----
)";
constexpr std::string_view kRfcP384Signature =
    "306602310094edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe"
    "46"
    "02310099ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8";
constexpr std::string_view kRfcP521Pem = R"(-----BEGIN PUBLIC KEY-----
MIGbMBAGByqGSM49AgEGBSuBBAAjA4GGAAQBiUVQ0HhZMuAOqiO2lPIT+MMSH4bc
l6BOWnFn205bzTcRI9RuRdtrXVNwp/IPtjMVXTj/oW0r12HcrEdLmi9QI6QASTEB
yWLNTS/d94IoXmRYQTnC+RtH+H/4I1TWYw90aiig2yV0G1s0qCgAiyKswj+ST6r7
1NM/gepmlW3+qiv9/PU=
-----END PUBLIC KEY-----
)";
constexpr std::string_view kRfcP521Signature =
    "308187024200c328fafcbd79dd77850370c46325d987cb525569fb63c5d3bc53950e6d4c5f174e25a1ee9017b5d450606add152b"
    "5349"
    "31d7d4e8455cc91f9b15bf05ec36e377fa0241617cce7cf5064806c467f678d3b4080d6f1cc50af26ca209417308281b68af2826"
    "23ea"
    "a63e5b5c0723d8b8c37ff0777b1a20f8ccb1dccc43997f1ee0e44da4a67a";

constexpr std::string_view kSecp256k1Pem = R"(-----BEGIN PUBLIC KEY-----
MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAEh9XYxNRlbRA9Yc17cbvQGu50SLlsqfY4
dipf/EAapIGATQwGFRtnYlaQ6VVGgOKm+qqTgPALaO2kXGL9QhM2TA==
-----END PUBLIC KEY-----
)";

TEST(PublicKey, VerifiesThePublishedSignaturesOfTheLargerCurvesWhenAskedTo) {
  const std::tuple<std::string_view, std::string_view, Curve, const char*> cases[] = {
      {kRfcP384Pem, kRfcP384Signature, Curve::kP384, "P-384"},
      {kRfcP521Pem, kRfcP521Signature, Curve::kP521, "P-521"}};
  for (const auto& [pem, der, curve, name] : cases) {
    CUPEL_ASSERT_OK(const PublicKey key, PublicKey::FromPemOfAnyCurve(pem));
    EXPECT_EQ(key.curve(), curve);
    EXPECT_EQ(CurveName(key.curve()), name);
    EXPECT_EQ(key.Pem(), pem);
    EXPECT_THAT(key.Verify(AsBytes("sample"), {Hex(der)}), IsOk());
    EXPECT_THAT(key.Verify(AsBytes("sampl3"), {Hex(der)}), HasError(ErrorCode::kVerificationFailed));
    Bytes changed = Hex(der);
    changed.back() ^= 1;
    EXPECT_THAT(key.Verify(AsBytes("sample"), {changed}), HasError(ErrorCode::kVerificationFailed));
    EXPECT_THAT(PublicKey::FromPem(pem), HasError(ErrorCode::kUnsupported, HasSubstr("P-256, got secp")));
  }
}

TEST(PublicKey, OfAnyCurveReadsEvidenceKeysTooAndNothingElse) {
  CUPEL_ASSERT_OK(const PublicKey plain, PublicKey::FromDer(Hex(Join(kSpkiPrefix, kX, kY))));
  CUPEL_ASSERT_OK(const PublicKey any, PublicKey::FromPemOfAnyCurve(plain.Pem()));
  EXPECT_EQ(any, plain);
  EXPECT_EQ(any.curve(), Curve::kP256);
  // secp256k1, made for this test with `openssl ecparam -name secp256k1 -genkey | openssl ec -pubout`.
  EXPECT_THAT(PublicKey::FromPemOfAnyCurve(kSecp256k1Pem),
              HasError(ErrorCode::kUnsupported, HasSubstr("P-256, P-384 or P-521, got secp256k1")));
  EXPECT_THAT(PublicKey::FromPemOfAnyCurve("x"), HasError(ErrorCode::kCorrupt));
}

TEST(PublicKey, RefusesAnotherCurve) {
  EXPECT_THAT(PublicKey::FromPem(kP384Pem), HasError(ErrorCode::kUnsupported, HasSubstr("P-256")));
}

TEST(PublicKey, RefusesBytesThatAreNoKey) {
  EXPECT_THAT(PublicKey::FromPem(""), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(PublicKey::FromPem("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"),
              HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(PublicKey::FromPem(std::string(1 << 17, 'x')), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(PublicKey::FromDer({}), HasError(ErrorCode::kCorrupt));
}

TEST(PublicKey, RefusesEveryTruncationAndAnyByteBehindTheKey) {
  Bytes der = Hex(Join(kSpkiPrefix, kX, kY));
  for (std::size_t size = 0; size < der.size(); ++size) {
    EXPECT_THAT(PublicKey::FromDer(BytesView(der).first(size)), HasError(ErrorCode::kCorrupt)) << size;
  }
  der.push_back(0);
  EXPECT_THAT(PublicKey::FromDer(der), HasError(ErrorCode::kCorrupt));
}

TEST(Signature, RefusesFixedFormsOfAnotherLength) {
  EXPECT_THAT(Signature::FromFixed(Bytes(63)), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(Signature::FromFixed(Bytes(65)), HasError(ErrorCode::kCorrupt));
}

TEST_F(SigningKeyTest, SignsWhatItsPublicKeyVerifies) {
  for (int i = 0; i < 50; ++i) EXPECT_THAT(key_.Public().Verify(message_, key_.Sign(message_)), IsOk());
  EXPECT_THAT(key_.Public().Verify({}, key_.Sign({})), IsOk());
}

TEST_F(SigningKeyTest, TwoKeysAreDifferentAndDoNotVerifyEachOther) {
  CUPEL_ASSERT_OK(const SigningKey other, SigningKey::Generate());
  EXPECT_NE(key_.Public(), other.Public());
  EXPECT_NE(key_.Public().Id(), other.Public().Id());
  EXPECT_THAT(other.Public().Verify(message_, key_.Sign(message_)), HasError(ErrorCode::kVerificationFailed));
}

TEST_F(SigningKeyTest, EveryFlippedBitOfTheSignatureIsRefused) {
  const Signature good = key_.Sign(message_);
  for (std::size_t bit = 0; bit < 8 * good.der.size(); ++bit) {
    Signature bad = good;
    bad.der[bit / 8] = static_cast<std::uint8_t>(bad.der[bit / 8] ^ (1u << bit % 8));
    const Status status = key_.Public().Verify(message_, bad);
    ASSERT_FALSE(status.has_value()) << "bit " << bit;
    EXPECT_TRUE(status.error().code == ErrorCode::kVerificationFailed ||
                status.error().code == ErrorCode::kCorrupt);
  }
}

TEST_F(SigningKeyTest, EveryFlippedBitOfTheMessageIsRefused) {
  const Signature signature = key_.Sign(message_);
  for (std::size_t bit = 0; bit < 8 * message_.size(); ++bit) {
    Bytes bad = message_;
    bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ (1u << bit % 8));
    EXPECT_THAT(key_.Public().Verify(bad, signature), HasError(ErrorCode::kVerificationFailed));
  }
}

TEST_F(SigningKeyTest, SaysCorruptForBytesThatAreNoSignature) {
  Signature longer = key_.Sign(message_);
  longer.der.push_back(0);
  EXPECT_THAT(key_.Public().Verify(message_, longer), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(key_.Public().Verify(message_, Signature{}), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(key_.Public().Verify(message_, Signature{Bytes(64, 0)}), HasError(ErrorCode::kCorrupt));
}

TEST_F(SigningKeyTest, RefusesZeroAsEitherHalf) {
  for (const auto& [r, s] :
       {std::pair(std::string(64, '0'), std::string(kS)), std::pair(std::string(kR), std::string(64, '0'))}) {
    CUPEL_ASSERT_OK(const Signature zero, Signature::FromFixed(Hex(r + s)));
    EXPECT_THAT(key_.Public().Verify(message_, zero), HasError(ErrorCode::kVerificationFailed));
  }
}

TEST_F(SigningKeyTest, SurvivesItsPem) {
  const Secret pem = key_.ToPem();
  CUPEL_ASSERT_OK(const SigningKey again, SigningKey::FromPem(pem.RevealText()));
  EXPECT_EQ(again.Public(), key_.Public());
  EXPECT_THAT(key_.Public().Verify(message_, again.Sign(message_)), IsOk());
}

TEST_F(SigningKeyTest, RefusesPemsThatAreNoP256PrivateKey) {
  EXPECT_THAT(SigningKey::FromPem("hello"), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(SigningKey::FromPem(key_.Public().Pem()), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(SigningKey::FromPem(kEd25519Pem), HasError(ErrorCode::kUnsupported, HasSubstr("ED25519")));
  EXPECT_THAT(SigningKey::FromPem("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"),
              HasError(ErrorCode::kUnsupported, HasSubstr("encrypted")));
}

TEST_F(SigningKeyTest, ErrorsDoNotRepeatTheKey) {
  const Secret pem = key_.ToPem();
  std::string broken(pem.RevealText());
  const std::string body = broken.substr(60, 20);
  broken[70] = '!';
  const auto result = SigningKey::FromPem(broken);
  ASSERT_FALSE(result.has_value());
  EXPECT_THAT(result.error().ToString(), ::testing::Not(HasSubstr(body)));
}

}  // namespace
}  // namespace cupel::crypto
