// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/detection/overlap.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>

namespace cupel::algorithm::detection {
namespace {

constexpr double kTorchvisionEpsilon = 1e-7;

struct Hull {
  double w = 0;
  double h = 0;
};

Hull CommonHull(const Box& a, const Box& b) {
  return {std::max(a.x + a.w, b.x + b.w) - std::min(a.x, b.x),
          std::max(a.y + a.h, b.y + b.h) - std::min(a.y, b.y)};
}

double SignedArea(std::span<const Point> corners) {
  double twice = 0;
  for (std::size_t i = 0; i < corners.size(); ++i) {
    const Point& a = corners[i];
    const Point& b = corners[(i + 1) % corners.size()];
    twice += a.x * b.y - b.x * a.y;
  }
  return twice / 2;
}

/// Positive when c lies left of the line from a to b.
double Side(const Point& a, const Point& b, const Point& c) {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

/// A quadrilateral cut by four half planes has at most eight corners.
struct Polygon {
  std::array<Point, 8> corners{};
  std::size_t size = 0;
  void Add(const Point& point) {
    if (size < corners.size()) corners[size++] = point;
  }
  std::span<const Point> View() const { return std::span(corners).first(size); }
};

/// The part left of the line from a to b.
Polygon CutLeft(const Polygon& polygon, const Point& a, const Point& b) {
  Polygon left;
  for (std::size_t i = 0; i < polygon.size; ++i) {
    const Point& from = polygon.corners[i];
    const Point& to = polygon.corners[(i + 1) % polygon.size];
    const double side_from = Side(a, b, from);
    const double side_to = Side(a, b, to);
    if (side_from >= 0) left.Add(from);
    if ((side_from > 0 && side_to < 0) || (side_from < 0 && side_to > 0)) {
      const double share = side_from / (side_from - side_to);
      left.Add({from.x + share * (to.x - from.x), from.y + share * (to.y - from.y)});
    }
  }
  return left;
}

/// Corners moved to `origin` (far from zero, areas would lose digits), counter-clockwise.
Quadrilateral Normalised(Quadrilateral corners, const Point& origin) {
  for (Point& corner : corners) corner = {corner.x - origin.x, corner.y - origin.y};
  if (SignedArea(corners) < 0) std::ranges::reverse(corners);
  return corners;
}

}  // namespace

double IntersectionArea(const Box& a, const Box& b) {
  const double w = std::min(a.w + a.x, b.w + b.x) - std::max(a.x, b.x);
  if (w <= 0) return 0;
  const double h = std::min(a.h + a.y, b.h + b.y) - std::max(a.y, b.y);
  return h <= 0 ? 0 : w * h;
}

double Iou(const Box& a, const Box& b) {
  const double common = IntersectionArea(a, b);
  return common > 0 ? common / (a.w * a.h + b.w * b.h - common) : 0;
}

double ShareInside(const Box& found, const Box& region) {
  const double common = IntersectionArea(found, region);
  return common > 0 ? common / (found.w * found.h) : 0;
}

double GeneralizedIou(const Box& a, const Box& b) {
  const double common = IntersectionArea(a, b);
  const double both = a.w * a.h + b.w * b.h - common;
  const auto [w, h] = CommonHull(a, b);
  return common / both - (w * h - both) / (w * h);
}

double DistanceIou(const Box& a, const Box& b) {
  const auto [w, h] = CommonHull(a, b);
  const double diagonal = w * w + h * h + kTorchvisionEpsilon;
  const double dx = (a.x + a.x + a.w) / 2 - (b.x + b.x + b.w) / 2;
  const double dy = (a.y + a.y + a.h) / 2 - (b.y + b.y + b.h) / 2;
  return Iou(a, b) - (dx * dx + dy * dy) / diagonal;
}

double CompleteIou(const Box& found, const Box& truth) {
  const double angle = std::atan(found.w / found.h) - std::atan(truth.w / truth.h);
  const double v = 4 / (std::numbers::pi * std::numbers::pi) * angle * angle;
  const double alpha = v / (1 - Iou(found, truth) + v + kTorchvisionEpsilon);
  return DistanceIou(found, truth) - alpha * v;
}

double Area(const Quadrilateral& corners) { return std::abs(SignedArea(Normalised(corners, corners[0]))); }

double Iou(const Quadrilateral& a, const Quadrilateral& b) {
  const Quadrilateral own = Normalised(a, a[0]);
  const Quadrilateral other = Normalised(b, a[0]);
  Polygon common;
  for (const Point& corner : own) common.Add(corner);
  for (std::size_t i = 0; i < 4 && common.size > 0; ++i) {
    common = CutLeft(common, other[i], other[(i + 1) % 4]);
  }
  const double shared = std::abs(SignedArea(common.View()));
  const double both = SignedArea(own) + SignedArea(other) - shared;
  return both > 0 ? shared / both : 0;
}

bool IsConvex(const Quadrilateral& corners) {
  const Quadrilateral turned = Normalised(corners, corners[0]);
  for (std::size_t i = 0; i < 4; ++i) {
    if (Side(turned[i], turned[(i + 1) % 4], turned[(i + 2) % 4]) < 0) return false;
  }
  return SignedArea(turned) > 0;
}

}  // namespace cupel::algorithm::detection
