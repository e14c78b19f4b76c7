// SPDX-License-Identifier: Apache-2.0
// Pooling over windows, over whole images and over regions.
#include <ATen/ops/arange.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/full.h>
#include <ATen/ops/max_pool2d_with_indices.h>
#include <ATen/ops/max_pool3d_with_indices.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "cupel/algorithm/gradient/disjoint_max_pool.h"
#include "cupel/algorithm/gradient/roi_align.h"
#include "cupel/algorithm/gradient/root.h"
#include "cupel/algorithm/gradient/window.h"

namespace cupel::algorithm::gradient {
namespace {

using Outputs = std::vector<Tensor>;

std::vector<std::int64_t> Plus(std::vector<std::int64_t> a, const std::vector<std::int64_t>& b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] += b[i];
  return a;
}

void RequireImage(const Tensor& x) {
  if (x.dim() < 3 || x.dim() > 5) {
    throw OperatorError(ErrorCode::kInvalidArgument,
                        fmt::format("input must have 1 to 3 spatial axes, its rank is {}", x.dim()));
  }
}

// libtorch pads by at most half the kernel, both ends alike; anything else is padded here.
bool LibtorchCanPad(const Window& window) {
  if (!window.Symmetric() || window.HasExcess()) return false;
  for (std::size_t i = 0; i < window.kernel.size(); ++i) {
    if (window.pads_begin[i] < 0 || 2 * window.pads_begin[i] > window.kernel[i]) return false;
  }
  return true;
}

// libtorch numbers a maximum inside its (padded) plane; ONNX inside the whole unpadded tensor, row- or
// column-major.
Tensor OnnxIndices(const OperatorCall& call, const Tensor& plane_indices, at::IntArrayRef padded,
                   const std::vector<std::int64_t>& begin, at::IntArrayRef image) {
  const bool column_major = call.node.Integer("storage_order", 0) != 0;
  Tensor rest = plane_indices;
  Tensor index = plane_indices.mul(0);
  std::int64_t row_stride = 1;
  std::int64_t plane = 1;
  for (const std::int64_t size : image.slice(2)) plane *= size;
  std::int64_t column_stride = plane;
  for (std::size_t i = begin.size(); i-- > 0;) {
    const Tensor coordinate = rest.remainder(padded[static_cast<std::size_t>(i) + 2]).sub(begin[i]);
    rest = rest.div(padded[i + 2], "floor");
    column_stride /= image[i + 2];
    index = index.add(coordinate.mul(column_major ? column_stride : row_stride));
    row_stride *= image[i + 2];
  }
  std::vector<std::int64_t> shape(static_cast<std::size_t>(index.dim()), 1);
  shape[0] = image[0];
  shape[1] = image[1];
  const Tensor planes = at::arange(image[0] * image[1], index.options()).mul(plane).reshape(shape);
  return index.add(planes);
}

Outputs MaxPool(const OperatorCall& call) {
  const Tensor& original = call.Input(0);
  RequireImage(original);
  Tensor x = original;
  const bool whole_numbers = at::isIntegralType(x.scalar_type(), true);
  if (whole_numbers) x = x.to(at::kDouble);
  const Window window = ResolveWindow(call.node, x.sizes().slice(2), {});
  const std::vector<std::int64_t> twos{2, 2};
  if (call.node.outputs.size() == 1 && !whole_numbers && window.kernel == twos && window.strides == twos &&
      !window.Padded() && window.dilations == std::vector<std::int64_t>{1, 1} && DisjointMaxPoolTakes(x)) {
    return {DisjointMaxPool(x)};
  }
  std::vector<std::int64_t> pads = window.pads_begin;
  std::vector<std::int64_t> shift(pads.size(), 0);
  if (!LibtorchCanPad(window)) {
    x = PadSpatial(x, pads, Plus(window.pads_end, window.excess), -std::numeric_limits<double>::infinity());
    shift = pads;
    pads.assign(pads.size(), 0);
  }
  const std::vector<std::int64_t> padded = x.sizes().vec();
  Tensor y;
  Tensor indices;
  if (x.dim() == 3) {
    std::tie(y, indices) =
        at::max_pool2d_with_indices(x.unsqueeze(2), {1, window.kernel[0]}, {1, window.strides[0]},
                                    {0, pads[0]}, {1, window.dilations[0]});
    y = y.squeeze(2);
    indices = indices.squeeze(2);
  } else if (x.dim() == 4) {
    std::tie(y, indices) =
        at::max_pool2d_with_indices(x, window.kernel, window.strides, pads, window.dilations);
  } else {
    std::tie(y, indices) =
        at::max_pool3d_with_indices(x, window.kernel, window.strides, pads, window.dilations);
  }
  Outputs outputs{whole_numbers ? y.to(original.scalar_type()) : y};
  if (call.node.outputs.size() > 1)
    outputs.push_back(OnnxIndices(call, indices, padded, shift, original.sizes()));
  return outputs;
}

// The sum over every window as a depthwise convolution with ones: any stride, dilation and number of axes,
// differentiable.
Tensor WindowSums(const Tensor& x, const Window& window) {
  std::vector<std::int64_t> kernel = window.kernel;
  kernel.insert(kernel.begin(), {1, 1});
  std::vector<std::int64_t> planes = x.sizes().vec();
  planes[0] *= planes[1];
  planes[1] = 1;
  const std::vector<std::int64_t> zeros(window.kernel.size(), 0);
  const Tensor sums = at::convolution(x.reshape(planes), at::ones(kernel, x.options()), c10::nullopt,
                                      window.strides, zeros, window.dilations, false, zeros, 1);
  std::vector<std::int64_t> shape = sums.sizes().vec();
  shape[0] = x.size(0);
  shape[1] = x.size(1);
  return sums.reshape(shape);
}

Outputs AveragePool(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  RequireImage(x);
  const Window window = ResolveWindow(call.node, x.sizes().slice(2), {});
  const bool count_pads = call.node.Integer("count_include_pad", 0) != 0;
  const bool dilated =
      std::any_of(window.dilations.begin(), window.dilations.end(), [](auto d) { return d != 1; });
  if (x.dim() == 4 && LibtorchCanPad(window) && !dilated) {
    return {at::avg_pool2d(x, window.kernel, window.strides, window.pads_begin, false, count_pads)};
  }
  const std::vector<std::int64_t> none(window.kernel.size(), 0);
  std::vector<std::int64_t> one_image = x.sizes().vec();
  one_image[0] = one_image[1] = 1;
  Tensor counted =
      PadSpatial(at::ones(one_image, x.options()), window.pads_begin, window.pads_end, count_pads ? 1 : 0);
  counted = PadSpatial(counted, none, window.excess, 0);
  const Tensor padded = PadSpatial(x, window.pads_begin, Plus(window.pads_end, window.excess), 0);
  return {WindowSums(padded, window).div(WindowSums(counted, window))};
}

Outputs LpPool(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  RequireImage(x);
  const Window window = ResolveWindow(call.node, x.sizes().slice(2), {});
  const double p = static_cast<double>(call.node.Integer("p", 2));
  const Tensor padded = PadSpatial(x, window.pads_begin, Plus(window.pads_end, window.excess), 0);
  return {Root(WindowSums(padded.abs().pow(p), window), p)};
}

std::vector<std::int64_t> SpatialAxes(const Tensor& x) {
  RequireImage(x);
  std::vector<std::int64_t> axes;
  for (std::int64_t axis = 2; axis < x.dim(); ++axis) axes.push_back(axis);
  return axes;
}

Outputs GlobalAveragePool(const OperatorCall& call) {
  return {call.Input(0).mean(SpatialAxes(call.Input(0)), true)};
}

Outputs GlobalMaxPool(const OperatorCall& call) {
  return {call.Input(0).amax(SpatialAxes(call.Input(0)), true)};
}

Outputs GlobalLpPool(const OperatorCall& call) {
  const double p = static_cast<double>(call.node.Integer("p", 2));
  return {Root(call.Input(0).abs().pow(p).sum(SpatialAxes(call.Input(0)), true), p)};
}

Outputs MaxUnpool(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  RequireImage(x);
  const Window window = ResolveWindow(call.node, x.sizes().slice(2), {});
  std::vector<std::int64_t> natural = x.sizes().vec();
  for (std::size_t i = 0; i < window.kernel.size(); ++i) {
    natural[i + 2] = (natural[i + 2] - 1) * window.strides[i] + window.kernel[i] - window.pads_begin[i] -
                     window.pads_end[i];
  }
  // The indices number the elements of the natural output; a larger output_shape receives it in its corner.
  std::vector<std::int64_t> wanted = call.Has(2) ? call.InputIntegers(2) : natural;
  if (wanted.size() != natural.size())
    throw OperatorError(ErrorCode::kInvalidArgument, "output_shape has the wrong length");
  const std::int64_t elements = graph::ElementCount(natural);
  const Tensor indices = call.Input(1).reshape({-1});
  Tensor y = at::zeros({elements}, x.options()).scatter(0, indices, x.reshape({-1})).reshape(natural);
  if (wanted == natural) return {y};
  std::vector<std::int64_t> none(window.kernel.size(), 0);
  std::vector<std::int64_t> end;
  for (std::size_t i = 2; i < wanted.size(); ++i) end.push_back(wanted[i] - natural[i]);
  return {PadSpatial(y, none, end, 0)};
}

// Caffe's region pooling: region corners are rounded to whole positions, bins overlap where they do not
// divide.
Outputs MaxRoiPool(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  const Tensor regions = call.Input(1).detach().to(at::kCPU).to(at::kDouble).contiguous();
  const std::vector<std::int64_t> pooled = call.node.Integers("pooled_shape");
  if (x.dim() != 4 || regions.dim() != 2 || regions.size(1) != 5 || pooled.size() != 2) {
    throw OperatorError(ErrorCode::kInvalidArgument,
                        "expected x [n, c, h, w], rois [r, 5] and pooled_shape of two");
  }
  const double scale = call.node.Real("spatial_scale", 1.0F);
  Outputs results;
  for (std::int64_t r = 0; r < regions.size(0); ++r) {
    const double* region = regions.data_ptr<double>() + 5 * r;
    const Tensor image = x[static_cast<std::int64_t>(region[0])];
    const auto corner = [&](int i) { return static_cast<std::int64_t>(std::round(region[i] * scale)); };
    const std::int64_t left = corner(1), top = corner(2);
    const double height =
        static_cast<double>(std::max<std::int64_t>(corner(4) - top + 1, 1)) / static_cast<double>(pooled[0]);
    const double width =
        static_cast<double>(std::max<std::int64_t>(corner(3) - left + 1, 1)) / static_cast<double>(pooled[1]);
    const auto first = [](double size, std::int64_t bin, std::int64_t start, std::int64_t limit) {
      return std::clamp<std::int64_t>(
          static_cast<std::int64_t>(std::floor(size * static_cast<double>(bin))) + start, 0, limit);
    };
    const auto last = [](double size, std::int64_t bin, std::int64_t start, std::int64_t limit) {
      return std::clamp<std::int64_t>(
          static_cast<std::int64_t>(std::ceil(size * static_cast<double>(bin + 1))) + start, 0, limit);
    };
    std::vector<Tensor> bins;
    for (std::int64_t i = 0; i < pooled[0]; ++i) {
      for (std::int64_t j = 0; j < pooled[1]; ++j) {
        const std::int64_t y0 = first(height, i, top, x.size(2)), y1 = last(height, i, top, x.size(2));
        const std::int64_t x0 = first(width, j, left, x.size(3)), x1 = last(width, j, left, x.size(3));
        const bool empty = y1 <= y0 || x1 <= x0;
        bins.push_back(empty ? at::zeros({x.size(1)}, x.options())
                             : image.slice(1, y0, y1).slice(2, x0, x1).amax({1, 2}));
      }
    }
    results.push_back(at::stack(bins, 1).reshape({x.size(1), pooled[0], pooled[1]}));
  }
  if (results.empty()) return {at::zeros({0, x.size(1), pooled[0], pooled[1]}, x.options())};
  return {at::stack(results, 0)};
}

constexpr OperatorEntry kTable[] = {
    {"AveragePool", AveragePool},
    {"GlobalAveragePool", GlobalAveragePool},
    {"GlobalLpPool", GlobalLpPool},
    {"GlobalMaxPool", GlobalMaxPool},
    {"LpPool", LpPool},
    {"MaxPool", MaxPool},
    {"MaxRoiPool", MaxRoiPool},
    {"MaxUnpool", MaxUnpool},
    {"RoiAlign", RoiAlign},
};

}  // namespace

std::span<const OperatorEntry> PoolingOperators() { return kTable; }

}  // namespace cupel::algorithm::gradient
