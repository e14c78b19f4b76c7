// SPDX-License-Identifier: Apache-2.0
// Operators that choose, move or mark elements by index. Negative indices count from the end, as in ONNX.
#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/unique_dim.h>
#include <ATen/ops/where.h>
#include <fmt/format.h>

#include "cupel/algorithm/gradient/loop_operators.h"
#include "cupel/algorithm/gradient/operator.h"

namespace cupel::algorithm::gradient {
namespace {

using Outputs = std::vector<Tensor>;
using Shape = std::vector<std::int64_t>;

Tensor Count(std::int64_t n, at::Device device) {
  return at::arange(n, at::TensorOptions().dtype(at::kLong).device(device));
}

// Indices as int64 in [0, size); OperatorError for one outside [-size, size).
Tensor NormaliseIndices(const Tensor& indices, std::int64_t size) {
  const Tensor wide = indices.to(at::kLong);
  if (wide.numel() > 0) {
    const auto lowest = wide.min().item<std::int64_t>();
    const auto highest = wide.max().item<std::int64_t>();
    if (lowest < -size || highest >= size) {
      throw OperatorError(
          ErrorCode::kInvalidArgument,
          fmt::format("indices must be in [{}, {}), got {}", -size, size, lowest < -size ? lowest : highest));
    }
  }
  return at::where(wide.lt(0), wide.add(size), wide);
}

Shape Join(at::IntArrayRef first, at::IntArrayRef second, at::IntArrayRef third = {}) {
  Shape shape(first.begin(), first.end());
  shape.insert(shape.end(), second.begin(), second.end());
  shape.insert(shape.end(), third.begin(), third.end());
  return shape;
}

Outputs Gather(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  const std::int64_t axis = NormaliseAxis(call.node.Integer("axis", 0), x.dim());
  const Tensor indices = NormaliseIndices(call.Input(1), x.size(axis));
  const auto split = static_cast<std::size_t>(axis);
  const Shape shape = Join(x.sizes().slice(0, split), indices.sizes(), x.sizes().slice(split + 1));
  return {x.index_select(axis, indices.flatten()).reshape(shape)};
}

Outputs GatherElements(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  const std::int64_t axis = NormaliseAxis(call.node.Integer("axis", 0), x.dim());
  return {x.gather(axis, NormaliseIndices(call.Input(1), x.size(axis)))};
}

// Rows of indices [..., k] as positions in the flattened axes first .. first+k-1 of `shape`.
Tensor FlatPositions(const Tensor& indices, at::IntArrayRef shape, std::int64_t first) {
  const std::int64_t k = indices.size(-1);
  if (first + k > static_cast<std::int64_t>(shape.size())) {
    throw OperatorError(ErrorCode::kInvalidArgument,
                        fmt::format("indices address {} axes of {}", first + k, shape.size()));
  }
  Tensor position = indices.select(-1, 0).to(at::kLong).mul(0);
  for (std::int64_t i = 0; i < k; ++i) {
    const std::int64_t size = shape[static_cast<std::size_t>(first + i)];
    position = position.mul(size).add(NormaliseIndices(indices.select(-1, i), size));
  }
  return position;
}

Outputs GatherND(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  const Tensor& indices = call.Input(1);
  const std::int64_t batch_dims = call.node.Integer("batch_dims", 0);
  const std::int64_t k = indices.size(-1);
  if (batch_dims < 0 || batch_dims >= std::min(x.dim(), indices.dim())) {
    throw OperatorError(ErrorCode::kInvalidArgument,
                        fmt::format("batch_dims {} does not fit the inputs", batch_dims));
  }
  const Tensor inner = FlatPositions(indices, x.sizes(), batch_dims);
  const Shape rest = x.sizes().slice(static_cast<std::size_t>(batch_dims + k)).vec();
  const std::int64_t batches =
      c10::multiply_integers(x.sizes().slice(0, static_cast<std::size_t>(batch_dims)));
  const std::int64_t block = c10::multiply_integers(
      x.sizes().slice(static_cast<std::size_t>(batch_dims), static_cast<std::size_t>(k)));
  const Tensor rows = inner.reshape({batches, -1}).add(Count(batches, x.device()).mul(block).unsqueeze(1));
  const Shape shape = Join(indices.sizes().slice(0, static_cast<std::size_t>(indices.dim() - 1)), rest);
  return {x.reshape(Join({batches * block}, rest)).index_select(0, rows.flatten()).reshape(shape)};
}

c10::string_view LibtorchReduction(const std::string& reduction) {
  if (reduction == "mul") return "prod";
  if (reduction == "max") return "amax";
  if (reduction == "min") return "amin";
  throw OperatorError(ErrorCode::kInvalidArgument,
                      fmt::format("reduction must be none, add, mul, max or min, got \"{}\"", reduction));
}

Outputs ScatterElements(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  const std::int64_t axis = NormaliseAxis(call.node.Integer("axis", 0), x.dim());
  const Tensor indices = NormaliseIndices(call.Input(1), x.size(axis));
  const Tensor& updates = call.Input(2);
  const std::string reduction = call.node.Text("reduction", "none");
  if (reduction == "none") return {x.scatter(axis, indices, updates)};
  if (reduction == "add") return {x.scatter_add(axis, indices, updates)};
  return {x.scatter_reduce(axis, indices, updates, LibtorchReduction(reduction))};
}

Outputs ScatterND(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  const Tensor& indices = call.Input(1);
  const Tensor rows = FlatPositions(indices, x.sizes(), 0).flatten();
  const Shape rest = x.sizes().slice(static_cast<std::size_t>(indices.size(-1))).vec();
  const Tensor flat =
      x.reshape(Join({x.numel() / std::max<std::int64_t>(1, c10::multiply_integers(rest))}, rest));
  const Tensor updates = call.Input(2).reshape(Join({rows.numel()}, rest));
  const std::string reduction = call.node.Text("reduction", "none");
  Tensor result;
  if (reduction == "none") {
    result = flat.index_copy(0, rows, updates);
  } else if (reduction == "add") {
    result = flat.index_add(0, rows, updates);
  } else {
    result = flat.index_reduce(0, rows, updates, LibtorchReduction(reduction));
  }
  return {result.reshape(x.sizes())};
}

// An index outside [-depth, depth) marks nothing.
Outputs OneHot(const OperatorCall& call) {
  const Tensor wide = call.Input(0).to(at::kLong);
  const std::int64_t depth = call.InputIntegers(1).at(0);
  const Tensor& values = call.Input(2);
  const std::int64_t axis = NormaliseAxis(call.node.Integer("axis", -1), wide.dim() + 1);
  Shape across(static_cast<std::size_t>(wide.dim() + 1), 1);
  across[static_cast<std::size_t>(axis)] = depth;
  const Tensor indices = at::where(wide.lt(0), wide.add(depth), wide).unsqueeze(axis);
  const Tensor marked = indices.eq(Count(depth, wide.device()).reshape(across));
  return {at::where(marked, values.select(0, 1), values.select(0, 0))};
}

Outputs NonZero(const OperatorCall& call) { return {call.Input(0).nonzero().t().contiguous()}; }

Outputs Compress(const OperatorCall& call) {
  const bool flat = !call.node.HasAttribute("axis");
  const Tensor x = flat ? call.Input(0).flatten() : call.Input(0);
  const std::int64_t axis = flat ? 0 : NormaliseAxis(call.node.Integer("axis", 0), x.dim());
  return {x.index_select(axis, call.Input(1).to(at::kBool).nonzero().flatten())};
}

// Outputs: the distinct slices, index of each one's first occurrence, for every slice its place among them,
// counts.
Outputs Unique(const OperatorCall& call) {
  const bool flat = !call.node.HasAttribute("axis");
  const Tensor x = flat ? call.Input(0).flatten() : call.Input(0);
  const std::int64_t axis = flat ? 0 : NormaliseAxis(call.node.Integer("axis", 0), x.dim());
  const std::int64_t n = x.size(axis);
  const Tensor slices = x.detach().movedim(axis, 0).reshape({n, n == 0 ? 0 : x.numel() / n});
  auto [distinct, inverse, counts] = at::unique_dim(slices, 0, true, true, true);
  const std::int64_t groups = distinct.size(0);
  const Tensor unset = at::full({groups}, n, at::TensorOptions().dtype(at::kLong).device(x.device()));
  Tensor first = unset.scatter_reduce(0, inverse, Count(n, x.device()), "amin");
  if (call.node.Integer("sorted", 1) == 0) {
    const Tensor order = first.argsort();
    inverse = order.argsort().index_select(0, inverse);
    first = first.index_select(0, order);
    counts = counts.index_select(0, order);
  }
  return {x.index_select(axis, first), first, inverse, counts};
}

Outputs ReverseSequence(const OperatorCall& call) {
  const std::int64_t time_axis = call.node.Integer("time_axis", 0);
  const std::int64_t batch_axis = call.node.Integer("batch_axis", 1);
  if (time_axis + batch_axis != 1 || time_axis * batch_axis != 0) {
    throw OperatorError(ErrorCode::kInvalidArgument,
                        "time_axis and batch_axis must be 0 and 1 in either order");
  }
  const Tensor x = call.Input(0).transpose(0, time_axis);  // [t, batch, ...]
  const Tensor length = call.Input(1).to(at::kLong).unsqueeze(0);
  const Tensor time = Count(x.size(0), x.device()).unsqueeze(1);
  Tensor source = at::where(time.lt(length), length.sub(1).sub(time), time);
  while (source.dim() < x.dim()) source = source.unsqueeze(-1);
  return {x.gather(0, source.expand(x.sizes())).transpose(0, time_axis)};
}

constexpr OperatorEntry kTable[] = {
    {"Compress", Compress},
    {"Gather", Gather},
    {"GatherElements", GatherElements},
    {"GatherND", GatherND},
    {"NonMaxSuppression", NonMaxSuppression},
    {"NonZero", NonZero},
    {"OneHot", OneHot},
    {"ReverseSequence", ReverseSequence},
    {"Scatter", ScatterElements},
    {"ScatterElements", ScatterElements},
    {"ScatterND", ScatterND},
    {"TfIdfVectorizer", TfIdfVectorizer},
    {"Unique", Unique},
};

}  // namespace

std::span<const OperatorEntry> IndexingOperators() { return kTable; }

}  // namespace cupel::algorithm::gradient
