// SPDX-License-Identifier: Apache-2.0
// Every method against its own definition, on every small case: no table has to be believed.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "cupel/base/reproducible_stream.h"
#include "cupel/stats/bootstrap.h"
#include "cupel/stats/distribution.h"
#include "cupel/stats/multiple_testing.h"
#include "cupel/stats/proportion.h"

namespace cupel::stats {
namespace {

/// P(K >= k) of Binomial(n, p) from factorials, in long double.
long double UpperTail(std::int64_t k, std::int64_t n, long double p) {
  long double sum = 0;
  for (std::int64_t i = k; i <= n; ++i) {
    long double term = 1;
    for (std::int64_t j = 1; j <= i; ++j)
      term *= static_cast<long double>(n - i + j) / static_cast<long double>(j);
    sum += term * std::pow(p, static_cast<long double>(i)) * std::pow(1 - p, static_cast<long double>(n - i));
  }
  return sum;
}

TEST(BinomialTest, CdfEqualsTheSumOfFactorialsOnEverySmallCase) {
  for (std::int64_t n = 0; n <= 30; ++n) {
    for (std::int64_t k = -1; k <= n + 1; ++k) {
      for (const double p : {0.0, 1e-6, 0.05, 0.3, 0.5, 0.9, 1.0}) {
        const double expected = k < 0 ? 0 : k >= n ? 1 : static_cast<double>(1 - UpperTail(k + 1, n, p));
        ASSERT_NEAR(BinomialCdf(k, n, p), expected, 1e-13) << k << " of " << n << " at " << p;
      }
    }
  }
}

// Clopper and Pearson (1934): the bound is where the tail beyond the observed count has half the error.
TEST(ClopperPearsonTest, BoundsAreWhereTheTailsAreHalfTheError) {
  for (const double level : {0.8, 0.95, 0.999}) {
    for (std::int64_t n = 1; n <= 40; ++n) {
      for (std::int64_t k = 0; k <= n; ++k) {
        const Interval interval = ClopperPearson(k, n, level);
        const double half = (1 - level) / 2;
        if (k == 0) {
          ASSERT_EQ(interval.low, 0);
        } else {
          ASSERT_NEAR(static_cast<double>(UpperTail(k, n, interval.low)), half, 1e-11) << k << " of " << n;
        }
        if (k == n) {
          ASSERT_EQ(interval.high, 1);
        } else {
          ASSERT_NEAR(static_cast<double>(1 - UpperTail(k + 1, n, interval.high)), half, 1e-11)
              << k << " of " << n;
        }
      }
    }
  }
}

// Wilson (1927): the bounds solve (phat - p)^2 = z^2 p (1 - p) / n.
TEST(WilsonTest, BoundsSolveTheScoreEquation) {
  for (const double level : {0.8, 0.95, 0.999}) {
    const double z = TwoSidedZ(level);
    for (std::int64_t n = 1; n <= 60; ++n) {
      for (std::int64_t k = 0; k <= n; ++k) {
        const Interval interval = Wilson(k, n, level);
        const double observed = static_cast<double>(k) / static_cast<double>(n);
        for (const double p : {interval.low, interval.high}) {
          ASSERT_NEAR(std::pow(observed - p, 2), z * z * p * (1 - p) / static_cast<double>(n), 1e-12)
              << k << " of " << n;
        }
        ASSERT_LE(interval.low, observed);
        ASSERT_GE(interval.high, observed);
        ASSERT_LT(interval.low, interval.high);
      }
    }
  }
}

TEST(BinomialTestTest, PValuesAreTheTailsTheyAreNamedFor) {
  for (std::int64_t n = 1; n <= 25; ++n) {
    for (std::int64_t k = 0; k <= n; ++k) {
      for (const double p : {0.1, 0.5, 0.77}) {
        ASSERT_NEAR(BinomialTest(k, n, p, Alternative::kGreater), static_cast<double>(UpperTail(k, n, p)),
                    1e-12);
        ASSERT_NEAR(BinomialTest(k, n, p, Alternative::kLess),
                    static_cast<double>(1 - UpperTail(k + 1, n, p)), 1e-12);
      }
    }
  }
}

TEST(SampleSizeTest, ZeroErrorsAreEnoughAndOneFewerIsNot) {
  for (const double level : {0.9, 0.95, 0.99}) {
    for (const double bound : {0.5, 0.1, 0.03, 0.01, 0.001}) {
      const std::int64_t n = SamplesForZeroErrors(bound, level);
      EXPECT_LE(ZeroErrorBound(n, level), bound);
      if (n > 1) {
        EXPECT_GT(ZeroErrorBound(n - 1, level), bound) << bound;
      }
      // By definition: with errors at rate `bound`, seeing none among n has at most the probability 1 -
      // level.
      EXPECT_LE(std::pow(1 - bound, static_cast<double>(n)), 1 - level + 1e-12);
    }
  }
}

// Holm's procedure is the closure of Bonferroni's: a hypothesis is rejected when every set of hypotheses that
// holds it is. The adjusted p-value is the largest over those sets of (size) x (smallest p inside).
std::vector<double> ClosedTesting(const std::vector<double>& p) {
  std::vector<double> adjusted(p.size(), 0);
  for (unsigned set = 1; set < 1u << p.size(); ++set) {
    double size = 0, smallest = 1;
    for (std::size_t i = 0; i < p.size(); ++i) {
      if ((set >> i & 1) == 0) continue;
      ++size;
      smallest = std::min(smallest, p[i]);
    }
    for (std::size_t i = 0; i < p.size(); ++i) {
      if ((set >> i & 1) != 0) adjusted[i] = std::max(adjusted[i], std::min(1.0, size * smallest));
    }
  }
  return adjusted;
}

TEST(HolmTest, EqualsTheClosureOfBonferroni) {
  ReproducibleStream stream(1, "holm");
  for (int round = 0; round < 500; ++round) {
    std::vector<double> p(1 + stream.Below(8));
    for (double& value : p)
      value = stream.Below(4) == 0 ? 0.02 : std::pow(stream.UniformDouble(), 3);  // with ties
    const std::vector<double> expected = ClosedTesting(p);
    const std::vector<double> actual = HolmAdjusted(p);
    for (std::size_t i = 0; i < p.size(); ++i) ASSERT_NEAR(actual[i], expected[i], 1e-15);
  }
}

TEST(HolmTest, KeepsTheChanceOfAnyFalseAlarmAtTheLevel) {
  ReproducibleStream stream(2, "familywise");
  constexpr int kRounds = 20000;
  int alarms = 0;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<double> p(10);
    for (double& value : p) value = stream.UniformDouble();
    const std::vector<double> adjusted = HolmAdjusted(p);
    alarms += std::ranges::any_of(adjusted, [](double value) { return value <= 0.05; });
  }
  // Independent: 1 - (1 - 0.05 / 10)^10 = 0.0489; five standard deviations.
  EXPECT_NEAR(alarms / double{kRounds}, 0.0489, 5 * std::sqrt(0.0489 * 0.9511 / kRounds));
}

TEST(SortedQuantileTest, MeetsEveryOrderStatisticAndRises) {
  const std::vector<double> sorted = {-3, -3, 0, 0.5, 7, 100};
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    EXPECT_DOUBLE_EQ(SortedQuantile(sorted, static_cast<double>(i) / 5), sorted[i]);
  }
  double last = sorted.front();
  for (int i = 0; i <= 1000; ++i) {
    const double value = SortedQuantile(sorted, i / 1000.0);
    ASSERT_GE(value, last);
    last = value;
  }
  EXPECT_EQ(SortedQuantile(std::vector<double>{4}, 0.3), 4);
}

TEST(BootstrapTest, OfAConstantHasNoWidth) {
  const Interval interval = BootstrapPercentile(5, [](std::span<const std::int64_t>) { return 2.5; },
                                                {.replicates = 50, .name = "constant"});
  EXPECT_EQ(interval.low, 2.5);
  EXPECT_EQ(interval.high, 2.5);
}

TEST(BootstrapTest, DrawsEverySampleEquallyOftenWithReplacement) {
  std::vector<int> drawn(7, 0);
  int repeated = 0;
  (void)BootstrapReplicates(7,
                            [&](std::span<const std::int64_t> indices) {
                              std::vector<int> seen(7, 0);
                              for (const std::int64_t i : indices) {
                                ++drawn.at(static_cast<std::size_t>(i));
                                repeated += seen.at(static_cast<std::size_t>(i))++ == 1;
                              }
                              EXPECT_EQ(indices.size(), 7u);
                              return 0.0;
                            },
                            {.replicates = 7000, .seed = 3, .name = "draws"});
  // 49000 draws, 7000 expected each: five standard deviations of a binomial count.
  for (const int count : drawn) EXPECT_NEAR(count, 7000, 5 * std::sqrt(49000 * (1 / 7.0) * (6 / 7.0)));
  EXPECT_GT(repeated, 7000);
}

}  // namespace
}  // namespace cupel::stats
