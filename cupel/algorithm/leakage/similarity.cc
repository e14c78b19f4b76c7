// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/leakage/similarity.h"

#include <algorithm>
#include <cmath>

#include "cupel/base/error.h"

namespace cupel::algorithm::leakage {
namespace {

constexpr std::int64_t kWindow = 11;
constexpr double kSigma = 1.5;

// An odd side of at most kWindow that fits, and its normalised weights.
std::vector<double> Gaussian(std::int64_t smallest_side) {
  std::int64_t side = std::min(kWindow, smallest_side);
  if (side % 2 == 0) --side;
  std::vector<double> weights;
  double sum = 0;
  for (std::int64_t i = 0; i < side; ++i) {
    const auto x = static_cast<double>(i - side / 2);
    weights.push_back(std::exp(-x * x / (2 * kSigma * kSigma)));
    sum += weights.back();
  }
  for (double& weight : weights) weight /= sum;
  return weights;
}

struct Statistics {
  double mean_a = 0, mean_b = 0, square_a = 0, square_b = 0, product = 0;
};

Statistics At(std::span<const float> a, std::span<const float> b, std::int64_t width, std::int64_t y,
              std::int64_t x, const std::vector<double>& window) {
  Statistics s;
  const auto side = static_cast<std::int64_t>(window.size());
  for (std::int64_t dy = 0; dy < side; ++dy) {
    for (std::int64_t dx = 0; dx < side; ++dx) {
      const double w = window[static_cast<std::size_t>(dy)] * window[static_cast<std::size_t>(dx)];
      const auto i = static_cast<std::size_t>((y + dy) * width + x + dx);
      s.mean_a += w * a[i];
      s.mean_b += w * b[i];
      s.square_a += w * a[i] * a[i];
      s.square_b += w * b[i] * b[i];
      s.product += w * a[i] * b[i];
    }
  }
  return s;
}

}  // namespace

double Ssim(std::span<const float> a, std::span<const float> b, const std::vector<std::int64_t>& shape,
            double range) {
  CUPEL_CHECK(shape.size() == 3 && a.size() == b.size() && range > 0);
  const std::int64_t height = shape[1];
  const std::int64_t width = shape[2];
  const std::vector<double> window = Gaussian(std::min(height, width));
  const auto side = static_cast<std::int64_t>(window.size());
  const double c1 = 0.01 * range * 0.01 * range;
  const double c2 = 0.03 * range * 0.03 * range;
  double sum = 0;
  double count = 0;
  for (std::int64_t channel = 0; channel < shape[0]; ++channel) {
    const auto start = static_cast<std::size_t>(channel * height * width);
    for (std::int64_t y = 0; y + side <= height; ++y) {
      for (std::int64_t x = 0; x + side <= width; ++x) {
        const Statistics s = At(a.subspan(start), b.subspan(start), width, y, x, window);
        const double variances = s.square_a - s.mean_a * s.mean_a + s.square_b - s.mean_b * s.mean_b;
        const double covariance = s.product - s.mean_a * s.mean_b;
        sum += (2 * s.mean_a * s.mean_b + c1) * (2 * covariance + c2) /
               ((s.mean_a * s.mean_a + s.mean_b * s.mean_b + c1) * (variances + c2));
        count += 1;
      }
    }
  }
  return sum / count;
}

double Correlation(std::span<const float> a, std::span<const float> b) {
  CUPEL_CHECK(a.size() == b.size() && !a.empty());
  double mean_a = 0;
  double mean_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) mean_a += a[i], mean_b += b[i];
  mean_a /= static_cast<double>(a.size());
  mean_b /= static_cast<double>(a.size());
  double aa = 0;
  double bb = 0;
  double ab = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    aa += (a[i] - mean_a) * (a[i] - mean_a);
    bb += (b[i] - mean_b) * (b[i] - mean_b);
    ab += (a[i] - mean_a) * (b[i] - mean_b);
  }
  return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

double RmsDistance(std::span<const float> a, std::span<const float> b) {
  CUPEL_CHECK(a.size() == b.size() && !a.empty());
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (double{a[i]} - b[i]) * (double{a[i]} - b[i]);
  return std::sqrt(sum / static_cast<double>(a.size()));
}

}  // namespace cupel::algorithm::leakage
