// SPDX-License-Identifier: Apache-2.0
#include "cupel/stats/paired.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "cupel/base/reproducible_stream.h"

namespace cupel::stats {
namespace {

// statsmodels 0.13.5: mcnemar([[50, b], [c, 20]], exact=True).pvalue.
TEST(McNemarTest, ExactEqualsStatsmodels) {
  EXPECT_NEAR(McNemarExact(10, 25), 0.016673847800120715, 1e-14);
  EXPECT_NEAR(McNemarExact(0, 7), 0.015625, 1e-15);
  EXPECT_NEAR(McNemarExact(1, 9), 0.021484375, 1e-15);
  EXPECT_NEAR(McNemarExact(121, 59) / 4.4344492637551645e-06, 1, 1e-11);
  EXPECT_EQ(McNemarExact(3, 3), 1);
  EXPECT_EQ(McNemarExact(0, 0), 1);
}

// scipy 1.10.1: 2 (binom.cdf(k, n, 1/2) - binom.pmf(k, n, 1/2) / 2).
TEST(McNemarTest, MidPEqualsItsDefinition) {
  EXPECT_NEAR(McNemarMidP(10, 25), 0.011330984183587134, 1e-14);
  EXPECT_NEAR(McNemarMidP(7, 0), 0.0078125, 1e-15);
  EXPECT_NEAR(McNemarMidP(121, 59) / 3.2666467957745733e-06, 1, 1e-11);
  EXPECT_NEAR(McNemarMidP(3, 3), 1, 1e-14);
  EXPECT_EQ(McNemarMidP(0, 0), 1);
}

TEST(PairedTest, CountsWhatOnlyOneGotRight) {
  const std::vector<std::uint8_t> first = {1, 1, 0, 0, 1};
  const std::vector<std::uint8_t> second = {1, 0, 1, 0, 0};
  const PairedCounts counts = CountPairs(first, second);
  EXPECT_EQ(counts.first_only, 2);
  EXPECT_EQ(counts.second_only, 1);
  EXPECT_EQ(counts.n, 5);
}

/// The score statistic by brute force: the likeliest share of second_only at a difference on a fine grid.
double BruteZ(const PairedCounts& counts, double difference) {
  const auto b = static_cast<double>(counts.first_only);
  const auto c = static_cast<double>(counts.second_only);
  const auto n = static_cast<double>(counts.n);
  double best = -1e300;
  double share = 0;
  constexpr int kSteps = 200000;
  for (int i = 1; i < kSteps; ++i) {
    const double q21 = i / double{kSteps};
    const double q12 = q21 + difference;
    const double same = 1 - q12 - q21;
    if (q12 <= 0 || same <= 0) continue;
    const double likelihood = b * std::log(q12) + c * std::log(q21) + (n - b - c) * std::log(same);
    if (likelihood > best) {
      best = likelihood;
      share = q21;
    }
  }
  return (b - c - n * difference) / std::sqrt(n * (2 * share + difference * (1 - difference)));
}

// Tango (1998): the limits are where the score statistic, at the likeliest nuisance share, is the quantile.
TEST(TangoTest, LimitsSolveTheScoreEquation) {
  for (const PairedCounts counts :
       {PairedCounts{12, 5, 60}, PairedCounts{121, 59, 1600}, PairedCounts{3, 8, 20}}) {
    const PairedComparison comparison = ComparePaired(counts, 0.95);
    EXPECT_NEAR(BruteZ(counts, comparison.interval.low), 1.959964, 2e-3);
    EXPECT_NEAR(BruteZ(counts, comparison.interval.high), -1.959964, 2e-3);
    EXPECT_EQ(comparison.interval.method, "tango");
  }
}

TEST(TangoTest, SwappingTheMethodsMirrorsTheInterval) {
  for (std::int64_t b = 0; b <= 6; ++b) {
    for (std::int64_t c = 0; c + b <= 8; ++c) {
      const PairedComparison one = ComparePaired({b, c, 8}, 0.9);
      const PairedComparison other = ComparePaired({c, b, 8}, 0.9);
      EXPECT_NEAR(one.interval.low, -other.interval.high, 1e-12) << b << " " << c;
      EXPECT_LE(one.interval.low, one.difference);
      EXPECT_GE(one.interval.high, one.difference);
      EXPECT_LT(one.interval.low, one.interval.high);
      EXPECT_GE(one.interval.low, -1);
    }
  }
}

TEST(TangoTest, CoversTheTruthAsOftenAsItSays) {
  constexpr int kTrials = 4000;
  int covered = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    ReproducibleStream stream(1, "tango", static_cast<std::uint64_t>(trial));
    PairedCounts counts;
    counts.n = 60;
    for (int i = 0; i < 60; ++i) {
      const double u = stream.UniformDouble();
      counts.first_only += u < 0.15;
      counts.second_only += u >= 0.15 && u < 0.2;
    }
    const Interval interval = ComparePaired(counts, 0.95).interval;
    covered += interval.low <= 0.1 && 0.1 <= interval.high;
  }
  EXPECT_NEAR(covered / double{kTrials}, 0.95, 0.015);
}

}  // namespace
}  // namespace cupel::stats
