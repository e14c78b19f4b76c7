// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/evaluate/bootstrap_metric.h"

#include <algorithm>
#include <numeric>

namespace cupel::algorithm::evaluate {

check::Metric BootstrapMetric(std::string name, std::int64_t n, const stats::Statistic& statistic,
                              const check::Context& context, std::string_view stream_name) {
  std::vector<std::int64_t> all(static_cast<std::size_t>(n));
  std::iota(all.begin(), all.end(), std::int64_t{0});
  const double value = statistic(all);
  stats::Interval interval =
      stats::BootstrapPercentile(n, statistic,
                                 {.replicates = context.parameters.Integer("replicates"),
                                  .level = context.parameters.Real("level"),
                                  .seed = context.seed,
                                  .name = stream_name});
  interval.low = std::min(interval.low, value);
  interval.high = std::max(interval.high, value);
  return {.name = std::move(name), .value = value, .interval = interval, .n = n};
}

}  // namespace cupel::algorithm::evaluate
