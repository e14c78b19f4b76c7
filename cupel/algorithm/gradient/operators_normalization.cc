// SPDX-License-Identifier: Apache-2.0
// Normalisation over batches, instances, layers, groups and neighbourhoods; dropout.
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/bernoulli.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/ones_like.h>
#include <fmt/format.h>

#include "cupel/algorithm/gradient/node_stream.h"
#include "cupel/algorithm/gradient/operator.h"
#include "cupel/algorithm/gradient/root.h"

namespace cupel::algorithm::gradient {
namespace {

using Outputs = std::vector<Tensor>;

std::vector<std::int64_t> AxesExcept(const Tensor& x, std::int64_t kept) {
  std::vector<std::int64_t> axes;
  for (std::int64_t axis = 0; axis < x.dim(); ++axis) {
    if (axis != kept) axes.push_back(axis);
  }
  return axes;
}

Tensor PerChannel(const Tensor& values, const Tensor& x) {
  std::vector<std::int64_t> shape(static_cast<std::size_t>(x.dim()), 1);
  shape[1] = -1;
  return values.reshape(shape);
}

// Three modes: inference; the executor's training (batch statistics, the running ones updated in place with
// libtorch's unbiased variance); and the node's own training_mode, whose extra outputs are the running
// statistics (population variance).
Outputs BatchNormalization(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  const double epsilon = call.node.Real("epsilon", 1e-5F);
  const double momentum = call.node.Real("momentum", 0.9F);
  if (call.node.Integer("spatial", 1) == 0)
    throw OperatorError(ErrorCode::kUnsupported, "spatial = 0 is not supported");
  if (call.opset >= 14 && call.node.Integer("training_mode", 0) != 0 && !call.training) {
    const Tensor mean = x.mean(AxesExcept(x, 1));
    const Tensor variance = x.var(AxesExcept(x, 1), false);
    Outputs outputs{at::batch_norm(x, call.Input(1), call.Input(2), {}, {}, true, 0, epsilon, false)};
    outputs.push_back(call.Input(3).mul(momentum).add(mean.mul(1 - momentum)));
    outputs.push_back(call.Input(4).mul(momentum).add(variance.mul(1 - momentum)));
    return outputs;
  }
  if (!call.training && (call.Input(3).requires_grad() || call.Input(4).requires_grad())) {
    // libtorch's kernel takes the statistics as constants; computed ones need the formula.
    const Tensor normal =
        x.sub(PerChannel(call.Input(3), x)).mul(PerChannel(call.Input(4).add(epsilon).rsqrt(), x));
    return {normal.mul(PerChannel(call.Input(1), x)).add(PerChannel(call.Input(2), x))};
  }
  return {at::batch_norm(x, call.Input(1), call.Input(2), call.Input(3), call.Input(4), call.training,
                         1 - momentum, epsilon, false)};
}

Outputs InstanceNormalization(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  std::vector<std::int64_t> axes;
  for (std::int64_t axis = 2; axis < x.dim(); ++axis) axes.push_back(axis);
  const Tensor centred = x.sub(x.mean(axes, true));
  const Tensor variance = centred.mul(centred).mean(axes, true);
  const Tensor normal = centred.mul(variance.add(call.node.Real("epsilon", 1e-5F)).rsqrt());
  return {normal.mul(PerChannel(call.Input(1), x)).add(PerChannel(call.Input(2), x))};
}

Outputs LayerNormalization(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  const std::int64_t first = NormaliseAxis(call.node.Integer("axis", -1), x.dim());
  const double epsilon = call.node.Real("epsilon", 1e-5F);
  std::vector<std::int64_t> axes;
  for (std::int64_t axis = first; axis < x.dim(); ++axis) axes.push_back(axis);
  const Tensor mean = x.mean(axes, true);
  const Tensor centred = x.sub(mean);
  const Tensor inverse_deviation = centred.mul(centred).mean(axes, true).add(epsilon).rsqrt();
  Tensor y = centred.mul(inverse_deviation).mul(call.Input(1));
  if (call.Has(2)) y = y.add(call.Input(2));
  return {y, mean, inverse_deviation};
}

// Scale and bias have one entry a group up to version 20, one a channel from 21.
Outputs GroupNormalization(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  const std::int64_t groups = call.node.Integer("num_groups", 0);
  if (x.dim() < 2 || groups < 1 || x.size(1) % groups != 0) {
    throw OperatorError(ErrorCode::kInvalidArgument,
                        fmt::format("num_groups {} does not divide the channels", groups));
  }
  const Tensor grouped = x.reshape({x.size(0), groups, -1});
  const Tensor centred = grouped.sub(grouped.mean({2}, true));
  const Tensor variance = centred.mul(centred).mean({2}, true);
  const Tensor normal =
      centred.mul(variance.add(call.node.Real("epsilon", 1e-5F)).rsqrt()).reshape(x.sizes());
  const auto spread = [&](const Tensor& values) {
    return PerChannel(values.numel() == groups ? values.repeat_interleave(x.size(1) / groups) : values, x);
  };
  return {normal.mul(spread(call.Input(1))).add(spread(call.Input(2)))};
}

Outputs Lrn(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  const std::int64_t size = call.node.Integer("size", 0);
  if (size < 1 || x.dim() < 2)
    throw OperatorError(ErrorCode::kInvalidArgument, fmt::format("size must be >= 1, got {}", size));
  const Tensor squares = x.mul(x).reshape({x.size(0), 1, x.size(1), -1});
  const Tensor padded = at::constant_pad_nd(squares, {0, 0, (size - 1) / 2, size / 2}, 0);
  const Tensor means = at::avg_pool2d(padded, {size, 1}, {1, 1}).reshape(x.sizes());
  const Tensor base = means.mul(call.node.Real("alpha", 1e-4F)).add(call.node.Real("bias", 1.0F));
  return {x.div(base.pow(call.node.Real("beta", 0.75F)))};
}

Outputs MeanVarianceNormalization(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  const std::vector<std::int64_t> axes = call.node.Integers("axes", {0, 2, 3});
  const Tensor centred = x.sub(x.mean(axes, true));
  return {centred.div(Root(centred.mul(centred).mean(axes, true), 2).add(1e-9))};
}

Outputs LpNormalization(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  const std::int64_t p = call.node.Integer("p", 2);
  if (p != 1 && p != 2)
    throw OperatorError(ErrorCode::kInvalidArgument, fmt::format("p must be 1 or 2, got {}", p));
  const std::int64_t axis = NormaliseAxis(call.node.Integer("axis", -1), x.dim());
  const Tensor norm = p == 1 ? x.abs().sum({axis}, true) : Root(x.mul(x).sum({axis}, true), 2);
  return {x.div(norm.masked_fill(norm.detach().eq(0), 1))};  // zeros stay zeros, as opset 22 says
}

// Training draws from libtorch's generator, which the trainer seeds anew before every step. A node that is
// live by its own training_mode drops the same elements at every run,
// unless a tensor::RandomDraw asks for others.
Tensor KeptElements(const OperatorCall& call, const Tensor& x, double ratio) {
  if (call.training) return at::bernoulli(at::full_like(x, 1 - ratio).detach()).to(at::kBool);
  Tensor kept = at::empty(x.sizes(), at::TensorOptions().dtype(at::kBool));
  bool* data = kept.data_ptr<bool>();
  DrawValues(call.node, x.dim() == 0 ? 0 : x.size(0), kept.numel(),
             [&](ReproducibleStream& stream, std::int64_t i) { data[i] = stream.UniformDouble() >= ratio; });
  return kept.to(x.device());
}

Outputs Dropout(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  double ratio = call.node.Real("ratio", 0.5F);
  bool live = call.training;
  if (call.opset >= 12) {
    ratio = call.Has(1) ? call.Input(1).item().toDouble() : 0.5;
    if (call.Has(2)) live = live || call.Input(2).item().toBool();
  }
  const Tensor everything = at::ones_like(x, at::TensorOptions().dtype(at::kBool));
  if (!live || ratio == 0) return {x, everything};
  if (!(ratio > 0 && ratio < 1)) {
    throw OperatorError(ErrorCode::kInvalidArgument, fmt::format("ratio must be in [0, 1), got {}", ratio));
  }
  const Tensor mask = KeptElements(call, x, ratio);
  return {x.mul(mask.to(x.scalar_type())).div(1 - ratio), mask};
}

constexpr OperatorEntry kTable[] = {
    {"BatchNormalization", BatchNormalization},
    {"Dropout", Dropout},
    {"GroupNormalization", GroupNormalization},
    {"InstanceNormalization", InstanceNormalization},
    {"LRN", Lrn},
    {"LayerNormalization", LayerNormalization},
    {"LpNormalization", LpNormalization},
    {"MeanVarianceNormalization", MeanVarianceNormalization},
};

}  // namespace

std::span<const OperatorEntry> NormalizationOperators() { return kTable; }

}  // namespace cupel::algorithm::gradient
