// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Percentile bootstrap (Efron 1979): the interval of any statistic of n independent samples.
///
/// Replicate r draws n indices with replacement from ReproducibleStream(seed, name, r), so it is the same
/// whatever else runs. Quantiles interpolate linearly between order statistics (Hyndman and Fan's type 7,
/// NumPy's default). Not promised: exact coverage; statistics that are biased (maxima, sums of absolute
/// values) keep their bias.

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "cupel/stats/interval.h"

namespace cupel::stats {

struct BootstrapOptions {
  std::int64_t replicates = 1000;
  double level = 0.95;
  std::uint64_t seed = 0;
  std::string_view name;  ///< Of the stream, for example the check id and the metric.
};

/// The statistic of the samples with these indices (with repetition), for example a mean. Must be finite.
using Statistic = std::function<double(std::span<const std::int64_t> indices)>;

/// The statistic of every replicate, in order of replicate. Preconditions: n > 0, replicates > 0.
std::vector<double> BootstrapReplicates(std::int64_t n, const Statistic& statistic,
                                        const BootstrapOptions& options);

/// Method "bootstrap-percentile".
Interval BootstrapPercentile(std::int64_t n, const Statistic& statistic, const BootstrapOptions& options);

/// The interval that replicates of a statistic give: their (1 -+ level) / 2 quantiles.
Interval PercentileInterval(std::vector<double> replicates, double level);

/// Type 7 quantile. Preconditions: sorted is not empty and rises, probability in [0, 1].
double SortedQuantile(std::span<const double> sorted, double probability);

}  // namespace cupel::stats
