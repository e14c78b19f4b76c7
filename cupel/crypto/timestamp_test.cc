// SPDX-License-Identifier: Apache-2.0
#include "cupel/crypto/timestamp.h"

#include <set>

#include "cupel/crypto/hash.h"
#include "cupel/crypto/time_stamper_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::crypto {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;
using ::testing::HasSubstr;

// tests/interop lets the OpenSSL command line make and judge time stamps, too.

constexpr std::int64_t kAt = 1'764'000'000;

TimestampAuthority Trusting(const TimeStamperForTest& stamper) {
  return TimestampAuthority::FromPem(stamper.CertificatePem()).value();
}

TEST(Timestamp, SaysWhenTheBytesWereSeen) {
  const TimeStamperForTest stamper;
  const Bytes response = stamper.Stamp(AsBytes("a signature"), kAt);
  EXPECT_THAT(Trusting(stamper).Verify(response, AsBytes("a signature")), IsOkAndHolds(kAt));
}

TEST(Timestamp, RefusesOtherBytes) {
  const TimeStamperForTest stamper;
  const Bytes response = stamper.Stamp(AsBytes("a signature"), kAt);
  for (const char* other : {"", "a signaturf", "a signature "}) {
    EXPECT_THAT(Trusting(stamper).Verify(response, AsBytes(other)), HasError(ErrorCode::kVerificationFailed))
        << other;
  }
}

TEST(Timestamp, RefusesAnAuthorityThatIsNotTrusted) {
  const TimeStamperForTest stamper;
  const TimeStamperForTest other;
  const Bytes response = stamper.Stamp(AsBytes("x"), kAt);
  EXPECT_THAT(Trusting(other).Verify(response, AsBytes("x")), HasError(ErrorCode::kVerificationFailed));
  const auto both = TimestampAuthority::FromPem(other.CertificatePem() + stamper.CertificatePem());
  ASSERT_THAT(both, IsOk());
  EXPECT_EQ(both->Certificates().size(), 2U);
  EXPECT_THAT(both->Verify(response, AsBytes("x")), IsOkAndHolds(kAt));
}

TEST(Timestamp, OutlivesTheCertificateAndDoesNotPrecedeIt) {
  // Valid for one day in 2023: long over, and the stamp of that day still holds.
  const TimeStamperForTest stamper({.not_before = 1'700'000'000, .not_after = 1'700'086'400});
  const auto verify = [&](std::int64_t at) {
    return Trusting(stamper).Verify(stamper.Stamp(AsBytes("x"), at), AsBytes("x"));
  };
  EXPECT_THAT(verify(1'700'040'000), IsOkAndHolds(1'700'040'000));
  EXPECT_THAT(verify(1'700'090'000), HasError(ErrorCode::kVerificationFailed, HasSubstr("certificate")));
  EXPECT_THAT(verify(1'699'990'000), HasError(ErrorCode::kVerificationFailed));
}

TEST(Timestamp, RefusesACertificateForOtherUses) {
  for (const char* usage : {"timeStamping", "critical,codeSigning", "critical,timeStamping,codeSigning"}) {
    const TimeStamperForTest stamper({.key_usage = usage});
    // OpenSSL refuses to stamp with most of these, too: then there is no grant to believe.
    const Bytes response = stamper.Stamp(AsBytes("x"), kAt);
    EXPECT_FALSE(Trusting(stamper).Verify(response, AsBytes("x")).has_value()) << usage;
  }
}

TEST(Timestamp, RefusesEveryFlippedBit) {
  const TimeStamperForTest stamper;
  const TimestampAuthority authority = Trusting(stamper);
  const Bytes response = stamper.Stamp(AsBytes("x"), kAt);
  int believed = 0;
  for (std::size_t i = 0; i < response.size(); ++i) {
    Bytes changed = response;
    changed[i] ^= 1;
    const auto verified = authority.Verify(changed, AsBytes("x"));
    // The status of the response and parts of the certificate that came along are not signed by the
    // authority; a change there may leave the stamp as it is, and never another time.
    if (verified) {
      ++believed;
      EXPECT_EQ(*verified, kAt) << "byte " << i;
    }
  }
  EXPECT_LT(believed, 40) << "of " << response.size();
}

TEST(Timestamp, RefusesWhatIsNoResponse) {
  const TimeStamperForTest stamper;
  Bytes response = stamper.Stamp(AsBytes("x"), kAt);
  EXPECT_THAT(Trusting(stamper).Verify({}, AsBytes("x")), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(Trusting(stamper).Verify(AsBytes("hello"), AsBytes("x")), HasError(ErrorCode::kCorrupt));
  response.push_back(0);
  EXPECT_THAT(Trusting(stamper).Verify(response, AsBytes("x")), HasError(ErrorCode::kCorrupt));
}

TEST(Timestamp, RefusesAHashForWhichCollisionsAreMade) {
  for (const char* hash : {"SHA256", "SHA384", "SHA512", "SHA1", "MD5", "SHA224", "SHA3-256"}) {
    const TimeStamperForTest stamper({.hash = hash});
    const Bytes response = stamper.Stamp(AsBytes("x"), kAt);
    const std::set<std::string> reliable = {"SHA256", "SHA384", "SHA512"};
    if (reliable.contains(hash)) {
      EXPECT_THAT(Trusting(stamper).Verify(response, AsBytes("x")), IsOkAndHolds(kAt)) << hash;
      EXPECT_THAT(ReadTimestamp(response, AsBytes("x")), IsOk()) << hash;
      continue;
    }
    const auto refused = HasError(ErrorCode::kVerificationFailed, HasSubstr("SHA-256, SHA-384 or SHA-512"));
    EXPECT_THAT(Trusting(stamper).Verify(response, AsBytes("x")), refused) << hash;
    EXPECT_THAT(ReadTimestamp(response, AsBytes("x")), refused) << hash;
  }
}

TEST(Timestamp, SaysWhyNothingWasGranted) {
  const TimeStamperForTest stamper;
  // Not a request; and one over a hash that this authority does not take.
  const TimeStamperForTest other({.hash = "SHA512"});
  for (const Bytes& response :
       {stamper.Answer(AsBytes("hello"), kAt), other.Answer(TimestampRequest(AsBytes("x")), kAt)}) {
    const auto refused =
        HasError(ErrorCode::kVerificationFailed, HasSubstr("granted no time stamp (status 2: "));
    EXPECT_THAT(ReadTimestamp(response, AsBytes("x")), refused);
    EXPECT_THAT(Trusting(stamper).Verify(response, AsBytes("x")), refused);
    EXPECT_THAT(CheckAnswers(response, TimestampRequest(AsBytes("x"))), refused);
  }
}

TEST(TimestampClaim, IsWhatTheResponseSaysWhoeverSignedIt) {
  const TimeStamperForTest stamper;
  const Bytes response = stamper.Stamp(AsBytes("x"), kAt);
  CUPEL_ASSERT_OK(const TimestampClaim claim, ReadTimestamp(response, AsBytes("x")));
  EXPECT_EQ(claim.unix_seconds, kAt);
  EXPECT_EQ(claim.nonce, std::nullopt);
  EXPECT_THAT(ReadTimestamp(response, AsBytes("y")),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("other bytes")));
  EXPECT_THAT(ReadTimestamp(AsBytes("hello"), AsBytes("x")), HasError(ErrorCode::kCorrupt));
}

TEST(TimestampRequest, IsAnsweredByAnAuthority) {
  const TimeStamperForTest stamper;
  const Bytes request = TimestampRequest(AsBytes("a signature"));
  const Bytes response = stamper.Answer(request, kAt);
  EXPECT_THAT(CheckAnswers(response, request), IsOk());
  EXPECT_THAT(Trusting(stamper).Verify(response, AsBytes("a signature")), IsOkAndHolds(kAt));
  CUPEL_ASSERT_OK(const TimestampClaim claim, ReadTimestamp(response, AsBytes("a signature")));
  EXPECT_NE(claim.nonce, std::nullopt);
}

TEST(TimestampRequest, HoldsTheHashAndNotTheMessage) {
  const std::string message = "a signature that is nobody else's business";
  const Bytes request = TimestampRequest(AsBytes(message));
  const std::string text(AsText(request));
  EXPECT_EQ(text.find("signature"), std::string::npos);
  EXPECT_NE(text.find(AsText(Sha256(AsBytes(message)).bytes)), std::string::npos);
}

TEST(TimestampRequest, HasAnotherNonceEachTime) {
  const TimeStamperForTest stamper;
  std::set<std::string> nonces;
  for (int i = 0; i < 50; ++i) {
    const Bytes response = stamper.Answer(TimestampRequest(AsBytes("x")), kAt);
    CUPEL_ASSERT_OK(const TimestampClaim claim, ReadTimestamp(response, AsBytes("x")));
    ASSERT_NE(claim.nonce, std::nullopt);
    nonces.insert(ToHex(*claim.nonce));
    EXPECT_LE(claim.nonce->size(), 8U);
  }
  EXPECT_EQ(nonces.size(), 50U);
}

TEST(TimestampRequest, IsNotAnsweredByAReplay) {
  const TimeStamperForTest stamper;
  const Bytes request = TimestampRequest(AsBytes("x"));
  const auto no_answer = HasError(ErrorCode::kVerificationFailed, HasSubstr("nonce"));
  EXPECT_THAT(CheckAnswers(stamper.Answer(TimestampRequest(AsBytes("x")), kAt), request), no_answer);
  EXPECT_THAT(CheckAnswers(stamper.Stamp(AsBytes("x"), kAt), request), no_answer) << "a response without one";
  EXPECT_THAT(CheckAnswers(stamper.Answer(TimestampRequest(AsBytes("y")), kAt), request),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("other bytes")));
}

TEST(TimestampRequest, MustBeOneToBeAnswered) {
  const TimeStamperForTest stamper;
  Bytes request = TimestampRequest(AsBytes("x"));
  const Bytes response = stamper.Answer(request, kAt);
  for (std::size_t size = 0; size < request.size(); ++size) {
    EXPECT_THAT(CheckAnswers(response, BytesView(request).first(size)), HasError(ErrorCode::kCorrupt))
        << size;
  }
  request.push_back(0);
  EXPECT_THAT(CheckAnswers(response, request), HasError(ErrorCode::kCorrupt, HasSubstr("request")));
  EXPECT_THAT(CheckAnswers(request, request), HasError(ErrorCode::kCorrupt, HasSubstr("response")));
}

TEST(TimestampRequest, EveryFlippedBitIsAnotherRequest) {
  const TimeStamperForTest stamper;
  const Bytes request = TimestampRequest(AsBytes("x"));
  const Bytes response = stamper.Answer(request, kAt);
  int answered = 0;
  for (std::size_t bit = 0; bit < 8 * request.size(); ++bit) {
    Bytes changed = request;
    changed[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    if (CheckAnswers(response, changed)) ++answered;
  }
  // The version, whether a certificate is asked for, the algorithm's empty parameters: not what was hashed.
  EXPECT_LT(answered, 40) << "of " << 8 * request.size();
}

TEST(TimestampAuthority, AddsAnchorsOnce) {
  const TimeStamperForTest one;
  const TimeStamperForTest two;
  TimestampAuthority both = Trusting(one);
  both.Add(Trusting(two));
  both.Add(Trusting(one));
  EXPECT_EQ(both.Certificates().size(), 2U);
  for (const TimeStamperForTest* stamper : {&one, &two})
    EXPECT_THAT(both.Verify(stamper->Stamp(AsBytes("x"), kAt), AsBytes("x")), IsOkAndHolds(kAt));
}

TEST(TimestampAuthority, NamesThePublicKeysOfItsAnchors) {
  const TimeStamperForTest one;
  const TimeStamperForTest two({.curve = "P-384"});
  TimestampAuthority both = Trusting(one);
  both.Add(Trusting(two));
  EXPECT_EQ(both.PublicKeys(), (std::vector<Bytes>{one.PublicKeyDer(), two.PublicKeyDer()}));
}

TEST(Timestamp, NeedsAnchorsThatCanBeRead) {
  EXPECT_THAT(TimestampAuthority::FromPem(""), HasError(ErrorCode::kCorrupt, HasSubstr("no certificate")));
  EXPECT_THAT(TimestampAuthority::FromPem("hello"), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(TimestampAuthority::FromPem("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
              HasError(ErrorCode::kCorrupt, HasSubstr("cannot be read")));
}

}  // namespace
}  // namespace cupel::crypto
