// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/class_differences.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

namespace cupel::algorithm::inspect {
namespace {

using ::testing::ElementsAre;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

TEST(LikeliestRivals, AreOrderedByLogitAndTheLowerIndexWinsATie) {
  const std::vector<float> logits = {0.5F, 2, 3, 2, -1};
  EXPECT_THAT(LikeliestRivals(logits, 2, 9), ElementsAre(1, 3, 0, 4));
  EXPECT_THAT(LikeliestRivals(logits, 2, 2), ElementsAre(1, 3));
  EXPECT_THAT(LikeliestRivals(logits, 1, 1), ElementsAre(2));
}

TEST(DifferenceGradient, RaisesTheRivalAndLowersTheLabel) {
  std::vector<float> gradient(4);
  DifferenceGradient(3, 1, gradient);
  EXPECT_THAT(gradient, ElementsAre(0, -1, 0, 1));
}

TEST(DualNorm, IsTheBestThatAUnitMoveCanRaise) {
  const std::vector<float> w = {3, -4, 0};
  EXPECT_DOUBLE_EQ(DualNorm(Norm::kLinf, w), 7);
  EXPECT_DOUBLE_EQ(DualNorm(Norm::kL2, w), 5);
  EXPECT_DOUBLE_EQ(DualNorm(Norm::kL1, w), 4);
}

TEST(DualNorm, KeepsNanInEveryNorm) {
  for (const Norm norm : {Norm::kLinf, Norm::kL2, Norm::kL1}) {
    EXPECT_TRUE(std::isnan(DualNorm(norm, std::vector<float>{kNan, 1, 2})));
    EXPECT_TRUE(std::isnan(DualNorm(norm, std::vector<float>{1, 2, kNan})));
  }
}

TEST(FindNearestClass, WeighsTheDifferenceAgainstTheSlope) {
  const std::vector<float> logits = {5, 4, 1, 4};
  const std::vector<std::int32_t> rivals = {1, 3, 2};
  // Class 1: 1 / 0.1; class 3: 1 / 0.5; class 2: 4 / 10.
  const std::vector<float> gradients = {0.1F, 0, 0, 0.5F, 10, 0};
  const NearestClass nearest = FindNearestClass(Norm::kL2, logits, gradients, rivals, 0);
  EXPECT_EQ(nearest.rival, 2);
  EXPECT_DOUBLE_EQ(nearest.difference, -4);
  EXPECT_DOUBLE_EQ(nearest.steepness, 10);
  EXPECT_DOUBLE_EQ(nearest.distance, 0.4);
  EXPECT_THAT(nearest.gradient, ElementsAre(10, 0));
}

TEST(FindNearestClass, TheEarlierRivalWinsATie) {
  const std::vector<float> logits = {1, 0, 0};
  const std::vector<std::int32_t> rivals = {2, 1};
  EXPECT_EQ(FindNearestClass(Norm::kLinf, logits, std::vector<float>{1, 1}, rivals, 0).rival, 2);
}

TEST(FindNearestClass, PassesOverGradientsThatLeadNowhere) {
  const std::vector<float> logits = {1, 0, 0, 0.9F};
  const std::vector<std::int32_t> rivals = {1, 2, 3};
  const float infinite = std::numeric_limits<float>::infinity();
  const std::vector<float> gradients = {0, kNan, 0.01F};
  EXPECT_EQ(FindNearestClass(Norm::kL2, logits, gradients, rivals, 0).rival, 3);
  const NearestClass none =
      FindNearestClass(Norm::kL2, logits, std::vector<float>{0, infinite, kNan}, rivals, 0);
  EXPECT_EQ(none.rival, -1);
  EXPECT_TRUE(none.gradient.empty());
}

TEST(LogitRounding, GrowsWithTheLargestLogit) {
  EXPECT_DOUBLE_EQ(LogitRounding(std::vector<float>{1, -8, 2}), 8 * 0x1p-16);
  EXPECT_EQ(LogitRounding(std::vector<float>{0, 0}), 0);
}

}  // namespace
}  // namespace cupel::algorithm::inspect
