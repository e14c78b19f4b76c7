// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/leakage/similarity.h"

#include <gtest/gtest.h>

#include <cmath>

#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::leakage {
namespace {

std::vector<float> Drawn(std::size_t n, std::uint64_t seed, float scale = 1) {
  ReproducibleStream stream(seed, "picture");
  std::vector<float> values(n);
  for (float& value : values) value = scale * stream.Uniform();
  return values;
}

TEST(Ssim, OfAPictureWithItselfIsOne) {
  EXPECT_NEAR(Ssim(Drawn(784, 1), Drawn(784, 1), {1, 28, 28}, 1), 1, 1e-9);
  EXPECT_NEAR(Ssim(Drawn(75, 1), Drawn(75, 1), {3, 5, 5}, 1), 1, 1e-9);
}

// Without structure only the luminance term is left: (2 a b + C1) / (a^2 + b^2 + C1).
TEST(Ssim, OfFlatPicturesIsTheLuminanceTerm) {
  const double a = 0.25;
  const double b = 0.75;
  const std::vector<float> flat_a(400, 0.25F);
  const std::vector<float> flat_b(400, 0.75F);
  EXPECT_NEAR(Ssim(flat_a, flat_b, {1, 20, 20}, 1), (2 * a * b + 1e-4) / (a * a + b * b + 1e-4), 1e-9);
}

// One window that covers the whole picture: the formula written out, with its weights.
TEST(Ssim, EqualsTheFormulaOnOneWindow) {
  const std::vector<float> a = Drawn(121, 1);
  const std::vector<float> b = Drawn(121, 2);
  std::vector<double> weight;
  double total = 0;
  for (int y = -5; y <= 5; ++y) {
    for (int x = -5; x <= 5; ++x) {
      weight.push_back(std::exp(-(x * x + y * y) / (2 * 1.5 * 1.5)));
      total += weight.back();
    }
  }
  double ma = 0, mb = 0, va = 0, vb = 0, cov = 0;
  for (std::size_t i = 0; i < 121; ++i) ma += weight[i] / total * a[i], mb += weight[i] / total * b[i];
  for (std::size_t i = 0; i < 121; ++i) {
    va += weight[i] / total * (a[i] - ma) * (a[i] - ma);
    vb += weight[i] / total * (b[i] - mb) * (b[i] - mb);
    cov += weight[i] / total * (a[i] - ma) * (b[i] - mb);
  }
  const double wanted =
      (2 * ma * mb + 1e-4) * (2 * cov + 9e-4) / ((ma * ma + mb * mb + 1e-4) * (va + vb + 9e-4));
  EXPECT_NEAR(Ssim(a, b, {1, 11, 11}, 1), wanted, 1e-9);
}

TEST(Ssim, IsSymmetricScalesWithTheRangeAndFallsWithNoise) {
  const std::vector<float> a = Drawn(784, 1);
  const std::vector<float> b = Drawn(784, 2);
  EXPECT_NEAR(Ssim(a, b, {1, 28, 28}, 1), Ssim(b, a, {1, 28, 28}, 1), 1e-12);
  EXPECT_NEAR(Ssim(Drawn(784, 1, 255), Drawn(784, 2, 255), {1, 28, 28}, 255), Ssim(a, b, {1, 28, 28}, 1),
              1e-5);
  double last = 1;
  for (const float noise : {0.1F, 0.3F, 1.0F}) {
    std::vector<float> noisy = a;
    for (std::size_t i = 0; i < noisy.size(); ++i) noisy[i] += noise * (b[i] - 0.5F);
    const double value = Ssim(a, noisy, {1, 28, 28}, 1);
    EXPECT_LT(value, last);
    last = value;
  }
}

TEST(Correlation, IsPearsons) {
  EXPECT_NEAR(Correlation(std::vector<float>{1, 2, 3}, std::vector<float>{2, 4, 6}), 1, 1e-12);
  EXPECT_NEAR(Correlation(std::vector<float>{1, 2, 3}, std::vector<float>{3, 2, 1}), -1, 1e-12);
  EXPECT_NEAR(Correlation(std::vector<float>{1, 2, 3, 4}, std::vector<float>{1, 3, 2, 4}), 0.8, 1e-12);
  EXPECT_EQ(Correlation(std::vector<float>{1, 1, 1}, std::vector<float>{1, 2, 3}), 0);
}

TEST(RmsDistance, IsTheRootOfTheMeanSquare) {
  EXPECT_EQ(RmsDistance(std::vector<float>{0, 0}, std::vector<float>{3, 4}), std::sqrt(12.5));
  EXPECT_EQ(RmsDistance(std::vector<float>{1, 2}, std::vector<float>{1, 2}), 0);
}

}  // namespace
}  // namespace cupel::algorithm::leakage
