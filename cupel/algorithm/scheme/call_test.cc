// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/scheme/call.h"

#include <gtest/gtest.h>

#include <array>

#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::scheme {
namespace {

using ::cupel::testing::HasError;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

check::ParameterSpec Spec(std::string name, check::ParameterType type, Json fallback) {
  check::ParameterSpec spec;
  spec.name = std::move(name);
  spec.type = type;
  spec.fallback = std::move(fallback);
  return spec;
}

const Scheme& FScore() {
  static const Scheme scheme = [] {
    Scheme made;
    made.id = "f_score";
    made.parameters = {Spec("average", check::ParameterType::kText, "macro"),
                       Spec("beta", check::ParameterType::kReal, 1.0),
                       Spec("bins", check::ParameterType::kInteger, 15),
                       Spec("adjusted", check::ParameterType::kBoolean, false),
                       Spec("thresholds", check::ParameterType::kRealList, Json::Array{0.5}),
                       Spec("groups", check::ParameterType::kTextList, Json::Array{})};
    return made;
  }();
  return scheme;
}

const Scheme& Auc() {
  static const Scheme scheme = [] {
    Scheme made;
    made.id = "roc_auc";
    return made;
  }();
  return scheme;
}

const std::array kKnown = {&FScore(), &Auc()};

TEST(CallTest, ReadsEveryTypeOfParameter) {
  CUPEL_ASSERT_OK(
      const Call call,
      ParseCall("f_score@beta=2@average=micro@bins=10@adjusted=true@thresholds=0.5+0.75@groups=a+b", kKnown));

  EXPECT_EQ(call.scheme, &FScore());
  EXPECT_EQ(call.parameters.Real("beta"), 2);
  EXPECT_EQ(call.parameters.Text("average"), "micro");
  EXPECT_EQ(call.parameters.Integer("bins"), 10);
  EXPECT_TRUE(call.parameters.Boolean("adjusted"));
  EXPECT_THAT(call.parameters.Reals("thresholds"), ElementsAre(0.5, 0.75));
  EXPECT_THAT(call.parameters.Texts("groups"), ElementsAre("a", "b"));
}

TEST(CallTest, FullNameHoldsEveryParameterAndIsReadBack) {
  CUPEL_ASSERT_OK(const Call call, ParseCall("f_score@beta=0.5", kKnown));
  EXPECT_EQ(call.FullName(), "f_score@average=macro@beta=0.5@bins=15@adjusted=false@thresholds=0.5@groups=");
  CUPEL_ASSERT_OK(const Call again, ParseCall(call.FullName(), kKnown));
  EXPECT_EQ(again.FullName(), call.FullName());

  CUPEL_ASSERT_OK(const Call plain, ParseCall("roc_auc", kKnown));
  EXPECT_EQ(plain.FullName(), "roc_auc");
}

TEST(CallTest, SeveralAreSeparatedByCommas) {
  CUPEL_ASSERT_OK(const std::vector<Call> calls, ParseCalls("roc_auc,f_score@average=micro", kKnown));
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_EQ(calls[1].parameters.Text("average"), "micro");
}

TEST(CallTest, RefusesWhatItDoesNotKnow) {
  EXPECT_THAT(ParseCall("roc_acu", kKnown), HasError(ErrorCode::kInvalidArgument, HasSubstr("roc_auc")));
  EXPECT_THAT(ParseCall("f_score@bta=2", kKnown), HasError(ErrorCode::kInvalidArgument, HasSubstr("beta")));
  EXPECT_THAT(ParseCall("f_score@beta", kKnown), HasError(ErrorCode::kInvalidArgument, HasSubstr("@beta=")));
  EXPECT_THAT(ParseCall("f_score@beta=two", kKnown),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("beta")));
  EXPECT_THAT(ParseCall("f_score@beta=1@beta=2", kKnown),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("twice")));
  EXPECT_THAT(ParseCalls("", kKnown), HasError(ErrorCode::kInvalidArgument, HasSubstr("no scheme")));
}

}  // namespace
}  // namespace cupel::algorithm::scheme
