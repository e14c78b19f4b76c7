// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/compiled/kernels.h"

#include <gmock/gmock.h>

#include <bit>
#include <cmath>
#include <limits>

#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::compiled {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

std::vector<float> Draw(std::size_t count, std::uint64_t seed) {
  ReproducibleStream stream(seed, "kernels-test");
  std::vector<float> values(count);
  for (float& value : values) value = 2 * stream.Uniform() - 1;
  return values;
}

float FromBfloat(std::uint16_t bits) { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }

std::vector<std::uint16_t> ToBfloat(const std::vector<float>& values) {
  std::vector<std::uint16_t> halves;
  // Exact for values that are bfloat16 already; the test draws only such.
  for (const float value : values)
    halves.push_back(static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(value) >> 16));
  return halves;
}

TEST(KernelsTest, SumsInPlaceAndWithASign) {
  std::vector<float> a = {1, 2, 3};
  const std::vector<float> b = {10, 20, 30};
  Sum(Element::kFloat32, a.data(), b.data(), -1, a.data(), 3);
  EXPECT_THAT(a, ElementsAre(-9, -18, -27));
}

TEST(KernelsTest, BfloatIsRoundedToNearestEven) {
  // 1 + 2^-8 lies halfway between 1 and the next bfloat16, 1 + 2^-7; 1 is even. 1 + 3 * 2^-8 goes up.
  const auto sum = [](float x, float y) {
    const std::vector<std::uint16_t> a = ToBfloat({x}), b = ToBfloat({y});
    std::uint16_t result = 0;
    Sum(Element::kBfloat16, a.data(), b.data(), 1, &result, 1);
    return FromBfloat(result);
  };
  EXPECT_EQ(sum(1, std::ldexp(1.0F, -8)), 1.0F);
  EXPECT_EQ(sum(1 + std::ldexp(1.0F, -7), std::ldexp(1.0F, -8)), 1 + std::ldexp(1.0F, -6));
  EXPECT_EQ(sum(1, std::ldexp(1.5F, -8)), 1 + std::ldexp(1.0F, -7));
  EXPECT_TRUE(std::isnan(sum(std::numeric_limits<float>::quiet_NaN(), 1)));
}

TEST(KernelsTest, ReluKeepsASlopeBelowZero) {
  std::vector<float> y = {-2, 0, 3};
  ReluInPlace(Element::kFloat32, y.data(), 0.5F, 3);
  EXPECT_THAT(y, ElementsAre(-1, 0, 3));
}

TEST(KernelsTest, SettlesAnyNumberOfPartsAlsoInPlace) {
  for (std::size_t count = 1; count <= 5; ++count) {
    for (std::size_t in_place = 0; in_place < count; ++in_place) {
      std::vector<std::vector<float>> parts;
      for (std::size_t i = 0; i < count; ++i) parts.push_back({static_cast<float>(1 << i), 1, 1});
      const std::vector<float> result = {1, 0, -1};
      std::vector<const void*> addresses;
      for (const auto& part : parts) addresses.push_back(part.data());
      float* const g = parts[in_place].data();
      SettleGradient(Element::kFloat32, addresses, result.data(), 0.25F, g, 3);
      const auto sum = static_cast<float>(count);
      EXPECT_THAT(std::vector<float>(g, g + 3),
                  ElementsAre(static_cast<float>((1 << count) - 1), sum / 4, sum / 4))
          << count << " parts, into part " << in_place;
    }
  }
}

TEST(KernelsTest, AffineFollowsTheChannelInEveryLayout) {
  const std::vector<float> x(2 * 3 * 4, 1.0F);
  std::vector<float> y(x.size());
  const std::vector<float> scale = {1, 2, 3}, shift = {10, 20, 30};
  Affine(Element::kFloat32, {2, 3, 4, 1}, scale, shift, x.data(), y.data());  // [n, c, p]
  EXPECT_EQ(y[0], 11);
  EXPECT_EQ(y[4], 22);
  EXPECT_EQ(y[12 + 11], 33);
  Affine(Element::kFloat32, {8, 1, 1, 3}, scale, {}, x.data(), y.data());  // [n, c]
  EXPECT_EQ(y[0], 1);
  EXPECT_EQ(y[4], 2);
}

// The definition, pixel by pixel: every output position adds its gradient times the weight to the input
// positions it has read.
std::vector<double> ReferenceBackward(const SmallChannelShape& s, std::int64_t m, const std::vector<float>& g,
                                      const std::vector<float>& w) {
  std::vector<double> result(static_cast<std::size_t>(s.n * s.channels * s.in_h * s.in_w), 0);
  for (std::int64_t i = 0; i < s.n; ++i)
    for (std::int64_t o = 0; o < m; ++o)
      for (std::int64_t y = 0; y < s.out_h; ++y)
        for (std::int64_t x = 0; x < s.out_w; ++x)
          for (std::int64_t c = 0; c < s.channels; ++c)
            for (std::int64_t kh = 0; kh < s.kernel_h; ++kh)
              for (std::int64_t kw = 0; kw < s.kernel_w; ++kw) {
                const std::int64_t in_y = y * s.stride_h - s.pad_h + kh, in_x = x * s.stride_w - s.pad_w + kw;
                if (in_y < 0 || in_y >= s.in_h || in_x < 0 || in_x >= s.in_w) continue;
                const std::int64_t from = i * s.sample_stride + o / 16 * s.block_stride +
                                          (y * s.out_w + x) * s.pixel_stride + o % 16;
                const std::int64_t weight = ((o * s.channels + c) * s.kernel_h + kh) * s.kernel_w + kw;
                result[static_cast<std::size_t>(((i * s.channels + c) * s.in_h + in_y) * s.in_w + in_x)] +=
                    double{g[static_cast<std::size_t>(from)]} * w[static_cast<std::size_t>(weight)];
              }
  return result;
}

struct SmallCase {
  std::int64_t m, channels, in, kernel, stride, pad;
  bool channels_last;
};

SmallChannelShape ShapeOf(const SmallCase& test) {
  SmallChannelShape s{.n = 3, .channels = test.channels, .blocks = (test.m + 15) / 16};
  s.in_h = test.in, s.in_w = test.in + 1;
  s.kernel_h = test.kernel, s.kernel_w = test.kernel;
  s.stride_h = s.stride_w = test.stride;
  s.pad_h = s.pad_w = test.pad;
  s.out_h = (s.in_h + 2 * s.pad_h - s.kernel_h) / s.stride_h + 1;
  s.out_w = (s.in_w + 2 * s.pad_w - s.kernel_w) / s.stride_w + 1;
  const std::int64_t pixels = s.out_h * s.out_w;
  s.sample_stride = pixels * 16 * s.blocks;
  s.block_stride = test.channels_last ? 16 : pixels * 16;
  s.pixel_stride = test.channels_last ? 16 * s.blocks : 16;
  return s;
}

TEST(KernelsTest, SmallChannelBackwardIsTheTransposedConvolution) {
  for (const SmallCase& test : {SmallCase{16, 1, 9, 3, 1, 1, false}, SmallCase{16, 1, 9, 5, 1, 0, false},
                                SmallCase{20, 3, 8, 3, 2, 1, false}, SmallCase{48, 2, 7, 1, 1, 0, true},
                                SmallCase{16, 4, 11, 7, 2, 3, true}, SmallCase{5, 1, 6, 2, 3, 0, false},
                                SmallCase{16, 1, 5, 3, 4, 2, false}}) {
    const SmallChannelShape s = ShapeOf(test);
    std::vector<float> g = Draw(static_cast<std::size_t>(s.n * s.sample_stride), 1);
    // bfloat16 values, so that both element types have the same reference.
    for (float& value : g)
      value = FromBfloat(static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(value) >> 16));
    const std::vector<float> w =
        Draw(static_cast<std::size_t>(test.m * test.channels * test.kernel * test.kernel), 2);
    const std::vector<float> packed = SmallChannelWeights(w, test.m, test.channels, test.kernel, test.kernel);
    const std::vector<double> expected = ReferenceBackward(s, test.m, g, w);
    std::vector<float> wide(expected.size(), -7), narrow(expected.size(), -7);
    SmallChannelBackward(Element::kFloat32, s, g.data(), packed.data(), wide.data());
    SmallChannelBackward(Element::kBfloat16, s, ToBfloat(g).data(), packed.data(), narrow.data());
    // A sum of t products of numbers below 1 in float32: at most t roundings of partial sums below t.
    const double terms = static_cast<double>(test.m * test.kernel * test.kernel);
    const double bound = terms * terms * std::ldexp(1.0, -24);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      ASSERT_NEAR(wide[i], expected[i], bound) << i << " of " << test.m << " " << test.kernel;
      ASSERT_EQ(wide[i], narrow[i]);
    }
  }
}

TEST(KernelsTest, SoftmaxOfLargeLogitsIsFinite) {
  const std::vector<float> x = {1000, 1000, 0, 3};
  std::vector<float> y(4);
  Softmax(false, 1, 2, 2, x.data(), y.data());  // Pairs (1000, 0) and (1000, 3).
  EXPECT_THAT(y, ElementsAre(1, 1, 0, 0));
  Softmax(true, 2, 2, 1, x.data(), y.data());
  EXPECT_NEAR(y[0], -std::log(2.0), 1e-7);
  EXPECT_NEAR(y[2], -3 - std::log1p(std::exp(-3.0)), 1e-6);
}

TEST(KernelsTest, SoftmaxGradientsSumToZeroAlongTheAxis) {
  const std::vector<float> x = Draw(12, 3), g = Draw(12, 4);
  for (const bool logarithm : {false, true}) {
    std::vector<float> y(12), d(12);
    Softmax(logarithm, 2, 3, 2, x.data(), y.data());
    SoftmaxBackward(logarithm, 2, 3, 2, y.data(), g.data(), d.data());
    // Adding a constant to all logits changes nothing.
    std::vector<double> sums;
    for (std::size_t o = 0; o < 2; ++o)
      for (std::size_t i = 0; i < 2; ++i) {
        double sum = 0;
        for (std::size_t k = 0; k < 3; ++k) sum += d[o * 6 + k * 2 + i];
        sums.push_back(std::abs(sum));
      }
    EXPECT_THAT(sums, Each(::testing::Lt(1e-6)));
  }
}

}  // namespace
}  // namespace cupel::algorithm::compiled
