// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Metrics with the intervals that schemes owe: builders for the common cases.

#include <string>
#include <string_view>

#include "cupel/algorithm/scheme/scheme.h"
#include "cupel/stats/bca.h"
#include "cupel/stats/count_bootstrap.h"

namespace cupel::algorithm::scheme {

/// The name of a scheme's own figure.
inline constexpr std::string_view kValue = "value";

/// k of n with Wilson's interval. Precondition: n > 0.
check::Metric Share(std::string name, std::int64_t k, std::int64_t n, const Options& options);

/// A statistic of weighted units with its bootstrap interval (stats/bca.h: what a unit is, and what the
/// statistic is handed). stream: what the random numbers are for, the scheme's id and the figure's name.
/// n: what a reader would count, where that is not the units.
check::Metric Bootstrapped(std::string name, std::int64_t units, const stats::WeightedStatistic& statistic,
                           std::string_view stream, const Options& options, std::int64_t n = 0);

/// A statistic of cells of equal rows with its bootstrap interval (stats/count_bootstrap.h): milliseconds
/// whatever n is. strata: of the cells, or empty. n: the rows.
check::Metric BootstrappedCounts(std::string name, std::span<const std::int64_t> counts,
                                 std::span<const std::int32_t> strata, const stats::CountStatistic& statistic,
                                 std::string_view stream, const Options& options);

}  // namespace cupel::algorithm::scheme
