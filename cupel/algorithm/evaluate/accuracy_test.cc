// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "cupel/algorithm/evaluate/checks.h"
#include "cupel/algorithm/evaluate/run_check_for_test.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/stats/proportion.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::evaluate {
namespace {

using ::cupel::testing::HasError;
using test_support::Decisions;
using test_support::MetricOf;
using test_support::RunCheck;
using ::testing::HasSubstr;

data::dataset::Predictions SixOfThree() { return Decisions(3, {0, 0, 1, 1, 1, 2}, {0, 1, 1, 1, 0, 0}); }

bool HasNote(const check::CheckResult& result, std::string_view text) {
  return std::ranges::any_of(
      result.notes, [&](const check::Text& note) { return note.en.find(text) != std::string::npos; });
}

TEST(AccuracyCheckTest, EqualsHandComputedShares) {
  CUPEL_ASSERT_OK(const check::CheckResult result, RunCheck(AccuracyCheck(), SixOfThree()));

  EXPECT_DOUBLE_EQ(MetricOf(result, "accuracy").value, 0.5);
  EXPECT_EQ(MetricOf(result, "accuracy").count, 3);
  EXPECT_EQ(MetricOf(result, "accuracy").n, 6);
  EXPECT_DOUBLE_EQ(MetricOf(result, "recall.0").value, 1.0 / 2);
  EXPECT_DOUBLE_EQ(MetricOf(result, "recall.1").value, 2.0 / 3);
  EXPECT_DOUBLE_EQ(MetricOf(result, "recall.2").value, 0);
  EXPECT_DOUBLE_EQ(MetricOf(result, "precision.0").value, 1.0 / 3);
  EXPECT_DOUBLE_EQ(MetricOf(result, "precision.1").value, 2.0 / 3);
  EXPECT_DOUBLE_EQ(MetricOf(result, "balanced_accuracy").value, (0.5 + 2.0 / 3) / 3);
  EXPECT_DOUBLE_EQ(MetricOf(result, "lowest_recall").value, 0);
}

TEST(AccuracyCheckTest, IntervalIsWilsonUnlessThePlanAsksForExact) {
  CUPEL_ASSERT_OK(const check::CheckResult wilson, RunCheck(AccuracyCheck(), SixOfThree()));
  CUPEL_ASSERT_OK(
      const check::CheckResult exact,
      RunCheck(AccuracyCheck(), SixOfThree(), R"({"interval": "clopper-pearson", "level": 0.9})"));

  EXPECT_EQ(MetricOf(wilson, "accuracy").interval->low, stats::Wilson(3, 6, 0.95).low);
  EXPECT_EQ(MetricOf(exact, "accuracy").interval->high, stats::ClopperPearson(3, 6, 0.9).high);
  EXPECT_EQ(MetricOf(exact, "recall.1").interval->method, "clopper-pearson");
}

TEST(AccuracyCheckTest, WhatIsNotDefinedIsANoteNotAZero) {
  CUPEL_ASSERT_OK(const check::CheckResult result,
                  RunCheck(AccuracyCheck(), Decisions(3, {0, 0, 1}, {0, 0, 0})));

  EXPECT_EQ(check::FindMetric(result.metrics, "recall.2"), nullptr);
  EXPECT_EQ(check::FindMetric(result.metrics, "precision.1"), nullptr);
  EXPECT_TRUE(HasNote(result, "no sample of class 2"));
  EXPECT_TRUE(HasNote(result, "class 1, 2 was never predicted"));
}

TEST(AccuracyCheckTest, SaysWhatTheSampleSupports) {
  CUPEL_ASSERT_OK(const check::CheckResult few,
                  RunCheck(AccuracyCheck(), SixOfThree(), R"({"half_width": 0.05})"));

  EXPECT_TRUE(HasNote(few, "more than there are"));
  EXPECT_EQ(MetricOf(few, "samples_needed").value, 385);  // Cochran, at the middle of an interval around 1/2
}

TEST(AccuracyCheckTest, PerfectAnswersInvokeTheRuleOfThree) {
  const std::vector<std::int32_t> labels(300, 1);
  CUPEL_ASSERT_OK(const check::CheckResult result, RunCheck(AccuracyCheck(), Decisions(2, labels, labels)));

  EXPECT_TRUE(HasNote(result, "rule of three"));
  EXPECT_TRUE(HasNote(result, "0.994 %"));  // 1 - 0.05^(1/300)
  EXPECT_GT(MetricOf(result, "samples_needed").value, 0);
}

// One sample, one class that occurs: every share is 0 or 1, and its interval is not a point.
TEST(AccuracyCheckTest, OneSampleIsAResultWithAWideInterval) {
  for (const std::int32_t predicted : {0, 1}) {
    CUPEL_ASSERT_OK(const check::CheckResult result,
                    RunCheck(AccuracyCheck(), Decisions(2, {0}, {predicted})));
    EXPECT_EQ(MetricOf(result, "accuracy").value, 1 - predicted);
    EXPECT_GT(MetricOf(result, "accuracy").interval->high - MetricOf(result, "accuracy").interval->low, 0.5);
    EXPECT_EQ(MetricOf(result, "balanced_accuracy").value, 1 - predicted);
    EXPECT_EQ(check::FindMetric(result.metrics, "recall.1"), nullptr);
  }
}

// The lowest class wins a tie, here as where the model is run.
TEST(AccuracyCheckTest, TheFirstOfEqualScoresIsTheAnswer) {
  auto tied = Decisions(3, {0, 1, 2, 1}, {0, 0, 0, 0});
  tied.scores = {1, 1, 1, 0, 2, 2, -1, -2, -1, 0, 0, -1};
  CUPEL_ASSERT_OK(const check::CheckResult result, RunCheck(AccuracyCheck(), tied));
  EXPECT_EQ(result.figures[0]["counts"].Canonical(), "[[1,0,0],[1,1,0],[1,0,0]]");
}

TEST(AccuracyCheckTest, OrderOfSamplesDoesNotMatter) {
  CUPEL_ASSERT_OK(const check::CheckResult forward, RunCheck(AccuracyCheck(), SixOfThree()));
  CUPEL_ASSERT_OK(const check::CheckResult backward,
                  RunCheck(AccuracyCheck(), Decisions(3, {2, 1, 1, 1, 0, 0}, {0, 0, 1, 1, 1, 0})));

  ASSERT_EQ(forward.metrics.size(), backward.metrics.size());
  for (std::size_t i = 0; i < forward.metrics.size(); ++i) {
    EXPECT_EQ(forward.metrics[i].value, backward.metrics[i].value) << forward.metrics[i].name;
  }
}

TEST(AccuracyCheckTest, LowestRecallCoversTheTruthDespiteTheChoice) {
  // Ten classes of equal recall 0.8: the lowest observed one lies below it on average, its upper limit must
  // not.
  constexpr int kTrials = 200;
  int covered = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    ReproducibleStream stream(4, "accuracy_test", static_cast<std::uint64_t>(trial));
    std::vector<std::int32_t> labels, predicted;
    for (std::int32_t i = 0; i < 1000; ++i) {
      labels.push_back(i % 10);
      predicted.push_back(stream.UniformDouble() < 0.8 ? i % 10 : (i + 1) % 10);
    }
    const auto result = RunCheck(AccuracyCheck(), Decisions(10, labels, predicted)).value();
    const stats::Interval interval = *MetricOf(result, "lowest_recall").interval;
    if (interval.low <= 0.8 && 0.8 <= interval.high) ++covered;
  }
  EXPECT_GE(covered, 184);  // 95 % less three standard errors
}

TEST(AccuracyCheckTest, ConfusionFigureHoldsTheCounts) {
  CUPEL_ASSERT_OK(const check::CheckResult result, RunCheck(AccuracyCheck(), SixOfThree()));

  ASSERT_EQ(result.figures.size(), 1U);
  EXPECT_EQ(result.figures[0]["type"].AsString(), "confusion");
  EXPECT_EQ(result.figures[0]["counts"].Canonical(), "[[1,1,0],[1,2,0],[1,0,0]]");
}

TEST(AccuracyCheckTest, RefusesUnusablePredictions) {
  EXPECT_THAT(RunCheck(AccuracyCheck(), Decisions(2, {}, {})),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("no sample")));
  EXPECT_THAT(RunCheck(AccuracyCheck(), Decisions(2, {0, 2}, {0, 1})),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("sample 1")));
  auto not_a_number = Decisions(2, {0, 1}, {0, 1});
  not_a_number.scores[1] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(RunCheck(AccuracyCheck(), not_a_number),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("NaN")));
}

}  // namespace
}  // namespace cupel::algorithm::evaluate
