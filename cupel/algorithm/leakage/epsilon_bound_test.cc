// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/leakage/epsilon_bound.h"

#include <gtest/gtest.h>

#include <cmath>

#include "cupel/base/reproducible_stream.h"
#include "cupel/stats/distribution.h"

namespace cupel::algorithm::leakage {
namespace {

// Printed in arXiv 2305.08846v1: appendix D (page 46, rounded) and section 7 (page 28, figure 11, cut off).
TEST(OneRunEpsilon, EqualsThePublishedValues) {
  EXPECT_NEAR(OneRunEpsilon(1000, 100, 75, 1e-4, 0.95), 0.673, 5e-4);
  EXPECT_NEAR(OneRunEpsilon(100000, 1510, 1439, 1e-5, 0.95), 2.675, 1e-3);
}

// The project's research notes (privacy, part 3): what a mechanism that is tight at epsilon is expected to
// show, computed with scipy.stats.beta as the Clopper-Pearson limit of the share of right guesses.
TEST(OneRunEpsilon, EqualsTheTableOfExpectedBounds) {
  struct Row {
    double epsilon;
    double at_hundred, at_thousand, at_ten_thousand;
  };
  for (const Row& row : {Row{0.5, 0.13, 0.39, 0.47}, Row{1, 0.61, 0.88, 0.963}, Row{2, 1.47, 1.84, 1.95},
                         Row{4, 2.72, 3.60, 3.87}, Row{8, 3.49, 5.81, 7.16}}) {
    const auto bound = [&](std::int64_t m) {
      const double q = std::exp(row.epsilon) / (1 + std::exp(row.epsilon));
      return OneRunEpsilon(m, m, std::llround(static_cast<double>(m) * q), 0, 0.95);
    };
    EXPECT_NEAR(bound(100), row.at_hundred, 0.0051) << row.epsilon;
    EXPECT_NEAR(bound(1000), row.at_thousand, 0.0051) << row.epsilon;
    EXPECT_NEAR(bound(10000), row.at_ten_thousand, 0.0051) << row.epsilon;
  }
}

// The term of delta counts: without it, or with guesses in place of examples, the published values are
// missed.
TEST(OneRunEpsilon, BrokenTwinsMissThePublishedValues) {
  EXPECT_GT(OneRunEpsilon(1000, 100, 75, 0, 0.95), 0.673 + 0.01);
  EXPECT_GT(OneRunEpsilon(100, 100, 75, 1e-4, 0.95), 0.673 + 0.01);
}

// All right: P = q^r, so epsilon is the log-odds of 0.05^(1/r).
TEST(OneRunEpsilon, HasItsClosedFormWhenAllGuessesAreRight) {
  for (const std::int64_t r : {10, 100, 5000}) {
    const double q = std::pow(0.05, 1.0 / static_cast<double>(r));
    EXPECT_NEAR(OneRunEpsilon(r, r, r, 0, 0.95), std::log(q / (1 - q)), 1e-9);
  }
  EXPECT_EQ(OneRunEpsilon(4, 4, 4, 0, 0.95), 0);  // 1/16 is no less than 0.05
  EXPECT_EQ(OneRunEpsilon(100, 100, 50, 0, 0.95), 0);
}

TEST(OneRunPValue, IsTheSumItStandsFor) {
  const auto tail = [](std::int64_t v, std::int64_t r, double q) {
    double sum = 0;
    for (std::int64_t k = std::max<std::int64_t>(v, 0); k <= r; ++k)
      sum += std::exp(std::lgamma(r + 1.0) - std::lgamma(k + 1.0) -
                      std::lgamma(static_cast<double>(r - k) + 1)) *
             std::pow(q, k) * std::pow(1 - q, r - k);
    return sum;
  };
  for (const double epsilon : {0.0, 0.5, 2.0}) {
    for (const std::int64_t v : {0, 7, 15, 20}) {
      const double q = std::exp(epsilon) / (1 + std::exp(epsilon));
      double most = 0;
      for (std::int64_t i = 1; i <= v; ++i)
        most = std::max(most, (tail(v - i, 20, q) - tail(v, 20, q)) / static_cast<double>(i));
      EXPECT_NEAR(OneRunPValue(30, 20, v, epsilon, 0), tail(v, 20, q), 1e-12);
      EXPECT_NEAR(OneRunPValue(30, 20, v, epsilon, 1e-3),
                  std::min(1.0, tail(v, 20, q) + 2 * 30 * 1e-3 * most), 1e-12);
    }
  }
}

/// How often a bound exceeds the epsilon of a mechanism that answers each bit right with e / (1 + e).
template <typename Bound>
double ShareAbove(double epsilon, const Bound& bound) {
  const std::int64_t m = 200;
  const stats::BinomialSampler sampler(m, std::exp(epsilon) / (1 + std::exp(epsilon)));
  int above = 0;
  for (std::uint64_t trial = 0; trial < 1000; ++trial) {
    ReproducibleStream stream(trial, "trial");
    above += bound(m, sampler.Draw(stream)) > epsilon;
  }
  return above / 1000.0;
}

TEST(OneRunEpsilon, ExceedsTheTruthInAtMostFivePercent) {
  for (const double epsilon : {0.25, 1.0, 3.0}) {
    EXPECT_LE(ShareAbove(epsilon, [](auto m, auto v) { return OneRunEpsilon(m, m, v, 0, 0.95); }), 0.07);
    // The point estimate is no bound.
    EXPECT_GT(ShareAbove(epsilon, [](auto m, auto v) { return std::log(v / static_cast<double>(m - v)); }),
              0.3);
  }
}

// Nothing wrong among n and n: both limits are (alpha/2)^(1/n).
TEST(RatesEpsilon, HasItsClosedFormAtPerfectSeparation) {
  for (const std::int64_t n : {10, 500, 1000}) {
    const double limit = std::pow(0.025, 1.0 / static_cast<double>(n));
    EXPECT_NEAR(RatesEpsilon(n, n, 0, n, 0, 0.95), std::log(limit / (1 - limit)), 1e-9);
    EXPECT_NEAR(RatesEpsilon(n, n, 0, n, 0.01, 0.95), std::log((limit - 0.01) / (1 - limit)), 1e-9);
  }
}

TEST(RatesEpsilon, LooksAtBothSides) {
  // 40 of 1000 at no false positive says as much as 40 of 1000 non-members left out at no member lost.
  EXPECT_NEAR(RatesEpsilon(40, 1000, 0, 1000, 0, 0.95), RatesEpsilon(1000, 1000, 960, 1000, 0, 0.95), 1e-9);
  EXPECT_GT(RatesEpsilon(40, 1000, 0, 1000, 0, 0.95), 2);
  EXPECT_EQ(RatesEpsilon(500, 1000, 500, 1000, 0, 0.95), 0);
  EXPECT_EQ(RatesEpsilon(0, 1000, 0, 1000, 0, 0.95), 0);
}

TEST(RatesEpsilon, ExceedsTheTruthInAtMostFivePercent) {
  // Randomised response at epsilon 1: TPR e / (1 + e), FPR 1 / (1 + e), independent trials.
  const double q = std::exp(1.0) / (1 + std::exp(1.0));
  const stats::BinomialSampler positives(300, q);
  const stats::BinomialSampler negatives(300, 1 - q);
  int above = 0;
  for (std::uint64_t trial = 0; trial < 1000; ++trial) {
    ReproducibleStream stream(trial, "rates");
    const std::int64_t tp = positives.Draw(stream);
    above += RatesEpsilon(tp, 300, negatives.Draw(stream), 300, 0, 0.95) > 1;
  }
  EXPECT_LE(above, 50);
}

}  // namespace
}  // namespace cupel::algorithm::leakage
