// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/fairness/differentials.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace cupel::algorithm::fairness {
namespace {

constexpr double kExact = 1e-14;
const std::vector<double> kFmr = {1e-4, 2e-4, 5e-4};
const std::vector<double> kFnmr = {0.01, 0.02, 0.015};

// NumPy 1.24.2, from the definitions.
TEST(DifferentialsTest, EqualTheDefinitionsInNumPy) {
  EXPECT_NEAR(InequityRate(kFmr, kFnmr, {}), 3.1622776601683795, kExact);
  EXPECT_NEAR(FairnessDiscrepancyRate(kFmr, kFnmr, {}), 0.9948, kExact);
  EXPECT_NEAR(Garbe(kFmr, kFnmr, {}), 0.3611111111111111, kExact);
  EXPECT_NEAR(MaxOverGeometricMean(kFmr), 2.320794416806389, kExact);
}

TEST(DifferentialsTest, EqualRatesAreFair) {
  const std::vector<double> same = {0.02, 0.02, 0.02};
  EXPECT_DOUBLE_EQ(InequityRate(same, same, {}), 1);
  EXPECT_DOUBLE_EQ(FairnessDiscrepancyRate(same, same, {}), 1);
  EXPECT_DOUBLE_EQ(Garbe(same, same, {}), 0);
  EXPECT_NEAR(MaxOverGeometricMean(same), 1, kExact);
}

TEST(DifferentialsTest, GiniIsOneWhenOneGroupBearsEverything) {
  EXPECT_NEAR(GiniCoefficient(std::vector{0.0, 0.0, 0.0, 0.3}), 1, kExact);
}

// A group without errors: the ratio is finite, and its interval says that it is hardly known.
TEST(DifferentialsTest, AGroupWithoutErrorsIsNotInfinitelyBetter) {
  const std::vector<stats::GroupCount> matches = {{0, 1000}, {4, 1000}};
  const std::vector<stats::GroupCount> non_matches = {{10, 500}, {12, 500}};
  const Differentials own = DifferentialsOf(matches, non_matches, {});
  EXPECT_NEAR(own.inequity, std::sqrt(9.0) * std::sqrt(12.5 / 10.5), kExact);
  const stats::GapOptions options{.replicates = 2000, .seed = 2, .name = "differentials_test"};
  const DifferentialIntervals intervals = IntervalsOf(matches, non_matches, {}, options);
  EXPECT_LE(intervals.inequity.low, 1.5);
  EXPECT_GE(intervals.inequity.high, 4);
  EXPECT_LE(intervals.garbe.low, own.garbe);
  EXPECT_GE(intervals.garbe.high, own.garbe);
  EXPECT_GT(intervals.discrepancy.low, 0.95);
}

// Two groups that are equal: the interval of the inequity reaches down to (nearly) 1.
TEST(DifferentialsTest, EqualGroupsKeepFairnessInTheInterval) {
  const std::vector<stats::GroupCount> matches = {{50, 10000}, {55, 10000}};
  const std::vector<stats::GroupCount> non_matches = {{200, 5000}, {190, 5000}};
  const stats::GapOptions options{.replicates = 2000, .seed = 2, .name = "differentials_test"};
  const DifferentialIntervals intervals = IntervalsOf(matches, non_matches, {}, options);
  EXPECT_LT(intervals.inequity.low, 1.03);
  EXPECT_LT(intervals.inequity.high, 1.4);
}

}  // namespace
}  // namespace cupel::algorithm::fairness
