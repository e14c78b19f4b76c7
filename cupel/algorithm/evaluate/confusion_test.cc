// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/evaluate/confusion.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "cupel/algorithm/evaluate/run_check_for_test.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/stats/proportion.h"

namespace cupel::algorithm::evaluate {
namespace {

using test_support::Decisions;

TEST(ConfusionTest, EqualsAHandComputedCase) {
  const Confusion confusion = CountConfusion(Decisions(3, {0, 0, 1, 1, 1, 2}, {0, 1, 1, 1, 0, 0}));

  EXPECT_EQ(confusion.counts, (std::vector<std::int64_t>{1, 1, 0, 1, 2, 0, 1, 0, 0}));
  EXPECT_EQ(confusion.Samples(), 6);
  EXPECT_EQ(confusion.Correct(), 3);
  EXPECT_EQ(confusion.TrueCount(1), 3);
  EXPECT_EQ(confusion.PredictedCount(0), 3);
  EXPECT_EQ(confusion.PredictedCount(2), 0);
}

TEST(ConfusionTest, RowsColumnsAndTraceAgreeWithNaiveCounts) {
  ReproducibleStream stream(1, "confusion_test");
  std::vector<std::int32_t> labels, predicted;
  for (int i = 0; i < 1000; ++i) {
    labels.push_back(static_cast<std::int32_t>(stream.Below(5)));
    predicted.push_back(static_cast<std::int32_t>(stream.Below(5)));
  }
  const Confusion confusion = CountConfusion(Decisions(5, labels, predicted));
  for (std::int32_t a = 0; a < 5; ++a) {
    EXPECT_EQ(confusion.TrueCount(a), std::count(labels.begin(), labels.end(), a));
    EXPECT_EQ(confusion.PredictedCount(a), std::count(predicted.begin(), predicted.end(), a));
    for (std::int32_t b = 0; b < 5; ++b) {
      std::int64_t naive = 0;
      for (std::size_t i = 0; i < labels.size(); ++i) naive += labels[i] == a && predicted[i] == b ? 1 : 0;
      EXPECT_EQ(confusion.At(a, b), naive);
    }
  }
}

// Recalls 1/2 and 2/3, class 2 absent: mean 7/12 over the two classes that occur, as scikit-learn does.
TEST(BalancedAccuracyTest, LeavesAbsentClassesOut) {
  const Confusion confusion = CountConfusion(Decisions(3, {0, 0, 1, 1, 1}, {0, 1, 1, 1, 0}));
  const BalancedAccuracy balanced = BalancedAccuracyOf(confusion, 0.95);
  EXPECT_DOUBLE_EQ(balanced.value, 7.0 / 12);
  EXPECT_EQ(balanced.classes, 2);
}

TEST(BalancedAccuracyTest, OneClassHasTheIntervalOfItsRecall) {
  const Confusion confusion = CountConfusion(Decisions(2, {1, 1, 1, 1}, {1, 1, 1, 0}));
  const BalancedAccuracy balanced = BalancedAccuracyOf(confusion, 0.9);
  const stats::Interval wilson = stats::Wilson(3, 4, 0.9);
  EXPECT_NEAR(balanced.interval.low, wilson.low, 1e-15);
  EXPECT_NEAR(balanced.interval.high, wilson.high, 1e-15);
}

TEST(BalancedAccuracyTest, PerfectRecallsStillHaveWidth) {
  const BalancedAccuracy balanced =
      BalancedAccuracyOf(CountConfusion(Decisions(2, {0, 0, 1, 1}, {0, 0, 1, 1})), 0.95);
  EXPECT_EQ(balanced.interval.high, 1);
  EXPECT_LT(balanced.interval.low, 0.75);
}

}  // namespace
}  // namespace cupel::algorithm::evaluate
