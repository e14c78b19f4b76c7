// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A metric whose interval comes from resampling the samples.

#include <string>
#include <string_view>

#include "cupel/algorithm/check/check.h"
#include "cupel/stats/bootstrap.h"

namespace cupel::algorithm::evaluate {

/// Value: the statistic of all n samples; interval: percentile bootstrap with the context's "replicates",
/// "level" and seed. The interval is stretched to hold the value, which the bias of the bootstrap (for sums
/// of absolute values) can push outside. Metrics of one check that use the same stream name see the same
/// resamples.
check::Metric BootstrapMetric(std::string name, std::int64_t n, const stats::Statistic& statistic,
                              const check::Context& context, std::string_view stream_name);

}  // namespace cupel::algorithm::evaluate
