// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/backdoor/cleanse.h"

#include <gmock/gmock.h>

#include <cmath>

#include "cupel/algorithm/backdoor/planted_for_test.h"
#include "cupel/base/interrupt.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::backdoor {
namespace {

using cupel::testing::HasError;
using ::testing::ElementsAre;
using ::testing::Pair;

// The steps after which the cost changes, and its new value, on a scripted run of successes and sizes.
// Figures: the schedule of the authors' visualizer.py (github.com/bolunwang/backdoor, commit 06875b9) run on
// the same numbers in Python, with the constants of gtsrb_visualize_example.py.
TEST(CostSchedule, FollowsTheReferenceStepByStep) {
  CostSchedule schedule{CleanseOptions{}};
  std::vector<std::pair<int, double>> changes;
  double last = 0;
  int step = 0;
  for (; step < 120 && !schedule.done(); ++step) {
    const bool high = ((step * step + 3 * step) % 17 < 11 && step % 40 < 28) || (step > 10 && step < 30);
    schedule.Take(high ? 1.0 : 0.9, step < 60 ? 400.0 - 3 * step : 250.0 + step * 7 % 13);
    if (schedule.cost() != last) changes.emplace_back(step, schedule.cost());
    last = schedule.cost();
  }
  const auto near = [](double value) { return ::testing::DoubleNear(value, 1e-15); };
  EXPECT_THAT(changes, ElementsAre(Pair(9, near(0.001)), Pair(15, near(0.002)), Pair(20, near(0.004)),
                                   Pair(25, near(0.008)), Pair(34, near(0.00282842712474619)),
                                   Pair(39, near(0.001)), Pair(60, near(0.002)),
                                   Pair(70, near(0.0007071067811865475)), Pair(75, near(0.00025))));
  EXPECT_EQ(step, 85);
}

TEST(CostSchedule, TheBestIsTheSmallestMaskThatSucceeds) {
  CostSchedule schedule{CleanseOptions{}};
  EXPECT_TRUE(schedule.Take(0.99, 50));
  EXPECT_FALSE(schedule.Take(0.98, 10));  // Too few successes.
  EXPECT_FALSE(schedule.Take(1.0, 50));
  EXPECT_TRUE(schedule.Take(1.0, 49));
  EXPECT_EQ(schedule.best(), 49);
}

// Figures: mad_outlier_detection.py of the same repository on these ten sizes, NumPy 1.24.2.
TEST(AnomalyOf, EqualsTheReference) {
  const std::vector<double> sizes = {3.5, 60.2, 72.8, 55.1, 80.9, 66.3, 49.7, 90.4, 61.0, 70.5};
  const Anomaly anomaly = AnomalyOf(sizes, 2, 1);
  EXPECT_NEAR(anomaly.median, 63.65, 1e-12);
  EXPECT_NEAR(anomaly.scale, 13.12101, 1e-5);
  EXPECT_NEAR(anomaly.index, 4.58425076, 1e-8);
  EXPECT_NEAR(anomaly.indices[7], 2.03871501, 1e-8);
  EXPECT_THAT(anomaly.flagged, ElementsAre(0));  // Class 7 is as far out, but above the median.
}

TEST(AnomalyOf, EqualSizesAreNoAnomaly) {
  const Anomaly anomaly = AnomalyOf(std::vector<double>{5, 5, 5, 5}, 2, 1);
  EXPECT_EQ(anomaly.index, 0);
  EXPECT_TRUE(anomaly.flagged.empty());
  const Anomaly one_off = AnomalyOf(std::vector<double>{5, 5, 5, 1}, 2, 1);
  EXPECT_TRUE(std::isinf(one_off.index));
  EXPECT_THAT(one_off.flagged, ElementsAre(3));
}

// Masks of a clean model whose classes are alike.
TEST(AnomalyOf, ASmallScaleAloneFlagsNothing) {
  const std::vector<double> alike = {17.7, 17.6, 18.2, 18.0, 17.5, 16.3, 15.6, 16.8};
  EXPECT_GT(AnomalyOf(alike, 2, 0.5).index, 2);
  EXPECT_TRUE(AnomalyOf(alike, 2, 0.5).flagged.empty());
  EXPECT_THAT(AnomalyOf(alike, 2, 1).flagged, ElementsAre(6));
}

/// Four classes over 6x6 pixels; one bright pixel, 14, decides for class 2 whatever the rest is.
std::unique_ptr<executor::Classifier> OnePixelBackdoor() {
  std::vector<std::vector<float>> weights(4, std::vector<float>(36));
  ReproducibleStream stream(3, "weights");
  for (auto& row : weights) {
    for (float& weight : row) weight = static_cast<float>(stream.Normal());
  }
  weights[2][14] = 60;
  return ClassifierOf(AffineGraph(weights, {0, 0, -8, 0}), {1, 6, 6});
}

data::dataset::DatasetInfo SixBySix() {
  data::dataset::DatasetInfo info;
  info.sample_shape = {1, 6, 6};
  return info;
}

std::vector<float> DarkInputs(std::int64_t n) {
  ReproducibleStream stream(4, "inputs");
  std::vector<float> inputs(static_cast<std::size_t>(n * 36));
  for (float& value : inputs) value = 0.1F * stream.Uniform();
  return inputs;
}

TEST(RecoverTrigger, FindsTheOnePixelThatDecides) {
  const auto model = OnePixelBackdoor();
  CleanseOptions options;
  options.steps = 400;
  CUPEL_ASSERT_OK(const RecoveredTrigger found,
                  RecoverTrigger(*model, SixBySix(), DarkInputs(64), 2, options));
  EXPECT_TRUE(found.reached);
  double rest = 0;
  for (std::size_t i = 0; i < 36; ++i) rest += i == 14 ? 0 : found.mask[i];
  EXPECT_GT(found.mask[14], 0.1F);
  EXPECT_LT(rest, 0.5);
  EXPECT_GT(found.pattern[14], 0.9F);
}

TEST(RecoverTrigger, DependsOnlyOnWhatItIsGiven) {
  const auto model = OnePixelBackdoor();
  CleanseOptions options;
  options.steps = 12;
  const std::vector<float> inputs = DarkInputs(70);
  const auto run = [&] { return RecoverTrigger(*model, SixBySix(), inputs, 1, options).value(); };
  const RecoveredTrigger first = run();
  EXPECT_EQ(first.mask, run().mask);
  EXPECT_EQ(first.steps, 12);
  options.seed = 2;
  EXPECT_NE(first.mask, run().mask);
}

TEST(RecoverTrigger, AFewSamplesAreABatchOfTheirOwn) {
  const auto model = OnePixelBackdoor();
  CleanseOptions options;
  options.steps = 300;
  CUPEL_ASSERT_OK(const RecoveredTrigger found,
                  RecoverTrigger(*model, SixBySix(), DarkInputs(3), 2, options));
  EXPECT_TRUE(found.reached);
}

TEST(RecoverTrigger, StopsWhenAsked) {
  const auto model = OnePixelBackdoor();
  Interrupt::SetRequested(true);
  EXPECT_THAT(RecoverTrigger(*model, SixBySix(), DarkInputs(40), 2, {}), HasError(ErrorCode::kInterrupted));
  Interrupt::SetRequested(false);
}

}  // namespace
}  // namespace cupel::algorithm::backdoor
