// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/l1_ball.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::inspect {
namespace {

struct Problem {
  double radius = 1;
  std::vector<float> original;
  std::vector<double> offset;
};

Problem Random(std::uint64_t seed, std::size_t d, double reach) {
  ReproducibleStream stream(seed, "l1-ball");
  Problem problem;
  problem.radius = 0.1 + 3 * stream.UniformDouble();
  for (std::size_t i = 0; i < d; ++i) {
    const bool at_the_wall = stream.Below(3) == 0;
    problem.original.push_back(at_the_wall ? static_cast<float>(stream.Below(2)) : stream.Uniform());
    problem.offset.push_back(stream.Below(6) == 0 ? 0 : reach * stream.Normal());
  }
  return problem;
}

std::vector<double> Projected(const Problem& problem) {
  std::vector<double> offset = problem.offset;
  ProjectOntoL1BallInBox(problem.radius, 0, 1, problem.original, offset);
  return offset;
}

double L1(std::span<const double> v) {
  double sum = 0;
  for (const double x : v) sum += std::abs(x);
  return sum;
}

double SquaredDistance(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum;
}

// The reference: the sum is linear between the places where a feature stops being held by the box or
// vanishes, so the shrink is found between two of them, sorted.
std::vector<double> BySorting(const Problem& problem) {
  std::vector<double> places = {0};
  std::vector<double> room;
  for (std::size_t i = 0; i < problem.offset.size(); ++i) {
    const double y = problem.offset[i];
    room.push_back(y > 0 ? 1.0 - problem.original[i] : double{problem.original[i]});
    places.push_back(std::abs(y));
    places.push_back(std::max(0.0, std::abs(y) - room[i]));
  }
  std::sort(places.begin(), places.end());
  const auto at = [&](double shrink) {
    std::vector<double> z;
    for (std::size_t i = 0; i < room.size(); ++i) {
      const double left = std::min(room[i], std::max(std::abs(problem.offset[i]) - shrink, 0.0));
      z.push_back(problem.offset[i] < 0 ? -left : left);
    }
    return z;
  };
  if (L1(at(0)) <= problem.radius) return at(0);
  std::size_t k = 0;
  while (L1(at(places[k + 1])) > problem.radius) ++k;
  const double above = L1(at(places[k]));
  const double below = L1(at(places[k + 1]));
  return at(places[k] + (places[k + 1] - places[k]) * (above - problem.radius) / (above - below));
}

TEST(L1Ball, AgreesWithTheSortedReference) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const Problem problem = Random(seed, 1 + seed % 60, seed % 2 == 0 ? 0.3 : 5.0);
    const std::vector<double> got = Projected(problem);
    const std::vector<double> expected = BySorting(problem);
    for (std::size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], expected[i], 1e-12) << "seed " << seed;
  }
}

TEST(L1Ball, StaysInTheBallAndTheBox) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const Problem problem = Random(seed, 40, 2.0);
    const std::vector<double> z = Projected(problem);
    EXPECT_LE(L1(z), problem.radius * (1 + 1e-12));
    for (std::size_t i = 0; i < z.size(); ++i) {
      EXPECT_GE(problem.original[i] + z[i], 0);
      EXPECT_LE(problem.original[i] + z[i], 1);
    }
  }
}

// Projection onto a convex set: no other point of it is nearer, and the angle to every other is not acute.
TEST(L1Ball, NoOtherPointOfTheSetIsNearer) {
  const Problem problem = Random(7, 12, 1.0);
  const std::vector<double> z = Projected(problem);
  const double best = SquaredDistance(z, problem.offset);
  ReproducibleStream stream(1, "points");
  for (int trial = 0; trial < 3000; ++trial) {
    Problem other = problem;
    for (std::size_t i = 0; i < z.size(); ++i) other.offset[i] = z[i] + 0.1 * stream.Normal();
    const std::vector<double> point = Projected(other);
    EXPECT_GE(SquaredDistance(point, problem.offset), best - 1e-9);
  }
}

TEST(L1Ball, PointsOfTheSetStayWhereTheyAre) {
  Problem problem{.radius = 2, .original = {0.5F, 0.0F, 1.0F}, .offset = {0.25, 0.5, -1.0}};
  EXPECT_EQ(Projected(problem), problem.offset);
}

// By hand: the first feature is held by the box at 0.1, so 0.9 is left for the other two, which lose 0.05
// each.
TEST(L1Ball, WhatTheBoxTakesIsGivenToTheOthers) {
  const Problem problem{.radius = 1, .original = {0.9F, 0.0F, 1.0F}, .offset = {0.8, 0.5, -0.5}};
  const std::vector<double> z = Projected(problem);
  EXPECT_NEAR(z[0], 1.0 - 0.9F, 1e-12);
  EXPECT_NEAR(z[1], (1 - (1.0 - 0.9F)) / 2, 1e-12);
  EXPECT_NEAR(z[2], -(1 - (1.0 - 0.9F)) / 2, 1e-12);
}

TEST(L1Ball, NoMovementNeedsNoShrink) {
  Problem problem{.radius = 1, .original = {0.5F, 0.5F}, .offset = {0, 0}};
  EXPECT_EQ(Projected(problem), (std::vector<double>{0, 0}));
}

}  // namespace
}  // namespace cupel::algorithm::inspect
