// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/detection/ranking.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace cupel::algorithm::detection {
namespace {

template <typename T>
void Reorder(std::vector<T>& values, std::span<const std::uint32_t> order) {
  std::vector<T> sorted;
  sorted.reserve(values.size());
  for (const std::uint32_t i : order) sorted.push_back(values[i]);
  values = std::move(sorted);
}

}  // namespace

void Ranking::Append(double detection_score, std::int32_t in_image, std::int32_t at_rank,
                     std::uint16_t right_bits, std::uint16_t ignored_bits) {
  score.push_back(detection_score);
  image.push_back(in_image);
  rank.push_back(at_rank);
  right.push_back(right_bits);
  ignored.push_back(ignored_bits);
}

void Ranking::SortByScore() {
  std::vector<std::uint32_t> order(size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, std::greater<>(), [this](std::uint32_t i) { return score[i]; });
  Reorder(score, order);
  Reorder(image, order);
  Reorder(rank, order);
  Reorder(right, order);
  Reorder(ignored, order);
}

double ObjectWeight(const Ranking& ranking, std::span<const double> weights) {
  double sum = 0;
  for (const std::int32_t image : ranking.object_image) sum += weights[static_cast<std::size_t>(image)];
  return sum;
}

std::vector<double> OnePerImage(std::size_t images) { return std::vector<double>(images, 1.0); }

std::vector<RightPoint> RightPoints(const Ranking& ranking, int bit, std::span<const double> weights) {
  std::vector<RightPoint> points;
  RightPoint now;
  const auto mask = static_cast<std::uint16_t>(1U << bit);
  for (std::size_t d = 0; d < ranking.size(); ++d) {
    const double weight = weights[static_cast<std::size_t>(ranking.image[d])];
    if ((ranking.ignored[d] & mask) != 0 || weight == 0) continue;
    now.counted += weight;
    if ((ranking.right[d] & mask) == 0) continue;
    now.right += weight;
    points.push_back(now);
  }
  return points;
}

}  // namespace cupel::algorithm::detection
