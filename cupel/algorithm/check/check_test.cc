// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/check/check.h"

#include <gtest/gtest.h>

#include <limits>

#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::check {
namespace {

using ::cupel::testing::HasError;
using ::cupel::testing::IsOk;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

ParameterSpec Spec(std::string name, ParameterType type, Json fallback, double low = 0, double high = 0,
                   std::vector<std::string> choices = {}) {
  ParameterSpec spec;
  spec.name = std::move(name);
  spec.type = type;
  spec.fallback = std::move(fallback);
  spec.low = low;
  spec.high = high;
  spec.choices = std::move(choices);
  return spec;
}

Description Example() {
  Description description;
  description.id = "example.check";
  description.parameters = {
      Spec("epsilon", ParameterType::kReal, 0.03, 0, 1),
      Spec("steps", ParameterType::kInteger, 20, 1, 1000),
      Spec("norm", ParameterType::kText, "linf", 0, 0, {"linf", "l2"}),
      Spec("targeted", ParameterType::kBoolean, false),
      Spec("radii", ParameterType::kRealList, Json::Array{0.1, 1}, 0, 2),
      Spec("attributes", ParameterType::kTextList, Json::Array{}),
      Spec("offset", ParameterType::kReal, 0),
  };
  return description;
}

Result<Parameters> Given(std::string_view json) {
  return Parameters::Create(Example(), Json::Parse(json).value());
}

TEST(ParametersTest, FillsInEveryDefault) {
  CUPEL_ASSERT_OK(const Parameters parameters, Parameters::Create(Example(), Json()));

  EXPECT_EQ(parameters.Real("epsilon"), 0.03);
  EXPECT_EQ(parameters.Integer("steps"), 20);
  EXPECT_EQ(parameters.Text("norm"), "linf");
  EXPECT_FALSE(parameters.Boolean("targeted"));
  EXPECT_THAT(parameters.Reals("radii"), ElementsAre(0.1, 1.0));
  EXPECT_THAT(parameters.Texts("attributes"), ElementsAre());
  EXPECT_EQ(parameters.AsJson().AsObject().size(), Example().parameters.size());
}

TEST(ParametersTest, KeepsGivenValuesAndWidensIntegersToReals) {
  CUPEL_ASSERT_OK(
      const Parameters parameters,
      Given(
          R"({"epsilon": 1, "steps": 1, "norm": "l2", "targeted": true, "radii": [2], "attributes": ["sex"]})"));

  EXPECT_EQ(parameters.Real("epsilon"), 1.0);
  EXPECT_EQ(parameters.Integer("steps"), 1);
  EXPECT_EQ(parameters.Text("norm"), "l2");
  EXPECT_TRUE(parameters.Boolean("targeted"));
  EXPECT_THAT(parameters.Reals("radii"), ElementsAre(2.0));
  EXPECT_THAT(parameters.Texts("attributes"), ElementsAre("sex"));
}

TEST(ParametersTest, NamesTheNearestKnownKey) {
  EXPECT_THAT(Given(R"({"epsilonn": 1})"),
              HasError(ErrorCode::kInvalidArgument,
                       AllOf(HasSubstr("epsilonn"), HasSubstr("did you mean \"epsilon\""))));
}

TEST(ParametersTest, RefusesAWrongType) {
  for (const char* given :
       {R"({"epsilon": "big"})", R"({"steps": 1.5})", R"({"norm": 2})", R"({"targeted": 1})",
        R"({"radii": 0.1})", R"({"radii": ["x"]})", R"({"attributes": [1]})", R"([])", R"(3)"}) {
    EXPECT_THAT(Given(given), HasError(ErrorCode::kInvalidArgument)) << given;
  }
}

TEST(ParametersTest, RangeIsInclusiveAndEnforcedOnEveryElement) {
  EXPECT_THAT(Given(R"({"epsilon": 0})"), IsOk());
  EXPECT_THAT(Given(R"({"steps": 1000})"), IsOk());
  EXPECT_THAT(Given(R"({"steps": 1001})"),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("[1, 1000], got 1001")));
  EXPECT_THAT(Given(R"({"epsilon": -0.001})"), HasError(ErrorCode::kInvalidArgument, HasSubstr("epsilon")));
  EXPECT_THAT(Given(R"({"radii": [1, 2.5]})"), HasError(ErrorCode::kInvalidArgument, HasSubstr("radii[1]")));
}

TEST(ParametersTest, RefusesNotANumberEvenWithoutRange) {
  for (const double bad :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    for (const char* name : {"epsilon", "offset"}) {
      Json given;
      given[name] = bad;
      EXPECT_THAT(Parameters::Create(Example(), given), HasError(ErrorCode::kInvalidArgument)) << name;
    }
  }
}

TEST(ParametersTest, AnUnspecifiedRangeAllowsAnyFiniteNumber) {
  EXPECT_THAT(Given(R"({"offset": -1e9})"), IsOk());
}

TEST(ParametersTest, RefusesATextThatIsNoChoice) {
  EXPECT_THAT(Given(R"({"norm": "linff"})"),
              HasError(ErrorCode::kInvalidArgument, AllOf(HasSubstr("linf, l2"), HasSubstr("did you mean"))));
}

TEST(ParametersTest, AnEmptyListNeedsAnEmptyDefault) {
  EXPECT_THAT(Given(R"({"attributes": []})"), IsOk());
  EXPECT_THAT(Given(R"({"radii": []})"), HasError(ErrorCode::kInvalidArgument, HasSubstr("empty")));
}

TEST(ParametersTest, ADefaultOutOfItsOwnRangeIsAnInternalError) {
  Description description;
  description.id = "broken.check";
  description.parameters = {Spec("level", ParameterType::kReal, 2.0, 0, 1)};

  EXPECT_THAT(Parameters::Create(description, Json()),
              HasError(ErrorCode::kInternal, HasSubstr("broken.check")));
}

// What was accepted is accepted again, unchanged: a plan that is written out and read back means the same.
TEST(ParametersTest, AcceptTheirOwnValues) {
  for (const char* given : {"{}", R"({"epsilon": 1, "radii": [0, 2, 0.5], "attributes": ["b", "a"]})",
                            R"({"steps": 7, "norm": "l2", "targeted": true, "offset": -3})"}) {
    CUPEL_ASSERT_OK(const Parameters once, Given(given));
    CUPEL_ASSERT_OK(const Json written, Json::Parse(once.AsJson().Canonical()));
    CUPEL_ASSERT_OK(const Parameters twice, Parameters::Create(Example(), written));
    EXPECT_EQ(twice.AsJson(), once.AsJson()) << given;
  }
}

TEST(ParametersTest, ACheckWithoutParametersSaysSo) {
  Description description;
  description.id = "plain.check";
  EXPECT_THAT(Parameters::Create(description, Json(Json::Object{})), IsOk());
  EXPECT_THAT(Parameters::Create(description, Json(Json::Object{{"x", 1}})),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("this check has no parameters")));
}

// Every kind of value for every kind of parameter: accepted exactly where the table says so.
TEST(ParametersTest, EveryKindOfValueMeetsEveryKindOfParameter) {
  struct Kind {
    ParameterType type;
    Json fallback;
    std::string accepted;  ///< Of the values below, in order.
  };
  const std::vector<Json> values = {Json(),
                                    true,
                                    3,
                                    0.5,
                                    "x",
                                    Json::Array{},
                                    Json::Array{1, 0.5},
                                    Json::Array{"a"},
                                    Json::Array{1, "a"},
                                    Json::Object{}};
  for (const Kind& kind : std::vector<Kind>{{ParameterType::kInteger, 0, "0010000000"},
                                            {ParameterType::kReal, 0, "0011000000"},
                                            {ParameterType::kText, "", "0000100000"},
                                            {ParameterType::kBoolean, false, "0100000000"},
                                            {ParameterType::kRealList, Json::Array{1.0}, "0000001000"},
                                            {ParameterType::kRealList, Json::Array{}, "0000011000"},
                                            {ParameterType::kTextList, Json::Array{"z"}, "0000000100"},
                                            {ParameterType::kTextList, Json::Array{}, "0000010100"}}) {
    Description description;
    description.id = "kinds";
    description.parameters = {Spec("p", kind.type, kind.fallback)};
    for (std::size_t i = 0; i < values.size(); ++i) {
      EXPECT_EQ(Parameters::Create(description, Json::Object{{"p", values[i]}}).has_value(),
                kind.accepted[i] == '1')
          << ParameterTypeName(kind.type) << " given " << values[i].Canonical();
    }
  }
}

TEST(NoJournalTest, Forgets) {
  EXPECT_THAT(NoJournal().Save("key", Json(1)), IsOk());
  EXPECT_FALSE(NoJournal().Load("key").has_value());
}

TEST(NamesTest, AreTheDocumentedOnes) {
  EXPECT_EQ(PrincipleName(Principle::kFairness), "fairness");
  EXPECT_EQ(PrincipleName(Principle::kReliability), "reliability");
  EXPECT_EQ(ParameterTypeName(ParameterType::kRealList), "list of reals");
}

}  // namespace
}  // namespace cupel::algorithm::check
