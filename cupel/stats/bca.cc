// SPDX-License-Identifier: Apache-2.0
#include "cupel/stats/bca.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "cupel/base/error.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/stats/distribution.h"

namespace cupel::stats {
namespace {

constexpr std::int64_t kMaxJackknifeGroups = 500;

std::vector<double> Replicates(std::int64_t units, const WeightedStatistic& statistic,
                               const BootstrapOptions& options) {
  std::vector<double> weights(static_cast<std::size_t>(units));
  std::vector<double> values;
  for (std::int64_t replicate = 0; replicate < options.replicates; ++replicate) {
    ReproducibleStream stream(options.seed, options.name, static_cast<std::uint64_t>(replicate));
    std::ranges::fill(weights, 0.0);
    for (std::int64_t draw = 0; draw < units; ++draw) {
      weights[static_cast<std::size_t>(stream.Below(static_cast<std::uint64_t>(units)))] += 1;
    }
    const double value = statistic(weights);
    if (std::isfinite(value)) values.push_back(value);
  }
  return values;
}

/// Efron 1987, (7.3): a sixth of the skewness of the jackknife's influence values.
double Acceleration(std::int64_t units, const WeightedStatistic& statistic) {
  const std::int64_t groups = std::min(units, kMaxJackknifeGroups);
  std::vector<double> left_out;
  std::vector<double> weights(static_cast<std::size_t>(units), 1.0);
  for (std::int64_t group = 0; group < groups; ++group) {
    const auto begin = weights.begin() + group * units / groups;
    const auto end = weights.begin() + (group + 1) * units / groups;
    std::fill(begin, end, 0.0);
    const double value = statistic(weights);
    std::fill(begin, end, 1.0);
    if (std::isfinite(value)) left_out.push_back(value);
  }
  double mean = 0;
  for (const double value : left_out) mean += value / static_cast<double>(left_out.size());
  double squares = 0;
  double cubes = 0;
  for (const double value : left_out) {
    squares += (mean - value) * (mean - value);
    cubes += (mean - value) * (mean - value) * (mean - value);
  }
  return squares > 0 ? cubes / (6 * std::pow(squares, 1.5)) : 0;
}

/// P(replicate < estimate), ties counting one half, kept away from 0 and 1, where its quantile is infinite.
double ShareBelow(const std::vector<double>& sorted, double estimate) {
  const auto [low, high] = std::ranges::equal_range(sorted, estimate);
  const double below = static_cast<double>(low - sorted.begin());
  const double equal = static_cast<double>(high - low);
  const auto n = static_cast<double>(sorted.size());
  return std::clamp((below + equal / 2) / n, 0.5 / n, 1 - 0.5 / n);
}

}  // namespace

Interval BcaInterval(std::vector<double> replicates, double estimate, double acceleration, double level) {
  CUPEL_CHECK(!replicates.empty());
  std::ranges::sort(replicates);
  const double z0 = NormalQuantile(ShareBelow(replicates, estimate));
  const auto limit = [&](double z) {
    const double shifted = z0 + (z0 + z) / (1 - acceleration * (z0 + z));
    return SortedQuantile(replicates, NormalCdf(shifted));
  };
  const double z = TwoSidedZ(level);
  return {limit(-z), limit(z), level, "bootstrap-bca"};
}

Bca BcaBootstrap(std::int64_t units, const WeightedStatistic& statistic, const BootstrapOptions& options) {
  CUPEL_CHECK(units > 0 && options.replicates > 0);
  Bca bca;
  bca.estimate = statistic(std::vector<double>(static_cast<std::size_t>(units), 1.0));
  CUPEL_CHECK(std::isfinite(bca.estimate));
  if (units < 2) return bca;
  std::vector<double> replicates = Replicates(units, statistic, options);
  if (static_cast<std::int64_t>(replicates.size()) * 2 < options.replicates) return bca;
  bca.interval =
      BcaInterval(std::move(replicates), bca.estimate, Acceleration(units, statistic), options.level);
  return bca;
}

}  // namespace cupel::stats
