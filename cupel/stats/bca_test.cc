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

// scipy 1.10.1: scipy.stats.bootstrap((values,), method="BCa", n_resamples=300000) of the mean and of the
// variance. The tolerance is that of 20000 replicates.
TEST(BcaTest, EqualsSciPy) {
  const std::vector<double> values = {0.11,   0.3897, 1.3995, 2.2001, 0.3435, 0.2578, 0.4345, 0.1026,
                                      1.001,  0.0663, 0.4513, 3.3476, 0.2665, 1.2853, 0.516,  2.0343,
                                      0.9077, 1.4848, 0.2893, 0.1777, 0.0018, 1.165,  0.8944, 1.2162,
                                      0.6536, 0.5746, 0.5898, 0.5839, 0.0414, 2.1569, 1.4144, 0.0656,
                                      1.4574, 3.0614, 0.2057, 0.7747, 0.1281, 1.2297, 2.1273, 0.906};
  const Bca mean = BcaBootstrap(40, MeanOf(values), {.replicates = 20000, .name = "scipy-mean"});
  EXPECT_NEAR(mean.interval->low, 0.6853778254470577, 0.008);
  EXPECT_NEAR(mean.interval->high, 1.202245, 0.012);
  const auto variance = [&](std::span<const double> weights) {
    const double centre = MeanOf(values)(weights);
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) sum += weights[i] * std::pow(values[i] - centre, 2);
    return sum / 40;
  };
  const WeightedStatistic of_weights = [&](std::span<const double> weights) {
    double n = 0;
    for (const double weight : weights) n += weight;
    return variance(weights) * 40 / n;
  };
  const Bca spread = BcaBootstrap(40, of_weights, {.replicates = 20000, .name = "scipy-variance"});
  EXPECT_NEAR(spread.interval->low, 0.4053233139273671, 0.012);
  EXPECT_NEAR(spread.interval->high, 1.1822866571854282, 0.035);
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
