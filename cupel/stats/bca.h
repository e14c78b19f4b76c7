// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Bias-corrected and accelerated bootstrap (Efron 1987, section 4): the interval of a statistic of weighted
/// units.
///
/// A unit is what is independent of the others: a sample, or a whole image, video or subject with all that
/// belongs to it (cluster bootstrap). Replicate r draws the units with replacement from
/// ReproducibleStream(seed, name, r) and hands the statistic how often each was drawn; what was computed once
/// for a unit (a matching) is not computed again, and the result does not depend on threads.
///
/// The bias z0 counts replicates below the estimate, and half of those equal to it. The acceleration is the
/// jackknife's, over single units up to 500 of them and over 500 groups of neighbours beyond. Limits at
/// quantiles (type 7) of the replicates.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "cupel/stats/bootstrap.h"
#include "cupel/stats/interval.h"

namespace cupel::stats {

/// weights: [units], how often each unit counts; not NaN in the whole sample, NaN where a replicate has no
/// value (it is left out).
using WeightedStatistic = std::function<double(std::span<const double> weights)>;

struct Bca {
  double estimate = 0;
  /// Method "bootstrap-bca". Absent with fewer than two units and when fewer than half of the replicates have
  /// a value. A point when the replicates are all equal.
  std::optional<Interval> interval;
};

/// Preconditions: units > 0, replicates > 0, the statistic of all ones is finite.
Bca BcaBootstrap(std::int64_t units, const WeightedStatistic& statistic, const BootstrapOptions& options);

/// The limits that replicates of a statistic give when its acceleration is known. replicates: without NaN, at
/// least one, in any order.
Interval BcaInterval(std::vector<double> replicates, double estimate, double acceleration, double level);

}  // namespace cupel::stats
