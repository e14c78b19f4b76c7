// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "cupel/base/reproducible_stream.h"
#include "cupel/stats/chi_squared.h"
#include "cupel/stats/proportion.h"

namespace cupel::stats {
namespace {

// The definition with a numerical optimiser and root finder (scipy 1.10.1: minimize_scalar of the likelihood
// under the restriction, brentq of the score). statsmodels 0.13.5 is no oracle here: its
// confint_proportions_2indep(method="score") misses the restricted maximum and gives [0.0526, 0.3440] for the
// second case, of which Newcombe (1998, table II) prints [0.0528, 0.3382].
TEST(MiettinenNurminenTest, EqualsTheLikelihoodMaximisedByNumbers) {
  const auto near = [](const Interval& interval, double low, double high) {
    EXPECT_NEAR(interval.low, low, 1e-8);
    EXPECT_NEAR(interval.high, high, 1e-8);
  };
  near(MiettinenNurminen(805, 1795, 349, 1488, 0.95), 0.1821573664161303, 0.2451704212181925);
  near(MiettinenNurminen(56, 70, 48, 80, 0.95), 0.05282971323326083, 0.3381729400482195);
  near(MiettinenNurminen(9, 10, 3, 10, 0.95), 0.1700250167140572, 0.8406495439443595);
  near(MiettinenNurminen(6, 7, 2, 7, 0.95), 0.034175544305761044, 0.8534052598052814);
  near(MiettinenNurminen(5, 56, 0, 29, 0.95), -0.03259656166149724, 0.1933309766912593);
  near(MiettinenNurminen(10, 10, 0, 20, 0.95), 0.7156186604654979, 1);
  near(MiettinenNurminen(12345, 1000000, 12000, 900000, 0.95), -0.0013095570197551663,
       -0.0006676708339235608);
}

/// The score statistic by brute force over the second proportion.
double BruteZ(double k1, double n1, double k2, double n2, double difference) {
  double best = -1e300;
  double p2 = 0;
  constexpr int kSteps = 200000;
  const auto term = [](double k, double p) { return k == 0 ? 0 : k * std::log(p); };
  for (int i = 0; i <= kSteps; ++i) {
    const double second = i / double{kSteps};
    const double first = second + difference;
    if (first < 0 || first > 1) continue;
    const double likelihood =
        term(k1, first) + term(n1 - k1, 1 - first) + term(k2, second) + term(n2 - k2, 1 - second);
    if (likelihood > best) {
      best = likelihood;
      p2 = second;
    }
  }
  const double p1 = p2 + difference;
  const double n = n1 + n2;
  return (k1 / n1 - k2 / n2 - difference) /
         std::sqrt((p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2) * n / (n - 1));
}

TEST(MiettinenNurminenTest, LimitsSolveTheScoreEquation) {
  const std::array<std::array<std::int64_t, 4>, 4> cases{
      {{9, 10, 3, 10}, {6, 7, 2, 7}, {5, 56, 0, 29}, {0, 10, 0, 20}}};
  for (const auto& [k1, n1, k2, n2] : cases) {
    const Interval interval = MiettinenNurminen(k1, n1, k2, n2, 0.95);
    const auto z = [&, a = double(k1), b = double(n1), c = double(k2), d = double(n2)](double difference) {
      return BruteZ(a, b, c, d, difference);
    };
    EXPECT_NEAR(z(interval.low), 1.959964, 3e-3) << k1 << "/" << n1;
    EXPECT_NEAR(z(interval.high), -1.959964, 3e-3) << k1 << "/" << n1;
  }
}

TEST(MiettinenNurminenTest, HoldsEverySmallCaseInsideItsRange) {
  for (std::int64_t n1 = 1; n1 <= 7; ++n1) {
    for (std::int64_t n2 = 1; n2 <= 7; ++n2) {
      for (std::int64_t k1 = 0; k1 <= n1; ++k1) {
        for (std::int64_t k2 = 0; k2 <= n2; ++k2) {
          const Interval interval = MiettinenNurminen(k1, n1, k2, n2, 0.95);
          const double difference = double(k1) / double(n1) - double(k2) / double(n2);
          ASSERT_TRUE(-1 <= interval.low && interval.low <= difference) << k1 << n1 << k2 << n2;
          ASSERT_TRUE(difference <= interval.high && interval.high <= 1) << k1 << n1 << k2 << n2;
          ASSERT_LT(interval.low, interval.high);
          const Interval swapped = MiettinenNurminen(k2, n2, k1, n1, 0.95);
          ASSERT_NEAR(swapped.low, -interval.high, 1e-7);
        }
      }
    }
  }
  EXPECT_EQ(MiettinenNurminen(0, 0, 1, 2, 0.95).high, 1);
}

TEST(MiettinenNurminenTest, CoversTheTruthAsOftenAsItSays) {
  constexpr int kTrials = 3000;
  int covered = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    ReproducibleStream stream(1, "mn", static_cast<std::uint64_t>(trial));
    std::int64_t k1 = 0;
    std::int64_t k2 = 0;
    for (int i = 0; i < 40; ++i) k1 += stream.UniformDouble() < 0.3;
    for (int i = 0; i < 30; ++i) k2 += stream.UniformDouble() < 0.1;
    const Interval interval = MiettinenNurminen(k1, 40, k2, 30, 0.95);
    covered += interval.low <= 0.2 && 0.2 <= interval.high;
  }
  EXPECT_NEAR(covered / double{kTrials}, 0.95, 0.015);
}

TEST(CompasTest, IntervalsOfTheFalsePositiveRates) {
  const auto near = [](const Interval& interval, double low, double high) {
    EXPECT_NEAR(interval.low, low, 5.1e-6) << interval.method;
    EXPECT_NEAR(interval.high, high, 5.1e-6) << interval.method;
  };
  near(Wilson(805, 1795, 0.95), 0.42560, 0.47156);
  near(ClopperPearson(805, 1795, 0.95), 0.42528, 0.47182);
  near(Wilson(349, 1488, 0.95), 0.21371, 0.25674);
  near(NewcombeDifference(805, 1795, 349, 1488, 0.95), 0.18205, 0.24502);
}

// docs of the claim: exact binomial, one-sided 95 %.
TEST(RareErrorsTest, TrialsThatAClaimNeedsAreExact) {
  EXPECT_EQ(SamplesForErrors(0, 5.26e-6, 0.95), 569530);
  EXPECT_EQ(SamplesForErrors(1, 5.26e-6, 0.95), 901874);
  EXPECT_EQ(SamplesForErrors(3, 5.26e-6, 0.95), 1474077);
  EXPECT_EQ(SamplesForErrors(0, 1e-4, 0.95), 29956);
  EXPECT_EQ(SamplesForErrors(1, 1e-4, 0.95), 47437);
  EXPECT_EQ(SamplesForErrors(1, 0.03, 0.95), 157);
  EXPECT_EQ(SamplesForRuleOf30(1e-4), 300000);
  EXPECT_EQ(SamplesForRuleOf30(0.03), 1000);
}

TEST(RareErrorsTest, TheBoundIsWhereSoFewErrorsAreThatImprobable) {
  for (const std::int64_t n : {5, 100, 12345}) {
    for (std::int64_t k = 0; k <= std::min<std::int64_t>(n - 1, 40); ++k) {
      const double bound = UpperErrorBound(k, n, 0.95);
      EXPECT_LE(SamplesForErrors(k, bound * (1 + 1e-9), 0.95), n) << k << " of " << n;
      EXPECT_GT(SamplesForErrors(k, bound * (1 - 1e-9), 0.95), n) << k << " of " << n;
      // The two-sided exact interval at 90 % has the same upper limit.
      EXPECT_NEAR(bound, ClopperPearson(k, n, 0.9).high, 1e-10);
    }
  }
  EXPECT_EQ(UpperErrorBound(4, 4, 0.95), 1);
  EXPECT_EQ(UpperErrorBound(0, 0, 0.95), 1);
}

// Doddington's rule: 30 errors give +- 30 % at 90 %.
TEST(RareErrorsTest, RuleOf30GivesThirtyPerCent) {
  const Interval interval = ClopperPearson(30, 1000000, 0.9);
  EXPECT_NEAR(interval.low / 30e-6, 0.7, 0.035);
  EXPECT_NEAR(interval.high / 30e-6, 1.34, 0.035);
}

}  // namespace
}  // namespace cupel::stats
