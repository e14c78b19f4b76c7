// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Planes seen by a camera: projective maps between two planes, from four points each.
///
/// Coordinates are continuous: pixel (row, column) covers [column, column + 1) x [row, row + 1), so its
/// middle is at (column + 0.5, row + 0.5). Source: Hartley and Zisserman, Multiple View Geometry,
/// sections 2.3, 4.1.

#include <array>
#include <span>

#include "cupel/base/error.h"

namespace cupel::data::image {

struct Point {
  double x = 0;
  double y = 0;
};

/// Corners in the order top left, top right, bottom right, bottom left.
using Quad = std::array<Point, 4>;

/// The corners of a rectangle of this size at the origin.
Quad RectangleQuad(double width, double height);

class Homography {
 public:
  Homography() = default;  ///< The identity.
  /// matrix: row-major; (x, y, 1) is multiplied from the right.
  explicit Homography(const std::array<double, 9>& matrix) : matrix_(matrix) {}

  /// The map that takes from[i] to to[i]. Errors: kInvalidArgument when three points lie on one line.
  static Result<Homography> FromQuads(const Quad& from, const Quad& to);
  /// x -> scale_x x + move_x, y -> scale_y y + move_y.
  static Homography ScaleAndMove(double scale_x, double scale_y, double move_x, double move_y);

  const std::array<double, 9>& matrix() const { return matrix_; }

  /// Where the point goes. `depth`, if given, gets the third coordinate: not > 0 for a point behind a camera.
  Point Apply(Point point, double* depth = nullptr) const;
  /// First this map, then `next`.
  Homography Then(const Homography& next) const;
  /// Errors: kInvalidArgument when the map is singular.
  Result<Homography> Inverse() const;

 private:
  std::array<double, 9> matrix_ = {1, 0, 0, 0, 1, 0, 0, 0, 1};
};

}  // namespace cupel::data::image
