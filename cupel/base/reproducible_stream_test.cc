// SPDX-License-Identifier: Apache-2.0
#include "cupel/base/reproducible_stream.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <map>
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

// Results are compared across versions and machines: a stream may never change. The numbers come from a
// second implementation, in Python, of Philox, FNV-1a and SplitMix64.
TEST(ReproducibleStream, NeverChanges) {
  EXPECT_EQ(ReproducibleStream(0, "").Next64(), 0x3bda7988ef9f8a95u);
  EXPECT_EQ(ReproducibleStream(20261121, "inspect.pgd", 7, 2).Next64(), 0xdd974c8b1d85e02fu);
  EXPECT_EQ(ReproducibleStream(20261121, "inspect.pgd", std::uint64_t{7} << 40, 2).Next64(),
            0x0a03c42fd35366dcu);
}

/// The same stream from its parts, written again.
std::vector<std::uint32_t> TwinStream(std::uint64_t seed, std::string_view name, std::uint64_t sample,
                                      std::uint32_t step, int blocks) {
  std::uint64_t hash = 14695981039346656037u;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  const auto mix = [](std::uint64_t z) {
    z = (z ^ z >> 30) * 13787848793156543929u;
    z = (z ^ z >> 27) * 10723151780598845931u;
    return z ^ z >> 31;
  };
  const std::uint64_t key = mix(seed ^ mix(hash));
  std::vector<std::uint32_t> numbers;
  for (int block = 0; block < blocks; ++block) {
    const auto out = Philox4x32({static_cast<std::uint32_t>(block), step, static_cast<std::uint32_t>(sample),
                                 static_cast<std::uint32_t>(sample >> 32)},
                                {static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32)});
    numbers.insert(numbers.end(), out.begin(), out.end());
  }
  return numbers;
}

TEST(ReproducibleStream, IsPhiloxInCounterMode) {
  for (const std::uint64_t sample :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 32, ~std::uint64_t{0}}) {
    ReproducibleStream stream(99, "twin", sample, 0xfffffffe);
    for (const std::uint32_t number : TwinStream(99, "twin", sample, 0xfffffffe, 50))
      ASSERT_EQ(stream.Next32(), number);
  }
}

TEST(ReproducibleStream, NeighbouringStreamsShareNoNumbers) {
  std::set<std::uint64_t> seen;
  std::size_t drawn = 0;
  for (std::uint64_t sample = 0; sample < 64; ++sample) {
    for (std::uint32_t step = 0; step < 8; ++step) {
      ReproducibleStream stream(1, "neighbours", sample, step);
      for (int i = 0; i < 16; ++i, ++drawn) seen.insert(stream.Next64());
    }
  }
  EXPECT_EQ(seen.size(), drawn);  // a repetition among 2^13 numbers of 64 bits: probability 2^-39
}

TEST(ReproducibleStream, BelowReachesEveryValueOfAwkwardBounds) {
  ReproducibleStream stream(4, "bounds");
  for (const std::uint64_t bound : {1u, 2u, 3u, 5u, 7u, 255u, 256u, 257u}) {
    std::vector<bool> seen(bound);
    for (int i = 0; i < 5000; ++i) {
      const std::uint64_t value = stream.Below(bound);
      ASSERT_LT(value, bound);
      seen[value] = true;
    }
    EXPECT_EQ(std::count(seen.begin(), seen.end(), false), 0) << bound;
  }
  for (const std::uint64_t bound : {(std::uint64_t{1} << 63) + 1, ~std::uint64_t{0}}) {
    for (int i = 0; i < 100; ++i) ASSERT_LT(stream.Below(bound), bound);
  }
}

// Of 3! orders each comes up about as often: chi-squared with 5 degrees of freedom, 99.99 % point 25.7.
TEST(ReproducibleStream, ShuffleGivesEveryOrderEquallyOften) {
  ReproducibleStream stream(12, "orders");
  std::map<std::vector<std::int64_t>, int> counts;
  constexpr int kDraws = 12000;
  for (int i = 0; i < kDraws; ++i) ++counts[stream.Permutation(3)];
  ASSERT_EQ(counts.size(), 6u);
  double statistic = 0;
  for (const auto& [order, count] : counts) statistic += std::pow(count - kDraws / 6.0, 2) / (kDraws / 6.0);
  EXPECT_LT(statistic, 25.7);
  EXPECT_TRUE(stream.Permutation(0).empty());
}

}  // namespace
}  // namespace cupel
