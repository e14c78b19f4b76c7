// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/image/homography.h"

#include <algorithm>
#include <cmath>

namespace cupel::data::image {
namespace {

// Twice the area of a triangle, in units of its squared sides: near 0 when the points lie on one line.
double Flatness(Point a, Point b, Point c) {
  const double area = std::abs((b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x));
  const double longest = std::max(
      {std::hypot(b.x - a.x, b.y - a.y), std::hypot(c.x - a.x, c.y - a.y), std::hypot(c.x - b.x, c.y - b.y)});
  return longest > 0 ? area / (longest * longest) : 0;
}

bool IsProper(const Quad& quad) {
  for (std::size_t i = 0; i < 4; ++i) {
    if (!(Flatness(quad[i], quad[(i + 1) % 4], quad[(i + 2) % 4]) > 1e-9)) return false;
  }
  return true;
}

// Unit square to quad, in closed form (Heckbert 1989, section 2.2.3).
Homography FromUnitSquare(const Quad& q) {
  const double dx1 = q[1].x - q[2].x, dx2 = q[3].x - q[2].x, sx = q[0].x - q[1].x + q[2].x - q[3].x;
  const double dy1 = q[1].y - q[2].y, dy2 = q[3].y - q[2].y, sy = q[0].y - q[1].y + q[2].y - q[3].y;
  const double det = dx1 * dy2 - dx2 * dy1;
  const double g = (sx * dy2 - dx2 * sy) / det, h = (dx1 * sy - sx * dy1) / det;
  return Homography({q[1].x - q[0].x + g * q[1].x, q[3].x - q[0].x + h * q[3].x, q[0].x,
                     q[1].y - q[0].y + g * q[1].y, q[3].y - q[0].y + h * q[3].y, q[0].y, g, h, 1});
}

}  // namespace

Quad RectangleQuad(double width, double height) {
  return {Point{0, 0}, Point{width, 0}, Point{width, height}, Point{0, height}};
}

Result<Homography> Homography::FromQuads(const Quad& from, const Quad& to) {
  if (!IsProper(from) || !IsProper(to)) {
    return Fail(ErrorCode::kInvalidArgument, "three of the four corners lie on one line");
  }
  CUPEL_TRY(const Homography back, FromUnitSquare(from).Inverse());
  return back.Then(FromUnitSquare(to));
}

Homography Homography::ScaleAndMove(double scale_x, double scale_y, double move_x, double move_y) {
  return Homography({scale_x, 0, move_x, 0, scale_y, move_y, 0, 0, 1});
}

Point Homography::Apply(Point point, double* depth) const {
  const auto& m = matrix_;
  const double w = m[6] * point.x + m[7] * point.y + m[8];
  if (depth != nullptr) *depth = w;
  return {(m[0] * point.x + m[1] * point.y + m[2]) / w, (m[3] * point.x + m[4] * point.y + m[5]) / w};
}

Homography Homography::Then(const Homography& next) const {
  std::array<double, 9> product{};
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t column = 0; column < 3; ++column) {
      for (std::size_t k = 0; k < 3; ++k) {
        product[row * 3 + column] += next.matrix_[row * 3 + k] * matrix_[k * 3 + column];
      }
    }
  }
  return Homography(product);
}

Result<Homography> Homography::Inverse() const {
  const auto& m = matrix_;
  std::array<double, 9> adjugate = {
      m[4] * m[8] - m[5] * m[7], m[2] * m[7] - m[1] * m[8], m[1] * m[5] - m[2] * m[4],
      m[5] * m[6] - m[3] * m[8], m[0] * m[8] - m[2] * m[6], m[2] * m[3] - m[0] * m[5],
      m[3] * m[7] - m[4] * m[6], m[1] * m[6] - m[0] * m[7], m[0] * m[4] - m[1] * m[3]};
  const double determinant = m[0] * adjugate[0] + m[1] * adjugate[3] + m[2] * adjugate[6];
  if (!std::isfinite(1 / determinant)) return Fail(ErrorCode::kInvalidArgument, "the map is singular");
  for (double& value : adjugate) value /= determinant;
  return Homography(adjugate);
}

}  // namespace cupel::data::image
