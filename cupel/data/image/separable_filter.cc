// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/image/separable_filter.h"

#include <algorithm>
#include <cmath>

namespace cupel::data::image {

SeparableFilter::SeparableFilter(std::vector<float> taps, Border border)
    : taps_(std::move(taps)), border_(border) {
  CUPEL_CHECK(taps_.size() % 2 == 1);
}

std::vector<float> SeparableFilter::GaussianTaps(double sigma, int radius) {
  std::vector<double> weights;
  double sum = 0;
  for (int i = -radius; i <= radius; ++i) {
    weights.push_back(i == 0 ? 1 : sigma > 0 ? std::exp(-i * i / (2 * sigma * sigma)) : 0);
    sum += weights.back();
  }
  std::vector<float> taps;
  for (double weight : weights) taps.push_back(static_cast<float>(weight / sum));
  return taps;
}

// to[i] += taps[k] from[i + k - radius] or, transposed, to[i + k - radius] += taps[k] from[i].
void SeparableFilter::AlongLine(const float* from, float* to, std::int64_t count, bool transposed) const {
  const auto radius = static_cast<std::int64_t>(taps_.size() / 2);
  for (std::int64_t i = 0; i < count; ++i) {
    for (std::int64_t k = -radius; k <= radius; ++k) {
      std::int64_t other = i + k;
      if (border_ == Border::kConstant && (other < 0 || other >= count)) continue;
      other = std::clamp<std::int64_t>(other, 0, count - 1);
      const float tap = taps_[static_cast<std::size_t>(k + radius)];
      (transposed ? to[other] : to[i]) += tap * (transposed ? from[i] : from[other]);
    }
  }
}

void SeparableFilter::Run(std::span<float> plane, PlaneSize size, bool transposed) const {
  std::vector<float> line(static_cast<std::size_t>(std::max(size.height, size.width)));
  std::vector<float> result(line.size());
  for (std::int64_t y = 0; y < size.height; ++y) {
    std::fill(result.begin(), result.end(), 0.0F);
    AlongLine(&plane[static_cast<std::size_t>(y * size.width)], result.data(), size.width, transposed);
    std::copy_n(result.begin(), size.width, plane.begin() + y * size.width);
  }
  for (std::int64_t x = 0; x < size.width; ++x) {
    for (std::int64_t y = 0; y < size.height; ++y) {
      line[static_cast<std::size_t>(y)] = plane[static_cast<std::size_t>(y * size.width + x)];
    }
    std::fill(result.begin(), result.end(), 0.0F);
    AlongLine(line.data(), result.data(), size.height, transposed);
    for (std::int64_t y = 0; y < size.height; ++y) {
      plane[static_cast<std::size_t>(y * size.width + x)] = result[static_cast<std::size_t>(y)];
    }
  }
}

void SeparableFilter::Apply(std::span<float> plane, PlaneSize size) const { Run(plane, size, false); }

void SeparableFilter::ApplyTransposed(std::span<float> plane, PlaneSize size) const {
  Run(plane, size, true);
}

}  // namespace cupel::data::image
