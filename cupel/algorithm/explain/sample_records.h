// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a check of this module measures of each sample, and the metrics that follow: means and ratios over
/// independent samples with bootstrap intervals.

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/algorithm/check/check.h"

namespace cupel::algorithm::explain {

/// The numbers of one sample, by its index in the data set; finite.
using Measure = std::function<Result<std::vector<double>>(std::int64_t index)>;

/// [n][width] for these samples of the data set, on the context's workers. Each is kept in the journal and
/// taken from there; a record of another length counts as damaged and is measured again.
/// Errors: those of `measure`; kInternal when it gives another number of numbers.
Result<std::vector<std::vector<double>>> MeasureSamples(const check::Context& context, std::string_view id,
                                                        std::span<const std::int64_t> indices,
                                                        std::size_t width, const Measure& measure);

/// 0 .. n-1.
std::vector<std::int64_t> FirstSamples(std::int64_t n);

/// The k-th number of every sample.
std::vector<double> Column(const std::vector<std::vector<double>>& records, std::size_t k);

/// a_i - b_i. Precondition: equal sizes.
std::vector<double> Minus(std::vector<double> a, std::span<const double> b);

/// Mean with a percentile bootstrap over samples (1000 replicates, 95 %, stream id.name).
check::Metric MeanMetric(std::string name, const std::vector<double>& values, std::string_view id,
                         std::uint64_t seed);

/// Median, interval as above.
check::Metric MedianMetric(std::string name, const std::vector<double>& values, std::string_view id,
                           std::uint64_t seed);

/// Sum of the numerators over sum of the denominators (0 when that is 0), interval as above: no single
/// denominator near 0 can blow it up.
check::Metric RatioMetric(std::string name, const std::vector<double>& numerators,
                          const std::vector<double>& denominators, std::string_view id, std::uint64_t seed);

}  // namespace cupel::algorithm::explain
