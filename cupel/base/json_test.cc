// SPDX-License-Identifier: Apache-2.0
#include "cupel/base/json.h"

#include <gmock/gmock.h>

#include <bit>
#include <cmath>

#include "cupel/base/reproducible_stream.h"
#include "cupel/testing/status_matchers.h"

namespace cupel {
namespace {

using cupel::testing::HasError;
using ::testing::HasSubstr;

Json Parsed(std::string_view text) {
  Result<Json> json = Json::Parse(text);
  EXPECT_TRUE(json.has_value()) << text << (json ? "" : json.error().ToString());
  return json.value_or(Json());
}

// RFC 8785 appendix B: IEEE 754 double (hexadecimal) and its JSON text.
TEST(JsonNumber, PrintsTheSamplesOfRfc8785AppendixB) {
  const std::pair<std::uint64_t, const char*> samples[] = {
      {0x0000000000000000, "0"},
      {0x8000000000000000, "0"},
      {0x0000000000000001, "5e-324"},
      {0x8000000000000001, "-5e-324"},
      {0x7fefffffffffffff, "1.7976931348623157e+308"},
      {0xffefffffffffffff, "-1.7976931348623157e+308"},
      {0x4340000000000000, "9007199254740992"},
      {0xc340000000000000, "-9007199254740992"},
      {0x4430000000000000, "295147905179352830000"},
      {0x44b52d02c7e14af5, "9.999999999999997e+22"},
      {0x44b52d02c7e14af6, "1e+23"},
      {0x44b52d02c7e14af7, "1.0000000000000001e+23"},
      {0x444b1ae4d6e2ef4e, "999999999999999700000"},
      {0x444b1ae4d6e2ef4f, "999999999999999900000"},
      {0x444b1ae4d6e2ef50, "1e+21"},
      {0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
      {0x3eb0c6f7a0b5ed8d, "0.000001"},
      {0x41b3de4355555553, "333333333.3333332"},
      {0x41b3de4355555554, "333333333.33333325"},
      {0x41b3de4355555555, "333333333.3333333"},
      {0x41b3de4355555556, "333333333.3333334"},
      {0x41b3de4355555557, "333333333.33333343"},
      {0xbecbf647612f3696, "-0.0000033333333333333333"},
      {0x43143ff3c1cb0959, "1424953923781206.2"},
  };
  for (const auto& [bits, text] : samples) EXPECT_EQ(JsonNumber(std::bit_cast<double>(bits)), text);
}

TEST(JsonNumber, RoundTripsRandomDoubles) {
  ReproducibleStream stream(1, "json-number");
  for (int i = 0; i < 20000; ++i) {
    const auto value = std::bit_cast<double>(stream.Next64());
    if (!std::isfinite(value)) continue;
    const std::string text = JsonNumber(value);
    EXPECT_EQ(std::strtod(text.c_str(), nullptr), value) << text;
  }
}

// RFC 8785 section 3.2.3 (sorting sample) and 3.2.2 (primitive sample).
TEST(JsonCanonical, SortsMembersByUtf16Units) {
  const Json json =
      Parsed(R"({"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh",)"
             R"("1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin"})");

  const std::string text = json.Canonical();

  std::size_t last = 0;
  for (const char* value : {"Carriage Return", "One", "Control", "Latin", "Euro Sign", "Emoji", "Hebrew"}) {
    const std::size_t place = text.find(value);
    ASSERT_NE(place, std::string::npos) << value;
    EXPECT_GT(place, last) << value << " is out of order";
    last = place;
  }
}

TEST(JsonCanonical, PrintsThePrimitivesOfRfc8785) {
  const Json json =
      Parsed(R"({ "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false] })");

  EXPECT_EQ(json.Canonical(),
            "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
            "\"string\":\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
}

TEST(JsonCanonical, IsAFixedPoint) {
  for (const char* text : {"[]", "{}", "[1,[2,{\"a\":null}]]", "\"\"", "-7", "{\"b\":1,\"a\":[true]}"}) {
    const std::string once = Parsed(text).Canonical();
    EXPECT_EQ(Parsed(once).Canonical(), once);
    EXPECT_EQ(Parsed(Parsed(once).Indented()), Parsed(once));
  }
}

TEST(JsonParse, RefusesWhatIsNotStrictJson) {
  for (const char* text : {"", "{", "[1,]", "{\"a\":1,}", "nul", "01", "+1", "\"\x01\"", "1 2", "{'a':1}",
                           "NaN", "\"\xff\"", "\"\\ud800\"", "1e999"}) {
    EXPECT_THAT(Json::Parse(text), HasError(ErrorCode::kCorrupt)) << text;
  }
}

TEST(JsonParse, RefusesDuplicateMembers) {
  EXPECT_THAT(Json::Parse(R"({"a":1,"a":2})"), HasError(ErrorCode::kCorrupt, HasSubstr("twice")));
}

TEST(JsonParse, RefusesDeepNesting) {
  EXPECT_THAT(Json::Parse(std::string(100000, '[')), HasError(ErrorCode::kResourceLimit));
  EXPECT_TRUE(Json::Parse(std::string(200, '[') + std::string(200, ']')).has_value());
}

TEST(JsonEquality, ComparesNumbersByValue) {
  EXPECT_EQ(Json(1.0), Json(1));
  EXPECT_EQ(Parsed(Json(Json::Array{1.0, 0.5}).Canonical()), Json(Json::Array{1.0, 0.5}));
  EXPECT_NE(Json(1.5), Json(1));
  EXPECT_NE(Json(1), Json(true));
  EXPECT_NE(Json("1"), Json(1));
}

TEST(JsonAccess, NamesTheMemberThatIsMissingOrWrong) {
  const Json json = Parsed(R"({"n": 3, "s": "x"})");

  EXPECT_EQ(json.IntegerAt("n").value(), 3);
  EXPECT_EQ(json.NumberAt("n").value(), 3.0);
  EXPECT_THAT(json.StringAt("n"), HasError(ErrorCode::kCorrupt, HasSubstr("\"n\" must be a string")));
  EXPECT_THAT(json.IntegerAt("m"), HasError(ErrorCode::kNotFound, HasSubstr("\"m\" is missing")));
}

}  // namespace
}  // namespace cupel
