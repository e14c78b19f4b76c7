// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <cmath>
#include <numeric>

#include "cupel/algorithm/gradient/operator_for_test.h"
#include "cupel/algorithm/tensor/random_draw.h"

namespace cupel::algorithm::gradient {
namespace {

const Attributes kShape = {{"shape", std::vector<std::int64_t>{100, 100}}, {"seed", 3.0F}};

Attributes With(Attributes attributes, const char* name, graph::Attribute value) {
  attributes.insert_or_assign(name, std::move(value));
  return attributes;
}

TEST(RandomOperators, RepeatWithTheSameSeedAndDifferWithAnother) {
  for (const char* op_type : {"RandomNormal", "RandomUniform"}) {
    const auto first = Apply(op_type, {}, kShape)[0];
    EXPECT_TRUE(first == Apply(op_type, {}, kShape)[0]) << op_type;
    EXPECT_FALSE(first == Apply(op_type, {}, With(kShape, "seed", 4.0F))[0]) << op_type;
  }
}

// Bounds of five standard deviations for 10 000 draws.
TEST(RandomOperators, HaveTheirMoments) {
  const auto normal =
      Apply("RandomNormal", {}, With(With(kShape, "mean", 2.0F), "scale", 3.0F))[0].AsDoubles();
  const double mean = std::accumulate(normal.begin(), normal.end(), 0.0) / 1e4;
  double variance = 0;
  for (const double x : normal) variance += (x - mean) * (x - mean) / 1e4;
  EXPECT_NEAR(mean, 2, 5 * 3 / 100.0);
  EXPECT_NEAR(variance, 9, 5 * 9 * std::sqrt(2.0) / 100);
  const auto uniform =
      Apply("RandomUniform", {}, With(With(kShape, "low", -1.0F), "high", 3.0F))[0].AsDoubles();
  EXPECT_NEAR(std::accumulate(uniform.begin(), uniform.end(), 0.0) / 1e4, 1, 5 * 4 / std::sqrt(12.0) / 100);
  for (const double x : uniform) EXPECT_TRUE(x >= -1 && x <= 3);
}

TEST(Bernoulli, DrawsWithTheInputsProbability) {
  const auto p = Floats({10000}, std::vector<float>(10000, 0.3F));
  const auto y = Apply("Bernoulli", {p}, {{"dtype", Number(7)}})[0];
  EXPECT_EQ(y.type, graph::DataType::kInt64);
  const auto values = y.AsInt64s();
  EXPECT_NEAR(static_cast<double>(std::accumulate(values.begin(), values.end(), std::int64_t{0})), 3000,
              5 * std::sqrt(2100.0));
}

TEST(Multinomial, DrawsClassesByTheirWeight) {
  const auto logits = Floats({2, 3}, {0, std::log(3.0F), -100, -100, -100, 5});
  const auto draws = Apply("Multinomial", {logits}, {{"sample_size", Number(4000)}})[0].AsInt64s();
  std::array<int, 3> counts{};
  for (std::size_t i = 0; i < 4000; ++i) ++counts[static_cast<std::size_t>(draws[i])];
  EXPECT_NEAR(counts[1], 3000, 5 * std::sqrt(4000 * 0.75 * 0.25));
  EXPECT_EQ(counts[2], 0);
  for (std::size_t i = 4000; i < 8000; ++i) EXPECT_EQ(draws[i], 2);
}

// A scope asks for other draws; without one, and after it, everything is as it was.
TEST(RandomDraw, AsksForOtherDrawsWhileItLasts) {
  for (const char* op_type : {"RandomNormal", "RandomUniform"}) {
    const auto usual = Apply(op_type, {}, kShape)[0];
    {
      const tensor::RandomDraw outer(1);
      const auto first = Apply(op_type, {}, kShape)[0];
      EXPECT_FALSE(first == usual) << op_type;
      EXPECT_TRUE(first == Apply(op_type, {}, kShape)[0]) << op_type;
      {
        const tensor::RandomDraw inner(2);
        EXPECT_FALSE(first == Apply(op_type, {}, kShape)[0]) << op_type;
      }
      EXPECT_TRUE(first == Apply(op_type, {}, kShape)[0]) << op_type;
    }
    EXPECT_TRUE(usual == Apply(op_type, {}, kShape)[0]) << op_type;
  }
}

// Rows go with their keys: moved, cut out or in other company, a row has the same values.
TEST(RandomDraw, DrawsARowByItsKey) {
  const auto x = Floats({3, 40}, std::vector<float>(120, 0.5F));
  const auto two = Floats({2, 40}, std::vector<float>(80, 0.5F));
  const std::vector<std::uint64_t> keys = {11, 22, 33};
  const std::vector<std::uint64_t> turned = {33, 11};
  const auto row = [](const std::vector<double>& values, std::size_t which) {
    return std::vector<double>(values.begin() + 40 * static_cast<std::ptrdiff_t>(which),
                               values.begin() + 40 * static_cast<std::ptrdiff_t>(which + 1));
  };
  for (const char* op_type : {"RandomNormalLike", "RandomUniformLike", "Bernoulli"}) {
    const auto drawn = [&](const graph::TensorValue& input, std::span<const std::uint64_t> by) {
      const tensor::RandomDraw draw(5, by);
      return Apply(op_type, {input})[0].AsDoubles();
    };
    const auto all = drawn(x, keys);
    const auto some = drawn(two, turned);
    EXPECT_EQ(row(all, 2), row(some, 0)) << op_type;
    EXPECT_EQ(row(all, 0), row(some, 1)) << op_type;
    EXPECT_NE(row(all, 0), row(all, 1)) << op_type;
    EXPECT_EQ(drawn(x, turned), drawn(x, {})) << op_type << ": keys of another number of rows do not count";
  }
}

}  // namespace
}  // namespace cupel::algorithm::gradient
