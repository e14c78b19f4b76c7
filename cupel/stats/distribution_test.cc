// SPDX-License-Identifier: Apache-2.0
#include "cupel/stats/distribution.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace cupel::stats {
namespace {

// R 4: qnorm(0.975), qnorm(0.995), qnorm(1e-10).
TEST(NormalTest, QuantileEqualsPublishedValues) {
  EXPECT_NEAR(NormalQuantile(0.975), 1.959963984540054, 1e-14);
  EXPECT_NEAR(NormalQuantile(0.995), 2.575829303548901, 1e-14);
  EXPECT_NEAR(NormalQuantile(1e-10), -6.361340902404056, 1e-12);
  EXPECT_NEAR(TwoSidedZ(0.90), 1.6448536269514722, 1e-14);
}

TEST(NormalTest, CdfInvertsTheQuantile) {
  for (const double p : {1e-8, 0.01, 0.3, 0.5, 0.9, 0.9999})
    EXPECT_NEAR(NormalCdf(NormalQuantile(p)), p, 1e-14);
}

// I_x(1, b) = 1 - (1 - x)^b and I_x(a, 1) = x^a have closed inverses.
TEST(BetaTest, QuantileEqualsClosedForms) {
  EXPECT_NEAR(BetaQuantile(1, 20, 0.975), 1 - std::pow(0.025, 1.0 / 20), 1e-14);
  EXPECT_NEAR(BetaQuantile(7, 1, 0.05), std::pow(0.05, 1.0 / 7), 1e-14);
}

TEST(BinomialTest, PmfEqualsExactFractions) {
  EXPECT_NEAR(BinomialPmf(2, 4, 0.5), 6.0 / 16, 1e-15);
  EXPECT_NEAR(BinomialPmf(0, 3, 0.2), 0.512, 1e-15);
  EXPECT_EQ(BinomialPmf(0, 5, 0.0), 1);
  EXPECT_EQ(BinomialPmf(5, 5, 1.0), 1);
  EXPECT_EQ(BinomialPmf(4, 5, 1.0), 0);
  EXPECT_EQ(BinomialPmf(0, 0, 0.3), 1);
}

TEST(BinomialTest, CdfIsTheSumOfThePmf) {
  double sum = 0;
  for (int k = 0; k <= 30; ++k) {
    sum += BinomialPmf(k, 30, 0.37);
    EXPECT_NEAR(BinomialCdf(k, 30, 0.37), sum, 1e-13) << k;
  }
  EXPECT_EQ(BinomialCdf(-1, 30, 0.37), 0);
}

TEST(BinomialSamplerTest, HasTheMeanAndVarianceOfTheDistribution) {
  const BinomialSampler sampler(1000, 0.03);
  ReproducibleStream stream(7, "distribution_test");
  double sum = 0;
  double squares = 0;
  constexpr int kDraws = 200000;
  for (int i = 0; i < kDraws; ++i) {
    const double value = static_cast<double>(sampler.Draw(stream));
    sum += value;
    squares += value * value;
  }
  const double mean = sum / kDraws;
  EXPECT_NEAR(mean, 30, 5 * std::sqrt(29.1 / kDraws));
  EXPECT_NEAR(squares / kDraws - mean * mean, 29.1, 0.6);
}

// scipy 1.10.1: chi2.sf([0.5, 3.84, 30, 200], [1, 1, 12, 7]).
TEST(ChiSquareTest, TailsAreThoseOfScipy) {
  EXPECT_NEAR(ChiSquaredUpperTail(0.5, 1), 4.79500122e-01, 1e-9);
  EXPECT_NEAR(ChiSquaredUpperTail(3.84, 1), 5.00435212e-02, 1e-10);
  EXPECT_NEAR(ChiSquaredUpperTail(30, 12), 2.79242933e-03, 1e-11);
  EXPECT_NEAR(ChiSquaredUpperTail(200, 7) / 1.14778122e-39, 1, 1e-8);
  EXPECT_EQ(ChiSquaredUpperTail(0, 3), 1);
}

TEST(BinomialSamplerTest, FrequenciesFollowThePmf) {
  const BinomialSampler sampler(4, 0.5);
  ReproducibleStream stream(8, "distribution_test");
  std::vector<int> counts(5);
  constexpr int kDraws = 160000;
  for (int i = 0; i < kDraws; ++i) ++counts[static_cast<std::size_t>(sampler.Draw(stream))];
  double chi_square = 0;
  for (int k = 0; k <= 4; ++k) {
    const double expected = kDraws * BinomialPmf(k, 4, 0.5);
    chi_square += std::pow(counts[static_cast<std::size_t>(k)] - expected, 2) / expected;
  }
  EXPECT_LT(chi_square, 18.47);  // 99.9 % point of chi-square with 4 degrees of freedom
}

TEST(BinomialSamplerTest, CertainOutcomesAreCertain) {
  ReproducibleStream stream(9, "distribution_test");
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(BinomialSampler(12, 0).Draw(stream), 0);
    EXPECT_EQ(BinomialSampler(12, 1).Draw(stream), 12);
    EXPECT_EQ(BinomialSampler(0, 0.5).Draw(stream), 0);
  }
}

}  // namespace
}  // namespace cupel::stats
