// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Rank correlations of two equally long series, O(n log n). NaN when either does not vary.

#include <span>
#include <string>

#include "cupel/stats/interval.h"

namespace cupel::algorithm::regression {

/// Pearson's correlation of the midranks.
double SpearmanRho(std::span<const double> x, std::span<const double> y);

/// (concordant - discordant) / sqrt((pairs untied in x) (pairs untied in y)), by Knight's merge sort (1966).
double KendallTauB(std::span<const double> x, std::span<const double> y);

/// The interval of a correlation whose Fisher transform is normal with this variance. Precondition:
/// |correlation| < 1, variance > 0.
stats::Interval FisherInterval(double correlation, double variance, double level, std::string method);

}  // namespace cupel::algorithm::regression
