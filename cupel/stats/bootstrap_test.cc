// SPDX-License-Identifier: Apache-2.0
#include "cupel/stats/bootstrap.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "cupel/base/reproducible_stream.h"

namespace cupel::stats {
namespace {

Statistic MeanOf(const std::vector<double>& values) {
  return [&values](std::span<const std::int64_t> indices) {
    double sum = 0;
    for (const std::int64_t index : indices) sum += values[static_cast<std::size_t>(index)];
    return sum / static_cast<double>(indices.size());
  };
}

std::vector<double> Exponentials(std::uint64_t sample, int n) {
  ReproducibleStream stream(11, "bootstrap_test", sample);
  std::vector<double> values;
  for (int i = 0; i < n; ++i) values.push_back(-std::log1p(-stream.UniformDouble()));
  return values;
}

// numpy.quantile([1, 2, 4, 8], p), default method, for p = 0, 0.25, 0.5, 0.9, 1.
TEST(SortedQuantileTest, EqualsNumPy) {
  const std::vector<double> values = {1, 2, 4, 8};
  EXPECT_DOUBLE_EQ(SortedQuantile(values, 0), 1);
  EXPECT_DOUBLE_EQ(SortedQuantile(values, 0.25), 1.75);
  EXPECT_DOUBLE_EQ(SortedQuantile(values, 0.5), 3);
  EXPECT_DOUBLE_EQ(SortedQuantile(values, 0.9), 6.8);
  EXPECT_DOUBLE_EQ(SortedQuantile(values, 1), 8);
  EXPECT_DOUBLE_EQ(SortedQuantile(std::vector<double>{5}, 0.3), 5);
}

TEST(BootstrapTest, ReplicatesDependOnlyOnSeedNameAndNumber) {
  const std::vector<double> values = Exponentials(0, 50);
  const auto few = BootstrapReplicates(50, MeanOf(values), {.replicates = 10, .seed = 1, .name = "a"});
  const auto many = BootstrapReplicates(50, MeanOf(values), {.replicates = 20, .seed = 1, .name = "a"});
  const auto other = BootstrapReplicates(50, MeanOf(values), {.replicates = 10, .seed = 1, .name = "b"});
  EXPECT_TRUE(std::equal(few.begin(), few.end(), many.begin()));
  EXPECT_NE(few, other);
}

TEST(BootstrapTest, SpreadOfTheMeanIsItsStandardError) {
  const std::vector<double> values = Exponentials(0, 400);
  const auto replicates =
      BootstrapReplicates(400, MeanOf(values), {.replicates = 4000, .seed = 1, .name = "se"});
  double mean = std::accumulate(values.begin(), values.end(), 0.0) / 400;
  double variance = 0;
  for (const double value : values) variance += (value - mean) * (value - mean) / 400;
  double spread = 0;
  for (const double replicate : replicates) spread += (replicate - mean) * (replicate - mean) / 4000;
  EXPECT_NEAR(spread, variance / 400, 0.1 * variance / 400);
}

TEST(BootstrapTest, IntervalOfAMeanCoversTheTruth) {
  constexpr int kTrials = 400;
  int covered = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    const std::vector<double> values = Exponentials(static_cast<std::uint64_t>(trial), 100);
    const Interval interval =
        BootstrapPercentile(100, MeanOf(values), {.replicates = 300, .seed = 2, .name = "coverage"});
    if (interval.low <= 1 && 1 <= interval.high) ++covered;
  }
  // The percentile interval of a skewed mean at n = 100 covers a little less than it says.
  EXPECT_NEAR(covered / static_cast<double>(kTrials), 0.94, 0.035);
}

}  // namespace
}  // namespace cupel::stats
