// SPDX-License-Identifier: Apache-2.0
#include "cupel/stats/bootstrap.h"

#include <algorithm>
#include <cmath>

#include "cupel/base/error.h"
#include "cupel/base/reproducible_stream.h"

namespace cupel::stats {

std::vector<double> BootstrapReplicates(std::int64_t n, const Statistic& statistic,
                                        const BootstrapOptions& options) {
  CUPEL_CHECK(n > 0 && options.replicates > 0);
  std::vector<std::int64_t> indices(static_cast<std::size_t>(n));
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(options.replicates));
  for (std::int64_t replicate = 0; replicate < options.replicates; ++replicate) {
    ReproducibleStream stream(options.seed, options.name, static_cast<std::uint64_t>(replicate));
    for (std::int64_t& index : indices) {
      index = static_cast<std::int64_t>(stream.Below(static_cast<std::uint64_t>(n)));
    }
    values.push_back(statistic(indices));
    CUPEL_CHECK(std::isfinite(values.back()));
  }
  return values;
}

Interval BootstrapPercentile(std::int64_t n, const Statistic& statistic, const BootstrapOptions& options) {
  return PercentileInterval(BootstrapReplicates(n, statistic, options), options.level);
}

Interval PercentileInterval(std::vector<double> replicates, double level) {
  CUPEL_CHECK(level > 0 && level < 1);
  std::ranges::sort(replicates);
  const double tail = (1 - level) / 2;
  return {SortedQuantile(replicates, tail), SortedQuantile(replicates, 1 - tail), level,
          "bootstrap-percentile"};
}

double SortedQuantile(std::span<const double> sorted, double probability) {
  CUPEL_CHECK(!sorted.empty() && probability >= 0 && probability <= 1);
  const double position = probability * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  const double weight = position - static_cast<double>(below);
  return sorted[below] + weight * (sorted[above] - sorted[below]);
}

}  // namespace cupel::stats
