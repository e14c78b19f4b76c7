// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/scheme/figure_of_merit.h"

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

}  // namespace cupel::algorithm::scheme
