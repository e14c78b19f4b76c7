// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/scheme/figure_of_merit.h"

#include <numeric>

#include "cupel/stats/proportion.h"

namespace cupel::algorithm::scheme {

check::Metric Share(std::string name, std::int64_t k, std::int64_t n, const Options& options) {
  CUPEL_CHECK(n > 0);
  return {.name = std::move(name),
          .value = static_cast<double>(k) / static_cast<double>(n),
          .interval = stats::Wilson(k, n, options.level),
          .n = n,
          .count = k};
}

check::Metric Bootstrapped(std::string name, std::int64_t units, const stats::WeightedStatistic& statistic,
                           std::string_view stream, const Options& options, std::int64_t n) {
  const stats::Bca bca = stats::BcaBootstrap(
      units, statistic,
      {.replicates = options.replicates, .level = options.level, .seed = options.seed, .name = stream});
  return {.name = std::move(name), .value = bca.estimate, .interval = bca.interval, .n = n > 0 ? n : units};
}

check::Metric BootstrappedCounts(std::string name, std::span<const std::int64_t> counts,
                                 std::span<const std::int32_t> strata, const stats::CountStatistic& statistic,
                                 std::string_view stream, const Options& options) {
  const stats::Bca bca = stats::BcaBootstrapOfCounts(
      counts, strata, statistic,
      {.replicates = options.replicates, .level = options.level, .seed = options.seed, .name = stream});
  return {.name = std::move(name),
          .value = bca.estimate,
          .interval = bca.interval,
          .n = std::accumulate(counts.begin(), counts.end(), std::int64_t{0})};
}

}  // namespace cupel::algorithm::scheme
