// SPDX-License-Identifier: Apache-2.0
// Reductions over axes, their arguments, order statistics and running sums. The result has the input's
// element type.
#include <ATen/ops/cat.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/zeros_like.h>
#include <fmt/format.h>

#include <numeric>

#include "cupel/algorithm/gradient/operator.h"

namespace cupel::algorithm::gradient {
namespace {

using Outputs = std::vector<Tensor>;
using Axes = std::vector<std::int64_t>;

struct Reduction {
  Axes axes;          ///< In [0, rank), distinct.
  bool keep = true;   ///< Reduced axes stay with size 1.
  bool noop = false;  ///< No axes given, and that means "reduce nothing".
};

// The axes are an attribute in older opsets and the second input in newer ones (ReduceSum from 13, the others
// from 18).
Reduction ReadReduction(const OperatorCall& call) {
  const std::int64_t rank = call.Input(0).dim();
  Reduction reduction;
  reduction.keep = call.node.Integer("keepdims", 1) != 0;
  reduction.axes = call.Has(1) ? call.InputIntegers(1) : call.node.Integers("axes");
  if (reduction.axes.empty()) {
    reduction.noop = call.node.Integer("noop_with_empty_axes", 0) != 0;
    reduction.axes.resize(static_cast<std::size_t>(rank));
    std::iota(reduction.axes.begin(), reduction.axes.end(), 0);
  }
  for (std::int64_t& axis : reduction.axes) axis = NormaliseAxis(axis, rank);
  return reduction;
}

using Formula = Tensor (*)(const Tensor& x, const Reduction& reduction);

// Integers are reduced in float64 where the formula is not integral, and cut to the type of the input at the
// end.
template <Formula formula>
Outputs Reduce(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  const Reduction reduction = ReadReduction(call);
  if (reduction.noop) return {x};
  return {formula(x, reduction).to(x.scalar_type())};
}

Tensor Real(const Tensor& x) { return x.is_floating_point() ? x : x.to(at::kDouble); }

Tensor ReduceSum(const Tensor& x, const Reduction& r) { return x.sum(r.axes, r.keep); }
Tensor ReduceMean(const Tensor& x, const Reduction& r) { return Real(x).mean(r.axes, r.keep); }
Tensor ReduceL1(const Tensor& x, const Reduction& r) { return x.abs().sum(r.axes, r.keep); }
Tensor ReduceSumSquare(const Tensor& x, const Reduction& r) { return x.mul(x).sum(r.axes, r.keep); }
Tensor ReduceLogSum(const Tensor& x, const Reduction& r) { return Real(x).sum(r.axes, r.keep).log(); }
Tensor ReduceLogSumExp(const Tensor& x, const Reduction& r) { return Real(x).logsumexp(r.axes, r.keep); }
Tensor ReduceMax(const Tensor& x, const Reduction& r) { return x.amax(r.axes, r.keep); }
Tensor ReduceMin(const Tensor& x, const Reduction& r) { return x.amin(r.axes, r.keep); }

// The norm's own backward pass has the subgradient 0 at 0, where that of the square root is not finite.
Tensor ReduceL2(const Tensor& x, const Reduction& r) {
  return at::linalg_vector_norm(Real(x), 2, r.axes, r.keep);
}

Tensor ReduceProd(const Tensor& x, const Reduction& r) {
  Tensor product = x;
  for (const std::int64_t axis : r.axes) product = product.prod(axis, /*keepdim=*/true);
  if (r.keep) return product;
  Axes kept;
  for (std::int64_t axis = 0; axis < x.dim(); ++axis) {
    if (std::find(r.axes.begin(), r.axes.end(), axis) == r.axes.end()) kept.push_back(x.size(axis));
  }
  return product.reshape(kept);
}

Tensor FirstArgument(const Tensor& x, std::int64_t axis, bool largest) {
  return largest ? x.argmax(axis, /*keepdim=*/true) : x.argmin(axis, /*keepdim=*/true);
}

template <bool largest>
Outputs Argument(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  const std::int64_t axis = NormaliseAxis(call.node.Integer("axis", 0), x.dim());
  const bool last = call.node.Integer("select_last_index", 0) != 0;
  Tensor index = FirstArgument(last ? x.flip(axis) : x, axis, largest);
  if (last) index = index.neg().add(x.size(axis) - 1);
  return {call.node.Integer("keepdims", 1) != 0 ? index : index.squeeze(axis)};
}

// Equal elements come out in the order of their indices, as ONNX asks; libtorch's own topk does not promise
// it.
Outputs TopK(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  const std::int64_t axis = NormaliseAxis(call.node.Integer("axis", -1), x.dim());
  const std::int64_t k = call.opset < 10 ? call.node.Integer("k", -1) : call.InputIntegers(1).at(0);
  if (k < 0 || k > x.size(axis)) {
    throw OperatorError(ErrorCode::kInvalidArgument,
                        fmt::format("k must be in [0, {}], got {}", x.size(axis), k));
  }
  const bool largest = call.node.Integer("largest", 1) != 0;
  const auto [values, indices] = x.sort(/*stable=*/true, axis, /*descending=*/largest);
  return {values.narrow(axis, 0, k), indices.narrow(axis, 0, k)};
}

Outputs CumSum(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  const std::int64_t axis = NormaliseAxis(call.InputIntegers(1).at(0), x.dim());
  const bool reverse = call.node.Integer("reverse", 0) != 0;
  const Tensor ordered = reverse ? x.flip(axis) : x;
  Tensor sum = ordered.cumsum(axis, x.scalar_type());
  if (call.node.Integer("exclusive", 0) != 0 && x.size(axis) > 0) {
    const Tensor zero = at::zeros_like(sum.narrow(axis, 0, 1));
    sum = at::cat({zero, sum.narrow(axis, 0, x.size(axis) - 1)}, axis);
  }
  return {reverse ? sum.flip(axis) : sum};
}

// Before opset 13 the input is seen as a matrix: axes before `axis`, and the rest.
Outputs Hardmax(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  const std::int64_t axis = NormaliseAxis(call.node.Integer("axis", call.opset < 13 ? 1 : -1), x.dim());
  const Tensor seen = call.opset < 13 ? x.flatten(axis) : x;
  const Tensor one_hot = at::zeros_like(seen).scatter(axis, seen.argmax(axis, /*keepdim=*/true), 1);
  return {one_hot.reshape(x.sizes())};
}

constexpr OperatorEntry kTable[] = {
    {"ArgMax", Argument<true>},
    {"ArgMin", Argument<false>},
    {"CumSum", CumSum},
    {"Hardmax", Hardmax},
    {"ReduceL1", Reduce<ReduceL1>},
    {"ReduceL2", Reduce<ReduceL2>},
    {"ReduceLogSum", Reduce<ReduceLogSum>},
    {"ReduceLogSumExp", Reduce<ReduceLogSumExp>},
    {"ReduceMax", Reduce<ReduceMax>},
    {"ReduceMean", Reduce<ReduceMean>},
    {"ReduceMin", Reduce<ReduceMin>},
    {"ReduceProd", Reduce<ReduceProd>},
    {"ReduceSum", Reduce<ReduceSum>},
    {"ReduceSumSquare", Reduce<ReduceSumSquare>},
    {"TopK", TopK},
};

}  // namespace

std::span<const OperatorEntry> ReductionOperators() { return kTable; }

}  // namespace cupel::algorithm::gradient
