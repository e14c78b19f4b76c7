// SPDX-License-Identifier: Apache-2.0
// Fourier transforms, windows and mel filters. Complex numbers are pairs in a last axis of size 2, as in
// ONNX.
#include <ATen/ops/arange.h>
#include <ATen/ops/complex.h>
#include <ATen/ops/fft_fft.h>
#include <ATen/ops/fft_ifft.h>
#include <ATen/ops/view_as_real.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <fmt/format.h>

#include <cmath>

#include "cupel/algorithm/gradient/operator.h"

namespace cupel::algorithm::gradient {
namespace {

using Outputs = std::vector<Tensor>;

// [..., 1] or [..., 2] to a complex tensor [...], in double precision: the cancellation in a spectrum's zeros
// would otherwise leave errors of the size of the largest value's rounding.
Tensor ToComplex(const Tensor& narrow) {
  const Tensor x = narrow.to(at::kDouble);
  if (x.size(-1) == 2) return at::complex(x.select(-1, 0).contiguous(), x.select(-1, 1).contiguous());
  if (x.size(-1) != 1) {
    throw OperatorError(ErrorCode::kInvalidArgument,
                        fmt::format("the last axis must have size 1 or 2, got {}", x.size(-1)));
  }
  const Tensor real = x.select(-1, 0);
  return at::complex(real.contiguous(), at::zeros_like(real));
}

// axis counts the last axis of pairs too. Until opset 19 it is an attribute, afterwards an input.
Outputs Dft(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  const std::int64_t given = call.opset >= 20 && call.Has(2)
                                 ? call.InputIntegers(2).at(0)
                                 : call.node.Integer("axis", call.opset >= 20 ? -2 : 1);
  const std::int64_t axis = NormaliseAxis(given, x.dim());
  c10::optional<std::int64_t> length;
  if (call.Has(1)) length = call.InputIntegers(1).at(0);
  const bool inverse = call.node.Integer("inverse", 0) != 0;
  Tensor y = inverse ? at::fft_ifft(ToComplex(x), length, axis) : at::fft_fft(ToComplex(x), length, axis);
  if (call.node.Integer("onesided", 0) != 0) y = y.narrow(axis, 0, y.size(axis) / 2 + 1);
  return {at::view_as_real(y).to(x.scalar_type())};
}

// signal [n, t, 1 or 2] to [n, frames, bins, 2].
Outputs Stft(const OperatorCall& call) {
  const Tensor signal = ToComplex(call.Input(0));
  const std::int64_t step = call.InputIntegers(1).at(0);
  const std::int64_t length = call.Has(3)   ? call.InputIntegers(3).at(0)
                              : call.Has(2) ? call.Input(2).size(0)
                                            : signal.size(1);
  if (step < 1 || length < 1 || length > signal.size(1)) {
    throw OperatorError(
        ErrorCode::kInvalidArgument,
        fmt::format("frames of {} every {} do not fit a signal of {}", length, step, signal.size(1)));
  }
  Tensor frames = signal.unfold(1, length, step);
  if (call.Has(2)) frames = frames.mul(call.Input(2));
  Tensor y = at::fft_fft(frames);
  if (call.node.Integer("onesided", 1) != 0) y = y.narrow(2, 0, length / 2 + 1);
  return {at::view_as_real(y).to(call.Input(0).scalar_type())};
}

// a0 - a1 cos(2 pi k / n) + a2 cos(4 pi k / n), with n one less when the window is symmetric.
Outputs CosineWindow(const OperatorCall& call, double a0, double a1, double a2) {
  const std::int64_t size = call.InputIntegers(0).at(0);
  const bool periodic = call.node.Integer("periodic", 1) != 0;
  const auto type = static_cast<graph::DataType>(call.node.Integer("output_datatype", 1));
  const Tensor k = at::arange(size, at::TensorOptions().dtype(at::kDouble).device(call.device));
  const double period = static_cast<double>(periodic ? size : std::max<std::int64_t>(size - 1, 1));
  const Tensor angle = k.mul(2 * M_PI / period);
  return {angle.cos().mul(-a1).add(a0).add(angle.mul(2).cos().mul(a2)).to(ToScalarType(type))};
}

Outputs HannWindow(const OperatorCall& call) { return CosineWindow(call, 0.5, 0.5, 0); }
Outputs HammingWindow(const OperatorCall& call) { return CosineWindow(call, 25.0 / 46.0, 21.0 / 46.0, 0); }
Outputs BlackmanWindow(const OperatorCall& call) { return CosineWindow(call, 0.42, 0.5, 0.08); }

double InputReal(const OperatorCall& call, std::size_t index) {
  return call.Input(index).reshape({}).item<double>();
}

// The spectrogram bins at which the triangles of the filters begin, peak and end: evenly spaced in mel.
std::vector<std::int64_t> MelBins(std::int64_t filters, std::int64_t length, double rate, double low_hertz,
                                  double high_hertz) {
  if (!(rate > 0 && low_hertz >= 0 && high_hertz >= low_hertz && high_hertz <= rate && filters >= 0 &&
        length >= 0)) {
    throw OperatorError(ErrorCode::kInvalidArgument,
                        fmt::format("filters from {} to {} hertz do not fit a sample rate of {}", low_hertz,
                                    high_hertz, rate));
  }
  const double low = 2595 * std::log10(1 + low_hertz / 700);
  const double high = 2595 * std::log10(1 + high_hertz / 700);
  const double step = (high - low) / static_cast<double>(filters + 2);
  std::vector<std::int64_t> bins;
  for (std::int64_t i = 0; i < filters + 2; ++i) {
    const double hertz = 700 * (std::pow(10, (static_cast<double>(i) * step + low) / 2595) - 1);
    bins.push_back(static_cast<std::int64_t>(std::floor(static_cast<double>(length + 1) * hertz / rate)));
  }
  return bins;
}

Outputs MelWeightMatrix(const OperatorCall& call) {
  const std::int64_t filters = call.InputIntegers(0).at(0);
  const std::int64_t length = call.InputIntegers(1).at(0);
  const auto bins = MelBins(filters, length, InputReal(call, 2), InputReal(call, 3), InputReal(call, 4));
  const std::int64_t rows = length / 2 + 1;
  Tensor weights = at::zeros({rows, filters}, at::TensorOptions().dtype(at::kDouble));
  auto out = weights.accessor<double, 2>();
  const auto put = [&](std::int64_t row, std::int64_t filter, std::int64_t part, std::int64_t whole) {
    if (row < 0 || row >= rows)
      throw OperatorError(ErrorCode::kInvalidArgument, "the filters reach beyond the spectrogram");
    out[row][filter] = static_cast<double>(part) / static_cast<double>(whole);
  };
  for (std::int64_t i = 0; i < filters; ++i) {
    const std::int64_t low = bins[static_cast<std::size_t>(i)];
    const std::int64_t peak = bins[static_cast<std::size_t>(i) + 1];
    const std::int64_t high = bins[static_cast<std::size_t>(i) + 2];
    if (low == peak) put(peak, i, 1, 1);
    for (std::int64_t row = low; low < peak && row <= peak; ++row) put(row, i, row - low, peak - low);
    for (std::int64_t row = peak; row < high; ++row) put(row, i, high - row, high - peak);
  }
  const auto type = static_cast<graph::DataType>(call.node.Integer("output_datatype", 1));
  return {weights.to(call.device).to(ToScalarType(type))};
}

constexpr OperatorEntry kTable[] = {
    {"BlackmanWindow", BlackmanWindow},   {"DFT", Dft},
    {"HammingWindow", HammingWindow},     {"HannWindow", HannWindow},
    {"MelWeightMatrix", MelWeightMatrix}, {"STFT", Stft},
};

}  // namespace

std::span<const OperatorEntry> SignalOperators() { return kTable; }

}  // namespace cupel::algorithm::gradient
