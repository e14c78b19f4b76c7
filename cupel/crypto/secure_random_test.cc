// SPDX-License-Identifier: Apache-2.0
#include "cupel/crypto/secure_random.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <set>

namespace cupel::crypto {
namespace {

TEST(SecureRandom, DoesNotRepeat) {
  SecureRandom random;
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 10000; ++i) seen.insert(random.Next64());
  EXPECT_EQ(seen.size(), 10000u);
}

TEST(SecureRandom, FillsEveryByte) {
  SecureRandom random;
  std::array<std::uint8_t, 64> seen{};
  std::array<std::uint8_t, 64> bytes{};
  for (int i = 0; i < 20; ++i) {
    random.Fill(bytes);
    for (std::size_t k = 0; k < bytes.size(); ++k) seen[k] |= bytes[k];
  }
  for (const auto byte : seen) EXPECT_NE(byte, 0);  // all zero twenty times: 2^-160 each
}

TEST(SecureRandom, BelowIsUniform) {
  SecureRandom random;
  constexpr int kBins = 7;
  constexpr int kDraws = 70000;
  std::array<int, kBins> counts{};
  for (int i = 0; i < kDraws; ++i) ++counts[random.Below(kBins)];
  // Ten standard deviations of a binomial count: a correct source fails once in about 10^22 runs.
  const double tolerance = 10 * std::sqrt(kDraws * (1.0 / kBins) * (1 - 1.0 / kBins));
  for (const int count : counts) EXPECT_NEAR(count, kDraws / kBins, tolerance);
}

TEST(SecureRandom, BelowStaysBelowAwkwardBounds) {
  SecureRandom random;
  for (const std::uint64_t bound :
       {std::uint64_t{1}, std::uint64_t{3}, (std::uint64_t{1} << 63) + 1, ~std::uint64_t{0}}) {
    for (int i = 0; i < 200; ++i) EXPECT_LT(random.Below(bound), bound);
  }
}

TEST(SecureRandom, UniformDoubleStaysInItsRangeWithMeanOneHalf) {
  SecureRandom random;
  double sum = 0;
  for (int i = 0; i < 20000; ++i) {
    const double value = random.UniformDouble();
    ASSERT_GE(value, 0.0);
    ASSERT_LT(value, 1.0);
    sum += value;
  }
  EXPECT_NEAR(sum / 20000, 0.5, 10 / std::sqrt(12.0 * 20000));
}

}  // namespace
}  // namespace cupel::crypto
