// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/simba_basis.h"

#include <cmath>
#include <numbers>
#include <numeric>

#include "cupel/base/error.h"

namespace cupel::algorithm::inspect {
namespace {

// The orthonormal DCT-II of length n, [frequency][place].
std::vector<double> CosineRows(std::int64_t n) {
  std::vector<double> rows;
  rows.reserve(static_cast<std::size_t>(n * n));
  const auto length = static_cast<double>(n);
  for (std::int64_t frequency = 0; frequency < n; ++frequency) {
    const double scale = std::sqrt((frequency == 0 ? 1 : 2) / length);
    for (std::int64_t place = 0; place < n; ++place)
      rows.push_back(scale * std::cos(std::numbers::pi * (static_cast<double>(place) + 0.5) *
                                      static_cast<double>(frequency) / length));
  }
  return rows;
}

}  // namespace

DirectionBasis::DirectionBasis(std::span<const std::int64_t> shape, bool cosine)
    : cosine_(cosine && shape.size() == 3),
      features_(std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>())) {
  CUPEL_CHECK(shape.size() == 1 || shape.size() == 3);
  if (!cosine_) return;
  height_ = shape[1];
  width_ = shape[2];
  rows_ = CosineRows(height_);
  columns_ = CosineRows(width_);
}

std::vector<std::int64_t> DirectionBasis::DrawOrder(std::int64_t first, ReproducibleStream& stream) const {
  std::vector<std::int64_t> order;
  std::vector<std::int64_t> later;
  for (std::int64_t k = 0; k < features_; ++k) {
    const bool low = !cosine_ || (k / width_ % height_ < first && k % width_ < first);
    (low ? order : later).push_back(k);
  }
  stream.Shuffle(std::span(order));
  stream.Shuffle(std::span(later));
  order.insert(order.end(), later.begin(), later.end());
  return order;
}

void DirectionBasis::Add(std::int64_t direction, double length, std::span<double> x) const {
  if (!cosine_) {
    x[static_cast<std::size_t>(direction)] += length;
    return;
  }
  const std::int64_t plane = height_ * width_;
  const double* row = rows_.data() + direction / width_ % height_ * height_;
  const double* column = columns_.data() + direction % width_ * width_;
  double* out = x.data() + direction / plane * plane;
  for (std::int64_t i = 0; i < height_; ++i) {
    const double scale = length * row[i];
    for (std::int64_t j = 0; j < width_; ++j) out[i * width_ + j] += scale * column[j];
  }
}

}  // namespace cupel::algorithm::inspect
