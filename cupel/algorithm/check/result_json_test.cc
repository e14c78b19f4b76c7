// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/check/result_json.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
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

TEST(ResultJsonTest, EveryMissingMemberIsAnError) {
  for (const char* member : {"metrics", "figures", "witnesses", "notes", "artifacts"}) {
    Json json = ToJson(Example(), ArtifactBytes::kInline);
    json.AsObject().erase(member);
    EXPECT_THAT(CheckResultFromJson(json), HasError(ErrorCode::kNotFound, HasSubstr(member))) << member;
  }
}

}  // namespace
}  // namespace cupel::algorithm::check
