// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/normal_noise.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace cupel::algorithm::inspect {
namespace {

constexpr std::size_t kDraws = 1'000'000;

std::vector<float> Draws() {
  ReproducibleStream stream(3, "normal noise");
  std::vector<float> values(kDraws);
  FillNormal(stream, values);
  return values;
}

double NormalCdf(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

// Each moment within five standard errors of the exact one: the k-th power has variance m_2k - m_k^2.
TEST(FillNormal, HasTheMomentsOfTheStandardNormal) {
  const std::vector<float> values = Draws();
  const double exact[] = {1, 0, 1, 0, 3, 0, 15, 0, 105, 0, 945, 0, 10395};
  for (int power = 1; power <= 6; ++power) {
    double sum = 0;
    for (float value : values) sum += std::pow(double{value}, power);
    const double error = std::sqrt((exact[2 * power] - exact[power] * exact[power]) / kDraws);
    EXPECT_NEAR(sum / kDraws, exact[power], 5 * error) << "power " << power;
  }
}

// Kolmogorov-Smirnov: the distance exceeds 2.23 / sqrt(n) with probability below 1e-4.
TEST(FillNormal, HasTheDistributionOfTheStandardNormal) {
  std::vector<float> values = Draws();
  std::sort(values.begin(), values.end());
  double distance = 0;
  for (std::size_t i = 0; i < kDraws; ++i) {
    const double cdf = NormalCdf(values[i]);
    distance = std::max({distance, cdf - double(i) / kDraws, double(i + 1) / kDraws - cdf});
  }
  EXPECT_LT(distance, 2.23 / std::sqrt(double{kDraws}));
}

// Beyond 3.44 stands the exact tail, which is seldom drawn: counted against its binomial at five deviations.
TEST(FillNormal, ReachesTheTailAsOftenAsItShould) {
  const std::vector<float> values = Draws();
  for (double from : {3.2, 3.44262, 4.0}) {
    const double expected = 2 * (1 - NormalCdf(from)) * kDraws;
    const auto seen =
        std::count_if(values.begin(), values.end(), [&](float value) { return std::abs(value) > from; });
    EXPECT_NEAR(double(seen), expected, 5 * std::sqrt(expected)) << "beyond " << from;
  }
  EXPECT_GT(*std::max_element(values.begin(), values.end()), 4);
}

TEST(FillNormal, NeighboursAreNotCorrelated) {
  const std::vector<float> values = Draws();
  double sum = 0;
  double squares = 0;
  for (std::size_t i = 1; i < kDraws; ++i) {
    sum += double{values[i]} * values[i - 1];
    squares += double{values[i]} * values[i] * values[i - 1] * values[i - 1];
  }
  EXPECT_NEAR(sum / kDraws, 0, 5 / std::sqrt(double{kDraws}));
  EXPECT_NEAR(squares / kDraws, 1, 5 * std::sqrt(8.0 / kDraws));  // var(x^2 y^2) = 9 - 1
}

TEST(FillNormal, IsAFunctionOfTheStreamAlone) {
  ReproducibleStream one(3, "normal noise", 4, 5);
  ReproducibleStream two(3, "normal noise", 4, 5);
  std::vector<float> whole(100);
  std::vector<float> halves(100);
  FillNormal(one, whole);
  FillNormal(two, std::span(halves).first(37));
  FillNormal(two, std::span(halves).subspan(37));
  EXPECT_EQ(whole, halves);
}

}  // namespace
}  // namespace cupel::algorithm::inspect
