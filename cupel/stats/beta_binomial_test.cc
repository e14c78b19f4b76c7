// SPDX-License-Identifier: Apache-2.0
#include "cupel/stats/beta_binomial.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "cupel/base/reproducible_stream.h"
#include "cupel/stats/distribution.h"
#include "cupel/stats/proportion.h"

namespace cupel::stats {
namespace {

// By hand: shares 0/2, 1/2, 2/2; within 2 (1/4) / 3 = 1/6, between (1/2 + 0 + 1/2) / 2 = 1/2, typical size 2:
// rho = (1/2 - 1/6) / (1/2 + 1/6) = 1/2; n_eff = 36 / (6 (1 + 1/2)) = 4.
TEST(BetaBinomialTest, EqualsAHandComputedCase) {
  const std::vector<GroupCount> subjects = {{0, 2}, {1, 2}, {2, 2}};
  const ClusteredProportion result = BetaBinomial(subjects, 0.95);
  ASSERT_TRUE(result.correlation.has_value());
  EXPECT_NEAR(*result.correlation, 0.5, 1e-14);
  EXPECT_NEAR(result.effective_n, 4, 1e-13);
  EXPECT_NEAR(result.interval.low, Wilson(2, 4, 0.95).low, 1e-14);
  EXPECT_NEAR(result.interval.high, Wilson(2, 4, 0.95).high, 1e-14);
  EXPECT_EQ(result.interval.method, "beta-binomial");
}

TEST(BetaBinomialTest, SubjectsWhoAreAllOrNothingCountOnce) {
  std::vector<GroupCount> subjects;
  for (int i = 0; i < 40; ++i) subjects.push_back({i < 4 ? 25 : 0, 25});
  const ClusteredProportion result = BetaBinomial(subjects, 0.95);
  EXPECT_NEAR(*result.correlation, 1, 1e-12);
  EXPECT_NEAR(result.effective_n, 40, 1e-9);
}

TEST(BetaBinomialTest, WithoutACorrelationToEstimateAttemptsCountAsIndependent) {
  const std::vector<GroupCount> none = {{0, 50}, {0, 50}};
  EXPECT_FALSE(BetaBinomial(none, 0.95).correlation.has_value());
  EXPECT_EQ(BetaBinomial(none, 0.95).interval.high, ClopperPearson(0, 100, 0.95).high);
  const std::vector<GroupCount> once = {{0, 1}, {1, 1}, {0, 1}};
  EXPECT_FALSE(BetaBinomial(once, 0.95).correlation.has_value());
  EXPECT_EQ(BetaBinomial(once, 0.95).interval.method, "clopper-pearson");
}

/// Errors of a subject: his rate is Beta(a, b), made of exponentials (a and b whole numbers).
std::vector<GroupCount> Draw(int subjects, std::int64_t attempts, int a, int b, ReproducibleStream& stream) {
  std::vector<GroupCount> result;
  for (int i = 0; i < subjects; ++i) {
    double x = 0;
    double y = 0;
    for (int j = 0; j < a; ++j) x -= std::log1p(-stream.UniformDouble());
    for (int j = 0; j < b; ++j) y -= std::log1p(-stream.UniformDouble());
    result.push_back({DrawBinomial(attempts, x / (x + y), stream), attempts});
  }
  return result;
}

// Beta(1, 9): rate 0.1, correlation 1 / (1 + 1 + 9) = 1/11.
TEST(BetaBinomialTest, FindsTheCorrelationAndCoversTheRateWhereWilsonDoesNot) {
  constexpr int kTrials = 1000;
  int covered = 0;
  int naive = 0;
  double correlation = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    ReproducibleStream stream(1, "beta-binomial", static_cast<std::uint64_t>(trial));
    const ClusteredProportion result = BetaBinomial(Draw(100, 20, 1, 9, stream), 0.95);
    correlation += *result.correlation / kTrials;
    covered += result.interval.low <= 0.1 && 0.1 <= result.interval.high;
    const Interval wilson = Wilson(result.k, result.n, 0.95);
    naive += wilson.low <= 0.1 && 0.1 <= wilson.high;
  }
  EXPECT_NEAR(correlation, 1.0 / 11, 0.004);
  EXPECT_NEAR(covered / double{kTrials}, 0.945, 0.02);
  EXPECT_LT(naive / double{kTrials}, 0.85);
}

}  // namespace
}  // namespace cupel::stats
