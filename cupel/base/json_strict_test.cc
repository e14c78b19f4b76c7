// SPDX-License-Identifier: Apache-2.0
// What the reader must refuse and must accept (RFC 8259, and the cases of "Parsing JSON is a Minefield"), and
// what a caller is told.
#include <gmock/gmock.h>

#include "cupel/base/json.h"
#include "cupel/testing/status_matchers.h"

namespace cupel {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;
using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(JsonStrict, RefusesBrokenStructure) {
  for (const char* text : {" ",
                           "[",
                           "]",
                           "{",
                           "}",
                           "[1",
                           "[1,",
                           "[,1]",
                           "[1,,2]",
                           "[1 2]",
                           "[1:2]",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{:1}",
                           "{\"a\" 1}",
                           "{\"a\":1,}",
                           "{\"a\":1,,\"b\":2}",
                           "{\"a\":1 \"b\":2}",
                           "{1:1}",
                           "{a:1}",
                           "{null:1}",
                           "[1]]",
                           "[1]x",
                           "{}{}",
                           "[][]",
                           "1,",
                           ",1",
                           "[\"a\",\n4\n,1,",
                           "{\"a\":\"b\"}/**/",
                           "//x\n1",
                           "[1]#",
                           "<null>",
                           "[*]",
                           "[\"x\"",
                           "{\"x\": true,",
                           "\xEF\xBB\xBF"}) {
    EXPECT_THAT(Json::Parse(text), HasError(ErrorCode::kCorrupt)) << text;
  }
}

TEST(JsonStrict, RefusesAZeroByteAnywhere) {
  const std::string good = R"({"a":[1,"x"]})";
  for (std::size_t i = 0; i <= good.size(); ++i) {
    EXPECT_THAT(Json::Parse(std::string(good).insert(i, 1, '\0')),
                HasError(ErrorCode::kCorrupt, HasSubstr("zero byte")));
  }
  EXPECT_THAT(Json::Parse(good + std::string(1, '\0') + "anything"), HasError(ErrorCode::kCorrupt));
}

TEST(JsonStrict, RefusesNumbersThatAreNotJson) {
  for (const char* text : {"-",         "+1",
                           "01",        "-01",
                           "1.",        ".5",
                           "-.5",       "1.e1",
                           "1e",        "1e+",
                           "0x1",       "1_000",
                           "1,5",       "Infinity",
                           "-Infinity", "NaN",
                           "inf",       "nan",
                           "1eE2",      "2.e3",
                           "0e",        "0.e1",
                           "-2.",       "1 000",
                           "0b1",       "1.7976931348623159e308",
                           "-1e309",    "\xEF\xBC\x91"}) {
    EXPECT_THAT(Json::Parse(text), HasError(ErrorCode::kCorrupt)) << text;
  }
}

TEST(JsonStrict, RefusesStringsThatAreNotJson) {
  for (const char* text : {"\"",
                           "\"a",
                           "'a'",
                           "\"\\x41\"",
                           "\"\\u00\"",
                           "\"\\u12G4\"",
                           "\"\\\"",
                           "\"\n\"",
                           "\"\t\"",
                           "\"\\a\"",
                           "\"\\\x30\"",
                           "\"\\ud800\"",
                           "\"\\udc00\"",
                           "\"\\ud800\\u0041\"",
                           "\"\\ud800\\ud800\"",
                           "\"\x80\"",
                           "\"\xc0\xaf\"",
                           "\"\xed\xa0\x80\"",
                           "\"\xf4\x90\x80\x80\"",
                           "\"\xe2\x82\""}) {
    EXPECT_THAT(Json::Parse(text), HasError(ErrorCode::kCorrupt)) << text;
  }
  for (int c = 0; c < 0x20; ++c) {
    EXPECT_THAT(Json::Parse("\"" + std::string(1, static_cast<char>(c)) + "\""),
                HasError(ErrorCode::kCorrupt))
        << c;
  }
}

TEST(JsonStrict, RefusesLiteralsInAnotherSpelling) {
  for (const char* text :
       {"True", "TRUE", "tru", "truee", "False", "nul", "Null", "nullx", "undefined", "none"}) {
    EXPECT_THAT(Json::Parse(text), HasError(ErrorCode::kCorrupt)) << text;
  }
}

TEST(JsonStrict, AcceptsWhatTheStandardAllows) {
  EXPECT_THAT(Json::Parse(" \t\r\n1 \n"), IsOkAndHolds(Json(1)));
  EXPECT_THAT(Json::Parse("\"\\u0000\""), IsOkAndHolds(Json(std::string(1, '\0'))));
  EXPECT_THAT(Json::Parse("\"\\/\\b\\f\\n\\r\\t\\\"\\\\\""), IsOkAndHolds(Json("/\b\f\n\r\t\"\\")));
  EXPECT_THAT(Json::Parse("\"\\uD834\\uDd1e\""), IsOkAndHolds(Json("\xF0\x9D\x84\x9E")));
  EXPECT_THAT(Json::Parse("\"\x7f\""), IsOkAndHolds(Json("\x7f")));
  EXPECT_THAT(Json::Parse("-0"), IsOkAndHolds(Json(0)));
  EXPECT_THAT(Json::Parse("1E+2"), IsOkAndHolds(Json(100)));
  EXPECT_THAT(Json::Parse("1.7976931348623157e308"), IsOk());
  EXPECT_THAT(Json::Parse("{\"\":0}"), IsOkAndHolds(Json(Json::Object{{"", 0}})));
}

TEST(JsonStrict, SeesADuplicateNameThroughItsEscapes) {
  EXPECT_THAT(Json::Parse(R"({"a":1,"\u0061":2})"), HasError(ErrorCode::kCorrupt, HasSubstr("twice")));
  EXPECT_THAT(Json::Parse(R"([{"b":{"a":1}},{"b":{"a":1,"c":0,"a":1}}])"),
              HasError(ErrorCode::kCorrupt, HasSubstr("\"a\"")));
  EXPECT_THAT(Json::Parse(R"([{"a":1},{"a":2}])"), IsOk());
}

TEST(JsonStrict, CountsNestingOfBothKinds) {
  const auto nested = [](int depth) {
    std::string text;
    for (int i = 0; i < depth; ++i) text += i % 2 == 0 ? "[" : "{\"a\":";
    text += "1";
    for (int i = depth; i-- > 0;) text += i % 2 == 0 ? "]" : "}";
    return text;
  };
  EXPECT_THAT(Json::Parse(nested(200)), IsOk());
  EXPECT_THAT(Json::Parse(nested(201)), HasError(ErrorCode::kResourceLimit, HasSubstr("200")));
  EXPECT_THAT(Json::Parse("[" + nested(200) + "]"), HasError(ErrorCode::kResourceLimit));
}

TEST(JsonStrict, NamesLineAndColumn) {
  EXPECT_THAT(Json::Parse("{\n  \"a\": 1,\n  \"b\": trx\n}"),
              HasError(ErrorCode::kCorrupt, HasSubstr("line 3")));
  EXPECT_THAT(Json::Parse("[1, 2"),
              HasError(ErrorCode::kCorrupt, AllOf(HasSubstr("line 1"), HasSubstr("column"))));
}

// Every way to change one byte of a document: what still reads must be writable and read back the same.
TEST(JsonStrict, EveryChangedByteIsRefusedOrReadsBack) {
  const std::string good = R"({"a":[1,-2.5e3,"x\u00e9\n"],"b":{"c":null,"d":true}})";
  int accepted = 0;
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (int c = 0; c < 256; ++c) {
      std::string bad = good;
      bad[i] = static_cast<char>(c);
      const Result<Json> json = Json::Parse(bad);
      if (!json) {
        ASSERT_EQ(json.error().code, ErrorCode::kCorrupt) << bad;
        continue;
      }
      ++accepted;
      ASSERT_THAT(Json::Parse(json->Canonical()), IsOkAndHolds(*json)) << bad;
    }
  }
  EXPECT_GT(accepted, 800);  // letters inside strings, digits inside numbers
}

TEST(JsonAccess, GivesEachTypeAndNamesTheOneExpected) {
  const Json json = Json::Parse(R"({"n":3,"x":2.5,"t":true,"s":"a","l":[1],"o":{},"z":null})").value();
  EXPECT_THAT(json.IntegerAt("n"), IsOkAndHolds(3));
  EXPECT_THAT(json.NumberAt("n"), IsOkAndHolds(3.0));
  EXPECT_THAT(json.NumberAt("x"), IsOkAndHolds(2.5));
  EXPECT_THAT(json.BoolAt("t"), IsOkAndHolds(true));
  EXPECT_THAT(json.StringAt("s"), IsOkAndHolds("a"));
  EXPECT_EQ(json.ArrayAt("l").value()->AsArray().size(), 1u);
  EXPECT_TRUE(json.ObjectAt("o").value()->AsObject().empty());
  EXPECT_THAT(json.IntegerAt("x"), HasError(ErrorCode::kCorrupt, HasSubstr("\"x\" must be an integer")));
  EXPECT_THAT(json.NumberAt("s"), HasError(ErrorCode::kCorrupt, HasSubstr("\"s\" must be a number")));
  EXPECT_THAT(json.BoolAt("n"), HasError(ErrorCode::kCorrupt, HasSubstr("\"n\" must be true or false")));
  EXPECT_THAT(json.StringAt("z"), HasError(ErrorCode::kCorrupt, HasSubstr("\"z\" must be a string")));
  EXPECT_THAT(json.ArrayAt("o"), HasError(ErrorCode::kCorrupt, HasSubstr("\"o\" must be an array")));
  EXPECT_THAT(json.ObjectAt("l"), HasError(ErrorCode::kCorrupt, HasSubstr("\"l\" must be an object")));
  EXPECT_THAT(Json(3).IntegerAt("n"), HasError(ErrorCode::kNotFound, HasSubstr("\"n\" is missing")));
}

TEST(JsonAccess, ReadingAnAbsentMemberIsNullAndMakesNothing) {
  const Json json = Json::Object{{"a", 1}};
  EXPECT_TRUE(json["b"]["c"].IsNull());
  EXPECT_EQ(json.Find("b"), nullptr);
  Json made;
  made["x"]["y"].Append(1);
  EXPECT_EQ(made.Canonical(), R"({"x":{"y":[1]}})");
  EXPECT_EQ(Json::ArrayOf(std::vector<int>{1, 2}).Canonical(), "[1,2]");
}

TEST(JsonAccessDeathTest, AbortsWhenTrustedValuesHaveAnotherType) {
  EXPECT_DEATH(Json("a").AsInteger(), "IsInteger");
  EXPECT_DEATH(Json(1).AsString(), "IsString");
  EXPECT_DEATH(Json(2.5).AsInteger(), "IsInteger");
  EXPECT_DEATH(Json(1)["a"] = 2, "IsObject");
  EXPECT_DEATH(Json(1).Append(2), "IsArray");
}

}  // namespace
}  // namespace cupel
