// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Misses against false positives per image: the log-average miss rate of pedestrian detection (Dollar et al.
/// 2012), as the Caltech toolbox computes it (bbGt.m, compRoc).

#include <array>

#include "cupel/algorithm/detection/ranking.h"

namespace cupel::algorithm::detection {

/// 10^-2, 10^-1.75, ... 10^0 false positives per image.
const std::array<double, 9>& ReferenceFppi();

/// Geometric mean, over the nine, of the miss rate at the last detection whose false positives per image do
/// not exceed the reference; 1 where the first already does; at least 1e-10 each. NaN when no object counts.
/// Equal scores are separate points, in the ranking's order.
double LogAverageMissRate(const Ranking& ranking, std::span<const double> weights);

struct MissPoint {
  double fppi = 0;
  double miss_rate = 0;
};

/// A point a detection that counts. Precondition: an object counts.
std::vector<MissPoint> MissCurve(const Ranking& ranking, std::size_t images);

}  // namespace cupel::algorithm::detection
