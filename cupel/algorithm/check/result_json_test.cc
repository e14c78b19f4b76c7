// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/check/result_json.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <functional>
#include <limits>

#include "cupel/base/reproducible_stream.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::check {
namespace {

using ::cupel::testing::HasError;
using ::testing::HasSubstr;

CheckResult Example() {
  CheckResult result;
  result.metrics.push_back({.name = "accuracy",
                            .value = 0.1 + 0.2,
                            .interval = stats::Interval{-0.0, std::nextafter(1.0, 0.0), 0.95, "wilson"},
                            .n = 10000,
                            .count = 9000});
  result.metrics.push_back({.name = "undefined", .value = std::numeric_limits<double>::quiet_NaN(), .n = 0});
  result.figures.push_back(Json::Parse(R"({"type": "curve", "series": []})").value());
  result.witnesses.push_back(Json::Parse(R"({"sample": 17, "margin": 0.25})").value());
  result.notes.push_back({"n supports +-1 %", "\xE6\xA0\xB7\xE6\x9C\xAC"});
  result.artifacts.push_back({"examples", "npz", "application/zip", {0, 255, 7}});
  return result;
}

/// Through the bytes, as a stored run goes.
Result<CheckResult> ThereAndBack(const CheckResult& result, ArtifactBytes artifacts) {
  CUPEL_TRY(const Json json, Json::Parse(ToJson(result, artifacts).Canonical()));
  return CheckResultFromJson(json);
}

std::uint64_t Bits(double value) { return std::bit_cast<std::uint64_t>(value); }

TEST(ResultJsonTest, ComesBackWithoutLoss) {
  const CheckResult before = Example();

  CUPEL_ASSERT_OK(const CheckResult after, ThereAndBack(before, ArtifactBytes::kInline));

  ASSERT_EQ(after.metrics.size(), 2U);
  EXPECT_EQ(after.metrics[0].name, "accuracy");
  EXPECT_EQ(Bits(after.metrics[0].value), Bits(before.metrics[0].value));
  EXPECT_EQ(Bits(after.metrics[0].interval->low), Bits(-0.0));
  EXPECT_EQ(Bits(after.metrics[0].interval->high), Bits(before.metrics[0].interval->high));
  EXPECT_EQ(after.metrics[0].interval->method, "wilson");
  EXPECT_EQ(after.metrics[0].n, 10000);
  EXPECT_EQ(after.metrics[0].count, 9000);
  EXPECT_TRUE(std::isnan(after.metrics[1].value));
  EXPECT_FALSE(after.metrics[1].interval.has_value());
  EXPECT_FALSE(after.metrics[1].count.has_value());
  EXPECT_EQ(after.figures, before.figures);
  EXPECT_EQ(after.witnesses, before.witnesses);
  EXPECT_EQ(after.notes[0].zh, before.notes[0].zh);
  EXPECT_EQ(after.artifacts[0].bytes, before.artifacts[0].bytes);
  EXPECT_EQ(after.artifacts[0].media_type, "application/zip");
  EXPECT_FALSE(after.not_applicable.has_value());
}

TEST(ResultJsonTest, SecondWritingEqualsTheFirst) {
  const Json first = ToJson(Example(), ArtifactBytes::kInline);

  CUPEL_ASSERT_OK(const CheckResult again, ThereAndBack(Example(), ArtifactBytes::kInline));

  EXPECT_EQ(ToJson(again, ArtifactBytes::kInline).Canonical(), first.Canonical());
}

TEST(ResultJsonTest, AnyDoubleComesBackBitForBit) {
  ReproducibleStream stream(1, "result_json_test");
  for (int i = 0; i < 20000; ++i) {
    const double value = std::bit_cast<double>(stream.Next64());
    if (std::isnan(value)) continue;  // every NaN is written as the one "nan"
    CheckResult result;
    result.metrics.push_back({.name = "m", .value = value, .n = 1});
    CUPEL_ASSERT_OK(const CheckResult after, ThereAndBack(result, ArtifactBytes::kInline));
    ASSERT_EQ(Bits(after.metrics[0].value), Bits(value)) << value;
  }
}

TEST(ResultJsonTest, SeparateArtifactsKeepTheirOrderAndLeaveTheBytesToTheCaller) {
  CUPEL_ASSERT_OK(const CheckResult after, ThereAndBack(Example(), ArtifactBytes::kSeparate));

  ASSERT_EQ(after.artifacts.size(), 1U);
  EXPECT_EQ(after.artifacts[0].name, "examples");
  EXPECT_TRUE(after.artifacts[0].bytes.empty());
}

TEST(ResultJsonTest, KeepsNotApplicable) {
  CheckResult result;
  result.not_applicable = Text{"no groups", "x"};

  CUPEL_ASSERT_OK(const CheckResult after, ThereAndBack(result, ArtifactBytes::kInline));

  ASSERT_TRUE(after.not_applicable.has_value());
  EXPECT_EQ(after.not_applicable->en, "no groups");
}

TEST(ResultJsonTest, NamesTheElementThatIsWrong) {
  Json json = ToJson(Example(), ArtifactBytes::kInline);
  json["metrics"].AsArray()[1]["value"] = "many";

  EXPECT_THAT(CheckResultFromJson(json), HasError(ErrorCode::kCorrupt, HasSubstr("metrics[1]")));
}

TEST(ResultJsonTest, RefusesArtifactsOfAnotherSize) {
  Json json = ToJson(Example(), ArtifactBytes::kInline);
  json["artifacts"].AsArray()[0]["size"] = 4;

  EXPECT_THAT(CheckResultFromJson(json), HasError(ErrorCode::kCorrupt, HasSubstr("expected 4")));
}

/// Calls `visit` with every value inside `json`, itself included.
void ForEachValue(Json& json, const std::function<void(Json&)>& visit) {
  visit(json);
  if (json.IsArray()) {
    for (Json& element : json.AsArray()) ForEachValue(element, visit);
  } else if (json.IsObject()) {
    for (auto& [name, member] : json.AsObject()) ForEachValue(member, visit);
  }
}

// A stored result may be anything by the time it is read: each of its values is replaced by each kind of
// value in turn. It is refused, or it is a result that can be written again; nothing aborts.
TEST(ResultJsonTest, AnyOneValueOfAnyOtherKindIsRefusedOrHarmless) {
  CheckResult result = Example();
  result.not_applicable = Text{"x", "y"};
  const Json whole = ToJson(result, ArtifactBytes::kInline);
  std::size_t count = 0;
  Json counted = whole;
  ForEachValue(counted, [&](Json&) { ++count; });
  std::size_t refused = 0;
  for (const Json& other : {Json(), Json(true), Json(-1), Json(0.5), Json("x"), Json(Json::Array{}),
                            Json(Json::Array{1}), Json(Json::Object{}), Json(Json::Object{{"name", 1}})}) {
    for (std::size_t target = 0; target < count; ++target) {
      Json changed = whole;
      std::size_t at = 0;
      Json* place = nullptr;
      ForEachValue(changed, [&](Json& value) {
        if (at++ == target) place = &value;
      });
      *place = other;
      const auto read = CheckResultFromJson(changed);
      refused += !read;
      if (read) {
        EXPECT_EQ(ToJson(*read, ArtifactBytes::kInline).AsObject().size(), whole.AsObject().size());
      }
    }
  }
  EXPECT_GT(refused, count * 4);
}

TEST(ResultJsonTest, EveryMissingMemberIsAnError) {
  for (const char* member : {"metrics", "figures", "witnesses", "notes", "artifacts"}) {
    Json json = ToJson(Example(), ArtifactBytes::kInline);
    json.AsObject().erase(member);
    EXPECT_THAT(CheckResultFromJson(json), HasError(ErrorCode::kNotFound, HasSubstr(member))) << member;
  }
}

}  // namespace
}  // namespace cupel::algorithm::check
