// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/detection/best_match.h"

#include <algorithm>
#include <limits>

#include "cupel/algorithm/detection/coco_average.h"

namespace cupel::algorithm::detection {
namespace {

void MatchCell(const Annotations& truth, std::span<const Object> found, const Cell& cell,
               const BestRules& rules, const OverlapOf& overlap_of, Ranking& ranking) {
  std::vector<std::int32_t> order(cell.found.begin(), cell.found.end());
  std::ranges::stable_sort(order, std::greater<>(),
                           [&](std::int32_t i) { return found[static_cast<std::size_t>(i)].score; });
  std::vector<bool> taken(cell.truth.size(), false);
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    const auto detection = static_cast<std::size_t>(order[rank]);
    double largest = -1;
    std::size_t best = 0;
    for (std::size_t g = 0; g < cell.truth.size(); ++g) {
      const double overlap = overlap_of(detection, static_cast<std::size_t>(cell.truth[g]));
      if (overlap <= largest) continue;
      largest = overlap;
      best = g;
    }
    const bool hit = rules.reached_suffices ? largest >= rules.threshold : largest > rules.threshold;
    bool difficult = false;
    if (hit) {
      const Object& object = truth.objects[static_cast<std::size_t>(cell.truth[best])];
      difficult = object.ignore || object.crowd;
    }
    const bool right = hit && !difficult && !taken[best];
    if (right) taken[best] = true;
    ranking.Append(found[detection].score, cell.image, static_cast<std::int32_t>(rank), right ? 1 : 0,
                   difficult ? 1 : 0);
  }
}

double Guarded(const RightPoint& point) {
  return point.right / std::max(point.counted, std::numeric_limits<double>::epsilon());
}

double ElevenPoints(std::span<const RightPoint> points, double objects) {
  double sum = 0;
  for (int i = 0; i <= 10; ++i) {
    double best = 0;
    for (const RightPoint& point : points) {
      if (point.right / objects >= i * 0.1) best = std::max(best, Guarded(point));
    }
    sum += best / 11;
  }
  return sum;
}

double AreaUnderHull(std::span<const RightPoint> points, double objects) {
  std::vector<double> parts(points.size());
  double best = 0;
  for (std::size_t k = points.size(); k > 0; --k) {
    best = std::max(best, Guarded(points[k - 1]));
    const double before = k > 1 ? points[k - 2].right / objects : 0;
    parts[k - 1] = (points[k - 1].right / objects - before) * best;
  }
  // The reference's closing point: recall 1 at precision 0.
  if (points.empty() || points.back().right < objects) parts.push_back(0);
  return NumpySum(parts);
}

}  // namespace

std::vector<Ranking> MatchBest(const Annotations& truth, std::span<const Object> found,
                               const BestRules& rules, const OverlapOf& overlap_of) {
  std::vector<Ranking> rankings(truth.categories.size());
  ForEachCell(truth, found, [&](const Cell& cell) {
    Ranking& ranking = rankings[cell.category];
    for (const std::int32_t i : cell.truth) {
      const Object& object = truth.objects[static_cast<std::size_t>(i)];
      if (!object.ignore && !object.crowd) ranking.object_image.push_back(cell.image);
    }
    MatchCell(truth, found, cell, rules, overlap_of, ranking);
  });
  for (Ranking& ranking : rankings) ranking.SortByScore();
  return rankings;
}

double VocAveragePrecision(const Ranking& ranking, VocMetric metric, std::span<const double> weights) {
  const double objects = ObjectWeight(ranking, weights);
  if (objects <= 0) return std::numeric_limits<double>::quiet_NaN();
  const std::vector<RightPoint> points = RightPoints(ranking, 0, weights);
  return metric == VocMetric::kArea ? AreaUnderHull(points, objects) : ElevenPoints(points, objects);
}

}  // namespace cupel::algorithm::detection
