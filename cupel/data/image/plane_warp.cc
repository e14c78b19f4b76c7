// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/image/plane_warp.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace cupel::data::image {
namespace {

// How many source pixels one target pixel spans at a point, at most.
double Span(const Homography& to_source, Point at) {
  const Point here = to_source.Apply(at);
  const Point right = to_source.Apply({at.x + 0.5, at.y}), down = to_source.Apply({at.x, at.y + 0.5});
  const double span = 2 * std::max(std::hypot(right.x - here.x, right.y - here.y),
                                   std::hypot(down.x - here.x, down.y - here.y));
  return std::isfinite(span) ? span : 1;
}

}  // namespace

PlaneWarp::PlaneWarp(const Homography& to_source, PlaneSize source, PlaneSize target, Border border,
                     int most_samples)
    : source_(source), target_(target), border_(border) {
  CUPEL_CHECK(source.count() > 0 && target.count() > 0 && most_samples >= 1 && most_samples <= 64);
  ends_.reserve(static_cast<std::size_t>(target.count()));
  std::vector<Weight> pixel;
  for (std::int64_t y = 0; y < target.height; ++y) {
    for (std::int64_t x = 0; x < target.width; ++x) {
      const Point corner{static_cast<double>(x), static_cast<double>(y)};
      const double span = Span(to_source, {corner.x + 0.5, corner.y + 0.5});
      const int side = static_cast<int>(std::clamp(std::ceil(span - 1e-6), 1.0, double(most_samples)));
      pixel.clear();
      for (int row = 0; row < side; ++row) {
        for (int column = 0; column < side; ++column) {
          double depth = 0;
          const Point at =
              to_source.Apply({corner.x + (column + 0.5) / side, corner.y + (row + 0.5) / side}, &depth);
          if (depth > 0) AddSample(at, 1.0F / static_cast<float>(side * side), pixel);
        }
      }
      std::ranges::sort(pixel, {}, &Weight::index);
      const std::size_t first = weights_.size();
      for (const Weight& weight : pixel) {
        if (weights_.size() > first && weights_.back().index == weight.index) {
          weights_.back().weight += weight.weight;
        } else {
          weights_.push_back(weight);
        }
      }
      ends_.push_back(static_cast<std::int64_t>(weights_.size()));
    }
  }
}

void PlaneWarp::AddSample(Point at, float share, std::vector<Weight>& weights) const {
  const double x = at.x - 0.5, y = at.y - 0.5;
  const auto width = static_cast<double>(source_.width), height = static_cast<double>(source_.height);
  if (!(x > -1 && y > -1 && x < width && y < height) && border_ == Border::kConstant) return;
  const double left = std::clamp(std::floor(x), -2.0, width), top = std::clamp(std::floor(y), -2.0, height);
  const std::array<double, 2> across = {1 - std::clamp(x - left, 0.0, 1.0), std::clamp(x - left, 0.0, 1.0)};
  const std::array<double, 2> along = {1 - std::clamp(y - top, 0.0, 1.0), std::clamp(y - top, 0.0, 1.0)};
  for (int down = 0; down < 2; ++down) {
    for (int right = 0; right < 2; ++right) {
      auto row = static_cast<std::int64_t>(top) + down, column = static_cast<std::int64_t>(left) + right;
      const auto weight =
          static_cast<float>(across[static_cast<std::size_t>(right)] * along[static_cast<std::size_t>(down)]);
      const bool inside = row >= 0 && column >= 0 && row < source_.height && column < source_.width;
      if (weight == 0 || (!inside && border_ == Border::kConstant)) continue;
      row = std::clamp<std::int64_t>(row, 0, source_.height - 1);
      column = std::clamp<std::int64_t>(column, 0, source_.width - 1);
      weights.push_back({static_cast<std::int32_t>(row * source_.width + column), weight * share});
    }
  }
}

void PlaneWarp::Apply(std::span<const float> from, std::span<float> to) const {
  std::size_t at = 0;
  for (std::size_t pixel = 0; pixel < ends_.size(); ++pixel) {
    float sum = 0;
    for (; at < static_cast<std::size_t>(ends_[pixel]); ++at) {
      sum += weights_[at].weight * from[static_cast<std::size_t>(weights_[at].index)];
    }
    to[pixel] = sum;
  }
}

void PlaneWarp::ApplyTransposed(std::span<const float> from, std::span<float> to) const {
  std::size_t at = 0;
  for (std::size_t pixel = 0; pixel < ends_.size(); ++pixel) {
    for (; at < static_cast<std::size_t>(ends_[pixel]); ++at) {
      to[static_cast<std::size_t>(weights_[at].index)] += weights_[at].weight * from[pixel];
    }
  }
}

Result<Image> WarpPerspective(const Image& image, const Homography& to_source, std::int64_t height,
                              std::int64_t width, Border border, int most_samples) {
  if (height <= 0 || width <= 0 || height > kMaxPixels / width) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("a picture has 1 to {} pixels, got {} x {}", kMaxPixels, height, width));
  }
  const PlaneWarp warp(to_source, {image.height, image.width}, {height, width}, border, most_samples);
  Image warped = FilledImage(image.channels, height, width, 0.0F);
  for (std::int64_t channel = 0; channel < image.channels; ++channel) {
    warp.Apply(image.Plane(channel), warped.Plane(channel));
  }
  return warped;
}

}  // namespace cupel::data::image
