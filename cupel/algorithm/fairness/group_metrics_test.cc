// SPDX-License-Identifier: Apache-2.0
// References run once on sample_for_test.h and on COMPAS: fairlearn 0.9.0 (fairlearn.metrics) and AIF360 at
// commit 3487791 (ClassificationMetric, unprivileged group = 0, privileged group = 1).
#include "cupel/algorithm/fairness/group_metrics.h"

#include <gtest/gtest.h>

#include "cupel/algorithm/fairness/sample_for_test.h"

namespace cupel::algorithm::fairness {
namespace {

constexpr double kExact = 1e-14;
constexpr Cell kBlack{990, 805, 532, 1369}, kWhite{1139, 349, 461, 505}, kHispanic{318, 87, 129, 103};

// demographic_parity_difference, demographic_parity_ratio, equalized_odds_difference, equalized_odds_ratio
TEST(GroupMetricsTest, AgreeWithFairlearn) {
  const std::vector<Cell> sample = test_support::Sample().Cells();
  EXPECT_NEAR(*LargestDifference(sample, Rate::kSelection), 0.1333333333333333, kExact);
  EXPECT_NEAR(*SmallestRatio(sample, Rate::kSelection), 0.75, kExact);
  EXPECT_NEAR(*EqualizedOddsDifference(sample), 0.3333333333333333, kExact);
  EXPECT_NEAR(*EqualizedOddsRatio(sample), 0.5, kExact);
  const std::vector<Cell> compas = {kBlack, kWhite, kHispanic};
  EXPECT_NEAR(*LargestDifference(compas, Rate::kSelection), 0.2899303077874506, kExact);
  EXPECT_NEAR(*SmallestRatio(compas, Rate::kSelection), 0.5070918042399184, kExact);
  EXPECT_NEAR(*EqualizedOddsDifference(compas), 0.2761817736581472, kExact);
  EXPECT_NEAR(*EqualizedOddsRatio(compas), 0.4789970094317921, kExact);
}

struct Aif360 {
  double parity, impact, opportunity, average_odds, average_absolute_odds, fdr, omission, error;
};

void ExpectEqual(const Cell& unprivileged, const Cell& privileged, const Aif360& aif360) {
  const auto difference = [&](Rate rate) { return *SignedDifference(unprivileged, privileged, rate); };
  EXPECT_NEAR(difference(Rate::kSelection), aif360.parity, kExact);
  EXPECT_NEAR(*RateOf(unprivileged, Rate::kSelection) / *RateOf(privileged, Rate::kSelection), aif360.impact,
              kExact);
  EXPECT_NEAR(difference(Rate::kTpr), aif360.opportunity, kExact);
  EXPECT_NEAR(*AverageOddsDifference(unprivileged, privileged), aif360.average_odds, kExact);
  EXPECT_NEAR(*AverageAbsoluteOddsDifference(unprivileged, privileged), aif360.average_absolute_odds, kExact);
  EXPECT_NEAR(difference(Rate::kFdr), aif360.fdr, kExact);
  EXPECT_NEAR(difference(Rate::kFor), aif360.omission, kExact);
  EXPECT_NEAR(-difference(Rate::kAccuracy), aif360.error, kExact);
}

TEST(GroupMetricsTest, AgreeWithAif360) {
  const std::vector<Cell> sample = test_support::Sample().Cells();
  ExpectEqual(Sum(std::span(sample).subspan(1)), sample[0],
              {0.0222222222222222, 1.0476190476190477, -0.1324786324786325, 0.056567701304543416,
               0.18904633378317592, 0.2142857142857143, 0.15217391304347827, 0.1777777777777777});
  ExpectEqual(kBlack, kWhite,
              {0.2402002032197631, 1.6902240031631133, 0.19737296377737334, 0.20564895979925066,
               0.20564895979925066, -0.03837991679396058, 0.06141507884362679, 0.03166907460917234});
}

TEST(GroupMetricsTest, AGroupWithoutTheRateIsLeftOut) {
  const std::vector<Cell> groups = {{5, 5, 0, 0}, {3, 7, 4, 6}, {6, 4, 2, 8}};
  EXPECT_NEAR(*LargestDifference(groups, Rate::kTpr), 0.2, kExact);  // fairlearn: 0.8, a TPR of 0
  EXPECT_FALSE(LargestDifference(std::span(groups).first(2), Rate::kTpr).has_value());
  EXPECT_FALSE(EqualizedOddsDifference(std::span(groups).first(2)).has_value());
  EXPECT_FALSE(AverageOddsDifference(groups[0], groups[1]).has_value());
  EXPECT_FALSE(SmallestRatio(std::vector<Cell>{{3, 0, 2, 0}, {4, 0, 1, 0}}, Rate::kSelection).has_value());
}

TEST(GroupMetricsTest, ErrorBalanceIsTheQuotientOfTheErrors) {
  EXPECT_DOUBLE_EQ(*ErrorBalance(kBlack), 532.0 / 805);
  EXPECT_DOUBLE_EQ(*ErrorBalance(kWhite), 461.0 / 349);
  EXPECT_FALSE(ErrorBalance(Cell{3, 0, 2, 1}).has_value());
}

TEST(GroupMetricsTest, TheIdentityHoldsInEveryTable) {
  std::vector<Cell> cells = test_support::Sample().Cells();
  cells.insert(cells.end(), {kBlack, kWhite, kHispanic, Cell{1, 1, 1, 1}, Cell{100, 1, 0, 3}});
  for (const Cell& cell : cells) {
    EXPECT_NEAR(
        FprOfIdentity(*RateOf(cell, Rate::kBase), *RateOf(cell, Rate::kPpv), *RateOf(cell, Rate::kTpr)),
        *RateOf(cell, Rate::kFpr), kExact);
  }
}

}  // namespace
}  // namespace cupel::algorithm::fairness
