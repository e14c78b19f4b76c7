// SPDX-License-Identifier: Apache-2.0
// Lines that bound functions: at thousands of points of random intervals, and as tight as they can be where
// that is known. And the float32 functions themselves against double.
#include "cupel/algorithm/certify/activation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

#include "cupel/algorithm/certify/rounding.h"
#include "cupel/algorithm/tensor/tensor.h"
#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::certify {
namespace {

struct Named {
  const char* name;
  std::shared_ptr<const Activation> function;
  double (*definition)(double);
};

std::vector<Named> AllFunctions() {
  return {
      {"relu", MakeRelu(), [](double x) { return std::max(x, 0.0); }},
      {"leaky", MakeLeakyRelu(0.1), [](double x) { return x < 0 ? 0.1 * x : x; }},
      {"falling", MakeLeakyRelu(-0.5), [](double x) { return x < 0 ? -0.5 * x : x; }},
      {"steep", MakeLeakyRelu(2), [](double x) { return x < 0 ? 2 * x : x; }},
      {"clip", MakeClip(-1, 2.5), [](double x) { return std::clamp(x, -1.0, 2.5); }},
      {"clip_below", MakeClip(0.3, std::numeric_limits<double>::infinity()),
       [](double x) { return std::max(x, 0.3); }},
      {"clip_above", MakeClip(-std::numeric_limits<double>::infinity(), 0.3),
       [](double x) { return std::min(x, 0.3); }},
      {"sigmoid", MakeSigmoid(), [](double x) { return 1 / (1 + std::exp(-x)); }},
      {"tanh", MakeTanh(), [](double x) { return std::tanh(x); }},
  };
}

TEST(Lines, BoundTheirFunctionEverywhereOnTheInterval) {
  ReproducibleStream stream(1, "lines");
  for (const Named& f : AllFunctions()) {
    for (int repeat = 0; repeat < 3000; ++repeat) {
      const double scale = std::pow(10, 3 * stream.UniformDouble() - 1.5);
      double low = scale * stream.Normal(), high = repeat % 7 == 0 ? low + 1e-9 : scale * stream.Normal();
      if (repeat % 11 == 0) high = low;
      if (low > high) std::swap(low, high);
      const LinePair lines = Bound(*f.function, low, high);
      const Extremes range = f.function->ExtremesAgainst(0, low, high);
      for (int i = 0; i <= 40; ++i) {
        const double x = std::clamp(i == 40 ? high : low + (high - low) * i / 40, low, high);
        const double y = f.definition(x), room = 1e-15 * (1 + std::abs(x));
        ASSERT_LE(lines.lower.At(x), y + room) << f.name << " on [" << low << ", " << high << "] at " << x;
        ASSERT_GE(lines.upper.At(x), y - room) << f.name << " on [" << low << ", " << high << "] at " << x;
        ASSERT_LE(range.least, y + room) << f.name;
        ASSERT_GE(range.most, y - room) << f.name;
        ASSERT_NEAR((*f.function)(x), y, room);
      }
    }
  }
}

TEST(Lines, AreExactWhereTheFunctionIsALine) {
  for (const auto& [low, high, slope] :
       {std::tuple{0.0, 4.0, 1.0}, std::tuple{-3.0, 0.0, 0.0}, std::tuple{1e-3, 9.0, 1.0}}) {
    const LinePair lines = Bound(*MakeRelu(), low, high);
    EXPECT_EQ(lines.lower.slope, slope);
    EXPECT_EQ(lines.upper.slope, slope);
    EXPECT_NEAR(lines.lower.intercept, 0, 1e-10);
    EXPECT_NEAR(lines.upper.intercept, 0, 1e-10);
  }
}

// Zhang et al. 2018: the chord above, 0 or x below, whichever leaves the smaller area.
TEST(Lines, OfAnUndecidedRectifierAreCrowns) {
  const LinePair mostly_on = Bound(*MakeRelu(), -1, 3);
  EXPECT_NEAR(mostly_on.upper.slope, 0.75, 1e-12);
  EXPECT_NEAR(mostly_on.upper.intercept, 0.75, 1e-9);
  EXPECT_EQ(mostly_on.lower.slope, 1);
  const LinePair mostly_off = Bound(*MakeRelu(), -3, 1);
  EXPECT_NEAR(mostly_off.upper.slope, 0.25, 1e-12);
  EXPECT_EQ(mostly_off.lower.slope, 0);
}

// On each side of 0 the sigmoid bends one way: a chord and a tangent; across, tangents through the far ends.
TEST(Lines, OfTheSigmoidTouchIt) {
  for (const auto& function : {MakeSigmoid(), MakeTanh()}) {
    for (const auto& [low, high] :
         {std::pair{0.5, 3.0}, std::pair{-3.0, -0.5}, std::pair{-2.0, 3.0}, std::pair{-0.1, 5.0}}) {
      const LinePair lines = Bound(*function, low, high);
      double above = std::numeric_limits<double>::infinity(), below = above;
      for (int i = 0; i <= 20000; ++i) {
        const double x = low + (high - low) * i / 20000;
        above = std::min(above, lines.upper.At(x) - (*function)(x));
        below = std::min(below, (*function)(x)-lines.lower.At(x));
      }
      EXPECT_NEAR(above, 0, 1e-7);
      EXPECT_NEAR(below, 0, 1e-7);
    }
  }
}

// What the certificate assumes of the executor's float32 functions (rounding.h), over all magnitudes.
TEST(FloatFunctions, OfTheExecutorAreWithinTheErrorThatIsCovered) {
  std::vector<float> x;
  for (int exponent = -30; exponent <= 7; ++exponent) {
    for (int i = 0; i < 20000; ++i) {
      const float value = std::ldexp(1 + static_cast<float>(i) / 20000, exponent);
      x.push_back(value);
      x.push_back(-value);
    }
  }
  const tensor::Tensor input = tensor::FromFloats(x, {static_cast<std::int64_t>(x.size())});
  const std::vector<float> sigmoid = tensor::ToFloats(input.sigmoid()), tanh = tensor::ToFloats(input.tanh());
  double worst = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    worst = std::max(worst, std::abs(sigmoid[i] - (*MakeSigmoid())(x[i])));
    worst = std::max(worst, std::abs(tanh[i] - (*MakeTanh())(x[i])));
  }
  EXPECT_LT(worst, kFloatFunctionError / 4);
  EXPECT_GT(worst, 0);
}

}  // namespace
}  // namespace cupel::algorithm::certify
