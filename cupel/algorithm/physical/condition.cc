// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/physical/condition.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace cupel::algorithm::physical {

using data::image::Homography;

Json Condition::ToJson() const {
  return Json::Object{{"rotation", rotation}, {"scale", scale},           {"tiltX", tilt_x},
                      {"tiltY", tilt_y},      {"moveX", move_x},          {"moveY", move_y},
                      {"blur", blur},         {"brightness", brightness}, {"contrast", contrast},
                      {"noise", noise}};
}

Condition DrawCondition(const ConditionRanges& ranges, ReproducibleStream& stream) {
  const auto within = [&](double range) { return range * (2 * stream.UniformDouble() - 1); };
  Condition condition;
  condition.rotation = within(ranges.rotation);
  condition.scale = 1 + within(ranges.scale);
  condition.tilt_x = within(ranges.tilt);
  condition.tilt_y = within(ranges.tilt);
  condition.move_x = within(1);
  condition.move_y = within(1);
  condition.blur = ranges.blur * stream.UniformDouble();
  condition.brightness = within(ranges.brightness);
  condition.contrast = 1 + within(ranges.contrast);
  condition.noise = ranges.noise * stream.UniformDouble();
  return condition;
}

Homography SeenFrom(const Condition& condition, double width, double height, double pixels) {
  constexpr double kRadians = std::numbers::pi / 180;
  const double cx = std::cos(condition.tilt_x * kRadians), sx = std::sin(condition.tilt_x * kRadians);
  const double cy = std::cos(condition.tilt_y * kRadians), sy = std::sin(condition.tilt_y * kRadians);
  const double cz = std::cos(condition.rotation * kRadians), sz = std::sin(condition.rotation * kRadians);
  // The first two columns of Rx then Ry: where the plane's axes go before it is turned in the picture.
  const double ux = cy, uz = -sy;
  const double vx = sy * sx, vy = cx, vz = cy * sx;
  const double distance = 3 * std::max(width, height);
  const double s = condition.scale * pixels;
  const Homography centred = Homography::ScaleAndMove(1, 1, -width / 2, -height / 2);
  // Rows grow downwards, so a counter-clockwise turn takes (x, y) to (cos x + sin y, -sin x + cos y).
  const Homography seen({s * (cz * ux), s * (cz * vx + sz * vy), 0, s * (-sz * ux), s * (-sz * vx + cz * vy),
                         0, uz / distance, vz / distance, 1});
  return centred.Then(seen);
}

}  // namespace cupel::algorithm::physical
