// SPDX-License-Identifier: Apache-2.0
#include "cupel/stats/contingency.h"

#include <gtest/gtest.h>

#include <cmath>

#include "cupel/base/reproducible_stream.h"
#include "cupel/stats/distribution.h"

namespace cupel::stats {
namespace {

// False positives of COMPAS: African-American, Caucasian, Hispanic (all 7214 rows, decile >= 5).
constexpr GroupCount kBlack{805, 1795};
constexpr GroupCount kWhite{349, 1488};
constexpr GroupCount kHispanic{87, 405};

// NumPy 1.24.2 and scipy 1.10.1: the formula with norm.sf.
TEST(TwoProportionZTest, EqualsTheFormulaInNumPy) {
  const auto test = TwoProportionZ(kBlack, kWhite);
  ASSERT_TRUE(test.has_value());
  EXPECT_NEAR(test->z, 12.780264712128762, 1e-12);
  EXPECT_NEAR(test->p_value / 2.1134897389137825e-37, 1, 1e-11);
  EXPECT_FALSE(TwoProportionZ({0, 5}, {0, 9}).has_value());
  EXPECT_FALSE(TwoProportionZ({5, 5}, {9, 9}).has_value());
}

// scipy 1.10.1: chi2_contingency([[805, 990], [349, 1139], [87, 318]], correction=False).
TEST(ChiSquareTest, EqualsScipy) {
  const auto test = ChiSquareEqualRates(std::vector{kBlack, kWhite, kHispanic});
  ASSERT_TRUE(test.has_value());
  EXPECT_NEAR(test->statistic, 196.9333243690003, 1e-10);
  EXPECT_NEAR(test->p_value / 1.723740802298707e-43, 1, 1e-11);
  EXPECT_EQ(test->degrees, 2);
  EXPECT_NEAR(test->smallest_expected, 405.0 * 1241 / 3688, 1e-9);
}

TEST(ChiSquareTest, OfTwoGroupsIsTheSquareOfZ) {
  const auto test = ChiSquareEqualRates(std::vector{kBlack, kWhite});
  EXPECT_NEAR(test->statistic, std::pow(TwoProportionZ(kBlack, kWhite)->z, 2), 1e-10);
  EXPECT_NEAR(test->p_value / TwoProportionZ(kBlack, kWhite)->p_value, 1, 1e-10);
}

// scipy 1.10.1: fisher_exact([[3, 9], [11, 4]]), ([[805, 990], [349, 1139]]), ([[0, 5], [4, 3]]).
TEST(FisherExactTest, EqualsScipy) {
  EXPECT_NEAR(FisherExact({3, 12}, {11, 15}), 0.02130090785360674, 1e-14);
  EXPECT_NEAR(FisherExact(kBlack, kWhite) / 5.067846700058524e-38, 1, 1e-8);
  EXPECT_NEAR(FisherExact({0, 5}, {4, 7}), 0.0808080808080808, 1e-14);
  EXPECT_NEAR(FisherExact({2, 4}, {2, 4}), 1, 1e-14);
}

// Strata: degree of the charge (felony, misdemeanour); NumPy 1.24.2 from the definition.
TEST(MantelHaenszelTest, EqualsTheDefinitionInNumPy) {
  const auto test = MantelHaenszel(std::vector<Stratum>{{{543, 1168}, {234, 839}}, {{262, 627}, {115, 649}}});
  ASSERT_TRUE(test.has_value());
  EXPECT_NEAR(test->statistic, 153.98525468265956, 1e-9);
  EXPECT_NEAR(test->odds_ratio, 2.584300127566455, 1e-12);
  EXPECT_NEAR(test->rate_difference, 0.20759466307953975, 1e-14);
  EXPECT_LT(test->p_value, 1e-30);
}

// Simpson's paradox (kidney stones, Charig et al. 1986): A is better in both strata and worse in the sum.
TEST(MantelHaenszelTest, SeesThroughSimpsonsParadox) {
  const auto test = MantelHaenszel(std::vector<Stratum>{{{81, 87}, {234, 270}}, {{192, 263}, {55, 80}}});
  EXPECT_LT(273.0 / 350, 289.0 / 350);
  EXPECT_GT(test->rate_difference, 0);
  EXPECT_GT(test->odds_ratio, 1);
  EXPECT_FALSE(MantelHaenszel(std::vector<Stratum>{{{0, 5}, {0, 5}}}).has_value());
}

// The formula in NumPy 1.24.2 and scipy 1.10.1; precision of COMPAS for African-Americans and Caucasians.
TEST(EquivalenceTest, EqualsTheFormulaInNumPy) {
  const Equivalence alike = TestEquivalence({1369, 2174}, {505, 854}, 0.05, 0.05);
  EXPECT_NEAR(alike.p_value, 0.2796132466355419, 1e-12);
  EXPECT_NEAR(alike.interval.low, 0.006010516983312661, 1e-12);
  EXPECT_NEAR(alike.interval.high, 0.07093766883307008, 1e-12);
  EXPECT_NEAR(TestEquivalence({80, 100}, {78, 100}, 0.2, 0.05).p_value, 0.0008649431758959411, 1e-12);
}

// No difference found is not "no difference": 10 against 10 of 20 shows nothing within 5 points.
TEST(EquivalenceTest, FewSamplesNeverProveLikeness) {
  EXPECT_GT(TwoProportionZ({10, 20}, {10, 20})->p_value, 0.99);
  EXPECT_GT(TestEquivalence({10, 20}, {10, 20}, 0.05, 0.05).p_value, 0.3);
  EXPECT_LT(TestEquivalence({10000, 20000}, {10000, 20000}, 0.05, 0.05).p_value, 1e-20);
}

// At a true difference of exactly the margin, likeness may be claimed in 5 % of the trials at most.
TEST(EquivalenceTest, KeepsItsLevelAtTheMargin) {
  constexpr int kTrials = 4000;
  const BinomialSampler first(300, 0.35), second(300, 0.25);
  int claimed = 0;
  for (std::uint64_t trial = 0; trial < kTrials; ++trial) {
    ReproducibleStream stream(5, "contingency_test", trial);
    const GroupCount a{first.Draw(stream), 300}, b{second.Draw(stream), 300};
    claimed += TestEquivalence(a, b, 0.1, 0.05).p_value <= 0.05;
  }
  EXPECT_LE(claimed, 0.05 * kTrials + 3 * std::sqrt(0.05 * 0.95 * kTrials));
  EXPECT_GE(claimed, 0.02 * kTrials);
}

TEST(PermutationGapTest, AgreesWithFishersTestForTwoGroups) {
  const double p = PermutationGapTest(std::vector<GroupCount>{{3, 12}, {11, 15}},
                                      {.replicates = 20000, .seed = 3, .name = "permutation"});
  // Fisher's two-sided tail and that of |p1 - p2| hold the same tables here.
  EXPECT_NEAR(p, 0.02130090785360674, 4 * std::sqrt(0.0213 * 0.9787 / 20000));
  EXPECT_DOUBLE_EQ(PermutationGapTest(std::vector<GroupCount>{{5, 10}, {5, 10}},
                                      {.replicates = 50, .seed = 3, .name = "permutation"}),
                   1);
}

}  // namespace
}  // namespace cupel::stats
