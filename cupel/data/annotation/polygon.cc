// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/annotation/polygon.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>
#include <vector>

namespace cupel::data::annotation {
namespace {

constexpr double kScale = 5;

/// A point of the fine grid.
struct FinePoint {
  int x = 0;
  int y = 0;
};

FinePoint Fine(double x, double y) {
  return {static_cast<int>(kScale * x + .5), static_cast<int>(kScale * y + .5)};
}

/// Calls visit with every point of the grid from `from` to `to`, both included. The slope is taken from the
/// end with the smaller coordinate along the longer side, so that rounding does not depend on the direction.
template <typename Visit>
void WalkSide(FinePoint from, FinePoint to, Visit visit) {
  const int dx = std::abs(to.x - from.x);
  const int dy = std::abs(to.y - from.y);
  const bool flip = (dx >= dy && from.x > to.x) || (dx < dy && from.y > to.y);
  if (flip) std::swap(from, to);
  const int steps = std::max(dx, dy);
  for (int d = 0; d <= steps; ++d) {
    const int t = flip ? steps - d : d;
    if (steps == 0) {
      visit(from);
    } else if (dx >= dy) {
      const double slope = static_cast<double>(to.y - from.y) / dx;
      visit({from.x + t, static_cast<int>(from.y + slope * t + .5)});
    } else {
      const double slope = static_cast<double>(to.x - from.x) / dy;
      visit({static_cast<int>(from.x + slope * t + .5), from.y + t});
    }
  }
}

/// Places in the mask (down the columns) at which the outline turns 0 to 1 or back.
class CrossingCollector {
 public:
  CrossingCollector(std::int64_t height, std::int64_t width) : height_(height), width_(width) {}

  void Visit(FinePoint point) {
    if (started_ && point.x != last_.x) Cross(point);
    last_ = point;
    started_ = true;
  }

  std::vector<std::int64_t> Finish() {
    crossings_.push_back(height_ * width_);
    std::ranges::sort(crossings_);
    return std::move(crossings_);
  }

 private:
  void Cross(FinePoint point) {
    const double fine_x = point.x < last_.x ? point.x : point.x - 1;
    const double x = (fine_x + .5) / kScale - .5;
    if (std::floor(x) != x || x < 0 || x > static_cast<double>(width_ - 1)) return;
    const double y = (static_cast<double>(std::min(point.y, last_.y)) + .5) / kScale - .5;
    const double row = std::ceil(std::clamp(y, 0.0, static_cast<double>(height_)));
    crossings_.push_back(static_cast<std::int64_t>(x) * height_ + static_cast<std::int64_t>(row));
  }

  std::int64_t height_;
  std::int64_t width_;
  bool started_ = false;
  FinePoint last_;
  std::vector<std::int64_t> crossings_;
};

Status CheckCorners(std::span<const double> corners) {
  if (corners.empty() || corners.size() % 2 != 0) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("a polygon must be x, y of corners, got {} numbers", corners.size()));
  }
  double steps = 0;
  for (std::size_t k = 0; k < corners.size(); ++k) {
    if (!(std::abs(corners[k]) <= kMaxPolygonCoordinate)) {
      return Fail(ErrorCode::kCorrupt, fmt::format("a polygon's coordinate must be within +-{}, got {}",
                                                   kMaxPolygonCoordinate, corners[k]));
    }
    steps += kScale * std::abs(corners[k] - corners[(k + 2) % corners.size()]) + 1;
  }
  if (steps > static_cast<double>(kMaxPolygonSteps)) {
    return Fail(ErrorCode::kResourceLimit, "a polygon's outline is too long");
  }
  return {};
}

}  // namespace

Result<Mask> MaskFromPolygon(std::int64_t height, std::int64_t width, std::span<const double> corners) {
  CUPEL_TRY_STATUS(CheckCorners(corners));
  if (height < 0 || width < 0 || (width > 0 && height > kMaxMaskPixels / width)) {
    return Fail(ErrorCode::kResourceLimit, fmt::format("a mask has at most {} pixels", kMaxMaskPixels));
  }
  CrossingCollector collector(height, width);
  for (std::size_t k = 0; k < corners.size(); k += 2) {
    const std::size_t next = (k + 2) % corners.size();
    WalkSide(Fine(corners[k], corners[k + 1]), Fine(corners[next], corners[next + 1]),
             [&](FinePoint point) { collector.Visit(point); });
  }
  // Two crossings at one place cancel each other: no run of length 0 but at the beginning.
  Mask mask{height, width, {}};
  std::int64_t before = 0;
  bool skip = false;
  for (const std::int64_t crossing : collector.Finish()) {
    const auto length = static_cast<std::uint32_t>(crossing - before);
    before = crossing;
    if (skip) {
      mask.runs.back() += length;
      skip = false;
    } else if (length > 0 || mask.runs.empty()) {
      mask.runs.push_back(length);
    } else {
      skip = true;
    }
  }
  return mask;
}

Mask MaskUnion(std::span<const Mask> masks) {
  CUPEL_CHECK(!masks.empty());
  std::vector<std::uint8_t> all = DecodeMask(masks.front());
  for (const Mask& mask : masks.subspan(1)) {
    CUPEL_CHECK(mask.height == masks.front().height && mask.width == masks.front().width);
    const std::vector<std::uint8_t> more = DecodeMask(mask);
    for (std::size_t k = 0; k < all.size(); ++k) all[k] |= more[k];
  }
  return EncodeMask(masks.front().height, masks.front().width, all);
}

}  // namespace cupel::data::annotation
