// SPDX-License-Identifier: Apache-2.0
// ECDSA on P-256 against published vectors (RFC 6979 appendix A.2.5; Project Wycheproof, testvectors_v1/
// ecdsa_secp256r1_sha256_test.json) and against every malformed form that a signature or a key can take.
#include "cupel/crypto/signing_key.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::crypto {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using ::testing::HasSubstr;

constexpr std::string_view kSpkiPrefix = "3059301306072a8648ce3d020106082a8648ce3d03010703420004";
constexpr std::string_view kOrder = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
constexpr std::string_view kPrime = "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff";

// RFC 6979 appendix A.2.5.
constexpr std::string_view kScalar = "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721";
constexpr std::string_view kPoint =
    "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
    "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
constexpr std::string_view kR = "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716";
constexpr std::string_view kS = "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";

Bytes Hex(std::string_view hex) { return FromHex(hex).value(); }
Bytes Hex(std::string_view a, std::string_view b) { return Hex(std::string(a) + std::string(b)); }

PublicKey Rfc6979Key() { return PublicKey::FromDer(Hex(kSpkiPrefix, kPoint)).value(); }

struct Vector {
  const char* what;
  bool valid;
  const char* point;
  const char* message;
  const char* signature;
};

// One or a few of each kind that Wycheproof has: results that only go wrong in rare branches of the
// arithmetic.
const Vector kWycheproof[] = {
    {"Edge case for Shamir multiplication", true,
     "2927b10512bae3eddcfe467828128bad2903269919f7086069c8c4df6c732838"
     "c7787964eaac00e5921fb1498a60f4606766b3d9685001558d1a974e7341513e",
     "3639383139",
     "3044022064a1aab5000d0e804f3e2fc02bdee9be8ff312334e2ba16d11547c97711c898e"
     "02206af015971cc30be6d1a206d4e013e0997772a2f91d73286ffd683b9bb2cf4f1b"},
    {"special case hash", true,
     "2927b10512bae3eddcfe467828128bad2903269919f7086069c8c4df6c732838"
     "c7787964eaac00e5921fb1498a60f4606766b3d9685001558d1a974e7341513e",
     "343236343739373234",
     "3044022016aea964a2f6506d6f78c81c91fc7e8bded7d397738448de1e19a0ec580bf266"
     "0220252cd762130c6667cfe8b7bc47d27d78391e8e80c578d1cd38c3ff033be928e9"},
    {"special case hash", true,
     "2927b10512bae3eddcfe467828128bad2903269919f7086069c8c4df6c732838"
     "c7787964eaac00e5921fb1498a60f4606766b3d9685001558d1a974e7341513e",
     "37313338363834383931",
     "30450221009cc98be2347d469bf476dfc26b9b733df2d26d6ef524af917c665baccb23c8"
     "820220093496459effe2d8d70727b82462f61d0ec1b7847929d10ea631dacb16b56c32"},
    {"k*G has a large x-coordinate", true,
     "0ad99500288d466940031d72a9f5445a4d43784640855bf0a69874d2de5fe103"
     "c5011e6ef2c42dcd50d5d3d29f99ae6eba2c80c9244f4c5422f0979ff0c3ba5e",
     "313233343030",
     "303502104319055358e8617b0c46353d039cdaab022100ffffffff00000000ffffffffff"
     "ffffffbce6faada7179e84f3b9cac2fc63254e"},
    {"small r and s", true,
     "a71af64de5126a4a4e02b7922d66ce9415ce88a4c9d25514d91082c8725ac957"
     "5d47723c8fbe580bb369fec9c2665d8e30a435b9932645482e7c9f11e872296b",
     "313233343030", "3006020105020101"},
    {"small r and s", true,
     "6627cec4f0731ea23fc2931f90ebe5b7572f597d20df08fc2b31ee8ef16b1572"
     "6170ed77d8d0a14fc5c9c3c4c9be7f0d3ee18f709bb275eaf2073e258fe694a5",
     "313233343030", "3006020105020103"},
    {"small r and s", true,
     "5a7c8825e85691cce1f5e7544c54e73f14afc010cb731343262ca7ec5a77f5bf"
     "ef6edf62a4497c1bd7b147fb6c3d22af3c39bfce95f30e13a16d3d7b2812f813",
     "313233343030", "3006020105020105"},
    {"small r and s^-1", true,
     "d0f73792203716afd4be4329faa48d269f15313ebbba379d7783c97bf3e890d9"
     "971f4a3206605bec21782bf5e275c714417e8f566549e6bc68690d2363c89cc1",
     "313233343030", "3027020201000221008f1e3c7862c58b16bb76eddbb76eddbb516af4f63f2d74d76e0d28c9bb75ea88"},
    {"r and s^-1 are close to n", true,
     "083539fbee44625e3acaafa2fcb41349392cef0633a1b8fabecee0c133b10e99"
     "915c1ebe7bf00df8535196770a58047ae2a402f26326bb7d41d4d7616337911e",
     "313233343030",
     "3045022100ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc6324"
     "d50220555555550000000055555555555555553ef7a8e48d07df81a693439654210c70"},
    {"s == 1", true,
     "8aeb368a7027a4d64abdea37390c0c1d6a26f399e2d9734de1eb3d0e19373874"
     "05bd13834715e1dbae9b875cf07bd55e1b6691c7f7536aef3b19bf7a4adf576d",
     "313233343030", "30250220555555550000000055555555555555553ef7a8e48d07df81a693439654210c70020101"},
    {"edge case modular inverse", true,
     "61722eaba731c697c7a9ba4d0afdbb5713d8aa12b0eab601bb33dbaf792c5adc"
     "272cd993b2b663aba5b3a26c101182ff178684945e83879e71598b95fe647dfc",
     "313233343030",
     "30440220555555550000000055555555555555553ef7a8e48d07df81a693439654210c70"
     "022002f676969f451a8ccafa4c4f09791810e6d632dbd60b1d5540f3284fbe1889b0"},
    {"edge case modular inverse", true,
     "c4c91981e720e20d7e478ff19d09b95a98f58c0f469b72801a8ce844a3473165"
     "94afcd4188182e7779889b3258d0368ece1e66797fe7c648c6f0b9e26bd71871",
     "313233343030",
     "30440220555555550000000055555555555555553ef7a8e48d07df81a693439654210c70"
     "02204e260962e33362ef0046126d2d5a4edc6947ab20e19b8ec19cf79e5908b6e628"},
    {"u1 == 1", true,
     "69da0364734d2e530fece94019265fefb781a0f1b08f6c8897bdf6557927c8b8"
     "66d2d3c7dcd518b23d726960f069ad71a933d86ef8abbcce8b20f71e2a847002",
     "313233343030",
     "30450220555555550000000055555555555555553ef7a8e48d07df81a693439654210c70"
     "022100bb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca605023"},
    {"edge case for u1", true,
     "dead11c7a5b396862f21974dc4752fadeff994efe9bbd05ab413765ea80b6e1f"
     "1de3f0640e8ac6edcf89cff53c40e265bb94078a343736df07aa0318fc7fe1ff",
     "313233343030",
     "304502207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffd"
     "022100fdea5843ffeb73af94313ba4831b53fe24f799e525b1e8e8c87b59b95b430ad9"},
    {"point duplication during verification", true,
     "5b812fd521aafa69835a849cce6fbdeb6983b442d2444fe70e134c027fc46963"
     "838a40f2a36092e9004e92d8d940cf5638550ce672ce8b8d4e15eba5499249e9",
     "313233343030",
     "304502206f2347cab7dd76858fe0555ac3bc99048c4aacafdfb6bcbe05ea6c42c4934569"
     "022100bb726660235793aa9957a61e76e00c2c435109cf9a15dd624d53f4301047856b"},
    {"duplication bug", false,
     "5b812fd521aafa69835a849cce6fbdeb6983b442d2444fe70e134c027fc46963"
     "7c75bf0c5c9f6d17ffb16d2726bf30a9c7aaf31a8d317472b1ea145ab66db616",
     "313233343030",
     "304502206f2347cab7dd76858fe0555ac3bc99048c4aacafdfb6bcbe05ea6c42c4934569"
     "022100bb726660235793aa9957a61e76e00c2c435109cf9a15dd624d53f4301047856b"},
    {"public key shares x-coordinate with generator", false,
     "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
     "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
     "313233343030",
     "3045022100bb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca6050"
     "230220249249246db6db6ddb6db6db6db6db6dad4591868595a8ee6bf5f864ff7be0c2"},
    {"x-coordinate of the public key has many trailing 0's", true,
     "4f337ccfd67726a805e4f1600ae2849df3807eca117380239fbd816900000000"
     "ed9dea124cc8c396416411e988c30f427eb504af43a3146cd5df7ea60666d685",
     "4d657373616765",
     "3045022100bb40bf217bed3fb3950c7d39f03d36dc8e3b2cd79693f125bfd06595ee1135"
     "e30220541bf3532351ebb032710bdb6a1bf1bfc89a1e291ac692b3fa4780745bb55677"},
    {"y-coordinate of the public key has many trailing 1's", true,
     "3cf03d614d8939cfd499a07873fac281618f06b8ff87e8015c3f497265004935"
     "7b05e8b186e38d41d31c77f5769f22d58385ecc857d07a561a6324217fffffff",
     "4d657373616765",
     "3045022100b1db9289649f59410ea36b0c0fc8d6aa2687b29176939dd23e0dde56d309fa"
     "9d02203e1535e4280559015b0dbd987366dcf43a6d1af5c23c7d584e1c3f48a1251336"},
    {"x-coordinate of the public key is large", true,
     "fffffff948081e6a0458dd8f9e738f2665ff9059ad6aac0708318c4ca9a7a4f5"
     "5a8abcba2dda8474311ee54149b973cae0c0fb89557ad0bf78e6529a1663bd73",
     "4d657373616765",
     "30440220766456dce1857c906f9996af729339464d27e9d98edc2d0e3b760297067421f6"
     "0220402385ecadae0d8081dccaf5d19037ec4e55376eced699e93646bfbbf19d0b41"},
    {"x-coordinate of the public key is small", true,
     "00000003fa15f963949d5f03a6f5c7f86f9e0015eeb23aebbff1173937ba748e"
     "1099872070e8e87c555fa13659cca5d7fadcfcb0023ea889548ca48af2ba7e71",
     "4d657373616765",
     "3046022100efdb884720eaeadc349f9fc356b6c0344101cd2fd8436b7d0e6a4fb93f1063"
     "61022100f24bee6ad5dc05f7613975473aadf3aacba9e77de7d69b6ce48cb60d8113385d"},
    {"y-coordinate of the public key is large", true,
     "bcbb2914c79f045eaa6ecbbc612816b3be5d2d6796707d8125e9f851c18af015"
     "fffffffeecad44b6f05d15b33146549c2297b522a5eed8430cff596758e6c43d",
     "4d657373616765",
     "30440220341c1b9ff3c83dd5e0dfa0bf68bcdf4bb7aa20c625975e5eeee34bb396266b34"
     "022072b69f061b750fd5121b22b11366fad549c634e77765a017902a67099e0a4469"},
};

TEST(PublicKeyVectors, AgreeWithRfc6979) {
  EXPECT_THAT(Rfc6979Key().Verify(AsBytes("sample"), Signature::FromFixed(Hex(kR, kS)).value()), IsOk());
  const Signature test =
      Signature::FromFixed(Hex("f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367",
                               "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083"))
          .value();
  EXPECT_THAT(Rfc6979Key().Verify(AsBytes("test"), test), IsOk());
  EXPECT_THAT(Rfc6979Key().Verify(AsBytes("sample"), test), HasError(ErrorCode::kVerificationFailed));
}

TEST(PublicKeyVectors, AgreeWithWycheproof) {
  for (const Vector& vector : kWycheproof) {
    CUPEL_ASSERT_OK(const PublicKey key, PublicKey::FromDer(Hex(kSpkiPrefix, vector.point)));
    const Status status = key.Verify(Hex(vector.message), Signature{Hex(vector.signature)});
    if (vector.valid) {
      EXPECT_THAT(status, IsOk()) << vector.what << " " << vector.signature;
    } else {
      EXPECT_THAT(status, HasError(ErrorCode::kVerificationFailed)) << vector.what << " " << vector.signature;
    }
  }
}

// ---- The form of a signature ----

/// tag || length || content, the length in its shortest form.
std::string Tlv(std::string_view tag, std::string_view content) {
  const std::size_t size = content.size() / 2;
  char length[8];
  std::snprintf(length, sizeof length, size < 128 ? "%02zx" : "81%02zx", size);
  return std::string(tag) + length + std::string(content);
}

std::string Integers(std::string_view r, std::string_view s) {
  return Tlv("30", Tlv("02", r) + Tlv("02", s));
}

const std::string kDerR = "00" + std::string(kR);
const std::string kDerS = "00" + std::string(kS);

Status VerifyForm(std::string_view der) {
  return Rfc6979Key().Verify(AsBytes("sample"), Signature{Hex(der)});
}

TEST(SignatureForm, IsTheDerOfTwoIntegers) { EXPECT_THAT(VerifyForm(Integers(kDerR, kDerS)), IsOk()); }

TEST(SignatureForm, RefusesEveryOtherSpellingOfTheSameIntegers) {
  const std::string r = Tlv("02", kDerR), s = Tlv("02", kDerS);
  const std::string both = r + s;
  const std::pair<const char*, std::string> cases[] = {
      {"long form of a short length", "308146" + both},
      {"length in two bytes", "30820046" + both},
      {"length in four bytes", "308400000046" + both},
      {"length in nine bytes", "3089000000000000000046" + both},
      {"indefinite length", "3080" + both + "0000"},
      {"leading zero in r", Integers("00" + kDerR, kDerS)},
      {"leading zero in s", Integers(kDerR, "00" + kDerS)},
      {"missing zero: r is negative", Integers(kR, kDerS)},
      {"missing zero: s is negative", Integers(kDerR, kS)},
      {"long form in r", Tlv("30", "028121" + kDerR + s)},
      {"long form in s", Tlv("30", r + "028121" + kDerS)},
      {"byte behind the sequence", Tlv("30", both) + "00"},
      {"end of contents behind the sequence", Tlv("30", both) + "0000"},
      {"byte behind s", Tlv("30", both + "00")},
      {"null behind s", Tlv("30", both + "0500")},
      {"null before r", Tlv("30", "0500" + both)},
      {"a third integer", Tlv("30", both + "020101")},
      {"r alone", Tlv("30", r)},
      {"nothing inside", "3000"},
      {"sequence in a sequence", Tlv("30", Tlv("30", both))},
      {"constructed r", Tlv("30", Tlv("22", Tlv("02", kDerR)) + s)},
      {"s in a bit string", Tlv("30", r + Tlv("03", kDerS))},
      {"empty r", Integers("", kDerS)},
      {"empty s", Integers(kDerR, "")},
      {"sequence longer than its bytes", "3047" + both},
      {"sequence shorter than its bytes", "3045" + both},
      {"length of all ones", "30ff" + both},
      {"huge length", "3084ffffffff" + both},
  };
  for (const auto& [what, der] : cases) EXPECT_THAT(VerifyForm(der), HasError(ErrorCode::kCorrupt)) << what;
}

TEST(SignatureForm, RefusesEveryOtherTagAndEveryOtherLength) {
  const std::string good = Integers(kDerR, kDerS);
  Bytes der = Hex(good);
  // Places of the three tags and their lengths: 0 and 1, 2 and 3, 37 and 38.
  for (const std::size_t place : {0u, 1u, 2u, 3u, 37u, 38u}) {
    const std::uint8_t right = der[place];
    for (int byte = 0; byte < 256; ++byte) {
      if (byte == right) continue;
      der[place] = static_cast<std::uint8_t>(byte);
      EXPECT_THAT(VerifyForm(ToHex(der)), HasError(ErrorCode::kCorrupt)) << place << " " << byte;
    }
    der[place] = right;
  }
}

TEST(SignatureForm, RefusesEveryRemovedAndEveryInsertedByte) {
  const Bytes good = Hex(Integers(kDerR, kDerS));
  for (std::size_t i = 0; i <= good.size(); ++i) {
    for (const int byte : {-1, 0x00, 0x01, 0x02, 0x30, 0x80, 0xff}) {
      Bytes bad = good;
      const auto at = bad.begin() + static_cast<std::ptrdiff_t>(i);
      if (byte >= 0) {
        bad.insert(at, static_cast<std::uint8_t>(byte));
      } else if (i < good.size()) {
        bad.erase(at);
      } else {
        continue;
      }
      EXPECT_THAT(Rfc6979Key().Verify(AsBytes("sample"), Signature{bad}), HasError(ErrorCode::kCorrupt))
          << i << " " << byte;
    }
  }
}

TEST(SignatureForm, NumbersOutsideTheirRangeAreFalseNotUnreadable) {
  // r + n and s + n are the same residues; n - s is the other signature that ECDSA allows and that verifies.
  const std::string r_plus_n = "01efd48b29acb6a8fe1140dd9cd45e81d65a138228fdc29816b706d96b4b125c67";
  const std::string s_plus_n = "01f7cb1c932d657c42d436c7a1b6e29f65b0cffb8960c7928b417e75f2809df2f9";
  const std::string n_minus_s = "0834e36ad29a83bf2bc9385e491d6099c8fdf9d1ed67aa7ea5f51f93782857a9";
  for (const std::string& r :
       {std::string("00"), std::string("01"), "00" + std::string(kOrder), "00" + std::string(kPrime),
        r_plus_n, std::string("00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")}) {
    EXPECT_THAT(VerifyForm(Integers(r, kDerS)), HasError(ErrorCode::kVerificationFailed)) << r;
    EXPECT_THAT(VerifyForm(Integers(kDerR, r)), HasError(ErrorCode::kVerificationFailed)) << r;
  }
  EXPECT_THAT(VerifyForm(Integers("00" + std::string(200, 'f'), kDerS)),
              HasError(ErrorCode::kVerificationFailed));
  EXPECT_THAT(VerifyForm(Integers(kDerR, s_plus_n)), HasError(ErrorCode::kVerificationFailed));
  EXPECT_THAT(VerifyForm(Integers(kDerR, n_minus_s)), IsOk()) << "ECDSA itself allows two values of s";
  EXPECT_THAT(VerifyForm(Integers(kDerS, kDerR)), HasError(ErrorCode::kVerificationFailed)) << "exchanged";
}

TEST(SignatureForm, FromFixedWritesTheShortestIntegers) {
  const std::string zeros(62, '0');
  EXPECT_EQ(ToHex(Signature::FromFixed(Hex(zeros + "01", zeros + "7f")).value().der), "300602010102017f");
  EXPECT_EQ(ToHex(Signature::FromFixed(Hex(zeros + "80", zeros + "ff")).value().der), "300802020080020200ff");
  EXPECT_EQ(ToHex(Signature::FromFixed(Hex(kR, kS)).value().der), Integers(kDerR, kDerS));
}

// ---- The form of a public key ----

TEST(PublicKeyForm, RefusesPointsThatAreNone) {
  const std::string head = "3059301306072a8648ce3d020106082a8648ce3d030107034200";
  const std::string x(kPoint.substr(0, 64)), y(kPoint.substr(64));
  const std::pair<const char*, std::string> cases[] = {
      {"infinity", "3019301306072a8648ce3d020106082a8648ce3d03010703020000"},
      {"zero", head + "04" + std::string(128, '0')},
      {"x = p", head + "04" + std::string(kPrime) + y},
      {"y = p", head + "04" + x + std::string(kPrime)},
      {"all ones", head + "04" + std::string(128, 'f')},
      {"exchanged coordinates", head + "04" + y + x},
      {"hybrid form with the wrong parity", head + "06" + x + y},
      {"an unknown form", head + "05" + x + y},
      {"no form", head + "00" + x + y},
      {"compressed without a root",
       "3039301306072a8648ce3d020106082a8648ce3d030107032200"
       "02" +
           std::string(62, '0') + "01"},
      {"compressed, cut",
       "3038301306072a8648ce3d020106082a8648ce3d030107032100"
       "03" +
           x.substr(2)},
      {"unused bits",
       "3059301306072a8648ce3d020106082a8648ce3d030107034201"
       "04" +
           x + y},
  };
  for (const auto& [what, der] : cases) {
    EXPECT_THAT(PublicKey::FromDer(Hex(der)), HasError(ErrorCode::kCorrupt)) << what;
  }
}

TEST(PublicKeyForm, RefusesOtherCurvesAndAlgorithmsByName) {
  // secp256k1 and brainpoolP256r1 have points of the same length; the generator of secp256k1.
  EXPECT_THAT(PublicKey::FromDer(Hex("3056301006072a8648ce3d020106052b8104000a03420004"
                                     "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
                                     "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8")),
              HasError(ErrorCode::kUnsupported, HasSubstr("secp256k1")));
  // Ed25519 (RFC 8410 section 10.1) and X25519's algorithm.
  EXPECT_THAT(PublicKey::FromDer(Hex("302a300506032b6570032100"
                                     "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1")),
              HasError(ErrorCode::kUnsupported, HasSubstr("ED25519")));
}

// Whatever reads is the same key in its one spelling: no second form can pass for a second key.
TEST(PublicKeyForm, EveryChangedByteIsRefusedOrIsAnotherKeyInItsOneSpelling) {
  const Bytes good = Hex(kSpkiPrefix, kPoint);
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (int step = 1; step < 256; step += 1) {
      Bytes changed = good;
      changed[i] = static_cast<std::uint8_t>(changed[i] + step);
      const auto key = PublicKey::FromDer(changed);
      if (!key) {
        ASSERT_TRUE(key.error().code == ErrorCode::kCorrupt || key.error().code == ErrorCode::kUnsupported);
        continue;
      }
      ASSERT_EQ(key->Der().size(), good.size()) << i;
      if (*key == Rfc6979Key()) {
        ASSERT_EQ(i, 26u) << "only the byte that names the point's form may change and mean the same";
      } else {
        ASSERT_THAT(key->Verify(AsBytes("sample"), Signature::FromFixed(Hex(kR, kS)).value()),
                    HasError(ErrorCode::kVerificationFailed));
      }
    }
  }
}

// ---- The form of a private key ----

/// SEC 1 (RFC 5915), with the point unless it is empty.
std::string Sec1(std::string_view scalar, std::string_view point) {
  std::string content = "020101" + Tlv("04", scalar) + Tlv("a0", "06082a8648ce3d030107");
  if (!point.empty()) content += Tlv("a1", Tlv("03", "0004" + std::string(point)));
  return Tlv("30", content);
}

std::string Pem(std::string_view label, std::string_view der) {
  const std::string base64 = ToBase64(Hex(der));
  std::string text = "-----BEGIN " + std::string(label) + "-----\n";
  for (std::size_t i = 0; i < base64.size(); i += 64) text += base64.substr(i, 64) + "\n";
  return text + "-----END " + std::string(label) + "-----\n";
}

TEST(SigningKeyForm, ReadsTheStandardsFormsOfOneKey) {
  const std::string sec1 = Sec1(kScalar, kPoint);
  const std::string pkcs8 = Tlv("30",
                                "020100"
                                "301306072a8648ce3d020106082a8648ce3d030107" +
                                    Tlv("04", sec1));
  std::string windows = Pem("PRIVATE KEY", pkcs8);
  for (std::size_t at = 0; (at = windows.find('\n', at)) != std::string::npos; at += 2)
    windows.replace(at, 1, "\r\n");
  for (const std::string& pem :
       {Pem("EC PRIVATE KEY", sec1), Pem("EC PRIVATE KEY", Sec1(kScalar, "")), Pem("PRIVATE KEY", pkcs8),
        windows, "text before\n" + Pem("PRIVATE KEY", pkcs8) + "text behind\n"}) {
    CUPEL_ASSERT_OK(const SigningKey key, SigningKey::FromPem(pem));
    EXPECT_EQ(key.Public(), Rfc6979Key());
    EXPECT_THAT(Rfc6979Key().Verify(AsBytes("m"), key.Sign(AsBytes("m"))), IsOk());
  }
}

TEST(SigningKeyForm, RefusesScalarsOutsideTheGroupAndStrangersPoints) {
  // The generator's coordinates: a point of the curve, of another key (the scalar 1).
  const std::string other_point =
      "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
      "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
  const std::pair<const char*, std::string> cases[] = {
      {"zero", Sec1(std::string(64, '0'), "")},
      {"zero with a point", Sec1(std::string(64, '0'), kPoint)},
      {"the order", Sec1(kOrder, "")},
      {"the order with a point", Sec1(kOrder, kPoint)},
      {"above the order", Sec1(std::string(64, 'f'), "")},
      {"somebody else's point", Sec1(kScalar, other_point)},
      {"a point off the curve", Sec1(kScalar, std::string(127, '1') + "2")},
      {"no scalar", Tlv("30", "020101" + Tlv("a0", "06082a8648ce3d030107"))},
      {"empty", "3000"},
  };
  for (const auto& [what, der] : cases) {
    EXPECT_THAT(SigningKey::FromPem(Pem("EC PRIVATE KEY", der)), HasError(ErrorCode::kCorrupt)) << what;
  }
}

TEST(SigningKeyForm, RefusesEveryTruncationOfItsPem) {
  const std::string pem = Pem("EC PRIVATE KEY", Sec1(kScalar, kPoint));
  for (std::size_t size = 0; size + 2 < pem.size(); ++size) {
    EXPECT_THAT(SigningKey::FromPem(pem.substr(0, size)), HasError(ErrorCode::kCorrupt)) << size;
  }
}

TEST(SigningKeyForm, SaysUnsupportedForEncryptedKeysInBothFormats) {
  EXPECT_THAT(SigningKey::FromPem(
                  "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n"
                  "-----END EC PRIVATE KEY-----\n"),
              HasError(ErrorCode::kUnsupported, HasSubstr("encrypted")));
  EXPECT_THAT(SigningKey::FromPem(Pem("ENCRYPTED PRIVATE KEY", "3000")),
              HasError(ErrorCode::kUnsupported, HasSubstr("openssl")));
}

}  // namespace
}  // namespace cupel::crypto
