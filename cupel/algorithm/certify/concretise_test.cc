// SPDX-License-Identifier: Apache-2.0
// Least values over balls: never above what a feasible point attains, and near it.
#include "cupel/algorithm/certify/concretise.h"

#include <gmock/gmock.h>

#include <cmath>

#include "cupel/algorithm/certify/network_for_test.h"

namespace cupel::algorithm::certify {
namespace {

using inspect::Norm;

double ValueAt(const LinearForms& forms, std::span<const double> x) {
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += forms.Row(0)[i] * x[i];
  return sum;
}

LinearForms RandomForm(std::int64_t d, ReproducibleStream& stream) {
  LinearForms forms(1, {d, 1, 1}, {0, 0, 1, 1});
  for (double& value : forms.values) value = stream.Normal();
  return forms;
}

TEST(LeastOverBall, InLinfIsTheCorner) {
  const std::vector<float> x = {0.2F, 0.5F, 0.95F};
  const InputBall ball = MakeInputBall({.norm = Norm::kLinf, .epsilon = 0.125}, x);
  LinearForms forms(1, {3, 1, 1}, {0, 0, 1, 1});
  forms.values = {2, -1, -4};
  const double corner = 2 * (x[0] - 0.125) - (x[1] + 0.125) - 4 * 1.0;  // The box ends at 1.
  EXPECT_NEAR(LeastOverBall(forms, ball, 1e-15)[0], corner, 1e-12);
  EXPECT_LE(LeastOverBall(forms, ball, 1e-15)[0], corner);
}

// min over the sphere cut by the box: x(multiplier) is feasible on the sphere, so its value is the primal
// bound from above; the dual must meet it from below.
TEST(LeastOverBall, InL2MeetsTheBestPointOfBallAndBox) {
  ReproducibleStream stream(2, "dual");
  for (int repeat = 0; repeat < 300; ++repeat) {
    const std::vector<float> x = RandomSample(20, stream);  // Some near the box's sides.
    const double epsilon = 0.02 + stream.UniformDouble();
    const InputBall ball = MakeInputBall({.norm = Norm::kL2, .epsilon = epsilon}, x);
    const LinearForms forms = RandomForm(20, stream);
    const double found = LeastOverBall(forms, ball, 1e-15)[0];
    // Walk down until the sphere: bisect the step length of the projection onto the box.
    double near = 0;
    double far = 1e6;
    std::vector<double> point(20);
    for (int i = 0; i < 200; ++i) {
      const double step = (near + far) / 2;
      double squares = 0;
      for (std::size_t k = 0; k < 20; ++k) {
        point[k] = std::clamp(x[k] - step * forms.values[k], 0.0, 1.0);
        squares += (point[k] - x[k]) * (point[k] - x[k]);
      }
      (squares <= epsilon * epsilon ? near : far) = step;
    }
    for (std::size_t k = 0; k < 20; ++k) point[k] = std::clamp(x[k] - near * forms.values[k], 0.0, 1.0);
    const double attained = ValueAt(forms, point);
    EXPECT_LE(found, attained);
    EXPECT_NEAR(found, attained, 1e-6 * (1 + std::abs(attained)));
  }
}

TEST(LeastOverBox, IsBelowEveryPointOfIt) {
  ReproducibleStream stream(3, "box");
  Box box(30);
  for (std::size_t i = 0; i < 30; ++i) {
    box.low[i] = stream.Normal();
    box.high[i] = box.low[i] + stream.UniformDouble();
  }
  const LinearForms forms = RandomForm(30, stream);
  const double least = LeastOverBox(forms, box, 1e-14)[0];
  for (int repeat = 0; repeat < 1000; ++repeat) {
    std::vector<double> point;
    for (std::size_t i = 0; i < 30; ++i)
      point.push_back(box.low[i] + (box.high[i] - box.low[i]) * static_cast<double>(stream.Below(2)));
    EXPECT_GE(ValueAt(forms, point), least);
  }
}

TEST(InputBall, HoldsEveryInputTheThreatModelAllows) {
  const std::vector<float> x = {0.1F, 0.7F};
  const InputBall ball = MakeInputBall({.norm = Norm::kLinf, .epsilon = 8.0 / 255}, x);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_LE(ball.box.low[i], x[i] - 8.0 / 255);
    EXPECT_GE(ball.box.high[i], x[i] + 8.0 / 255);
    EXPECT_NEAR(ball.box.high[i] - ball.box.low[i], 16.0 / 255, 1e-12);
  }
  const InputBall cut = MakeInputBall({.norm = Norm::kLinf, .epsilon = 0.5}, x);
  EXPECT_THAT(cut.box.low, ::testing::ElementsAre(0, ::testing::DoubleNear(0.2, 1e-6)));
  EXPECT_THAT(cut.box.high, ::testing::ElementsAre(::testing::DoubleNear(0.6, 1e-6), 1));
}

}  // namespace
}  // namespace cupel::algorithm::certify
