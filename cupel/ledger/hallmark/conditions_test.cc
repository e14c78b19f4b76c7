// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/hallmark/conditions.h"

#include <map>
#include <random>
#include <set>

#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::hallmark {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Token, IsShortAndPlain) {
  for (const char* text : {"a", "7", "gate-7", "eu", "eu/de", "urn:x:y", "a.b_c", "0-"})
    EXPECT_TRUE(IsToken(text)) << text;
  EXPECT_TRUE(IsToken(std::string(64, 'a')));
  EXPECT_FALSE(IsToken(std::string(65, 'a')));
  for (const char* text : {"", "-a", ".a", "Gate", "a b", "a,b", "a=b", "a\n", "\xc3\xa4", "a\"", "a*"}) {
    EXPECT_FALSE(IsToken(text)) << text;
  }
}

TEST(GuardLevels, HaveAnOrderAndNames) {
  EXPECT_LT(GuardLevel::kObserve, GuardLevel::kEnforce);
  EXPECT_LT(GuardLevel::kEnforce, GuardLevel::kFailClosed);
  for (const GuardLevel level : {GuardLevel::kObserve, GuardLevel::kEnforce, GuardLevel::kFailClosed}) {
    EXPECT_THAT(ParseGuardLevel(GuardLevelName(level)), IsOkAndHolds(level));
  }
  EXPECT_THAT(ParseGuardLevel("enforced"), HasError(ErrorCode::kInvalidArgument, HasSubstr("\"enforce\"")));
}

TEST(Conditions, AbsentKindsAllowAnything) {
  const Conditions none;
  EXPECT_TRUE(none.Allows("host", "gate-7"));
  EXPECT_TRUE(none.Allows("host", ""));
  EXPECT_EQ(none.Of("host"), nullptr);
  EXPECT_EQ(none.ToJson().Canonical(), "{}");
}

TEST(Conditions, PresentKindsAllowExactlyTheirValues) {
  Conditions conditions;
  ASSERT_THAT(conditions.Add("host=gate-8,gate-7"), IsOk());
  ASSERT_THAT(conditions.Add("host=gate-7"), IsOk());
  ASSERT_THAT(conditions.Add("guard=fail-closed"), IsOk());
  EXPECT_THAT(*conditions.Of("host"), ElementsAre("gate-7", "gate-8"));
  EXPECT_TRUE(conditions.Allows("host", "gate-8"));
  EXPECT_FALSE(conditions.Allows("host", "gate-9"));
  EXPECT_FALSE(conditions.Allows("host", ""));
  EXPECT_TRUE(conditions.Allows("region", "eu"));
  EXPECT_EQ(conditions.ToJson().Canonical(), R"({"guard":["fail-closed"],"host":["gate-7","gate-8"]})");
}

TEST(Conditions, RefuseWhatIsNoConditionAndNameTheNearest) {
  Conditions conditions;
  EXPECT_THAT(conditions.Add("hots=gate-7"), HasError(ErrorCode::kInvalidArgument, HasSubstr("\"host\"")));
  EXPECT_THAT(conditions.Add("host"), HasError(ErrorCode::kInvalidArgument, HasSubstr("KIND=VALUE")));
  for (const char* text : {"host=", "host=a,,b", "host=a,", "host=The gate at the door", "guard=gate-7"}) {
    EXPECT_THAT(conditions.Add(text), HasError(ErrorCode::kInvalidArgument)) << text;
  }
}

TEST(Conditions, SurviveTheirJson) {
  Conditions conditions;
  for (const char* text : {"host=a,b", "purpose=access-control", "region=eu", "guard=enforce,observe"}) {
    ASSERT_THAT(conditions.Add(text), IsOk());
  }
  EXPECT_THAT(Conditions::FromJson(conditions.ToJson()), IsOkAndHolds(conditions));
  EXPECT_THAT(Conditions::FromJson(Json(Json::Object{})), IsOkAndHolds(Conditions{}));
}

TEST(Conditions, HaveOneFormAsJson) {
  for (const char* text :
       {"[]", "null", R"({"host":[]})", R"({"host":"a"})", R"({"host":[1]})", R"({"host":["b","a"]})",
        R"({"host":["a","a"]})", R"({"host":["a,b"]})", R"({"host":["A"]})", R"({"other":["a"]})",
        R"({"guard":["strong"]})", R"({"host":[null]})"}) {
    EXPECT_THAT(Conditions::FromJson(Json::Parse(text).value()), HasError(ErrorCode::kCorrupt)) << text;
  }
}

TEST(Conditions, AnAdditionThatFailsChangesNothing) {
  Conditions conditions;
  for (const char* text :
       {"host=", "host=a,", "host=a,B", "purpose=,", "guard=observe,strong", "x=y", "region"}) {
    EXPECT_THAT(conditions.Add(text), HasError(ErrorCode::kInvalidArgument)) << text;
    EXPECT_EQ(conditions, Conditions()) << text;
  }
  ASSERT_THAT(conditions.Add("host=a,b"), IsOk());
  const Conditions before = conditions;
  for (const char* text : {"host=c,", "host=c,D", "host="}) {
    EXPECT_THAT(conditions.Add(text), HasError(ErrorCode::kInvalidArgument)) << text;
    EXPECT_EQ(conditions, before) << text;
  }
}

TEST(Token, EveryByteIsEitherInTheListOrRefused) {
  const std::string first = "abcdefghijklmnopqrstuvwxyz0123456789";
  const std::string later = first + "._:/-";
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    EXPECT_EQ(IsToken(std::string(1, c)), byte != 0 && first.find(c) != std::string::npos) << byte;
    EXPECT_EQ(IsToken(std::string("a") + c), byte != 0 && later.find(c) != std::string::npos) << byte;
    EXPECT_EQ(IsToken(std::string("a") + c + "b"), byte != 0 && later.find(c) != std::string::npos) << byte;
  }
}

/// A map of sets, as simple as it can be, says the same after any additions.
TEST(Conditions, AreAMapOfSets) {
  std::mt19937_64 random(5);
  const std::vector<std::string> values = {"a", "b", "c", "gate-7", "a/b", "0", "x:y", "Bad", "", "a b"};
  for (int round = 0; round < 200; ++round) {
    Conditions conditions;
    std::map<std::string, std::set<std::string>> model;
    for (int i = 0; i < 6; ++i) {
      const std::string kind = std::vector<std::string>{"host", "purpose", "region", "hosts"}[random() % 4];
      std::set<std::string> added;
      std::string text = kind + "=";
      for (std::uint64_t n = random() % 3 + 1; n > 0; --n) {
        const std::string& value = values[random() % values.size()];
        added.insert(value);
        text += value + (n > 1 ? "," : "");
      }
      const bool good =
          kind != "hosts" && !added.contains("Bad") && !added.contains("") && !added.contains("a b");
      EXPECT_EQ(conditions.Add(text).has_value(), good) << text;
      if (good) model[kind].insert(added.begin(), added.end());
    }
    for (const char* kind : {"host", "purpose", "region", "guard"}) {
      const auto found = model.find(kind);
      for (const std::string& value : values) {
        EXPECT_EQ(conditions.Allows(kind, value), found == model.end() || found->second.contains(value));
      }
      if (found != model.end()) {
        EXPECT_EQ(std::set<std::string>(conditions.Of(kind)->begin(), conditions.Of(kind)->end()),
                  found->second);
      }
    }
    EXPECT_THAT(Conditions::FromJson(conditions.ToJson()), IsOkAndHolds(conditions));
    const std::string text = conditions.ToJson().Canonical();
    EXPECT_THAT(Conditions::FromJson(Json::Parse(text).value()), IsOkAndHolds(conditions));
  }
}

}  // namespace
}  // namespace cupel::ledger::hallmark
