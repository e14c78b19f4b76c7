// SPDX-License-Identifier: Apache-2.0
#include "cupel/stats/bca.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "cupel/base/reproducible_stream.h"
#include "cupel/stats/distribution.h"

namespace cupel::stats {
namespace {

WeightedStatistic MeanOf(const std::vector<double>& values) {
  return [&values](std::span<const double> weights) {
    double sum = 0;
    double n = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      sum += weights[i] * values[i];
      n += weights[i];
    }
    return sum / n;
  };
}

std::vector<double> Exponentials(int n, std::uint64_t seed) {
  ReproducibleStream stream(seed, "exponentials");
  std::vector<double> values;
  for (int i = 0; i < n; ++i) values.push_back(-std::log1p(-stream.UniformDouble()));
  return values;
}

TEST(BcaTest, OfAMeanOfNormalsIsTheNormalInterval) {
  ReproducibleStream stream(7, "normals");
  std::vector<double> values;
  for (int i = 0; i < 400; ++i) values.push_back(stream.Normal());
  double mean = 0;
  for (const double value : values) mean += value / 400;
  double variance = 0;
  for (const double value : values) variance += (value - mean) * (value - mean) / 400;

  const Bca bca = BcaBootstrap(400, MeanOf(values), {.replicates = 4000, .name = "mean"});

  const double half = 1.96 * std::sqrt(variance / 400);
  ASSERT_TRUE(bca.interval.has_value());
  EXPECT_NEAR(bca.interval->low, mean - half, 0.08 * half);
  EXPECT_NEAR(bca.interval->high, mean + half, 0.08 * half);
  EXPECT_EQ(bca.interval->method, "bootstrap-bca");
}

// A skewed statistic: the percentile interval's lower limit lies below BCa's, which is shifted to the long
// tail.
TEST(BcaTest, MovesTowardsTheLongTail) {
  const std::vector<double> values = Exponentials(40, 3);
  const WeightedStatistic mean = MeanOf(values);
  const BootstrapOptions options{.replicates = 4000, .name = "skewed"};
  const Bca bca = BcaBootstrap(40, mean, options);
  const Interval percentile = BootstrapPercentile(
      40,
      [&](std::span<const std::int64_t> indices) {
        double sum = 0;
        for (const std::int64_t index : indices) sum += values[static_cast<std::size_t>(index)];
        return sum / 40;
      },
      options);

  ASSERT_TRUE(bca.interval.has_value());
  EXPECT_GT(bca.interval->low, percentile.low);
  EXPECT_GT(bca.interval->high, percentile.high);
}

TEST(BcaTest, CoversTheMeanOfASkewedPopulationNearlyAsOftenAsPromised) {
  int covered = 0;
  constexpr int kTrials = 300;
  for (int trial = 0; trial < kTrials; ++trial) {
    const std::vector<double> values = Exponentials(40, 1000 + static_cast<std::uint64_t>(trial));
    const Bca bca = BcaBootstrap(40, MeanOf(values), {.replicates = 400, .level = 0.9, .name = "cover"});
    covered += bca.interval->low <= 1 && 1 <= bca.interval->high;
  }
  // No bootstrap covers the mean of 40 exponentials fully; five standard deviations of 300 trials either way.
  EXPECT_GE(covered, static_cast<int>(0.80 * kTrials));
  EXPECT_LE(covered, static_cast<int>(0.96 * kTrials));
}

TEST(BcaTest, LeavesOutReplicatesWithoutAValue) {
  // The ratio exists only when unit 0 was drawn.
  const WeightedStatistic ratio = [](std::span<const double> weights) {
    return weights[0] > 0 ? weights[1] / weights[0] : std::numeric_limits<double>::quiet_NaN();
  };
  const Bca bca = BcaBootstrap(3, ratio, {.replicates = 200, .name = "ratio"});
  ASSERT_TRUE(bca.interval.has_value());
  EXPECT_TRUE(std::isfinite(bca.interval->low) && std::isfinite(bca.interval->high));
}

TEST(BcaTest, OneUnitHasNoInterval) {
  const Bca bca = BcaBootstrap(1, [](std::span<const double>) { return 0.5; }, {.name = "one"});
  EXPECT_EQ(bca.estimate, 0.5);
  EXPECT_FALSE(bca.interval.has_value());
}

}  // namespace
}  // namespace cupel::stats
