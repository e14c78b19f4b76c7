// SPDX-License-Identifier: Apache-2.0
// Ed25519 against RFC 8032's further vectors, a second implementation, and every degenerate key and signature
// that is known ("Taming the many EdDSAs", Chalkias et al. 2020; Project Wycheproof's kinds).
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "cupel/base/reproducible_stream.h"
#include "cupel/crypto/log_key.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::crypto {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using ::testing::HasSubstr;

Bytes Hex(std::string_view hex) { return FromHex(hex).value(); }

// RFC 8032 section 7.1, "TEST SHA(abc)".
constexpr std::string_view kSeed = "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42";
constexpr std::string_view kPublic = "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf";
constexpr std::string_view kMessage =
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
constexpr std::string_view kSignature =
    "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
    "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704";

LogKey Key() { return LogKey::FromSeed(Hex(kSeed)).value(); }

LogSignature SignatureOf(BytesView bytes) {
  LogSignature signature;
  std::copy(bytes.begin(), bytes.end(), signature.bytes.begin());
  return signature;
}

TEST(LogKeyVectors, AgreeWithRfc8032) {
  EXPECT_EQ(ToHex(Key().Public().Raw()), kPublic);
  EXPECT_EQ(ToHex(Key().Sign(Hex(kMessage)).bytes), kSignature);
  EXPECT_THAT(Key().Public().Verify(Hex(kMessage), SignatureOf(Hex(kSignature))), IsOk());
}

TEST(LogKeyVectors, EveryFlippedBitOfTheMessageIsFalse) {
  const Bytes message = Hex(kMessage);
  for (std::size_t bit = 0; bit < 8 * message.size(); ++bit) {
    Bytes bad = message;
    bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ (1u << bit % 8));
    EXPECT_THAT(Key().Public().Verify(bad, SignatureOf(Hex(kSignature))),
                HasError(ErrorCode::kVerificationFailed));
  }
}

TEST(LogKeyVectors, EveryFlippedBitOfTheKeyIsNoKeyOrAnother) {
  for (std::size_t bit = 0; bit < 256; ++bit) {
    Bytes raw = Hex(kPublic);
    raw[bit / 8] = static_cast<std::uint8_t>(raw[bit / 8] ^ (1u << bit % 8));
    const auto key = LogVerifier::FromRaw(raw);
    if (!key) {
      EXPECT_EQ(key.error().code, ErrorCode::kCorrupt);
    } else {
      EXPECT_THAT(key->Verify(Hex(kMessage), SignatureOf(Hex(kSignature))),
                  HasError(ErrorCode::kVerificationFailed))
          << bit;
    }
  }
}

// The same key and message through OpenSSL give the same signature, byte for byte: RFC 8032 leaves no
// freedom.
TEST(LogKeyVectors, SignaturesEqualTheSecondImplementations) {
  ReproducibleStream stream(1, "ed25519");
  for (std::size_t length = 0; length < 200; length += 7) {
    Bytes seed(32), message(length);
    for (auto& byte : seed) byte = static_cast<std::uint8_t>(stream.Below(256));
    for (auto& byte : message) byte = static_cast<std::uint8_t>(stream.Below(256));
    EVP_PKEY* pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size());
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    LogSignature other;
    std::size_t size = other.bytes.size();
    ASSERT_EQ(EVP_DigestSignInit(context, nullptr, nullptr, nullptr, pkey), 1);
    ASSERT_EQ(EVP_DigestSign(context, other.bytes.data(), &size, message.data(), message.size()), 1);
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(pkey);
    EXPECT_EQ(LogKey::FromSeed(seed)->Sign(message), other) << length;
  }
}

// The eight points of small order in every encoding that software has been seen to accept, those with y >= p
// included (libsodium's list; "Taming the many EdDSAs" table 6). With such a key one signature holds for many
// messages.
constexpr const char* kSmallOrder[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
};

TEST(LogVerifier, RefusesEveryPointOfSmallOrderInEverySpelling) {
  for (const char* hex : kSmallOrder)
    EXPECT_THAT(LogVerifier::FromRaw(Hex(hex)), HasError(ErrorCode::kCorrupt)) << hex;
}

TEST(LogVerifier, RefusesEveryYThatIsNotReduced) {
  // y = p + k for k = 0 .. 18, with either sign: 38 second spellings of points.
  for (int k = 0; k < 19; ++k) {
    for (const int sign : {0x7f, 0xff}) {
      Bytes raw(32, 0xff);
      raw[0] = static_cast<std::uint8_t>(0xed + k);
      raw[31] = static_cast<std::uint8_t>(sign);
      EXPECT_THAT(LogVerifier::FromRaw(raw), HasError(ErrorCode::kCorrupt)) << k;
    }
  }
}

// R of small order and S = 0 is the classic forgery; every S that is a multiple of the order or beyond it,
// another.
TEST(LogVerifier, RefusesDegenerateSignatures) {
  const Bytes zero(32, 0);
  const std::vector<std::string> scalars = {
      ToHex(zero),
      "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010",  // L
      "eed3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010",  // L + 1
      "daa7ebb934c624b0ac39ef45bdf3bd2900000000000000000000000000000020",  // 2 L
      "0000000000000000000000000000000000000000000000000000000000000020",  // 2^253
      std::string(62, 'f') + "7f",
      std::string(64, 'f')};
  for (const char* r : kSmallOrder) {
    for (const std::string& s : scalars) {
      EXPECT_THAT(Key().Public().Verify(Hex(kMessage), SignatureOf(Hex(std::string(r) + s))),
                  HasError(ErrorCode::kVerificationFailed));
    }
  }
  for (const std::string& s : scalars) {
    EXPECT_THAT(
        Key().Public().Verify(Hex(kMessage), SignatureOf(Hex(std::string(kSignature.substr(0, 64)) + s))),
        HasError(ErrorCode::kVerificationFailed));
  }
  EXPECT_THAT(Key().Public().Verify(Hex(kMessage), LogSignature{}), HasError(ErrorCode::kVerificationFailed));
}

/// PKCS #8 by OpenSSL, as `openssl genpkey` writes it.
std::string OpensslPem(int type, BytesView seed) {
  EVP_PKEY* pkey = EVP_PKEY_new_raw_private_key(type, nullptr, seed.data(), seed.size());
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(bio, pkey, nullptr, nullptr, 0, nullptr, nullptr);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string pem(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  EVP_PKEY_free(pkey);
  return pem;
}

TEST(LogKeyPem, IsTheSameInBothImplementations) {
  for (int i = 0; i < 20; ++i) {
    const Bytes seed(32, static_cast<std::uint8_t>(i * 13));
    const LogKey key = LogKey::FromSeed(seed).value();
    const std::string pem = OpensslPem(EVP_PKEY_ED25519, seed);
    EXPECT_EQ(key.ToPem().RevealText(), pem);
    CUPEL_ASSERT_OK(const LogKey again, LogKey::FromPem(pem));
    EXPECT_EQ(again.Public(), key.Public());
  }
}

TEST(LogKeyPem, RefusesTheCurve25519KeysThatAreNotForSigning) {
  EXPECT_THAT(LogKey::FromPem(OpensslPem(EVP_PKEY_X25519, Bytes(32, 5))),
              HasError(ErrorCode::kUnsupported, HasSubstr("Ed25519")));
  EXPECT_FALSE(LogKey::FromPem(OpensslPem(EVP_PKEY_ED448, Bytes(57, 5))).has_value());
}

TEST(LogKeyPem, RefusesEveryTruncationAndEveryChangedCharacterOfTheHeader) {
  const std::string pem(Key().ToPem().RevealText());
  for (std::size_t size = 0; size + 2 < pem.size(); ++size) {
    EXPECT_FALSE(LogKey::FromPem(pem.substr(0, size)).has_value()) << size;
  }
  // The first line and the sixteen bytes that say "Ed25519": 28 + 21 characters.
  for (std::size_t i = 0; i < 49; ++i) {
    std::string bad = pem;
    bad[i] = bad[i] == 'Q' ? 'R' : 'Q';
    EXPECT_FALSE(LogKey::FromPem(bad).has_value()) << i;
  }
}

}  // namespace
}  // namespace cupel::crypto
