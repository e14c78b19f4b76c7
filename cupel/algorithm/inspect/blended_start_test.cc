// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/blended_start.h"

#include <cmath>

#include "cupel/algorithm/inspect/query_walk_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::inspect {
namespace {

OwnedSample Image(std::vector<std::int64_t> shape, float low = 0, float high = 1) {
  const AnswerFunction answer = [](std::span<const float>) { return std::vector<float>{1, 0}; };
  return DrawSample(answer, std::move(shape),
                    {.norm = Norm::kL2, .epsilon = 1, .box_low = low, .box_high = high}, 6, low, high);
}

/// Looks until the search is over; returns the points looked at.
std::vector<std::vector<float>> LookAround(BlendedStart& start, const OwnedSample& sample,
                                           const std::function<bool(std::span<const float>)>& adversarial) {
  std::vector<std::vector<float>> points;
  std::vector<float> x(sample.original.size());
  while (start.Next(x)) {
    points.push_back(x);
    start.See(adversarial(x));
  }
  return points;
}

// Adversarial is what lies farther than a radius: the first point of the line beyond it is the start.
TEST(BlendedStart, StopsAtTheFirstAdversarialPointOfTheLine) {
  const OwnedSample sample = Image({1, 8, 8});
  BlendedStart start(sample.View());
  const auto far = [&](std::span<const float> x) { return Measure(sample.original, x).l2 > 1.0; };
  const std::vector<std::vector<float>> points = LookAround(start, sample, far);
  ASSERT_TRUE(start.found());
  const double noise = Measure(sample.original, points[0]).l2;
  const auto steps = static_cast<std::size_t>(std::ceil(50 * 1.0 / noise));
  EXPECT_EQ(points.size(), 1 + steps);
  EXPECT_TRUE(std::equal(start.point().begin(), start.point().end(), points.back().begin()));
  EXPECT_NEAR(Measure(sample.original, start.point()).l2, noise * static_cast<double>(steps) / 50, 1e-5);
}

TEST(BlendedStart, TakesTheNoiseItselfWhenNothingNearerIsAdversarial) {
  const OwnedSample sample = Image({1, 8, 8});
  BlendedStart start(sample.View());
  int looks = 0;
  const std::vector<std::vector<float>> points =
      LookAround(start, sample, [&](std::span<const float>) { return looks++ == 0; });
  ASSERT_TRUE(start.found());
  EXPECT_EQ(points.size(), 50U);  // the noise and 49 points short of it
  EXPECT_TRUE(std::equal(start.point().begin(), start.point().end(), points[0].begin()));
}

TEST(BlendedStart, GivesUpAfterAThousandDraws) {
  for (const std::vector<std::int64_t>& shape : {std::vector<std::int64_t>{1, 8, 8}, {5}}) {
    const OwnedSample sample = Image(shape, -2, 3);
    BlendedStart start(sample.View());
    const auto points = LookAround(start, sample, [](std::span<const float>) { return false; });
    EXPECT_EQ(points.size(), 1000U);
    EXPECT_TRUE(start.over());
    EXPECT_FALSE(start.found());
    for (const auto& x : points) {
      for (float value : x) ASSERT_TRUE(value >= -2 && value <= 3);
    }
  }
}

// Uniform noise first, as published; then squares of sides 2, 4, 8, 16, one colour a channel, the mirror.
TEST(BlendedStart, GoesRoundFromFineNoiseToOneColourAndTheMirror) {
  const OwnedSample sample = Image({3, 12, 9});
  BlendedStart start(sample.View());
  const auto points = LookAround(start, sample, [](std::span<const float>) { return false; });
  for (std::size_t draw : {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{4}, std::size_t{6}}) {
    const std::size_t side = std::size_t{1} << draw % 5;
    for (std::size_t i = 0; i < sample.original.size(); ++i) {
      const std::size_t row = i % 108 / 9;
      const std::size_t column = i % 9;
      const std::size_t corner = i / 108 * 108 + row / side * side * 9 + column / side * side;
      ASSERT_EQ(points[draw][i], points[draw][corner]) << "draw " << draw << " feature " << i;
    }
  }
  EXPECT_NE(points[0][0], points[0][1]);
  EXPECT_NE(points[1][0], points[1][2]);
  EXPECT_NE(points[4][0], points[4][108]);
  for (std::size_t i = 0; i < sample.original.size(); ++i)
    EXPECT_FLOAT_EQ(points[5][i], 1 - sample.original[i]);
  EXPECT_NE(points[7], points[2]);  // the next round draws anew
}

// A model that answers its class for all fine noise: with uniform noise alone the attack would find nothing.
TEST(BlendedStart, FindsAStartWhereUniformNoiseHasNone) {
  const OwnedSample sample = Image({1, 16, 16});
  BlendedStart start(sample.View());
  const auto smooth = [](std::span<const float> x) {
    double steps = 0;
    for (std::size_t i = 1; i < x.size(); ++i) steps += std::abs(x[i] - x[i - 1]);
    return steps < 0.1 * static_cast<double>(x.size());
  };
  LookAround(start, sample, smooth);
  EXPECT_TRUE(start.found());
  EXPECT_TRUE(smooth(start.point()));
}

TEST(Decide, IsWhetherTheGoalIsReached) {
  EXPECT_FALSE(Decide({.label = 0}, std::vector<float>{2, 1, 0}));
  EXPECT_TRUE(Decide({.label = 0}, std::vector<float>{1, 2, 0}));
  EXPECT_FALSE(Decide({.label = 0}, std::vector<float>{1, 1, 0}));  // a tie proves nothing
  EXPECT_FALSE(Decide({.label = 0, .target = 2}, std::vector<float>{1, 2, 0}));
  EXPECT_TRUE(Decide({.label = 0, .target = 2}, std::vector<float>{1, 2, 3}));
}

TEST(Blend, StaysBetweenItsEndsAndMeetsThem) {
  const std::vector<float> from = {0.1F, -3.0F, 1e-7F, 0.9F};
  const std::vector<float> to = {0.7F, 5.0F, 1e7F, 0.9F};
  std::vector<float> x(4);
  Blend(from, to, 0, x);
  EXPECT_EQ(x, from);
  Blend(from, to, 1, x);
  EXPECT_EQ(x, to);
  for (double share : {1e-9, 0.3, 0.5, 0.999999}) {
    Blend(from, to, share, x);
    for (std::size_t i = 0; i < 4; ++i) EXPECT_TRUE(x[i] >= from[i] && x[i] <= to[i]);
  }
}

}  // namespace
}  // namespace cupel::algorithm::inspect
