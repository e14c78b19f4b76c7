// SPDX-License-Identifier: Apache-2.0
// Operators that move elements without computing on them.
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/scalar_tensor.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "cupel/algorithm/gradient/operator.h"

namespace cupel::algorithm::gradient {
namespace {

using Outputs = std::vector<Tensor>;

Tensor FromIntegers(const std::vector<std::int64_t>& values, at::Device device) {
  auto* data = const_cast<std::int64_t*>(values.data());
  return at::from_blob(data, {static_cast<std::int64_t>(values.size())}, at::TensorOptions().dtype(at::kLong))
      .clone()
      .to(device);
}

Outputs Reshape(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  std::vector<std::int64_t> shape = call.Has(1) ? call.InputIntegers(1) : call.node.Integers("shape");
  const bool zero_is_zero = call.node.Integer("allowzero", 0) != 0;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] != 0 || zero_is_zero) continue;
    if (static_cast<std::int64_t>(i) >= x.dim()) {
      throw OperatorError(ErrorCode::kInvalidArgument,
                          fmt::format("shape[{}] = 0 copies an axis that does not exist", i));
    }
    shape[i] = x.size(static_cast<std::int64_t>(i));
  }
  return {x.reshape(shape)};
}

Outputs Flatten(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  std::int64_t axis = call.node.Integer("axis", 1);
  if (axis != x.dim()) axis = NormaliseAxis(axis, x.dim());
  const auto split = static_cast<std::size_t>(axis);  // both products stand, also where the other is 0
  return {x.reshape(
      {c10::multiply_integers(x.sizes().slice(0, split)), c10::multiply_integers(x.sizes().slice(split))})};
}

Outputs Transpose(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  std::vector<std::int64_t> order = call.node.Integers("perm");
  if (order.empty()) {
    for (std::int64_t axis = x.dim(); axis-- > 0;) order.push_back(axis);
  }
  return {x.permute(order)};
}

Outputs Concat(const OperatorCall& call) {
  const std::vector<Tensor> parts(call.inputs.begin(), call.inputs.end());
  return {at::cat(parts, NormaliseAxis(call.node.Integer("axis", 1), call.Input(0).dim()))};
}

Outputs Split(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  const std::int64_t axis = NormaliseAxis(call.node.Integer("axis", 0), x.dim());
  std::vector<std::int64_t> sizes = call.Has(1) ? call.InputIntegers(1) : call.node.Integers("split");
  if (sizes.empty()) {
    const auto parts = static_cast<std::int64_t>(call.node.outputs.size());
    const std::int64_t piece = (x.size(axis) + parts - 1) / parts;
    std::int64_t left = x.size(axis);
    for (std::int64_t i = 0; i < parts; ++i, left -= sizes.back()) sizes.push_back(std::min(piece, left));
  }
  return x.split_with_sizes(sizes, axis);
}

// One axis of a Slice; a negative step walks backwards, which libtorch's slice cannot.
Tensor SliceAxis(const Tensor& x, std::int64_t axis, std::int64_t start, std::int64_t end,
                 std::int64_t step) {
  const std::int64_t size = x.size(axis);
  if (step == 0) throw OperatorError(ErrorCode::kInvalidArgument, "a step must not be 0");
  if (start < 0) start += size;
  if (end < 0) end = end < -size ? -1 : end + size;
  if (step > 0) {
    start = std::clamp<std::int64_t>(start, 0, size);
    end = std::clamp<std::int64_t>(end, start, size);
    return x.slice(axis, start, end, std::min(step, std::max<std::int64_t>(size, 1)));
  }
  start = std::clamp<std::int64_t>(start, std::min<std::int64_t>(0, size - 1), size - 1);
  end = std::clamp<std::int64_t>(end, -1, start);
  step = std::max(step, -std::max<std::int64_t>(size, 1));
  return x.index_select(
      axis, at::arange(start, end, step, at::TensorOptions().dtype(at::kLong).device(x.device())));
}

Outputs Slice(const OperatorCall& call) {
  Tensor x = call.Input(0);
  const bool attributes = call.opset < 10;
  const std::vector<std::int64_t> starts = attributes ? call.node.Integers("starts") : call.InputIntegers(1);
  const std::vector<std::int64_t> ends = attributes ? call.node.Integers("ends") : call.InputIntegers(2);
  std::vector<std::int64_t> axes = attributes ? call.node.Integers("axes") : std::vector<std::int64_t>{};
  if (!attributes && call.Has(3)) axes = call.InputIntegers(3);
  std::vector<std::int64_t> steps(starts.size(), 1);
  if (!attributes && call.Has(4)) steps = call.InputIntegers(4);
  if (axes.empty()) {
    for (std::size_t i = 0; i < starts.size(); ++i) axes.push_back(static_cast<std::int64_t>(i));
  }
  if (ends.size() != starts.size() || axes.size() != starts.size() || steps.size() != starts.size()) {
    throw OperatorError(ErrorCode::kInvalidArgument,
                        "starts, ends, axes and steps must have the same length");
  }
  for (std::size_t i = 0; i < starts.size(); ++i) {
    x = SliceAxis(x, NormaliseAxis(axes[i], x.dim()), starts[i], ends[i], steps[i]);
  }
  return {x};
}

// Where the element at `position` (possibly outside) is taken from.
std::int64_t PadSource(std::int64_t position, std::int64_t size, const std::string& mode) {
  if (mode == "edge") return std::clamp<std::int64_t>(position, 0, size - 1);
  if (mode == "wrap") return ((position % size) + size) % size;
  if (size == 1) return 0;
  const std::int64_t period = 2 * (size - 1);  // reflect, without repeating the edge
  const std::int64_t folded = ((position % period) + period) % period;
  return folded < size ? folded : period - folded;
}

Tensor PadByCopy(Tensor x, const std::vector<std::int64_t>& begin, const std::vector<std::int64_t>& end,
                 const std::string& mode) {
  for (std::size_t i = 0; i < begin.size(); ++i) {
    const auto axis = static_cast<std::int64_t>(i);
    const std::int64_t size = x.size(axis);
    if (begin[i] == 0 && end[i] == 0) continue;
    if (size == 0) throw OperatorError(ErrorCode::kInvalidArgument, "cannot pad an empty axis by copying");
    std::vector<std::int64_t> sources;
    for (std::int64_t position = -begin[i]; position < size + end[i]; ++position) {
      sources.push_back(PadSource(position, size, mode));
    }
    x = x.index_select(axis, FromIntegers(sources, x.device()));
  }
  return x;
}

Outputs Pad(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  const bool attributes = call.opset < 11;
  const std::vector<std::int64_t> pads = attributes ? call.node.Integers("pads") : call.InputIntegers(1);
  std::vector<std::int64_t> axes;
  if (call.Has(3)) axes = call.InputIntegers(3);
  if (axes.empty()) {
    for (std::int64_t axis = 0; axis < x.dim(); ++axis) axes.push_back(axis);
  }
  if (pads.size() != 2 * axes.size()) {
    throw OperatorError(ErrorCode::kInvalidArgument,
                        fmt::format("pads must have {} entries, has {}", 2 * axes.size(), pads.size()));
  }
  std::vector<std::int64_t> begin(static_cast<std::size_t>(x.dim()), 0);
  std::vector<std::int64_t> end = begin;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const auto axis = static_cast<std::size_t>(NormaliseAxis(axes[i], x.dim()));
    begin[axis] = pads[i];
    end[axis] = pads[i + axes.size()];
  }
  const std::string mode = call.node.Text("mode", "constant");
  if (mode == "reflect" || mode == "edge" || mode == "wrap") return {PadByCopy(x, begin, end, mode)};
  if (mode != "constant")
    throw OperatorError(ErrorCode::kInvalidArgument, fmt::format("mode \"{}\" is unknown", mode));
  at::Scalar value = attributes ? at::Scalar(call.node.Real("value", 0)) : at::Scalar(0);
  if (call.Has(2) && !attributes) value = call.Input(2).item();
  std::vector<std::int64_t> last_first;
  for (std::size_t i = begin.size(); i-- > 0;) {
    last_first.push_back(begin[i]);
    last_first.push_back(end[i]);
  }
  return {at::constant_pad_nd(x, last_first, value)};
}

// Both ways: an axis of the input may be longer than the asked one, which then is 1.
Outputs Expand(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  std::vector<std::int64_t> shape = call.InputIntegers(1);
  while (static_cast<std::int64_t>(shape.size()) < x.dim()) shape.insert(shape.begin(), 1);
  for (std::int64_t i = 1; i <= x.dim(); ++i) {
    std::int64_t& wanted = shape[shape.size() - static_cast<std::size_t>(i)];
    if (wanted == 1) wanted = x.size(-i);
  }
  return {x.expand(shape).contiguous()};
}

Outputs Tile(const OperatorCall& call) { return {call.Input(0).repeat(call.InputIntegers(1))}; }

std::vector<std::int64_t> AxesOf(const OperatorCall& call) {
  return call.opset < 13 || !call.Has(1) ? call.node.Integers("axes") : call.InputIntegers(1);
}

Outputs Squeeze(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  std::vector<std::int64_t> axes = AxesOf(call);
  if (axes.empty()) return {x.squeeze()};
  for (std::int64_t& axis : axes) axis = NormaliseAxis(axis, x.dim());
  std::sort(axes.rbegin(), axes.rend());
  Tensor y = x;
  for (const std::int64_t axis : axes) {
    if (y.size(axis) != 1) {
      throw OperatorError(ErrorCode::kInvalidArgument,
                          fmt::format("axis {} has {} entries, not 1", axis, y.size(axis)));
    }
    y = y.squeeze(axis);
  }
  return {y};
}

Outputs Unsqueeze(const OperatorCall& call) {
  Tensor y = call.Input(0);
  std::vector<std::int64_t> axes = AxesOf(call);
  const std::int64_t rank = y.dim() + static_cast<std::int64_t>(axes.size());
  for (std::int64_t& axis : axes) axis = NormaliseAxis(axis, rank);
  std::sort(axes.begin(), axes.end());
  for (const std::int64_t axis : axes) y = y.unsqueeze(axis);
  return {y};
}

Outputs Shape(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  const auto clamp = [&x](std::int64_t axis) {
    return std::clamp<std::int64_t>(axis < 0 ? axis + x.dim() : axis, 0, x.dim());
  };
  const std::int64_t start = clamp(call.node.Integer("start", 0));
  const std::int64_t end =
      std::max(start, clamp(call.node.Integer("end", std::numeric_limits<std::int64_t>::max())));
  const std::vector<std::int64_t> sizes(x.sizes().begin() + start, x.sizes().begin() + end);
  return {FromIntegers(sizes, call.device)};
}

Outputs Size(const OperatorCall& call) {
  return {at::scalar_tensor(call.Input(0).numel(), at::TensorOptions().dtype(at::kLong).device(call.device))};
}

Outputs DepthToSpace(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  const std::int64_t b = call.node.Integer("blocksize", 0);
  if (x.dim() != 4 || b < 1 || x.size(1) % (b * b) != 0) {
    throw OperatorError(ErrorCode::kInvalidArgument,
                        fmt::format("expected [n, c, h, w] with c a multiple of {}^2", b));
  }
  const std::int64_t n = x.size(0), c = x.size(1) / (b * b), h = x.size(2), w = x.size(3);
  const bool column_row = call.node.Text("mode", "DCR") == "CRD";
  const Tensor split = column_row ? x.reshape({n, c, b, b, h, w}).permute({0, 1, 4, 2, 5, 3})
                                  : x.reshape({n, b, b, c, h, w}).permute({0, 3, 4, 1, 5, 2});
  return {split.reshape({n, c, h * b, w * b})};
}

Outputs SpaceToDepth(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  const std::int64_t b = call.node.Integer("blocksize", 0);
  if (x.dim() != 4 || b < 1 || x.size(2) % b != 0 || x.size(3) % b != 0) {
    throw OperatorError(ErrorCode::kInvalidArgument,
                        fmt::format("expected [n, c, h, w] with h and w multiples of {}", b));
  }
  const std::int64_t n = x.size(0), c = x.size(1), h = x.size(2) / b, w = x.size(3) / b;
  return {x.reshape({n, c, h, b, w, b}).permute({0, 3, 5, 1, 2, 4}).reshape({n, c * b * b, h, w})};
}

Outputs Trilu(const OperatorCall& call) {
  const std::int64_t diagonal = call.Has(1) ? call.InputIntegers(1).at(0) : 0;
  return {call.node.Integer("upper", 1) != 0 ? call.Input(0).triu(diagonal) : call.Input(0).tril(diagonal)};
}

Outputs CenterCropPad(const OperatorCall& call) {
  Tensor x = call.Input(0);
  const std::vector<std::int64_t> wanted = call.InputIntegers(1);
  std::vector<std::int64_t> axes = call.node.Integers("axes");
  if (axes.empty()) {
    for (std::int64_t axis = 0; axis < x.dim(); ++axis) axes.push_back(axis);
  }
  if (axes.size() != wanted.size())
    throw OperatorError(ErrorCode::kInvalidArgument, "axes and shape differ in length");
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::int64_t axis = NormaliseAxis(axes[i], x.dim());
    const std::int64_t missing = wanted[i] - x.size(axis);
    if (missing < 0) {
      x = x.slice(axis, -missing / 2, -missing / 2 + wanted[i]);
    } else if (missing > 0) {
      std::vector<std::int64_t> pads(static_cast<std::size_t>(2 * (x.dim() - axis)), 0);
      pads[pads.size() - 2] = missing / 2;
      pads[pads.size() - 1] = missing - missing / 2;
      x = at::constant_pad_nd(x, pads, 0);
    }
  }
  return {x};
}

constexpr OperatorEntry kTable[] = {
    {"CenterCropPad", CenterCropPad},
    {"Concat", Concat},
    {"DepthToSpace", DepthToSpace},
    {"Expand", Expand},
    {"Flatten", Flatten},
    {"Pad", Pad},
    {"Reshape", Reshape},
    {"Shape", Shape},
    {"Size", Size},
    {"Slice", Slice},
    {"SpaceToDepth", SpaceToDepth},
    {"Split", Split},
    {"Squeeze", Squeeze},
    {"Tile", Tile},
    {"Transpose", Transpose},
    {"Trilu", Trilu},
    {"Unsqueeze", Unsqueeze},
};

}  // namespace

std::span<const OperatorEntry> ShapeOperators() { return kTable; }

}  // namespace cupel::algorithm::gradient
