// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/certify/bracket.h"

#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::certify {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using ::testing::HasSubstr;

Json Parsed(std::string_view text) { return Json::Parse(text).value(); }

const std::vector<Json> kCertificates = {
    Parsed(R"({"certifies":"model","sample":3,"certified":true,"norm":"linf","epsilon":0.01,"margin":0.5})"),
    Parsed(R"({"certifies":"model","sample":3,"certified":false,"norm":"linf","epsilon":0.02,"margin":-1})"),
    Parsed(R"({"certifies":"model","sample":4,"certified":true,"norm":"l2","epsilon":0.5,"margin":0.1})"),
    Parsed(R"({"certifies":"smoothed-model","sample":5,"certified":true,"norm":"l2","epsilon":9})"),
};

TEST(Bracket, HoldsWhereAttacksNeedMoreThanTheCertifiedRadius) {
  EXPECT_THAT(CheckBracket(kCertificates, std::vector{Parsed(R"({"sample":3,"linf":0.0101,"l2":0.01})"),
                                                      Parsed(R"({"sample":4,"linf":0.01,"l2":0.51})"),
                                                      Parsed(R"({"sample":7,"linf":0,"l2":0})")}),
              IsOk());
  EXPECT_THAT(CheckBracket({}, std::vector{Parsed(R"({"sample":3,"linf":0,"l2":0})")}), IsOk());
}

TEST(Bracket, FailsWhenAnAttackBreaksACertifiedSample) {
  EXPECT_THAT(
      CheckBracket(kCertificates, std::vector{Parsed(R"({"sample":3,"linf":0.01,"l2":0.9})")}),
      HasError(ErrorCode::kVerificationFailed, HasSubstr("sample 3 is proven robust up to 0.01 in linf")));
  EXPECT_THAT(CheckBracket(kCertificates, std::vector{Parsed(R"({"sample":4,"linf":0.5,"l2":0.49})")}),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("l2")));
}

TEST(Bracket, DoesNotHoldTheSmoothedModelsRadiiAgainstTheModel) {
  EXPECT_THAT(CheckBracket(kCertificates, std::vector{Parsed(R"({"sample":5,"linf":0.1,"l2":0.1})")}),
              IsOk());
}

TEST(Bracket, RefusesWitnessesItCannotRead) {
  EXPECT_THAT(CheckBracket(kCertificates, std::vector{Parsed(R"({"sample":3,"linf":0.02})")}),
              HasError(ErrorCode::kNotFound));
  EXPECT_THAT(CheckBracket(std::vector{Parsed(R"({"certifies":"model","sample":3,"certified":"yes"})")}, {}),
              HasError(ErrorCode::kCorrupt));
}

}  // namespace
}  // namespace cupel::algorithm::certify
