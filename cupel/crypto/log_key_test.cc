// SPDX-License-Identifier: Apache-2.0
#include "cupel/crypto/log_key.h"

#include <openssl/evp.h>

#include "cupel/testing/status_matchers.h"

namespace cupel::crypto {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using ::testing::HasSubstr;

struct PublishedSignature {
  const char* seed;
  const char* public_key;
  const char* message;
  const char* signature;
};

// RFC 8032 section 7.1, tests 1 to 3.
const PublishedSignature kPublished[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f"
     "0595bbe24"
     "655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2ea"
     "eb4302aee"
     "b00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e"
     "9716ed28d"
     "c027beceea1ec40a"},
};

Bytes Hex(std::string_view hex) { return FromHex(hex).value(); }

LogKey FirstKey() { return LogKey::FromSeed(Hex(kPublished[0].seed)).value(); }

/// A second implementation: OpenSSL's.
bool OpensslVerifies(const LogVerifier& key, BytesView message, const LogSignature& signature) {
  EVP_PKEY* pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.Raw().data(), key.Raw().size());
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  const bool verified = EVP_DigestVerifyInit(context, nullptr, nullptr, nullptr, pkey) == 1 &&
                        EVP_DigestVerify(context, signature.bytes.data(), signature.bytes.size(),
                                         message.data(), message.size()) == 1;
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(pkey);
  return verified;
}

TEST(LogKey, GivesThePublishedKeysAndSignatures) {
  for (const auto& published : kPublished) {
    CUPEL_ASSERT_OK(const LogKey key, LogKey::FromSeed(Hex(published.seed)));
    EXPECT_EQ(ToHex(key.Public().Raw()), published.public_key);
    const LogSignature signature = key.Sign(Hex(published.message));
    EXPECT_EQ(ToHex(signature.bytes), published.signature);
    EXPECT_THAT(key.Public().Verify(Hex(published.message), signature), IsOk());
  }
}

TEST(LogKey, AgreesWithASecondImplementation) {
  for (int i = 0; i < 20; ++i) {
    const LogKey key = LogKey::Generate();
    const Bytes message(static_cast<std::size_t>(i * 17), static_cast<std::uint8_t>(i));
    EXPECT_TRUE(OpensslVerifies(key.Public(), message, key.Sign(message)));
  }
}

TEST(LogKey, EveryFlippedBitOfTheSignatureIsFalse) {
  const LogKey key = FirstKey();
  const LogSignature good = key.Sign(AsBytes("checkpoint"));
  for (std::size_t bit = 0; bit < 8 * LogSignature::kSize; ++bit) {
    LogSignature bad = good;
    bad.bytes[bit / 8] = static_cast<std::uint8_t>(bad.bytes[bit / 8] ^ (1u << bit % 8));
    EXPECT_THAT(key.Public().Verify(AsBytes("checkpoint"), bad), HasError(ErrorCode::kVerificationFailed));
  }
}

TEST(LogVerifier, RefusesTheSecondFormOfS) {
  // S + L, where L is the group's order: the same signature mathematically, a forgery in form (RFC 8032
  // section 8.4).
  const Bytes order = Hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  const LogKey key = FirstKey();
  LogSignature signature = key.Sign(AsBytes("checkpoint"));
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    carry += signature.bytes[32 + i] + unsigned{order[i]};
    signature.bytes[32 + i] = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
  EXPECT_THAT(key.Public().Verify(AsBytes("checkpoint"), signature),
              HasError(ErrorCode::kVerificationFailed));
}

TEST(LogVerifier, RefusesBytesThatAreNoKey) {
  EXPECT_THAT(LogVerifier::FromRaw(Bytes(31)), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(LogVerifier::FromRaw(Bytes(33)), HasError(ErrorCode::kCorrupt));
  Bytes identity(32, 0);
  identity[0] = 1;  // the neutral element: every S = 0 signature would verify
  EXPECT_THAT(LogVerifier::FromRaw(identity), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(LogVerifier::FromRaw(Bytes(32, 0)), HasError(ErrorCode::kCorrupt));
}

TEST(LogVerifier, SurvivesItsRawBytes) {
  const LogKey key = LogKey::Generate();
  CUPEL_ASSERT_OK(const LogVerifier again, LogVerifier::FromRaw(key.Public().Raw()));
  EXPECT_EQ(again, key.Public());
}

TEST(LogKey, TwoKeysAreDifferentAndDoNotVerifyEachOther) {
  const LogKey a = LogKey::Generate();
  const LogKey b = LogKey::Generate();
  EXPECT_NE(a.Public(), b.Public());
  EXPECT_THAT(a.Public().Verify(AsBytes("x"), b.Sign(AsBytes("x"))),
              HasError(ErrorCode::kVerificationFailed));
}

TEST(LogKey, ReadsTheStandardPem) {
  // RFC 8032's first seed as `openssl pkey` writes it.
  const std::string_view pem =
      "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
      "-----END PRIVATE KEY-----\n";
  CUPEL_ASSERT_OK(const LogKey key, LogKey::FromPem(pem));
  EXPECT_EQ(key.Public(), FirstKey().Public());
  EXPECT_EQ(FirstKey().ToPem().RevealText(), pem);
}

TEST(LogKey, RefusesPemsThatAreNoEd25519Key) {
  EXPECT_THAT(LogKey::FromPem(""), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(LogKey::FromPem("-----END PRIVATE KEY-----\n-----BEGIN PRIVATE KEY-----\n"),
              HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(LogKey::FromPem("-----BEGIN PRIVATE KEY-----\n!\n-----END PRIVATE KEY-----\n"),
              HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(LogKey::FromPem("-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----\n"),
              HasError(ErrorCode::kUnsupported, HasSubstr("Ed25519")));
}

TEST(LogKey, RefusesSeedsOfAnotherLength) {
  EXPECT_THAT(LogKey::FromSeed(Bytes(31)), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(LogKey::FromSeed(Bytes(64)), HasError(ErrorCode::kCorrupt));
}

}  // namespace
}  // namespace cupel::crypto
