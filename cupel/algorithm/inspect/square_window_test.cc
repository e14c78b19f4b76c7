// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/square_window.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace cupel::algorithm::inspect {
namespace {

// The official schedule (fra31/auto-attack a392200, square.py, p_selection), as its chain of comparisons.
double OfficialShare(double p_init, int it) {
  if (10 < it && it <= 50) return p_init / 2;
  if (50 < it && it <= 200) return p_init / 4;
  if (200 < it && it <= 500) return p_init / 8;
  if (500 < it && it <= 1000) return p_init / 16;
  if (1000 < it && it <= 2000) return p_init / 32;
  if (2000 < it && it <= 4000) return p_init / 64;
  if (4000 < it && it <= 6000) return p_init / 128;
  if (6000 < it && it <= 8000) return p_init / 256;
  if (8000 < it) return p_init / 512;
  return p_init;
}

// Its bump (eta_rectangles and eta), slice by slice.
std::vector<double> OfficialRectangle(int rows, int columns) {
  std::vector<double> delta(static_cast<std::size_t>(rows * columns), 0);
  const int row_centre = rows / 2 + 1;
  const int column_centre = columns / 2 + 1;
  int top = row_centre - 1;
  int left = column_centre - 1;
  for (int counter = 0; counter < std::max(row_centre, column_centre); ++counter) {
    for (int i = std::max(top, 0); i < std::min(top + 2 * counter + 1, rows); ++i) {
      for (int j = std::max(left, 0); j < std::min(left + 2 * counter + 1, columns); ++j)
        delta[static_cast<std::size_t>(i * columns + j)] += 1.0 / ((counter + 1) * (counter + 1));
    }
    --top;
    --left;
  }
  double squares = 0;
  for (double value : delta) squares += value * value;
  for (double& value : delta) value /= std::sqrt(squares);
  return delta;
}

std::vector<double> OfficialEta(int side) {
  std::vector<double> eta = OfficialRectangle(side / 2, side);
  for (double value : OfficialRectangle(side - side / 2, side)) eta.push_back(-value);
  double squares = 0;
  for (double value : eta) squares += value * value;
  for (double& value : eta) value /= std::sqrt(squares);
  return eta;
}

TEST(SquareSchedule, IsTheOfficialOne) {
  for (int it = 0; it < 12000; ++it) EXPECT_EQ(SquareShare(0.8, it), OfficialShare(0.8, it)) << it;
}

TEST(SquareSchedule, RescaledUsesAllStagesWhateverTheBudget) {
  for (int queries : {100, 1000, 5000, 20000}) {
    for (int it = 0; it < queries; ++it)
      ASSERT_EQ(RescaledSquareShare(0.8, it, queries),
                OfficialShare(0.8, int(std::int64_t{it} * 10000 / queries)));
    EXPECT_EQ(RescaledSquareShare(0.8, queries - 1, queries), 0.8 / 512);
  }
}

// Sides on 28 x 28 as max(int(round(sqrt(p * 784))), 1), in L2 at least 3 and odd: worked out by hand.
TEST(SquareSide, CoversTheShareOfAnImage) {
  const Plane plane{28, 28};
  const int linf[] = {25, 18, 13, 9, 6, 4, 3, 2, 2, 1};
  const int l2[] = {25, 19, 13, 9, 7, 5, 3, 3, 3, 3};
  for (int stage = 0; stage < 10; ++stage) {
    const double share = std::ldexp(0.8, -stage);
    EXPECT_EQ(SquareSide(plane, share, WindowRule::kAny), linf[stage]) << "stage " << stage;
    EXPECT_EQ(SquareSide(plane, share, WindowRule::kOdd), l2[stage]) << "stage " << stage;
  }
}

TEST(SquareSide, NeverLeavesThePlane) {
  for (std::int64_t height : {1, 2, 3, 7, 64}) {
    for (std::int64_t width : {1, 2, 5, 33}) {
      for (double share : {1.0, 0.8, 0.1, 1e-6}) {
        for (WindowRule rule : {WindowRule::kAny, WindowRule::kOdd}) {
          const std::int64_t side = SquareSide({height, width}, share, rule);
          EXPECT_GE(side, 1);
          EXPECT_LE(side, std::min(height, width));
        }
      }
    }
  }
}

TEST(TwoBumps, AreTheOfficialOnes) {
  for (int side = 1; side <= 31; ++side) {
    const std::vector<double> ours = TwoBumps(side);
    const std::vector<double> official = OfficialEta(side);
    ASSERT_EQ(ours.size(), official.size());
    for (std::size_t i = 0; i < ours.size(); ++i)
      EXPECT_NEAR(ours[i], official[i], 1e-14) << side << " " << i;
  }
}

TEST(DrawPattern, IsUnitAndTransposedHalfOfTheTime) {
  ReproducibleStream stream(1, "pattern");
  const Window window{.side = 5, .cells = std::vector<std::size_t>(25)};
  const std::vector<double> upright = TwoBumps(5);
  std::vector<double> pattern;
  int as_is = 0;
  for (int i = 0; i < 1000; ++i) {
    DrawPattern(window, stream, pattern);
    double squares = 0;
    for (double value : pattern) squares += value * value;
    ASSERT_NEAR(squares, 1, 1e-12);
    as_is += pattern == upright;
    if (pattern != upright) {
      EXPECT_EQ(pattern[1], upright[5]);
    }
  }
  EXPECT_NEAR(as_is, 500, 5 * std::sqrt(250.0));
}

TEST(DrawPattern, OfATableIsSignsOfUnitLength) {
  ReproducibleStream stream(1, "pattern");
  const Window window{.side = 0, .cells = {3, 1, 4, 8}};
  std::vector<double> pattern;
  std::set<std::vector<double>> seen;
  for (int i = 0; i < 400; ++i) {
    DrawPattern(window, stream, pattern);
    for (double value : pattern) EXPECT_EQ(std::abs(value), 0.5);
    seen.insert(pattern);
  }
  EXPECT_EQ(seen.size(), 16U);
}

// Every place of the plane is as likely, the last row and column included.
TEST(DrawWindow, PutsASquareAnywhereInAnImage) {
  ReproducibleStream stream(2, "window");
  const Plane plane{6, 9};
  std::map<std::size_t, int> corners;
  Window window;
  constexpr int kDraws = 20000;
  for (int i = 0; i < kDraws; ++i) {
    DrawWindow(plane, 9.0 / 54, WindowRule::kAny, stream, window);
    ASSERT_EQ(window.side, 3);
    ASSERT_EQ(window.cells.size(), 9U);
    for (std::size_t k = 0; k < 9; ++k) ASSERT_EQ(window.cells[k], window.cells[0] + k / 3 * 9 + k % 3);
    ASSERT_LE(window.cells[0] % 9, 6U);
    ++corners[window.cells[0]];
  }
  ASSERT_EQ(corners.size(), 4U * 7U);
  EXPECT_TRUE(corners.contains(3 * 9 + 6));
  for (const auto& [corner, count] : corners)
    EXPECT_NEAR(count, kDraws / 28.0, 5 * std::sqrt(kDraws / 28.0)) << corner;
}

TEST(DrawWindow, OfATableIsASetOfFeatures) {
  ReproducibleStream stream(2, "window");
  Window window;
  std::vector<int> drawn(10, 0);
  constexpr int kDraws = 5000;
  for (int i = 0; i < kDraws; ++i) {
    DrawWindow({0, 10}, 0.4, WindowRule::kAny, stream, window);
    ASSERT_EQ(std::set<std::size_t>(window.cells.begin(), window.cells.end()).size(), 4U);
    for (std::size_t cell : window.cells) ++drawn.at(cell);
  }
  for (int count : drawn) EXPECT_NEAR(count, 0.4 * kDraws, 5 * std::sqrt(0.24 * kDraws));
  DrawWindow({0, 10}, 1e-9, WindowRule::kAny, stream, window);
  EXPECT_EQ(window.cells.size(), 1U);
  DrawWindow({0, 10}, 1e-9, WindowRule::kOdd, stream, window);
  EXPECT_EQ(window.cells.size(), 2U);
  DrawWindow({0, 1}, 0.5, WindowRule::kOdd, stream, window);
  EXPECT_EQ(window.cells.size(), 1U);
}

}  // namespace
}  // namespace cupel::algorithm::inspect
