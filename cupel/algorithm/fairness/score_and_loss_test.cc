// SPDX-License-Identifier: Apache-2.0
// Calibration within groups and regression gaps, against scikit-learn 1.2.1 (LogisticRegression without
// penalty) and NumPy 1.24.2 on sample_for_test.h.
#include <gtest/gtest.h>

#include "cupel/algorithm/fairness/calibration_within.h"
#include "cupel/algorithm/fairness/regression_gap.h"
#include "cupel/algorithm/fairness/sample_for_test.h"
#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::fairness {
namespace {

constexpr double kExact = 1e-14;

TEST(CalibrationWithinTest, AgreesWithScikitLearn) {
  const test_support::Sample sample;
  const std::vector<std::int32_t> everybody(60, 0);
  const auto within = CalibrationWithin(sample.scores, sample.outcomes, everybody, 0);
  ASSERT_TRUE(within.has_value() && within->slope && within->intercept);
  EXPECT_NEAR(within->slope->value, -0.05810334102223501, 1e-6);
  EXPECT_NEAR(within->intercept->value, 0.34000000570094024, 1e-6);
  EXPECT_NEAR(within->intercept->error, 0.26242674, 1e-6);
  EXPECT_NEAR(within->slope->error, 0.15333393, 1e-6);
  EXPECT_NEAR(within->ece, 0.29818481848184814, 1e-12);
  EXPECT_NEAR(within->mean_of_positives->value, 0.4995756718528996, kExact);
  EXPECT_NEAR(within->mean_of_positives->error, 0.04749968633612674, kExact);
  EXPECT_NEAR(within->mean_of_negatives->value, 0.5188118811881188, kExact);
  EXPECT_EQ(within->bins.size(), 10U);
  EXPECT_FALSE(CalibrationWithin(sample.scores, sample.outcomes, everybody, 3).has_value());
}

TEST(CalibrationWithinTest, ACalibratedScoreHasSlopeOneAndInterceptZero) {
  std::vector<double> scores;
  std::vector<Outcome> outcomes;
  const std::vector<std::int32_t> everybody(20000, 0);
  ReproducibleStream stream(4, "calibration_within_test");
  for (int i = 0; i < 20000; ++i) {
    scores.push_back(stream.UniformDouble());
    outcomes.push_back(stream.UniformDouble() < scores.back() ? 2 : 0);
  }
  const auto within = CalibrationWithin(scores, outcomes, everybody, 0);
  EXPECT_NEAR(within->slope->value, 1, 4 * within->slope->error);
  EXPECT_NEAR(within->intercept->value, 0, 4 * within->intercept->error);
  EXPECT_LT(within->ece, 0.02);
}

TEST(CalibrationWithinTest, SeparableLabelsHaveNoSlope) {
  const std::vector<double> scores = {0.1, 0.2, 0.8, 0.9};
  const std::vector<Outcome> outcomes = {0, 0, 2, 2};
  const auto within = CalibrationWithin(scores, outcomes, std::vector<std::int32_t>(4, 0), 0);
  EXPECT_FALSE(within->slope.has_value());
  EXPECT_NEAR(within->mean_of_positives->value, 0.85, kExact);
}

TEST(RegressionGapTest, AgreesWithNumPy) {
  const test_support::Sample sample;
  const auto groups = RegressionByGroup(sample.labels, sample.scores, sample.group_of, 4, Loss::kSquare);
  const double residuals[] = {0.05874587458745874, 0.12607260726072606, 0.1036303630363036,
                              0.014521452145214527};
  const double losses[] = {0.35007678985720353, 0.3163153939156292, 0.3275299807208444, 0.35396529751985095};
  for (std::size_t g = 0; g < 4; ++g) {
    EXPECT_NEAR(groups[g].mean_residual, residuals[g], kExact);
    EXPECT_NEAR(groups[g].mean_loss, losses[g], kExact);
    EXPECT_EQ(groups[g].n, 15);
  }
  EXPECT_NEAR(BoundedGroupLoss(groups), losses[3], kExact);
  EXPECT_NEAR(MeanResidualGap(groups), residuals[1] - residuals[3], kExact);
}

TEST(RegressionGapTest, AbsoluteLossAndUnknownGroups) {
  const auto groups = RegressionByGroup(std::vector{1.0, 2.0, 9.0}, std::vector{0.0, 4.0, 0.0},
                                        std::vector<std::int32_t>{0, 0, -1}, 2, Loss::kAbsolute);
  EXPECT_DOUBLE_EQ(groups[0].mean_loss, 1.5);
  EXPECT_DOUBLE_EQ(groups[0].mean_residual, -0.5);
  EXPECT_EQ(groups[1].n, 0);
  EXPECT_DOUBLE_EQ(BoundedGroupLoss(groups), 1.5);
  EXPECT_DOUBLE_EQ(MeanResidualGap(groups), 0);
}

}  // namespace
}  // namespace cupel::algorithm::fairness
