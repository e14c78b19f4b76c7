// SPDX-License-Identifier: Apache-2.0
// Resampling. Resize is separable: every axis is a weighted sum of 1 (nearest), 2 (linear) or 4 (cubic)
// gathered slices, so gradients and every element type come for free, and all of ONNX's coordinate rules live
// in one function.
#include <ATen/ops/affine_grid_generator.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/grid_sampler.h>
#include <ATen/ops/where.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "cupel/algorithm/gradient/operator.h"

namespace cupel::algorithm::gradient {
namespace {

using Outputs = std::vector<Tensor>;

struct ResizeRule {
  std::string mode = "nearest";
  std::string coordinates = "half_pixel";
  std::string nearest = "round_prefer_floor";
  double cubic_a = -0.75;
  bool exclude_outside = false;
  double extrapolation = 0;
};

// One axis to resample.
struct AxisPlan {
  std::int64_t axis = 0;
  std::int64_t in = 0;
  std::int64_t out = 0;
  double scale = 1;
  double roi_start = 0;
  double roi_end = 1;
};

// Where output element i lies among the input elements. The exact length in * scale, not its floor, enters
// the rules that use the output's length: ONNX's own expected outputs are made so.
double SourceCoordinate(const ResizeRule& rule, const AxisPlan& plan, std::int64_t i) {
  const double x = static_cast<double>(i);
  const double in = static_cast<double>(plan.in);
  const double length = in * plan.scale;
  if (rule.coordinates == "half_pixel") return (x + 0.5) / plan.scale - 0.5;
  if (rule.coordinates == "pytorch_half_pixel") return plan.out > 1 ? (x + 0.5) / plan.scale - 0.5 : 0;
  if (rule.coordinates == "align_corners") return plan.out > 1 ? x * (in - 1) / (length - 1) : 0;
  if (rule.coordinates == "asymmetric") return x / plan.scale;
  if (rule.coordinates == "tf_half_pixel_for_nn") return (x + 0.5) / plan.scale;
  if (rule.coordinates == "half_pixel_symmetric") {
    const double centre = in / 2 * (1 - static_cast<double>(plan.out) / length);
    return centre + (x + 0.5) / plan.scale - 0.5;
  }
  if (rule.coordinates == "tf_crop_and_resize") {
    if (plan.out <= 1) return 0.5 * (plan.roi_start + plan.roi_end) * (in - 1);
    return plan.roi_start * (in - 1) + x * (plan.roi_end - plan.roi_start) * (in - 1) / (length - 1);
  }
  throw OperatorError(ErrorCode::kUnsupported,
                      fmt::format("coordinate_transformation_mode \"{}\" is not known", rule.coordinates));
}

double RoundNearest(const std::string& rule, double x) {
  if (rule == "round_prefer_floor") return std::ceil(x - 0.5);
  if (rule == "round_prefer_ceil") return std::floor(x + 0.5);
  if (rule == "floor") return std::floor(x);
  if (rule == "ceil") return std::ceil(x);
  throw OperatorError(ErrorCode::kUnsupported, fmt::format("nearest_mode \"{}\" is not known", rule));
}

// Keys' cubic convolution kernel (1981) at distances t+1, t, 1-t, 2-t.
std::array<double, 4> CubicWeights(double t, double a) {
  const auto near = [a](double d) { return ((a + 2) * d - (a + 3)) * d * d + 1; };
  const auto far = [a](double d) { return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a; };
  return {far(t + 1), near(t), near(1 - t), far(2 - t)};
}

// The taps of every output element of an axis: taps x out.
struct Taps {
  std::vector<std::vector<std::int64_t>> indices;
  std::vector<std::vector<double>> weights;
  std::vector<std::int64_t> outside;  ///< 1 where the coordinate lies outside the input.
};

void AddTaps(const ResizeRule& rule, const AxisPlan& plan, double x, Taps& taps) {
  std::vector<double> weights = {1};
  double first = 0;
  if (rule.mode == "nearest") {
    first = RoundNearest(rule.nearest, x);
  } else {
    const double base = std::floor(x);
    const bool linear = rule.mode == "linear";
    const auto cubic = CubicWeights(x - base, rule.cubic_a);
    weights = linear ? std::vector<double>{1 - (x - base), x - base}
                     : std::vector<double>(cubic.begin(), cubic.end());
    first = linear ? base : base - 1;
  }
  const double last = static_cast<double>(plan.in - 1);
  if (rule.exclude_outside && weights.size() > 1) {
    for (std::size_t k = 0; k < weights.size(); ++k) {
      const double at = first + static_cast<double>(k);
      if (at < 0 || at > last) weights[k] = 0;
    }
    const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
    for (double& weight : weights) weight /= total;
  }
  taps.indices.resize(weights.size());
  taps.weights.resize(weights.size());
  for (std::size_t k = 0; k < weights.size(); ++k) {
    taps.indices[k].push_back(
        static_cast<std::int64_t>(std::clamp(first + static_cast<double>(k), 0.0, last)));
    taps.weights[k].push_back(weights[k]);
  }
  taps.outside.push_back(x < 0 || x > last ? 1 : 0);
}

template <typename T>
Tensor Vector(const std::vector<T>& values, at::ScalarType type, at::Device device) {
  Tensor tensor = at::empty({static_cast<std::int64_t>(values.size())}, at::TensorOptions().dtype(type));
  std::copy(values.begin(), values.end(), tensor.data_ptr<T>());
  return tensor.to(device);
}

Tensor Along(const Tensor& vector, std::int64_t axis, std::int64_t rank) {
  std::vector<std::int64_t> shape(static_cast<std::size_t>(rank), 1);
  shape[static_cast<std::size_t>(axis)] = vector.numel();
  return vector.reshape(shape);
}

Tensor ResampleAxis(const Tensor& x, const ResizeRule& rule, const AxisPlan& plan) {
  if (plan.in < 1)
    throw OperatorError(ErrorCode::kInvalidArgument, "an axis without elements cannot be resampled");
  Taps taps;
  for (std::int64_t i = 0; i < plan.out; ++i) AddTaps(rule, plan, SourceCoordinate(rule, plan, i), taps);
  Tensor sum;
  for (std::size_t k = 0; k < taps.indices.size(); ++k) {
    Tensor term = x.index_select(plan.axis, Vector(taps.indices[k], at::kLong, x.device()));
    if (taps.indices.size() > 1) {
      term = term.mul(
          Along(Vector(taps.weights[k], at::kDouble, x.device()).to(x.scalar_type()), plan.axis, x.dim()));
    }
    sum = sum.defined() ? sum.add(term) : term;
  }
  if (rule.coordinates != "tf_crop_and_resize") return sum;
  const Tensor outside = Along(Vector(taps.outside, at::kLong, x.device()).to(at::kBool), plan.axis, x.dim());
  return at::where(outside, at::full_like(sum, rule.extrapolation), sum);
}

std::vector<double> InputReals(const OperatorCall& call, std::size_t index) {
  const Tensor values = call.Input(index).detach().to(at::kCPU).to(at::kDouble).contiguous();
  return {values.data_ptr<double>(), values.data_ptr<double>() + values.numel()};
}

bool HasElements(const OperatorCall& call, std::size_t index) {
  return call.Has(index) && call.Input(index).numel() > 0;
}

std::vector<AxisPlan> PlansFor(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  std::vector<std::int64_t> axes = call.node.Integers("axes");
  if (axes.empty()) {
    axes.resize(static_cast<std::size_t>(x.dim()));
    std::iota(axes.begin(), axes.end(), 0);
  }
  std::vector<AxisPlan> plans;
  for (const std::int64_t axis : axes) {
    AxisPlan plan{.axis = NormaliseAxis(axis, x.dim())};
    plan.in = x.size(plan.axis);
    plan.out = plan.in;
    plans.push_back(plan);
  }
  return plans;
}

[[noreturn]] void ThrowCount(std::string_view what, std::size_t expected, std::size_t found) {
  throw OperatorError(ErrorCode::kInvalidArgument,
                      fmt::format("{} must have {} elements, got {}", what, expected, found));
}

void ApplyScales(const std::vector<double>& scales, std::vector<AxisPlan>& plans) {
  if (scales.size() != plans.size()) ThrowCount("scales", plans.size(), scales.size());
  for (std::size_t i = 0; i < plans.size(); ++i) {
    if (!(scales[i] > 0 && scales[i] < 1e6)) {
      throw OperatorError(ErrorCode::kInvalidArgument,
                          fmt::format("scales must be > 0 and < 1e6, got {}", scales[i]));
    }
    plans[i].scale = scales[i];
    plans[i].out = static_cast<std::int64_t>(std::floor(static_cast<double>(plans[i].in) * scales[i]));
  }
}

// Opset 18: with a policy, one scale for all axes: the smallest (not_larger) or the largest (not_smaller).
void ApplySizes(const std::vector<std::int64_t>& sizes, const std::string& policy,
                std::vector<AxisPlan>& plans) {
  if (sizes.size() != plans.size()) ThrowCount("sizes", plans.size(), sizes.size());
  std::vector<double> scales;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    plans[i].out = sizes[i];
    scales.push_back(static_cast<double>(sizes[i]) / static_cast<double>(plans[i].in));
    plans[i].scale = scales.back();
  }
  if (policy == "stretch" || scales.empty()) return;
  const auto [low, high] = std::minmax_element(scales.begin(), scales.end());
  const double scale = policy == "not_larger" ? *low : *high;
  for (AxisPlan& plan : plans) {
    plan.scale = scale;
    plan.out = static_cast<std::int64_t>(std::round(scale * static_cast<double>(plan.in)));
  }
}

Tensor Resample(const Tensor& x, const ResizeRule& rule, const std::vector<AxisPlan>& plans) {
  if (rule.mode != "nearest" && rule.mode != "linear" && rule.mode != "cubic") {
    throw OperatorError(ErrorCode::kUnsupported, fmt::format("mode \"{}\" is not known", rule.mode));
  }
  const bool integral = !x.is_floating_point() && rule.mode != "nearest";
  Tensor y = integral ? x.to(at::kDouble) : x;
  for (const AxisPlan& plan : plans) {
    const bool cropped =
        rule.coordinates == "tf_crop_and_resize" && (plan.roi_start != 0 || plan.roi_end != 1);
    if (plan.in != plan.out || plan.scale != 1 || cropped) y = ResampleAxis(y, rule, plan);
  }
  return integral ? y.to(x.scalar_type()) : y;
}

Outputs Resize(const OperatorCall& call) {
  const graph::Node& node = call.node;
  if (node.Integer("antialias", 0) != 0)
    throw OperatorError(ErrorCode::kUnsupported, "antialias is not supported");
  std::vector<AxisPlan> plans = PlansFor(call);
  ResizeRule rule{.mode = node.Text("mode", "nearest")};
  if (call.opset < 11) {
    rule.coordinates = "asymmetric";
    rule.nearest = "floor";
    ApplyScales(InputReals(call, 1), plans);
    return {Resample(call.Input(0), rule, plans)};
  }
  rule.coordinates = node.Text("coordinate_transformation_mode", "half_pixel");
  rule.nearest = node.Text("nearest_mode", "round_prefer_floor");
  rule.cubic_a = node.Real("cubic_coeff_a", -0.75f);
  rule.exclude_outside = node.Integer("exclude_outside", 0) != 0;
  rule.extrapolation = node.Real("extrapolation_value", 0);
  if (HasElements(call, 3)) {
    ApplySizes(call.InputIntegers(3), node.Text("keep_aspect_ratio_policy", "stretch"), plans);
  } else {
    ApplyScales(InputReals(call, 2), plans);
  }
  if (rule.coordinates == "tf_crop_and_resize") {
    const std::vector<double> roi = InputReals(call, 1);
    if (!std::all_of(roi.begin(), roi.end(), [](double x) { return std::abs(x) < 1e6; })) {
      throw OperatorError(ErrorCode::kInvalidArgument, "roi must be finite and below 1e6");
    }
    if (roi.size() != 2 * plans.size()) ThrowCount("roi", 2 * plans.size(), roi.size());
    for (std::size_t i = 0; i < plans.size(); ++i) {
      plans[i].roi_start = roi[i];
      plans[i].roi_end = roi[i + plans.size()];
    }
  }
  return {Resample(call.Input(0), rule, plans)};
}

Outputs Upsample(const OperatorCall& call) {
  std::vector<AxisPlan> plans = PlansFor(call);
  std::vector<double> scales;
  if (call.opset < 9) {
    for (const float scale : call.node.Reals("scales")) scales.push_back(scale);
  } else {
    scales = InputReals(call, 1);
  }
  ApplyScales(scales, plans);
  const ResizeRule rule{
      .mode = call.node.Text("mode", "nearest"), .coordinates = "asymmetric", .nearest = "floor"};
  return {Resample(call.Input(0), rule, plans)};
}

Outputs GridSample(const OperatorCall& call) {
  const std::string mode = call.node.Text("mode", "bilinear");
  const std::string padding = call.node.Text("padding_mode", "zeros");
  const bool linear = mode == "bilinear" || mode == "linear";
  const bool cubic = mode == "bicubic" || mode == "cubic";
  if ((!linear && !cubic && mode != "nearest") ||
      (padding != "zeros" && padding != "border" && padding != "reflection")) {
    throw OperatorError(ErrorCode::kUnsupported,
                        fmt::format("mode \"{}\" with padding \"{}\" is not known", mode, padding));
  }
  const bool corners = call.node.Integer("align_corners", 0) != 0;
  return {at::grid_sampler(call.Input(0), call.Input(1),
                           linear  ? 0
                           : cubic ? 2
                                   : 1,
                           padding == "zeros"    ? 0
                           : padding == "border" ? 1
                                                 : 2,
                           corners)};
}

Outputs AffineGrid(const OperatorCall& call) {
  const std::vector<std::int64_t> size = call.InputIntegers(1);
  if (size.size() != 4)
    throw OperatorError(ErrorCode::kUnsupported, "only grids for [n, c, h, w] are supported");
  return {at::affine_grid_generator(call.Input(0), size, call.node.Integer("align_corners", 0) != 0)};
}

constexpr OperatorEntry kTable[] = {
    {"AffineGrid", AffineGrid},
    {"GridSample", GridSample},
    {"Resize", Resize},
    {"Upsample", Upsample},
};

}  // namespace

std::span<const OperatorEntry> ResizeOperators() { return kTable; }

}  // namespace cupel::algorithm::gradient
