// SPDX-License-Identifier: Apache-2.0
#include "cupel/stats/proportion.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "cupel/stats/distribution.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::stats {
namespace {

using ::cupel::testing::HasError;
using ::cupel::testing::IsOkAndHolds;

struct Published {
  std::int64_t k, n;
  double low, high;
};

// Newcombe 1998, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17, Table
// I.
TEST(WilsonTest, EqualsNewcombesTable) {
  for (const Published& row : {Published{81, 263, 0.2553, 0.3662}, Published{15, 148, 0.0624, 0.1605},
                               Published{0, 20, 0, 0.1611}, Published{1, 29, 0.0061, 0.1718}}) {
    const Interval interval = Wilson(row.k, row.n, 0.95);
    EXPECT_NEAR(interval.low, row.low, 5e-5) << row.k;
    EXPECT_NEAR(interval.high, row.high, 5e-5) << row.k;
  }
}

TEST(ClopperPearsonTest, EqualsNewcombesTable) {
  for (const Published& row : {Published{81, 263, 0.2527, 0.3676}, Published{15, 148, 0.0578, 0.1617},
                               Published{0, 20, 0, 0.1684}, Published{1, 29, 0.0009, 0.1776}}) {
    const Interval interval = ClopperPearson(row.k, row.n, 0.95);
    EXPECT_NEAR(interval.low, row.low, 5e-5) << row.k;
    EXPECT_NEAR(interval.high, row.high, 5e-5) << row.k;
  }
}

// False positive rates of COMPAS (ProPublica 2016), intervals computed with SciPy 1.10.1 and statsmodels'
// formulae.
TEST(ProportionTest, EqualsTheCompasFigures) {
  EXPECT_NEAR(Wilson(805, 1795, 0.95).low, 0.42560, 6e-6);
  EXPECT_NEAR(Wilson(805, 1795, 0.95).high, 0.47156, 6e-6);
  EXPECT_NEAR(Wilson(349, 1488, 0.95).low, 0.21371, 6e-6);
  EXPECT_NEAR(Wilson(349, 1488, 0.95).high, 0.25674, 6e-6);
  EXPECT_NEAR(ClopperPearson(805, 1795, 0.95).low, 0.42528, 6e-6);
  EXPECT_NEAR(ClopperPearson(805, 1795, 0.95).high, 0.47182, 6e-6);
  EXPECT_NEAR(NewcombeDifference(805, 1795, 349, 1488, 0.95).low, 0.18205, 6e-6);
  EXPECT_NEAR(NewcombeDifference(805, 1795, 349, 1488, 0.95).high, 0.24502, 6e-6);
}

struct PublishedPair {
  std::int64_t k1, n1, k2, n2;
  double low, high;
};

// Newcombe 1998, "Interval estimation for the difference between independent proportions", Table II,
// method 10.
TEST(NewcombeTest, EqualsThePublishedTable) {
  for (const PublishedPair& row :
       {PublishedPair{56, 70, 48, 80, 0.0524, 0.3339}, PublishedPair{9, 10, 3, 10, 0.1705, 0.8090},
        PublishedPair{6, 7, 2, 7, 0.0582, 0.8062}, PublishedPair{5, 56, 0, 29, -0.0381, 0.1926},
        PublishedPair{0, 10, 0, 20, -0.1611, 0.2775}, PublishedPair{0, 10, 0, 10, -0.2775, 0.2775},
        PublishedPair{10, 10, 0, 20, 0.6791, 1.0}, PublishedPair{10, 10, 0, 10, 0.6075, 1.0}}) {
    const Interval interval = NewcombeDifference(row.k1, row.n1, row.k2, row.n2, 0.95);
    EXPECT_NEAR(interval.low, row.low, 6e-5) << row.k1 << "/" << row.n1;
    EXPECT_NEAR(interval.high, row.high, 6e-5) << row.k1 << "/" << row.n1;
  }
}

TEST(NewcombeTest, SwappingTheSamplesMirrorsTheInterval) {
  const Interval forward = NewcombeDifference(56, 70, 48, 80, 0.9);
  const Interval backward = NewcombeDifference(48, 80, 56, 70, 0.9);
  EXPECT_NEAR(forward.low, -backward.high, 1e-15);
  EXPECT_NEAR(forward.high, -backward.low, 1e-15);
}

/// Exact probability that the interval of Binomial(n, p) contains p.
double Coverage(std::int64_t n, double p,
                const std::function<Interval(std::int64_t, std::int64_t)>& interval) {
  double covered = 0;
  for (std::int64_t k = 0; k <= n; ++k) {
    const Interval limits = interval(k, n);
    if (limits.low <= p && p <= limits.high) covered += BinomialPmf(k, n, p);
  }
  return covered;
}

double SmallestCoverage(std::int64_t n, const std::function<Interval(std::int64_t, std::int64_t)>& interval) {
  double smallest = 1;
  for (int step = 1; step < 200; ++step) smallest = std::min(smallest, Coverage(n, step / 200.0, interval));
  return smallest;
}

TEST(ClopperPearsonTest, CoverageIsNeverBelowTheLevel) {
  for (const std::int64_t n : {1, 2, 7, 30, 101}) {
    EXPECT_GE(SmallestCoverage(n, [](auto k, auto m) { return ClopperPearson(k, m, 0.95); }), 0.95) << n;
  }
}

TEST(WilsonTest, MeanCoverageIsCloseToTheLevel) {
  double sum = 0;
  for (int step = 1; step < 200; ++step) {
    sum += Coverage(100, step / 200.0, [](auto k, auto n) { return Wilson(k, n, 0.95); });
  }
  EXPECT_NEAR(sum / 199, 0.95, 0.005);
}

// A broken twin: both limits from the same tail. The coverage test must notice.
TEST(ClopperPearsonTest, CoverageTestCatchesTheWrongTail) {
  const auto broken = [](std::int64_t k, std::int64_t n) {
    Interval interval = ClopperPearson(k, n, 0.95);
    if (k < n) interval.high = BetaQuantile(static_cast<double>(k + 1), static_cast<double>(n - k), 1 - 0.05);
    if (k > 0) interval.low = BetaQuantile(static_cast<double>(k), static_cast<double>(n - k + 1), 0.05);
    return interval;
  };
  EXPECT_LT(SmallestCoverage(30, broken), 0.95);
}

TEST(ProportionTest, IntervalsAreNestedAndMirrored) {
  for (std::int64_t n = 1; n <= 40; ++n) {
    for (std::int64_t k = 0; k <= n; ++k) {
      for (const auto method : {ProportionMethod::kWilson, ProportionMethod::kClopperPearson}) {
        const Interval narrow = ProportionInterval(k, n, 0.8, method);
        const Interval wide = ProportionInterval(k, n, 0.99, method);
        const Interval mirrored = ProportionInterval(n - k, n, 0.8, method);
        const double p = static_cast<double>(k) / static_cast<double>(n);
        EXPECT_TRUE(0 <= wide.low && wide.low <= narrow.low && narrow.low <= p) << k << "/" << n;
        EXPECT_TRUE(p <= narrow.high && narrow.high <= wide.high && wide.high <= 1) << k << "/" << n;
        EXPECT_NEAR(mirrored.low, 1 - narrow.high, 1e-12) << k << "/" << n;
      }
    }
  }
}

TEST(ProportionTest, NothingIsKnownWithoutSamples) {
  for (const auto method : {ProportionMethod::kWilson, ProportionMethod::kClopperPearson}) {
    EXPECT_EQ(ProportionInterval(0, 0, 0.95, method).low, 0);
    EXPECT_EQ(ProportionInterval(0, 0, 0.95, method).high, 1);
  }
  EXPECT_EQ(NewcombeDifference(0, 0, 3, 5, 0.95).low, -1);
}

TEST(ProportionTest, MethodsAreKnownByName) {
  EXPECT_THAT(ParseProportionMethod("wilson"), IsOkAndHolds(ProportionMethod::kWilson));
  EXPECT_THAT(ParseProportionMethod("wald"), HasError(ErrorCode::kInvalidArgument));
}

// Cochran, "Sampling Techniques": 385 samples for +-5 points, 9604 for +-1 point, at 95 % and p = 1/2.
TEST(SampleSizeTest, EqualsTheTextbook) {
  EXPECT_EQ(SamplesForHalfWidth(0.5, 0.05, 0.95), 385);
  EXPECT_EQ(SamplesForHalfWidth(0.5, 0.01, 0.95), 9604);
  EXPECT_EQ(SamplesForHalfWidth(0.0, 0.01, 0.95), 0);
}

TEST(SampleSizeTest, ZeroErrorsFollowTheRuleOfThree) {
  EXPECT_NEAR(ZeroErrorBound(1000, 0.95), 3.0 / 1000, 1e-5);
  EXPECT_EQ(SamplesForZeroErrors(0.01, 0.95), 299);  // the classical 299 for 1 % at 95 %
  EXPECT_NEAR(static_cast<double>(SamplesForZeroErrors(5.26e-6, 0.95)), 0.57e6, 0.005e6);
  for (const std::int64_t n : {1, 10, 12345}) {
    EXPECT_EQ(SamplesForZeroErrors(ZeroErrorBound(n, 0.95) * (1 + 1e-9), 0.95), n);
  }
  EXPECT_EQ(ZeroErrorBound(0, 0.95), 1);
}

// Sums in exact rational arithmetic (Python's fractions) of the probabilities that these doubles are.
TEST(BinomialTestTest, SmallUpperTailsAreNotLostBesideOne) {
  const auto greater = [](std::int64_t k, std::int64_t n, double p) {
    return BinomialTest(k, n, p, Alternative::kGreater);
  };
  const auto expect = [&](std::int64_t k, std::int64_t n, double p, double value) {
    EXPECT_NEAR(greater(k, n, p) / value, 1, 1e-11) << k << " of " << n << " at " << p;
  };
  expect(50, 50, 0.1, 1.0000000000000027e-50);
  expect(1, 3, 1e-20, 2.9999999999999997e-20);
  expect(900, 1000, 0.5, 6.701717790006296e-162);
  expect(30, 1000, 0.001, 9.503107515052422e-34);
  expect(3, 10, 0.25, 0.4744071960449219);
  EXPECT_EQ(greater(0, 10, 0.5), 1);
  EXPECT_EQ(greater(1, 10, 0), 0);
  EXPECT_EQ(greater(10, 10, 1), 1);
}

// R's example(binom.test): Mendel's 682 of 925, p = 3/4. SciPy's example of binomtest: 3 of 15, p = 0.1,
// greater.
TEST(BinomialTestTest, EqualsPublishedPValues) {
  EXPECT_NEAR(BinomialTest(682, 925, 0.75, Alternative::kTwoSided), 0.3825, 5e-5);
  EXPECT_NEAR(BinomialTest(3, 15, 0.1, Alternative::kGreater), 0.18406106910639114, 1e-13);
  EXPECT_NEAR(BinomialTest(0, 5, 0.5, Alternative::kLess), 1.0 / 32, 1e-15);
  EXPECT_NEAR(BinomialTest(5, 5, 0.5, Alternative::kTwoSided), 2.0 / 32, 1e-15);
  EXPECT_NEAR(BinomialTest(2, 4, 0.5, Alternative::kTwoSided), 1, 1e-14);
}

}  // namespace
}  // namespace cupel::stats
