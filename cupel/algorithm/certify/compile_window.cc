// SPDX-License-Identifier: Apache-2.0
// Convolution and pooling over lines and pictures.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cupel/algorithm/certify/affine_step.h"
#include "cupel/algorithm/certify/compiler.h"
#include "cupel/algorithm/certify/max_pool_step.h"
#include "cupel/algorithm/gradient/window.h"

namespace cupel::algorithm::certify {
namespace {

using graph::Node;
using graph::Shape;

struct Slide {
  Sliding sliding;
  std::int64_t pad_end[2] = {0, 0};
};

// The node's window over its input; spatial_kernel: of a convolution's weight, empty for pooling.
Result<Slide> SlideOf(const Compiler& compiler, const Node& node,
                      const std::vector<std::int64_t>& spatial_kernel) {
  CUPEL_TRY(const Shape from, compiler.InputShape(node, 0));
  CUPEL_TRY(const Shape to, compiler.OutputShape(node));
  if (from.size() < 2 || from.size() > 3 || to.size() != from.size())
    return Compiler::Unsupported(node, "its input is neither lines nor pictures");
  const std::vector<std::int64_t> spatial(from.begin() + 1, from.end());
  const auto window =
      tensor::Translate([&] { return gradient::ResolveWindow(node, spatial, spatial_kernel); });
  if (!window) return Compiler::Unsupported(node, window.error().message);
  Slide slide;
  slide.sliding.input = PlaneOf(from);
  slide.sliding.output = PlaneOf(to);
  const std::size_t axes = spatial.size();
  for (std::size_t i = 0; i < axes; ++i) {
    const std::size_t axis = 2 - axes + i;  // A line is a picture of height 1.
    slide.sliding.kernel[axis] = window->kernel[i];
    slide.sliding.stride[axis] = window->strides[i];
    slide.sliding.dilation[axis] = window->dilations[i];
    slide.sliding.pad[axis] = window->pads_begin[i];
    slide.pad_end[axis] = window->pads_end[i];
    const std::int64_t reach =
        spatial[i] + window->pads_begin[i] + window->pads_end[i] + window->excess[i] - window->Extent(i);
    if (reach < 0 || reach / window->strides[i] + 1 != to[i + 1])
      return Compiler::Unsupported(node, "its output has another size than its window gives");
  }
  return slide;
}

Status Conv(Compiler& compiler, const Node& node) {
  CUPEL_TRY(const std::size_t value, compiler.Value(node, 0));
  CUPEL_TRY(std::vector<double> weights, compiler.Floats(node, 1));
  const Shape& shape = compiler.ConstantShape(node, 1);
  if (shape.size() < 3) return Compiler::Unsupported(node, "its weights have no spatial axis");
  CUPEL_TRY(const Slide slide, SlideOf(compiler, node, {shape.begin() + 2, shape.end()}));
  const std::int64_t groups = node.Integer("group", 1);
  const Plane& out = slide.sliding.output;
  if (groups < 1 || slide.sliding.input.channels != shape[1] * groups || out.channels != shape[0] ||
      shape[0] % groups != 0) {
    return Compiler::Unsupported(node, "its weights do not fit its input");
  }
  const std::int64_t terms = graph::ElementCount(shape) / shape[0];
  Affine affine{.map = MakeConvolution(slide.sliding, groups, std::move(weights)),
                .bias = std::vector<double>(static_cast<std::size_t>(out.Count()), 0.0)};
  if (compiler.Has(node, 2)) {
    CUPEL_TRY(const std::vector<double> bias, compiler.Floats(node, 2));
    if (static_cast<std::int64_t>(bias.size()) != out.channels)
      return Compiler::Unsupported(node, "its bias does not fit its channels");
    for (std::size_t i = 0; i < affine.bias.size(); ++i)
      affine.bias[i] = bias[i / static_cast<std::size_t>(out.height * out.width)];
  }
  for (const double bias : affine.bias) affine.bias_magnitude.push_back(std::abs(bias));
  affine.roundings = terms + 1;
  return compiler.Define(node, MakeAffineStep(std::move(affine)), {value});
}

// Input coordinates of a window's taps that lie in [low, high).
std::int64_t TapsWithin(const Sliding& sliding, int axis, std::int64_t at, std::int64_t low,
                        std::int64_t high) {
  std::int64_t count = 0;
  for (std::int64_t tap = 0; tap < sliding.kernel[axis]; ++tap) {
    const std::int64_t source = sliding.Source(axis, at, tap);
    if (source >= low && source < high) ++count;
  }
  return count;
}

Status DefineMean(Compiler& compiler, const Node& node, const Sliding& sliding, std::vector<double> weight) {
  CUPEL_TRY(const std::size_t value, compiler.Value(node, 0));
  CUPEL_TRY(const Shape to, compiler.OutputShape(node));
  const auto count = static_cast<std::size_t>(graph::ElementCount(to));
  Affine affine{.map = MakeWindowMean(sliding, std::move(weight)), .bias = std::vector<double>(count, 0.0)};
  affine.bias_magnitude = affine.bias;
  affine.roundings = sliding.kernel[0] * sliding.kernel[1] + 2;
  return compiler.Define(node, MakeAffineStep(std::move(affine)), {value});
}

Status AveragePool(Compiler& compiler, const Node& node) {
  CUPEL_TRY(const Slide slide, SlideOf(compiler, node, {}));
  const Sliding& sliding = slide.sliding;
  const bool padding_counts = node.Integer("count_include_pad", 0) != 0;
  std::vector<double> weight;
  for (std::int64_t y = 0; y < sliding.output.height; ++y) {
    for (std::int64_t x = 0; x < sliding.output.width; ++x) {
      std::int64_t count = 1;
      for (const int axis : {0, 1}) {
        const std::int64_t size = axis == 0 ? sliding.input.height : sliding.input.width;
        count *= padding_counts ? TapsWithin(sliding, axis, axis == 0 ? y : x, -sliding.pad[axis],
                                             size + slide.pad_end[axis])
                                : TapsWithin(sliding, axis, axis == 0 ? y : x, 0, size);
      }
      if (count == 0) return Compiler::Unsupported(node, "a window lies in the padding");
      weight.push_back(1 / static_cast<double>(count));
    }
  }
  return DefineMean(compiler, node, sliding, std::move(weight));
}

Status MaxPool(Compiler& compiler, const Node& node) {
  if (node.outputs.size() > 1 && !node.outputs[1].empty())
    return Compiler::Unsupported(node, "it answers indices, too");
  CUPEL_TRY(const std::size_t value, compiler.Value(node, 0));
  CUPEL_TRY(const Slide slide, SlideOf(compiler, node, {}));
  const Sliding& sliding = slide.sliding;
  for (const int axis : {0, 1}) {
    const std::int64_t outputs = axis == 0 ? sliding.output.height : sliding.output.width;
    const std::int64_t size = axis == 0 ? sliding.input.height : sliding.input.width;
    for (std::int64_t at = 0; at < outputs; ++at) {
      if (TapsWithin(sliding, axis, at, 0, size) == 0)
        return Compiler::Unsupported(node, "a window lies in the padding");
    }
  }
  return compiler.Define(node, MakeMaxPoolStep(sliding), {value});
}

// One window over the whole picture.
Result<Sliding> WholePicture(const Compiler& compiler, const Node& node) {
  CUPEL_TRY(const Shape from, compiler.InputShape(node, 0));
  if (from.size() < 2 || from.size() > 3)
    return Compiler::Unsupported(node, "its input is neither lines nor pictures");
  Sliding sliding;
  sliding.input = PlaneOf(from);
  sliding.output = {sliding.input.channels, 1, 1};
  sliding.kernel[0] = sliding.input.height;
  sliding.kernel[1] = sliding.input.width;
  return sliding;
}

Status DefineWholeMean(Compiler& compiler, const Node& node) {
  CUPEL_TRY(const Sliding sliding, WholePicture(compiler, node));
  return DefineMean(compiler, node, sliding,
                    {1 / static_cast<double>(sliding.kernel[0] * sliding.kernel[1])});
}

Status GlobalMaxPool(Compiler& compiler, const Node& node) {
  CUPEL_TRY(const std::size_t value, compiler.Value(node, 0));
  CUPEL_TRY(const Sliding sliding, WholePicture(compiler, node));
  return compiler.Define(node, MakeMaxPoolStep(sliding), {value});
}

// Exporters write a global average as a mean over all axes but the first two.
Status ReduceMean(Compiler& compiler, const Node& node) {
  CUPEL_TRY(const Shape from, compiler.InputShape(node, 0));
  std::vector<std::int64_t> axes = node.Integers("axes");
  if (compiler.Has(node, 1)) {
    CUPEL_TRY(axes, compiler.Integers(node, 1));
  }
  const auto rank = static_cast<std::int64_t>(from.size()) + 1;
  for (std::int64_t& axis : axes) axis += axis < 0 ? rank : 0;
  std::ranges::sort(axes);
  std::vector<std::int64_t> spatial;
  for (std::int64_t axis = 2; axis < rank; ++axis) spatial.push_back(axis);
  if (axes != spatial) return Compiler::Unsupported(node, "it is not over the picture's axes");
  return DefineWholeMean(compiler, node);
}

constexpr OperatorEntry kTable[] = {
    {"AveragePool", AveragePool},     {"Conv", Conv},       {"GlobalAveragePool", DefineWholeMean},
    {"GlobalMaxPool", GlobalMaxPool}, {"MaxPool", MaxPool}, {"ReduceMean", ReduceMean},
};

}  // namespace

std::span<const OperatorEntry> WindowOperators() { return kTable; }

}  // namespace cupel::algorithm::certify
