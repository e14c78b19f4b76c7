// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/l1_ball.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace cupel::algorithm::inspect {
namespace {

constexpr int kMostSteps = 200;
constexpr double kAccuracy = 1e-13;

// What is left of the offsets at one shrink, and how many of them still fall with it.
struct Remainder {
  double sum = 0;
  double falling = 0;
};

Remainder At(double shrink, std::span<const double> length, std::span<const double> room) {
  Remainder remainder;
  for (std::size_t i = 0; i < length.size(); ++i) {
    const double left = std::max(length[i] - shrink, 0.0);
    remainder.sum += std::min(room[i], left);
    remainder.falling += left > 0 && left < room[i] ? 1 : 0;
  }
  return remainder;
}

// The sum falls from above the radius at `low` to zero at `high`. A Newton step inside the linear piece that
// holds the root lands on it; one that leaves the bracket, or has no slope, is replaced by a bisection.
double Shrink(double radius, std::span<const double> length, std::span<const double> room) {
  double low = 0;
  double high = *std::max_element(length.begin(), length.end());
  double shrink = low;
  for (int step = 0; step < kMostSteps; ++step) {
    const Remainder here = At(shrink, length, room);
    if (std::abs(here.sum - radius) <= kAccuracy * radius) return shrink;
    (here.sum > radius ? low : high) = shrink;
    double next = here.falling > 0 ? shrink + (here.sum - radius) / here.falling : low;
    if (!(next > low && next < high)) next = low + (high - low) / 2;
    if (next == low || next == high) break;
    shrink = next;
  }
  return high;  // the sum there is at most the radius
}

}  // namespace

void ProjectOntoL1BallInBox(double radius, float box_low, float box_high, std::span<const float> original,
                            std::span<double> offset) {
  std::vector<double> length(offset.size());
  std::vector<double> room(offset.size());
  double inside = 0;
  for (std::size_t i = 0; i < offset.size(); ++i) {
    length[i] = std::abs(offset[i]);
    room[i] = offset[i] > 0 ? double{box_high} - original[i] : double{original[i]} - box_low;
    inside += std::min(length[i], room[i]);
  }
  const double shrink = inside > radius ? Shrink(radius, length, room) : 0;
  for (std::size_t i = 0; i < offset.size(); ++i) {
    offset[i] = std::copysign(std::min(room[i], std::max(length[i] - shrink, 0.0)), offset[i]);
  }
}

}  // namespace cupel::algorithm::inspect
