// SPDX-License-Identifier: Apache-2.0
// scikit-learn 1.2.1 (roc_auc_score on the masks) and NumPy 1.24.2 (the definitions) on sample_for_test.h.
#include "cupel/algorithm/fairness/ranking.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "cupel/algorithm/fairness/sample_for_test.h"

namespace cupel::algorithm::fairness {
namespace {

constexpr double kExact = 1e-14;

TEST(GroupAucTest, AgreesWithScikitLearn) {
  const test_support::Sample sample;
  const Scored scored{sample.scores, sample.outcomes, sample.group_of};
  const double own[] = {0.4444444444444444, 0.537037037037037, 0.5, 0.44642857142857145};
  const double bpsn[] = {0.41666666666666663, 0.5512820512820513, 0.5064102564102564, 0.44973544973544977};
  const double bnsp[] = {0.5146198830409356, 0.4444444444444444, 0.4736842105263158, 0.48611111111111116};
  for (std::int32_t g = 0; g < 4; ++g) {
    EXPECT_NEAR(SubgroupAuc(scored, g, 0.95)->value, own[g], kExact);
    EXPECT_NEAR(BpsnAuc(scored, g, 0.95)->value, bpsn[g], kExact);
    EXPECT_NEAR(BnspAuc(scored, g, 0.95)->value, bnsp[g], kExact);
  }
  EXPECT_NEAR(CrossAuc(scored, 0, 1, 0.95)->value, 0.5555555555555555, kExact);
  EXPECT_FALSE(SubgroupAuc(scored, 7, 0.95).has_value());
}

TEST(GroupAucTest, AShiftOfOneGroupShowsOnlyAcrossGroups) {
  test_support::Sample sample;
  const Scored before{sample.scores, sample.outcomes, sample.group_of};
  const double own = SubgroupAuc(before, 1, 0.95)->value;
  const double across = BpsnAuc(before, 1, 0.95)->value;
  std::vector<double> shifted = sample.scores;
  for (std::size_t i = 0; i < shifted.size(); ++i) shifted[i] += sample.group_of[i] == 1 ? 10 : 0;
  const Scored after{shifted, sample.outcomes, sample.group_of};
  EXPECT_DOUBLE_EQ(SubgroupAuc(after, 1, 0.95)->value, own);
  EXPECT_GT(across, 0.5);
  EXPECT_DOUBLE_EQ(BpsnAuc(after, 1, 0.95)->value, 0);
  EXPECT_DOUBLE_EQ(BnspAuc(after, 1, 0.95)->value, 1);
}

TEST(PowerMeanTest, WeighsTheWorstGroups) {
  EXPECT_NEAR(PowerMean(std::vector{0.5, 1.0}, -5), std::pow((32 + 1) / 2.0, -0.2), kExact);
  EXPECT_NEAR(PowerMean(std::vector{0.7, 0.7, 0.7}, -5), 0.7, kExact);
  EXPECT_LT(PowerMean(std::vector{0.2, 0.9, 0.9}, -5), 0.25);
}

std::vector<std::int32_t> RankingOf(const test_support::Sample& sample) {
  std::vector<std::size_t> order(sample.scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return sample.scores[a] > sample.scores[b]; });
  std::vector<std::int32_t> ranking;
  for (const std::size_t i : order) ranking.push_back(sample.group_of[i]);
  return ranking;
}

TEST(RankingTest, SkewNdklAndExposureAgreeWithNumPy) {
  const std::vector<std::int32_t> ranking = RankingOf(test_support::Sample());
  EXPECT_NEAR(Ndkl(ranking, std::vector{0.25, 0.25, 0.25, 0.25}), 0.14202333394637764, kExact);
  EXPECT_NEAR(SkewAt(ranking, 0, 10, 0.25), 0.1823215567939546, kExact);
  const std::vector<double> exposure = MeanExposure(ranking, 5);
  EXPECT_NEAR(exposure[0], 0.27545149223119736, kExact);
  EXPECT_NEAR(exposure[1], 0.22283006877850525, kExact);
  EXPECT_NEAR(exposure[2], 0.2313555566099859, kExact);
  EXPECT_NEAR(exposure[3], 0.24481082007503796, kExact);
  EXPECT_TRUE(std::isnan(exposure[4]));
}

TEST(RankingTest, AlternationIsFairAndSeparationIsNot) {
  std::vector<std::int32_t> alternating, separated;
  for (int i = 0; i < 100; ++i) {
    alternating.push_back(i % 2);
    separated.push_back(i / 50);
  }
  const std::vector<double> halves = {0.5, 0.5};
  EXPECT_LT(Ndkl(alternating, halves), 0.1);
  EXPECT_GT(Ndkl(separated, halves), 0.4);
  EXPECT_DOUBLE_EQ(SkewAt(separated, 0, 50, 0.5), std::log(2));
  EXPECT_EQ(SkewAt(separated, 1, 50, 0.5), -std::numeric_limits<double>::infinity());
}

}  // namespace
}  // namespace cupel::algorithm::fairness
