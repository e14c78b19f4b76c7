// SPDX-License-Identifier: Apache-2.0
#include "cupel/base/reproducible_stream.h"

#include <gmock/gmock.h>

#include <cmath>
#include <set>

namespace cupel {
namespace {

using Block = std::array<std::uint32_t, 4>;

// Known answers of Random123 1.14 (kat_vectors, "philox4x32 10").
TEST(Philox, GivesTheKnownAnswersOfRandom123) {
  EXPECT_EQ(Philox4x32({0, 0, 0, 0}, {0, 0}), (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(Philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(Philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(ReproducibleStream, DependsOnlyOnItsKey) {
  ReproducibleStream a(7, "inspect.pgd", 12, 3);
  ReproducibleStream b(7, "inspect.pgd", 12, 3);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(a.Next32(), b.Next32());
}

TEST(ReproducibleStream, EveryPartOfTheKeyGivesAnotherStream) {
  std::set<std::uint64_t> firsts;
  firsts.insert(ReproducibleStream(7, "a", 1, 1).Next64());
  firsts.insert(ReproducibleStream(8, "a", 1, 1).Next64());
  firsts.insert(ReproducibleStream(7, "b", 1, 1).Next64());
  firsts.insert(ReproducibleStream(7, "a", 2, 1).Next64());
  firsts.insert(ReproducibleStream(7, "a", 1, 2).Next64());
  EXPECT_EQ(firsts.size(), 5u);
}

// A chi-squared statistic on 10 cells, 9 degrees of freedom: 33.7 is the 99.99 % point.
TEST(ReproducibleStream, BelowIsUniform) {
  ReproducibleStream stream(3, "below");
  std::array<int, 10> counts{};
  constexpr int kDraws = 100000;
  for (int i = 0; i < kDraws; ++i) ++counts[stream.Below(10)];
  double statistic = 0;
  for (int count : counts) statistic += std::pow(count - kDraws / 10.0, 2) / (kDraws / 10.0);
  EXPECT_LT(statistic, 33.7);
}

TEST(ReproducibleStream, NormalHasTheMomentsOfANormal) {
  ReproducibleStream stream(5, "normal");
  double sum = 0, squares = 0, fourth = 0;
  constexpr int kDraws = 200000;
  for (int i = 0; i < kDraws; ++i) {
    const double x = stream.Normal();
    sum += x;
    squares += x * x;
    fourth += x * x * x * x;
  }
  // Five standard errors: 1/sqrt(n), sqrt(2/n), sqrt(96/n).
  EXPECT_NEAR(sum / kDraws, 0, 5 * std::sqrt(1.0 / kDraws));
  EXPECT_NEAR(squares / kDraws, 1, 5 * std::sqrt(2.0 / kDraws));
  EXPECT_NEAR(fourth / kDraws, 3, 5 * std::sqrt(96.0 / kDraws));
}

TEST(ReproducibleStream, UniformStaysBelowItsEnd) {
  ReproducibleStream stream(6, "uniform");
  for (int i = 0; i < 100000; ++i) {
    const float u = stream.Uniform();
    EXPECT_GE(u, 0.0f);
    EXPECT_LT(u, 1.0f);
  }
}

TEST(ReproducibleStream, PermutationHoldsEveryIndexOnce) {
  ReproducibleStream stream(9, "permutation");
  const std::vector<std::int64_t> order = stream.Permutation(257);
  EXPECT_EQ(std::set<std::int64_t>(order.begin(), order.end()).size(), 257u);
  EXPECT_NE(order, ReproducibleStream(10, "permutation").Permutation(257));
}

}  // namespace
}  // namespace cupel
