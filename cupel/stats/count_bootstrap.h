// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The bootstrap of statistics that only need counts: rows that are equal to the statistic are one cell, and
/// a replicate draws how many rows of each cell there are, not row by row.
///
/// A figure made of a confusion matrix of 10 classes has 100 cells whatever n is; 2000 replicates of a
/// million rows take milliseconds. Drawing n rows with replacement makes the cells' counts multinomial, so
/// the replicates have exactly the distribution of the row-wise bootstrap (bca.h), and the jackknife over
/// single rows is exact: leaving out a row of a cell gives the same value for every row of the cell.
///
///     const std::array<std::int64_t, 3> cells{tp, fp, fn};
///     Bca f1 = BcaBootstrapOfCounts(cells, {}, F1, {.replicates = 2000, .name = "f1"});

#include <cstdint>
#include <functional>
#include <span>

#include "cupel/stats/bca.h"

namespace cupel::stats {

/// counts: [cells]; not NaN on the whole sample, NaN where a replicate has no value.
using CountStatistic = std::function<double(std::span<const double> counts)>;

/// counts: [cells], each >= 0, some > 0. strata: [cells], or empty for one stratum; rows are drawn within
/// their stratum, so that its size stays (positives and negatives that were chosen in advance); cells of a
/// stratum stand together. The jackknife of several strata is Efron's for several samples. Interval: as Bca
/// says; absent with fewer than two rows.
Bca BcaBootstrapOfCounts(std::span<const std::int64_t> counts, std::span<const std::int32_t> strata,
                         const CountStatistic& statistic, const BootstrapOptions& options);

/// The cluster bootstrap of counts: whole units (videos, subjects) are drawn, each with its counts. counts:
/// [units, cells], row-major. Preconditions: cells > 0, at least one unit.
Bca BcaBootstrapOfClusters(std::span<const double> counts, std::int64_t cells,
                           const CountStatistic& statistic, const BootstrapOptions& options);

}  // namespace cupel::stats
