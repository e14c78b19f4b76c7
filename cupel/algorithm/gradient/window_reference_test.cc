// SPDX-License-Identifier: Apache-2.0
// Convolutions and poolings against their definitions as loops in double, over every combination of kernel,
// stride, dilation, padding and rounding that a small picture allows.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "cupel/algorithm/gradient/operator_for_test.h"
#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::gradient {
namespace {

using graph::Shape;
using graph::TensorValue;
using List = std::vector<std::int64_t>;

constexpr std::int64_t kHeight = 6;
constexpr std::int64_t kWidth = 5;

TensorValue Drawn(const Shape& shape, std::uint64_t seed) {
  ReproducibleStream stream(seed, "window");
  std::vector<float> values(static_cast<std::size_t>(graph::ElementCount(shape)));
  for (float& value : values) value = stream.Uniform(-1.0F, 1.0F);
  return Floats(shape, values);
}

struct Window {
  List kernel, strides, dilations, pads;  ///< pads: top, left, bottom, right.
  bool ceil = false;

  std::int64_t Extent(std::size_t axis) const { return (kernel[axis] - 1) * dilations[axis] + 1; }
  /// ONNX: floor or ceil of (padded - extent) / stride, plus one; a last window must start inside the input
  /// or its padding before it.
  std::int64_t Outputs(std::size_t axis, std::int64_t size) const {
    const std::int64_t room = size + pads[axis] + pads[axis + 2] - Extent(axis);
    std::int64_t outputs = room / strides[axis] + 1;
    if (ceil && room % strides[axis] != 0 && outputs * strides[axis] < size + pads[axis]) ++outputs;
    return outputs;
  }
  bool Fits() const {
    return kHeight + pads[0] + pads[2] >= Extent(0) && kWidth + pads[1] + pads[3] >= Extent(1);
  }
  Attributes AsAttributes() const {
    return {{"kernel_shape", kernel}, {"strides", strides}, {"dilations", dilations}, {"pads", pads}};
  }
};

std::vector<Window> Windows(bool ceil) {
  std::vector<Window> windows;
  for (const List& kernel : std::vector<List>{{1, 1}, {2, 3}, {3, 2}}) {
    for (const List& strides : std::vector<List>{{1, 1}, {2, 1}, {2, 3}}) {
      for (const List& dilations : std::vector<List>{{1, 1}, {2, 1}}) {
        for (const List& pads : std::vector<List>{{0, 0, 0, 0}, {1, 1, 1, 1}, {0, 1, 2, 0}}) {
          const Window window{kernel, strides, dilations, pads, ceil};
          // A window of nothing but padding has no largest element: pads stay below the kernel's extent.
          const bool sane =
              pads[0] < window.Extent(0) && pads[2] < window.Extent(0) && pads[1] < window.Extent(1);
          if (sane && window.Fits()) windows.push_back(window);
        }
      }
    }
  }
  return windows;
}

/// Calls visit(output index, kernel row, kernel column, input row, input column) for every tap of one plane.
template <typename Visit>
void ForEachTap(const Window& window, const Visit& visit) {
  const std::int64_t rows = window.Outputs(0, kHeight);
  const std::int64_t columns = window.Outputs(1, kWidth);
  for (std::int64_t i = 0; i < rows * columns; ++i) {
    for (std::int64_t k = 0; k < window.kernel[0] * window.kernel[1]; ++k) {
      const std::int64_t row = k / window.kernel[1];
      const std::int64_t column = k % window.kernel[1];
      visit(static_cast<std::size_t>(i), row, column,
            i / columns * window.strides[0] - window.pads[0] + row * window.dilations[0],
            i % columns * window.strides[1] - window.pads[1] + column * window.dilations[1]);
    }
  }
}

bool Inside(std::int64_t row, std::int64_t column) {
  return row >= 0 && row < kHeight && column >= 0 && column < kWidth;
}

void ExpectNear(const TensorValue& actual, const Shape& shape, const std::vector<double>& expected,
                const std::string& what) {
  ASSERT_EQ(actual.shape, shape) << what;
  const std::vector<double> values = actual.AsDoubles();
  for (std::size_t i = 0; i < values.size(); ++i)
    ASSERT_NEAR(values[i], expected[i], 1e-5) << what << " " << i;
}

std::string Describe(const Window& w) {
  std::string text;
  for (const List* list : {&w.kernel, &w.strides, &w.dilations, &w.pads}) {
    for (const std::int64_t value : *list) text += std::to_string(value) + " ";
    text += "| ";
  }
  return text + (w.ceil ? "ceil" : "floor");
}

// Two images of four channels, in one, two and four groups.
TEST(Conv, EqualsItsDefinition) {
  const TensorValue x = Drawn({2, 4, kHeight, kWidth}, 1);
  const std::vector<double> pixels = x.AsDoubles();
  for (const Window& window : Windows(false)) {
    for (const std::int64_t groups : {1, 2, 4}) {
      const std::int64_t in = 4 / groups;
      const TensorValue weight = Drawn({4, in, window.kernel[0], window.kernel[1]}, 2);
      const TensorValue bias = Drawn({4}, 3);
      const std::vector<double> w = weight.AsDoubles();
      const Shape shape = {2, 4, window.Outputs(0, kHeight), window.Outputs(1, kWidth)};
      std::vector<double> expected;
      for (std::int64_t plane = 0; plane < 8; ++plane) {
        const std::int64_t out = plane % 4;
        std::vector<double> sums(static_cast<std::size_t>(shape[2] * shape[3]),
                                 bias.AsDoubles()[static_cast<std::size_t>(out)]);
        for (std::int64_t c = 0; c < in; ++c) {
          const std::int64_t channel = plane / 4 * 4 + out / (4 / groups) * in + c;
          ForEachTap(window, [&](std::size_t i, std::int64_t k, std::int64_t l, std::int64_t row,
                                 std::int64_t column) {
            if (!Inside(row, column)) return;
            sums[i] +=
                w[static_cast<std::size_t>(((out * in + c) * window.kernel[0] + k) * window.kernel[1] + l)] *
                pixels[static_cast<std::size_t>((channel * kHeight + row) * kWidth + column)];
          });
        }
        expected.insert(expected.end(), sums.begin(), sums.end());
      }
      Attributes attributes = window.AsAttributes();
      attributes["group"] = groups;
      ExpectNear(Apply("Conv", {x, weight, bias}, attributes)[0], shape, expected, Describe(window));
    }
  }
}

// The transposed convolution is the adjoint of the convolution: <conv(x), y> = <x, transposed(y)>.
TEST(ConvTranspose, IsTheAdjointOfConv) {
  const TensorValue x = Drawn({1, 4, kHeight, kWidth}, 1);
  for (const Window& window : Windows(false)) {
    for (const std::int64_t groups : {1, 2}) {
      const TensorValue weight = Drawn({6, 4 / groups, window.kernel[0], window.kernel[1]}, 2);
      Attributes attributes = window.AsAttributes();
      attributes["group"] = groups;
      const TensorValue forward = Apply("Conv", {x, weight}, attributes)[0];
      const TensorValue y = Drawn(forward.shape, 4);
      // What the stride leaves over at the end is output padding.
      List rest;
      for (const std::size_t axis : {std::size_t{0}, std::size_t{1}}) {
        const std::int64_t size = axis == 0 ? kHeight : kWidth;
        rest.push_back((size + window.pads[axis] + window.pads[axis + 2] - window.Extent(axis)) %
                       window.strides[axis]);
      }
      attributes["output_padding"] = rest;
      const TensorValue back = Apply("ConvTranspose", {y, weight}, attributes)[0];
      ASSERT_EQ(back.shape, x.shape) << Describe(window);
      double left = 0;
      double right = 0;
      for (std::size_t i = 0; i < y.AsDoubles().size(); ++i)
        left += forward.AsDoubles()[i] * y.AsDoubles()[i];
      for (std::size_t i = 0; i < x.AsDoubles().size(); ++i) right += x.AsDoubles()[i] * back.AsDoubles()[i];
      EXPECT_NEAR(left, right, 1e-4 * (1 + std::abs(left))) << Describe(window);
    }
  }
}

TEST(Pools, EqualTheirDefinitionsWithEveryPaddingAndRounding) {
  const TensorValue x = Drawn({1, 2, kHeight, kWidth}, 5);
  const std::vector<double> pixels = x.AsDoubles();
  for (const bool ceil : {false, true}) {
    for (const Window& window : Windows(ceil)) {
      const Shape shape = {1, 2, window.Outputs(0, kHeight), window.Outputs(1, kWidth)};
      const auto count = static_cast<std::size_t>(shape[2] * shape[3]);
      std::vector<double> largest, mean, padded_mean, norm;
      std::vector<std::int64_t> where;
      for (std::int64_t plane = 0; plane < 2; ++plane) {
        std::vector<double> top(count, -std::numeric_limits<double>::infinity()), sum(count), squares(count);
        std::vector<double> inside(count), padded(count);
        std::vector<std::int64_t> place(count);
        ForEachTap(window,
                   [&](std::size_t i, std::int64_t, std::int64_t, std::int64_t row, std::int64_t column) {
                     // The padding counts, what ceil_mode adds beyond it does not.
                     padded[i] += row < kHeight + window.pads[2] && column < kWidth + window.pads[3];
                     if (!Inside(row, column)) return;
                     const std::int64_t at = (plane * kHeight + row) * kWidth + column;
                     const double value = pixels[static_cast<std::size_t>(at)];
                     inside[i] += 1;
                     sum[i] += value;
                     squares[i] += value * value;
                     if (value > top[i]) top[i] = value, place[i] = at;
                   });
        for (std::size_t i = 0; i < count; ++i) {
          largest.push_back(top[i]);
          where.push_back(place[i]);
          mean.push_back(sum[i] / inside[i]);
          padded_mean.push_back(sum[i] / padded[i]);
          norm.push_back(std::sqrt(squares[i]));
        }
      }
      Attributes attributes = window.AsAttributes();
      attributes["ceil_mode"] = std::int64_t{ceil};
      ExpectNear(Apply("MaxPool", {x}, attributes)[0], shape, largest, "max " + Describe(window));
      ExpectNear(Apply("AveragePool", {x}, attributes, 19)[0], shape, mean, "mean " + Describe(window));
      ExpectNear(Apply("LpPool", {x}, attributes, 18)[0], shape, norm, "norm " + Describe(window));
      attributes["count_include_pad"] = std::int64_t{1};
      ExpectNear(Apply("AveragePool", {x}, attributes, 19)[0], shape, padded_mean,
                 "padded " + Describe(window));
      const graph::Node node{"pool", "MaxPool", "", {}, {"y", "i"}, window.AsAttributes()};
      if (!ceil) {
        EXPECT_EQ(EvaluateNode(node, Values{x}, 17).value()[1].AsInt64s(), where) << Describe(window);
      }
    }
  }
}

}  // namespace
}  // namespace cupel::algorithm::gradient
