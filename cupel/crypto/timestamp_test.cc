// SPDX-License-Identifier: Apache-2.0
#include "cupel/crypto/timestamp.h"

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

TEST(Timestamp, NeedsAnchorsThatCanBeRead) {
  EXPECT_THAT(TimestampAuthority::FromPem(""), HasError(ErrorCode::kCorrupt, HasSubstr("no certificate")));
  EXPECT_THAT(TimestampAuthority::FromPem("hello"), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(TimestampAuthority::FromPem("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
              HasError(ErrorCode::kCorrupt, HasSubstr("cannot be read")));
}

}  // namespace
}  // namespace cupel::crypto
