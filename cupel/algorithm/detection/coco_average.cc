// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/detection/coco_average.h"

#include <algorithm>
#include <limits>

namespace cupel::algorithm::detection {
namespace {

constexpr double kGuard = std::numeric_limits<double>::epsilon();

/// NumPy's linspace: multiples of the step, and the end itself.
template <typename Values>
void FillLinspace(double start, double stop, Values& values) {
  const double step = (stop - start) / static_cast<double>(values.size() - 1);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i) * step + start;
  values.back() = stop;
}

double PairwiseSum(std::span<const double> values) {
  const std::size_t n = values.size();
  if (n < 8) {
    double sum = 0;
    for (const double value : values) sum += value;
    return sum;
  }
  if (n <= 128) {
    std::array<double, 8> sums{};
    std::copy_n(values.begin(), 8, sums.begin());
    std::size_t i = 8;
    for (; i + 8 <= n; i += 8) {
      for (std::size_t j = 0; j < 8; ++j) sums[j] += values[i + j];
    }
    double sum = ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
    for (; i < n; ++i) sum += values[i];
    return sum;
  }
  const std::size_t half = n / 2 - n / 2 % 8;
  return PairwiseSum(values.first(half)) + PairwiseSum(values.subspan(half));
}

double MeanOrNan(std::span<const double> values) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  return NumpySum(values) / static_cast<double>(values.size());
}

}  // namespace

const std::vector<double>& CocoThresholds() {
  static const std::vector<double> thresholds = [] {
    std::vector<double> made(10);
    FillLinspace(0.5, 0.95, made);
    return made;
  }();
  return thresholds;
}

const std::array<double, kCocoRecalls>& CocoRecalls() {
  static const std::array<double, kCocoRecalls> recalls = [] {
    std::array<double, kCocoRecalls> made{};
    FillLinspace(0.0, 1.0, made);
    return made;
  }();
  return recalls;
}

double NumpySum(std::span<const double> values) {
  constexpr std::size_t kBuffer = 8192;
  double sum = 0;
  for (std::size_t begin = 0; begin < values.size(); begin += kBuffer) {
    sum += PairwiseSum(values.subspan(begin, std::min(kBuffer, values.size() - begin)));
  }
  return sum;
}

void PrecisionAtRecalls(std::span<const RightPoint> points, double objects, std::span<double> precision) {
  const std::array<double, kCocoRecalls>& recalls = CocoRecalls();
  double best = 0;
  std::size_t r = kCocoRecalls;
  for (std::size_t k = points.size(); k > 0; --k) {
    const RightPoint& point = points[k - 1];
    best = std::max(best, point.right / (point.counted + kGuard));
    const double recall = point.right / objects;
    const double before = k > 1 ? points[k - 2].right / objects : 0;
    for (; r > 0 && recalls[r - 1] > before; --r) precision[r - 1] = recalls[r - 1] <= recall ? best : 0;
  }
  std::fill_n(precision.begin(), r, best);
}

CocoAverage::CocoAverage(std::span<const Ranking> rankings, Bits bits, std::int64_t max_rank)
    : rankings_(rankings), bits_(bits), max_rank_(max_rank), points_(static_cast<std::size_t>(bits.count)) {}

std::vector<const Ranking*> CocoAverage::Present(std::span<const double> weights) {
  std::vector<const Ranking*> present;
  objects_.clear();
  for (const Ranking& ranking : rankings_) {
    const double objects = ObjectWeight(ranking, weights);
    if (objects <= 0) continue;
    present.push_back(&ranking);
    objects_.push_back(objects);
  }
  return present;
}

void CocoAverage::CollectPoints(const Ranking& ranking, std::span<const double> weights) {
  for (auto& points : points_) points.clear();
  const auto count = static_cast<std::size_t>(bits_.count);
  const auto mask = static_cast<std::uint16_t>(((1U << bits_.count) - 1) << bits_.first);
  // Most detections are wrong at every threshold: one sum for all of them.
  double wrong = 0;
  std::array<RightPoint, 16> now{};
  for (std::size_t d = 0; d < ranking.size(); ++d) {
    if (ranking.rank[d] >= max_rank_) continue;
    const double weight = weights[static_cast<std::size_t>(ranking.image[d])];
    if (((ranking.right[d] | ranking.ignored[d]) & mask) == 0) {
      wrong += weight;
      continue;
    }
    if (weight == 0) continue;
    for (std::size_t t = 0; t < count; ++t) {
      const auto bit = static_cast<std::uint16_t>(1U << (bits_.first + static_cast<int>(t)));
      if ((ranking.ignored[d] & bit) != 0) continue;
      now[t].counted += weight;
      if ((ranking.right[d] & bit) == 0) continue;
      now[t].right += weight;
      points_[t].push_back({now[t].right, now[t].counted + wrong});
    }
  }
}

double CocoAverage::Precision(std::span<const double> weights) {
  const std::vector<const Ranking*> present = Present(weights);
  const std::size_t k = present.size();
  const auto count = static_cast<std::size_t>(bits_.count);
  values_.assign(count * kCocoRecalls * k, 0.0);
  std::array<double, kCocoRecalls> precision{};
  for (std::size_t c = 0; c < k; ++c) {
    CollectPoints(*present[c], weights);
    for (std::size_t t = 0; t < count; ++t) {
      PrecisionAtRecalls(points_[t], objects_[c], precision);
      for (std::size_t r = 0; r < kCocoRecalls; ++r) {
        values_[(t * kCocoRecalls + r) * k + c] = precision[r];
      }
    }
  }
  return MeanOrNan(values_);
}

double CocoAverage::Recall(std::span<const double> weights) {
  const std::vector<const Ranking*> present = Present(weights);
  const std::size_t k = present.size();
  const auto count = static_cast<std::size_t>(bits_.count);
  values_.assign(count * k, 0.0);
  for (std::size_t c = 0; c < k; ++c) {
    const Ranking& ranking = *present[c];
    for (std::size_t d = 0; d < ranking.size(); ++d) {
      const auto found = static_cast<std::uint16_t>(ranking.right[d] & ~ranking.ignored[d]);
      if (found >> bits_.first == 0 || ranking.rank[d] >= max_rank_) continue;
      const double weight = weights[static_cast<std::size_t>(ranking.image[d])];
      for (std::size_t t = 0; t < count; ++t) {
        if ((found >> (bits_.first + static_cast<int>(t)) & 1) != 0) values_[t * k + c] += weight;
      }
    }
    for (std::size_t t = 0; t < count; ++t) values_[t * k + c] /= objects_[c];
  }
  return MeanOrNan(values_);
}

}  // namespace cupel::algorithm::detection
