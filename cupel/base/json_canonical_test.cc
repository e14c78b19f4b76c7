// SPDX-License-Identifier: Apache-2.0
// RFC 8785 against its published samples and against twins written from the standards' words.
#include <gmock/gmock.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>

#include "cupel/base/json.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/testing/status_matchers.h"

namespace cupel {
namespace {

using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;

std::string Canonical(std::string_view text) {
  const Result<Json> json = Json::Parse(text);
  EXPECT_THAT(json, IsOk()) << text;
  return json ? json->Canonical() : "";
}

// The test data of the RFC's authors (cyberphone/json-canonicalization, testdata): arrays, french,
// structures, unicode, weird. "values" is the sample of section 3.2.2, in json_test.cc.
TEST(Rfc8785, CanonicalisesThePublishedSamples) {
  EXPECT_EQ(Canonical(R"([ 56, { "d": true, "10": null, "1": [ ] } ])"),
            R"([56,{"1":[],"10":null,"d":true}])");
  EXPECT_EQ(Canonical(R"({ "peach": "This sorting order", "p\u00e9ch\u00e9": "is wrong according to French",
                           "p\u00eache": "but canonicalization MUST", "sin": "ignore locale" })"),
            "{\"peach\":\"This sorting order\",\"p\u00e9ch\u00e9\":\"is wrong according to French\","
            "\"p\u00eache\":\"but canonicalization MUST\",\"sin\":\"ignore locale\"}");
  EXPECT_EQ(
      Canonical(R"({ "1": {"f": {"f": "hi","F": 5} ,"\n": 56.0}, "10": { }, "": "empty", "a": { },
                           "111": [ {"e": "yes","E": "no" } ], "A": { } })"),
      R"({"":"empty","1":{"\n":56,"f":{"F":5,"f":"hi"}},"10":{},"111":[{"E":"no","e":"yes"}],"A":{},"a":{}})");
  EXPECT_EQ(Canonical(R"({ "Unnormalized Unicode":"A\u030a" })"), "{\"Unnormalized Unicode\":\"A\u030a\"}");
  EXPECT_EQ(
      Canonical(
          R"({ "\u20ac": "Euro Sign", "\r": "Carriage Return", "\u000a": "Newline", "1": "One",
               "\u0080": "Control\u007f", "\ud83d\ude02": "Smiley", "\u00f6": "Latin Small Letter O With Diaeresis",
               "\ufb33": "Hebrew Letter Dalet With Dagesh", "</script>": "Browser Challenge" })"),
      "{\"\\n\":\"Newline\",\"\\r\":\"Carriage Return\",\"1\":\"One\",\"</script>\":\"Browser Challenge\","
      "\"\xC2\x80\":\"Control\x7f\",\"\u00f6\":\"Latin Small Letter O With Diaeresis\",\"\u20ac\":\"Euro "
      "Sign\","
      "\"\U0001F602\":\"Smiley\",\"\uFB33\":\"Hebrew Letter Dalet With Dagesh\"}");
}

TEST(Rfc8785, EscapesWhatItMustAndNothingElse) {
  for (int c = 0; c < 0x80; ++c) {
    std::string expected(1, static_cast<char>(c));
    if (c < 0x20) {
      char hex[8];
      std::snprintf(hex, sizeof hex, "\\u%04x", static_cast<unsigned>(c));
      expected = hex;
    }
    constexpr std::string_view kPairs = "\bb\tt\nn\ff\rr\"\"\\\\";
    for (std::size_t i = 0; i < kPairs.size(); i += 2) {
      if (kPairs[i] == c) expected = std::string("\\") + kPairs[i + 1];
    }
    EXPECT_EQ(Json(std::string(1, static_cast<char>(c))).Canonical(), "\"" + expected + "\"") << c;
  }
}

/// UTF-16 code units, as RFC 8785 section 3.2.3 sorts by.
std::u16string Utf16(std::uint32_t c) {
  if (c < 0x10000) return {static_cast<char16_t>(c)};
  return {static_cast<char16_t>(0xD800 + ((c - 0x10000) >> 10)), static_cast<char16_t>(0xDC00 + (c & 0x3FF))};
}

std::string Utf8(std::uint32_t c) {
  const auto tail = [&](unsigned shift) { return static_cast<char>(0x80 | (c >> shift & 0x3F)); };
  if (c < 0x80) return {static_cast<char>(c)};
  if (c < 0x800) return {static_cast<char>(0xC0 | c >> 6), tail(0)};
  if (c < 0x10000) return {static_cast<char>(0xE0 | c >> 12), tail(6), tail(0)};
  return {static_cast<char>(0xF0 | c >> 18), tail(12), tail(6), tail(0)};
}

TEST(Rfc8785, SortsByUtf16UnitsAtEveryBorderOfTheEncodings) {
  const std::uint32_t points[] = {0x01,   0x1F,   0x20,   0x7F,   0x80,    0x7FF,   0x800,   0xD7FF,
                                  0xE000, 0xEFFF, 0xF000, 0xFFFD, 0x10000, 0x103FF, 0x10400, 0x10FFFF};
  std::vector<std::pair<std::u16string, std::string>> names;
  for (const std::uint32_t a : points) {
    names.emplace_back(Utf16(a), Utf8(a));
    for (const std::uint32_t b : points) names.emplace_back(Utf16(a) + Utf16(b), Utf8(a) + Utf8(b));
  }
  Json json = Json::Object{};
  for (const auto& [units, name] : names) json[name] = 1;
  std::sort(names.begin(), names.end());
  std::string expected;
  for (const auto& [units, name] : names) {
    expected += (expected.empty() ? "{" : ",") + Json(name).Canonical() + ":1";
  }
  EXPECT_EQ(json.Canonical(), expected + "}");
}

/// The fewest decimal digits that read back to `value` > 0, with the exponent of the first: the correctly
/// rounded ones, or at a power of two, below which doubles lie closer, perhaps the digits beside them
/// (2^-1017 is such a case).
std::pair<std::string, int> FewestDigits(double value) {
  for (int count = 1; count <= 17; ++count) {
    char text[40];
    std::snprintf(text, sizeof text, "%.*e", count - 1, value);
    std::string digits;
    const char* at = text;
    for (; *at != 'e'; ++at) {
      if (*at != '.') digits += *at;
    }
    const int exponent = std::atoi(at + 1);
    for (const int step : {0, 1, -1}) {
      const std::string near = std::to_string(std::stoll(digits) + step);
      const std::string spelled = near + "e" + std::to_string(exponent - count + 1);
      if (near.size() == digits.size() && std::strtod(spelled.c_str(), nullptr) == value)
        return {near, exponent};
    }
  }
  return {};
}

/// ECMA-262 section 6.1.6.1.20 word by word.
std::string TwinNumber(double value) {
  if (value == 0) return "0";
  if (value < 0) return "-" + TwinNumber(-value);
  auto [digits, exponent] = FewestDigits(value);
  const int n = exponent + 1;
  const int k = static_cast<int>(digits.size());
  if (k <= n && n <= 21) return digits + std::string(static_cast<std::size_t>(n - k), '0');
  if (0 < n && n <= 21) return std::string(digits).insert(static_cast<std::size_t>(n), ".");
  if (-6 < n && n <= 0) return "0." + std::string(static_cast<std::size_t>(-n), '0') + digits;
  const std::string mantissa = k == 1 ? digits : digits.substr(0, 1) + "." + digits.substr(1);
  return mantissa + (n > 0 ? "e+" : "e-") + std::to_string(std::abs(n - 1));
}

TEST(JsonNumber, EqualsTheTwinOnEveryPowerOfTwoAndTenAndTheirNeighbours) {
  std::vector<double> values;
  for (int e = -1074; e <= 1023; ++e) values.push_back(std::ldexp(1.0, e));
  for (int e = -323; e <= 308; ++e)
    values.push_back(std::strtod(("1e" + std::to_string(e)).c_str(), nullptr));
  for (const double value : values) {
    for (const double near : {std::nextafter(value, 0), value, std::nextafter(value, INFINITY)}) {
      if (!std::isfinite(near)) continue;
      ASSERT_EQ(JsonNumber(near), TwinNumber(near));
      ASSERT_EQ(JsonNumber(-near), TwinNumber(-near));
    }
  }
}

TEST(JsonNumber, EqualsTheTwinOnRandomBitsAndRandomDecimals) {
  ReproducibleStream stream(2, "json-number-twin");
  for (int i = 0; i < 50000; ++i) {
    const double bits = std::bit_cast<double>(stream.Next64());
    const double decimal = static_cast<double>(stream.Below(10000000)) / 1000 - 3000;
    for (const double value : {bits, decimal}) {
      if (!std::isfinite(value)) continue;
      ASSERT_EQ(JsonNumber(value), TwinNumber(value));
    }
  }
}

TEST(JsonNumberDeathTest, AbortsOnWhatJsonCannotHold) {
  EXPECT_DEATH(JsonNumber(NAN), "isfinite");
  EXPECT_DEATH(JsonNumber(INFINITY), "isfinite");
  EXPECT_DEATH((void)Json((std::int64_t{1} << 53) + 1).Canonical(), "kLargestExactInteger");
  EXPECT_EQ(Json(std::int64_t{1} << 53).Canonical(), "9007199254740992");
  EXPECT_TRUE(JsonOrNull(NAN).IsNull() && JsonOrNull(-INFINITY).IsNull());
  EXPECT_EQ(JsonOrNull(0.5), Json(0.5));
}

// A verifier prints what strangers wrote: nothing that can be read may fail to be written.
TEST(JsonParse, WhatWasReadCanBeWritten) {
  for (const auto& [text, written] :
       {std::pair("9007199254740993", "9007199254740992"),
        std::pair("-9007199254740993", "-9007199254740992"),
        std::pair("9223372036854775807", "9223372036854776000"),
        std::pair("-9223372036854775808", "-9223372036854776000"),
        std::pair("18446744073709551616", "18446744073709552000"),
        std::pair("9007199254740992", "9007199254740992"),
        std::pair("123456789012345678901234567890", "1.2345678901234568e+29"), std::pair("-0", "0"),
        std::pair("-0.0", "0"), std::pair("1e-400", "0")}) {
    EXPECT_EQ(Canonical(text), written);
    EXPECT_EQ(Json::Parse(text)->Indented(), written + std::string("\n"));
  }
  EXPECT_TRUE(Json::Parse("9007199254740992")->IsInteger());
  EXPECT_FALSE(Json::Parse("9007199254740993")->IsInteger());
}

TEST(JsonCanonical, WritesUtf8EvenForNamesThatAreNot) {
  EXPECT_EQ(Json("a\xff"
                 "b")
                .Canonical(),
            "\"a\xEF\xBF\xBD"
            "b\"");
  EXPECT_EQ(Json("\xc3").Canonical(), "\"\xEF\xBF\xBD\"");
  EXPECT_EQ(Json("\xed\xa0\x80").Canonical(), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
  for (int c = 0x80; c < 0x100; ++c) {
    const std::string name(1, static_cast<char>(c));
    EXPECT_THAT(Json::Parse(Json(Json::Object{{name, name}}).Canonical()), IsOk()) << c;
  }
}

/// A random value, nested to at most `depth`.
Json RandomJson(ReproducibleStream& stream, int depth) {
  const auto text = [&] {
    std::string out;
    for (std::uint64_t i = stream.Below(6); i > 0; --i) {
      const std::uint32_t c =
          static_cast<std::uint32_t>(stream.Below(4) == 0 ? stream.Below(0x110000) : stream.Below(0x80));
      if (c < 0xD800 || c > 0xDFFF) out += Utf8(c);
    }
    return out;
  };
  switch (stream.Below(depth > 0 ? 7 : 5)) {
    case 0: return {};
    case 1: return stream.Below(2) == 0;
    case 2: return static_cast<std::int64_t>(stream.Below(1u << 20)) - (1 << 19);
    case 3: return stream.Normal() * std::pow(10.0, static_cast<double>(stream.Below(40)) - 20);
    case 4: return text();
    case 5: {
      Json array = Json::Array{};
      for (std::uint64_t i = stream.Below(4); i > 0; --i) array.Append(RandomJson(stream, depth - 1));
      return array;
    }
    default: {
      Json object = Json::Object{};
      for (std::uint64_t i = stream.Below(4); i > 0; --i) object[text()] = RandomJson(stream, depth - 1);
      return object;
    }
  }
}

TEST(JsonCanonical, RandomValuesSurviveBothTexts) {
  ReproducibleStream stream(3, "json-trees");
  for (int i = 0; i < 3000; ++i) {
    const Json json = RandomJson(stream, 4);
    const std::string canonical = json.Canonical();
    ASSERT_THAT(Json::Parse(canonical), IsOkAndHolds(json)) << canonical;
    ASSERT_THAT(Json::Parse(json.Indented()), IsOkAndHolds(json)) << canonical;
    ASSERT_EQ(Json::Parse(canonical)->Canonical(), canonical);
  }
}

}  // namespace
}  // namespace cupel
