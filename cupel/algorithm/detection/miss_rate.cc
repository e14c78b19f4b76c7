// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/detection/miss_rate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace cupel::algorithm::detection {

const std::array<double, 9>& ReferenceFppi() {
  static const std::array<double, 9> references = [] {
    std::array<double, 9> made{};
    for (std::size_t i = 0; i < made.size(); ++i) made[i] = std::pow(10, -2 + 0.25 * static_cast<double>(i));
    return made;
  }();
  return references;
}

double LogAverageMissRate(const Ranking& ranking, std::span<const double> weights) {
  const double objects = ObjectWeight(ranking, weights);
  if (objects <= 0) return std::numeric_limits<double>::quiet_NaN();
  const double images = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::array<double, 9> rates{};
  double right = 0;
  double wrong = 0;
  std::size_t first = 0;  // References before it have been passed.
  for (std::size_t d = 0; d < ranking.size() && first < rates.size(); ++d) {
    if ((ranking.ignored[d] & 1) != 0) continue;
    const double weight = weights[static_cast<std::size_t>(ranking.image[d])];
    ((ranking.right[d] & 1) != 0 ? right : wrong) += weight;
    while (first < rates.size() && wrong / images > ReferenceFppi()[first]) ++first;
    std::fill(rates.begin() + static_cast<std::ptrdiff_t>(first), rates.end(), right / objects);
  }
  double sum = 0;
  for (const double rate : rates) sum += std::log(std::max(1e-10, 1 - rate));
  return std::exp(sum / 9);
}

std::vector<MissPoint> MissCurve(const Ranking& ranking, std::size_t images) {
  std::vector<MissPoint> curve;
  double right = 0;
  double wrong = 0;
  for (std::size_t d = 0; d < ranking.size(); ++d) {
    if ((ranking.ignored[d] & 1) != 0) continue;
    ((ranking.right[d] & 1) != 0 ? right : wrong) += 1;
    curve.push_back(
        {wrong / static_cast<double>(images), 1 - right / static_cast<double>(ranking.object_image.size())});
  }
  return curve;
}

}  // namespace cupel::algorithm::detection
