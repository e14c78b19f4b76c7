// SPDX-License-Identifier: Apache-2.0
// Linear maps: against their definition, and transposed against forward (a . L x = L^T a . x), in windows
// too.
#include "cupel/algorithm/certify/linear_map.h"

#include <gmock/gmock.h>

#include <cmath>
#include <numeric>

#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::certify {
namespace {

std::vector<double> Normals(std::int64_t count, ReproducibleStream& stream) {
  std::vector<double> values(static_cast<std::size_t>(count));
  for (double& value : values) value = stream.Normal();
  return values;
}

double Dot(std::span<const double> a, std::span<const double> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

// Forms over the outputs of a random window: transposed, they must give the same numbers on any input.
void ExpectAdjoint(const LinearMap& map, const Plane& input, const Plane& output,
                   ReproducibleStream& stream) {
  for (int repeat = 0; repeat < 6; ++repeat) {
    Window window;
    window.top = static_cast<std::int64_t>(stream.Below(static_cast<std::uint64_t>(output.height)));
    window.left = static_cast<std::int64_t>(stream.Below(static_cast<std::uint64_t>(output.width)));
    window.height =
        1 + static_cast<std::int64_t>(stream.Below(static_cast<std::uint64_t>(output.height - window.top)));
    window.width =
        1 + static_cast<std::int64_t>(stream.Below(static_cast<std::uint64_t>(output.width - window.left)));
    LinearForms forms(3, output, window);
    for (double& value : forms.values) value = stream.Normal();
    const LinearForms back = map.Transposed(forms).Widened(WholeOf(input));
    const LinearForms whole = forms.Widened(WholeOf(output));
    const std::vector<double> x = Normals(input.Count(), stream);
    std::vector<double> y(static_cast<std::size_t>(output.Count()));
    map.Apply(x, false, y);
    for (std::int64_t row = 0; row < 3; ++row)
      EXPECT_NEAR(Dot(back.Row(row), x), Dot(whole.Row(row), y), 1e-10);
  }
}

struct Geometry {
  std::int64_t kernel[2];
  std::int64_t stride[2];
  std::int64_t dilation[2];
  std::int64_t pad[2];
  std::int64_t groups;
};

Sliding SlidingOf(const Geometry& g, std::int64_t in, std::int64_t out) {
  Sliding s;
  s.input = {in, 7, 8};
  s.output = {out, 0, 0};
  for (const int axis : {0, 1}) {
    s.kernel[axis] = g.kernel[axis];
    s.stride[axis] = g.stride[axis];
    s.dilation[axis] = g.dilation[axis];
    s.pad[axis] = g.pad[axis];
    const std::int64_t size = axis == 0 ? s.input.height : s.input.width;
    const std::int64_t result =
        (size + 2 * g.pad[axis] - (g.kernel[axis] - 1) * g.dilation[axis] - 1) / g.stride[axis] + 1;
    (axis == 0 ? s.output.height : s.output.width) = result;
  }
  return s;
}

constexpr Geometry kGeometries[] = {
    {{1, 1}, {1, 1}, {1, 1}, {0, 0}, 1}, {{3, 3}, {1, 1}, {1, 1}, {1, 1}, 1},
    {{3, 2}, {2, 1}, {1, 1}, {0, 1}, 2}, {{5, 5}, {1, 2}, {1, 1}, {2, 2}, 1},
    {{2, 3}, {1, 1}, {3, 2}, {1, 2}, 4}, {{3, 3}, {3, 3}, {1, 1}, {3, 3}, 1},
};

TEST(Convolution, IsTheSumOverItsTaps) {
  ReproducibleStream stream(1, "convolution");
  for (const Geometry& g : kGeometries) {
    const Sliding s = SlidingOf(g, 4, 8);
    const std::int64_t per_group = 4 / g.groups, outputs_per_group = 8 / g.groups;
    const std::vector<double> w = Normals(8 * per_group * g.kernel[0] * g.kernel[1], stream);
    const auto map = MakeConvolution(s, g.groups, w);
    const std::vector<double> x = Normals(s.input.Count(), stream);
    std::vector<double> y(static_cast<std::size_t>(s.output.Count()));
    std::vector<double> absolute(y.size());
    map->Apply(x, false, y);
    map->Apply(x, true, absolute);
    std::size_t place = 0;
    for (std::int64_t o = 0; o < 8; ++o) {
      for (std::int64_t at_y = 0; at_y < s.output.height; ++at_y) {
        for (std::int64_t at_x = 0; at_x < s.output.width; ++at_x, ++place) {
          double sum = 0;
          double of_absolutes = 0;
          for (std::int64_t c = 0; c < per_group; ++c) {
            for (std::int64_t ky = 0; ky < g.kernel[0]; ++ky) {
              for (std::int64_t kx = 0; kx < g.kernel[1]; ++kx) {
                const std::int64_t from_y = at_y * g.stride[0] - g.pad[0] + ky * g.dilation[0];
                const std::int64_t from_x = at_x * g.stride[1] - g.pad[1] + kx * g.dilation[1];
                if (from_y < 0 || from_y >= 7 || from_x < 0 || from_x >= 8) continue;
                const std::int64_t channel = o / outputs_per_group * per_group + c;
                const double weight =
                    w[static_cast<std::size_t>(((o * per_group + c) * g.kernel[0] + ky) * g.kernel[1] + kx)];
                const double value = x[static_cast<std::size_t>((channel * 7 + from_y) * 8 + from_x)];
                sum += weight * value;
                of_absolutes += std::abs(weight) * value;
              }
            }
          }
          ASSERT_NEAR(y[place], sum, 1e-12);
          ASSERT_NEAR(absolute[place], of_absolutes, 1e-12);
        }
      }
    }
    ExpectAdjoint(*map, s.input, s.output, stream);
  }
}

TEST(Matrix, MultipliesEachPositionsRow) {
  ReproducibleStream stream(2, "matrix");
  const Plane input{3, 1, 2}, output{3, 1, 4};  // Three positions of two numbers to four.
  const std::vector<double> w = Normals(8, stream);
  const auto map = MakeMatrix(3, 2, 4, w, input, output);
  const std::vector<double> x = Normals(6, stream);
  std::vector<double> y(12);
  map->Apply(x, false, y);
  for (std::size_t p = 0; p < 3; ++p) {
    for (std::size_t j = 0; j < 4; ++j)
      EXPECT_NEAR(y[p * 4 + j], x[2 * p] * w[j] + x[2 * p + 1] * w[4 + j], 1e-12);
  }
  ExpectAdjoint(*map, input, output, stream);
}

TEST(ScaleAndWindowMean, AreAdjointToThemselvesBackward) {
  ReproducibleStream stream(3, "scale");
  const Plane plane{2, 3, 4};
  ExpectAdjoint(*MakeScale(plane, Normals(24, stream)), plane, plane, stream);
  for (const Geometry& g : kGeometries) {
    if (g.groups != 1) continue;
    const Sliding s = SlidingOf(g, 3, 3);
    std::vector<double> weight(static_cast<std::size_t>(s.output.height * s.output.width));
    for (double& value : weight) value = 0.1 + stream.UniformDouble();
    const auto map = MakeWindowMean(s, weight);
    ExpectAdjoint(*map, s.input, s.output, stream);
    // It is a convolution of ones within each channel, weighted by position.
    std::vector<double> ones(static_cast<std::size_t>(3 * g.kernel[0] * g.kernel[1]), 1.0);
    const auto sums = MakeConvolution(s, 3, ones);
    const std::vector<double> x = Normals(s.input.Count(), stream);
    std::vector<double> y(static_cast<std::size_t>(s.output.Count()));
    std::vector<double> expected(y.size());
    map->Apply(x, false, y);
    sums->Apply(x, false, expected);
    for (std::size_t i = 0; i < y.size(); ++i)
      EXPECT_NEAR(y[i], expected[i] * weight[i % weight.size()], 1e-12);
  }
}

TEST(LinearForms, WidenAndAddPlaceByPlace) {
  LinearForms a(1, {2, 3, 3}, {0, 1, 2, 1});
  std::iota(a.values.begin(), a.values.end(), 1.0);  // Channel 0: 1 2 down a column, channel 1: 3 4.
  LinearForms b(1, {2, 3, 3}, {1, 0, 1, 2});
  std::iota(b.values.begin(), b.values.end(), 10.0);
  a.Add(b);
  EXPECT_EQ(a.window, (Window{0, 0, 2, 2}));
  EXPECT_THAT(a.values, ::testing::ElementsAre(0, 1, 10, 13, 0, 3, 12, 17));
  LinearForms nothing(1, {2, 3, 3}, {});
  nothing.Add(a);
  EXPECT_EQ(nothing.values, a.values);
}

}  // namespace
}  // namespace cupel::algorithm::certify
