// SPDX-License-Identifier: Apache-2.0
// Convolutions in one, two and three spatial axes, grouped, dilated, transposed, and in integers.
#include <ATen/ops/convolution.h>
#include <fmt/format.h>

#include <algorithm>

#include "cupel/algorithm/gradient/window.h"

namespace cupel::algorithm::gradient {
namespace {

using Outputs = std::vector<Tensor>;

std::vector<std::int64_t> SpatialSizes(const Tensor& tensor) { return tensor.sizes().slice(2).vec(); }

void RequireImages(const Tensor& x, const Tensor& weight) {
  if (x.dim() < 3 || weight.dim() != x.dim()) {
    throw OperatorError(
        ErrorCode::kInvalidArgument,
        fmt::format("input and weight must have the same rank >= 3, got {} and {}", x.dim(), weight.dim()));
  }
}

// Pads asymmetrically by itself, because libtorch's convolution pads both ends alike.
Tensor Convolve(const OperatorCall& call, Tensor x, const Tensor& weight, const c10::optional<Tensor>& bias) {
  RequireImages(x, weight);
  const Window window = ResolveWindow(call.node, x.sizes().slice(2), SpatialSizes(weight));
  std::vector<std::int64_t> pads = window.pads_begin;
  const bool negative = std::any_of(pads.begin(), pads.end(), [](std::int64_t pad) { return pad < 0; });
  if (!window.Symmetric() || negative) {
    x = PadSpatial(x, window.pads_begin, window.pads_end, 0);
    pads.assign(pads.size(), 0);
  }
  const std::vector<std::int64_t> no_output_padding(pads.size(), 0);
  return at::convolution(x, weight, bias, window.strides, pads, window.dilations, false, no_output_padding,
                         call.node.Integer("group", 1));
}

Outputs Conv(const OperatorCall& call) {
  c10::optional<Tensor> bias;
  if (call.Has(2)) bias = call.Input(2);
  return {Convolve(call, call.Input(0), call.Input(1), bias)};
}

// Zero points are subtracted first; float64 holds every sum of 8-bit products exactly (up to 2^37 terms).
Tensor Centre(const Tensor& values, const Tensor& zero_point, bool per_output_channel) {
  Tensor centred = values.to(at::kDouble);
  if (!zero_point.defined()) return centred;
  Tensor zero = zero_point.to(at::kDouble);
  if (per_output_channel && zero.numel() > 1) {
    std::vector<std::int64_t> shape(static_cast<std::size_t>(values.dim()), 1);
    shape[0] = -1;
    zero = zero.reshape(shape);
  } else {
    zero = zero.reshape({});
  }
  return centred.sub(zero);
}

Outputs ConvInteger(const OperatorCall& call) {
  const Tensor x = Centre(call.Input(0), call.Has(2) ? call.Input(2) : Tensor(), false);
  const Tensor weight = Centre(call.Input(1), call.Has(3) ? call.Input(3) : Tensor(), true);
  return {Convolve(call, x, weight, c10::nullopt).round().to(at::kInt)};
}

// Inputs: x, x_scale, x_zero_point, w, w_scale, w_zero_point, y_scale, y_zero_point, bias.
Outputs QLinearConv(const OperatorCall& call) {
  const Tensor x = Centre(call.Input(0), call.Input(2), false);
  const Tensor weight = Centre(call.Input(3), call.Input(5), true);
  c10::optional<Tensor> bias;
  if (call.Has(8)) bias = call.Input(8).to(at::kDouble);
  Tensor sums = Convolve(call, x, weight, bias);
  std::vector<std::int64_t> per_channel(static_cast<std::size_t>(sums.dim()), 1);
  per_channel[1] = -1;
  const Tensor scale =
      call.Input(4).to(at::kDouble).reshape({-1}).mul(call.Input(1).to(at::kDouble).reshape({}));
  sums = sums.mul(scale.div(call.Input(6).to(at::kDouble).reshape({})).reshape(per_channel));
  const Tensor& zero = call.Input(7);
  const bool is_signed = zero.scalar_type() == at::kChar;
  const Tensor shifted = sums.round().add(zero.to(at::kDouble).reshape({}));
  return {shifted.clamp(is_signed ? -128 : 0, is_signed ? 127 : 255).to(zero.scalar_type())};
}

// How much of the full transposed convolution is cut off at each end (negative: zeros are added).
void TransposedCrop(const OperatorCall& call, const Window& window, const std::vector<std::int64_t>& full,
                    at::IntArrayRef input, std::vector<std::int64_t>& begin, std::vector<std::int64_t>& end) {
  const std::size_t axes = full.size();
  const std::string mode = call.node.Text("auto_pad", "NOTSET");
  const bool same = mode == "SAME_UPPER" || mode == "SAME_LOWER";
  std::vector<std::int64_t> output_padding = call.node.Integers("output_padding");
  std::vector<std::int64_t> wanted = call.node.Integers("output_shape");
  output_padding.resize(axes, 0);
  if (wanted.size() > axes) wanted.erase(wanted.begin(), wanted.end() - static_cast<std::ptrdiff_t>(axes));
  begin = call.node.Integers("pads");
  begin.resize(2 * axes, 0);
  end.assign(begin.begin() + static_cast<std::ptrdiff_t>(axes), begin.end());
  begin.resize(axes);
  for (std::size_t i = 0; i < axes; ++i) {
    if (wanted.size() == axes || same) {
      const std::int64_t size = wanted.size() == axes ? wanted[i] : input[i] * window.strides[i];
      const std::int64_t total = full[i] + output_padding[i] - size;
      const std::int64_t half = total >> 1;  // rounds down: an odd row of zeros to add goes to the end
      begin[i] = mode == "SAME_UPPER" ? half : total - half;
      end[i] = total - begin[i];
    }
    end[i] -= output_padding[i];
  }
}

Outputs ConvTranspose(const OperatorCall& call) {
  // libtorch 1.13 takes a transposed convolution of bfloat16 on the CPU for a plain one: that runs in
  // float32.
  const at::ScalarType type = call.Input(0).scalar_type();
  const bool widen = type == at::kBFloat16 && call.Input(0).is_cpu();
  const Tensor x = widen ? call.Input(0).to(at::kFloat) : call.Input(0);
  const Tensor weight = widen ? call.Input(1).to(at::kFloat) : call.Input(1);
  RequireImages(x, weight);
  const Window window = ResolveWindow(call.node, x.sizes().slice(2), SpatialSizes(weight));
  std::vector<std::int64_t> full;
  for (std::size_t i = 0; i < window.kernel.size(); ++i) {
    full.push_back((x.size(static_cast<std::int64_t>(i) + 2) - 1) * window.strides[i] + window.Extent(i));
  }
  std::vector<std::int64_t> begin;
  std::vector<std::int64_t> end;
  TransposedCrop(call, window, full, x.sizes().slice(2), begin, end);
  const std::vector<std::int64_t> zeros(full.size(), 0);
  Tensor y = at::convolution(x, weight, c10::nullopt, window.strides, zeros, window.dilations, true, zeros,
                             call.node.Integer("group", 1))
                 .to(type);
  for (std::size_t i = 0; i < full.size(); ++i) {
    begin[i] = -begin[i];
    end[i] = -end[i];
  }
  y = PadSpatial(y, begin, end, 0);
  if (!call.Has(2)) return {y};
  std::vector<std::int64_t> per_channel(static_cast<std::size_t>(y.dim()), 1);
  per_channel[1] = -1;
  return {
      y.add(call.Input(2).reshape(per_channel))};  // after padding, so that added positions hold the bias too
}

constexpr OperatorEntry kTable[] = {
    {"Conv", Conv},
    {"ConvInteger", ConvInteger},
    {"ConvTranspose", ConvTranspose},
    {"QLinearConv", QLinearConv},
};

}  // namespace

std::span<const OperatorEntry> ConvolutionOperators() { return kTable; }

}  // namespace cupel::algorithm::gradient
