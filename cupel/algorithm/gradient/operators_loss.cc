// SPDX-License-Identifier: Apache-2.0
// Classification losses over [n, c, d1 .. dk] with labels [n, d1 .. dk].
#include <ATen/ops/ones.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>
#include <fmt/format.h>

#include "cupel/algorithm/gradient/operator.h"

namespace cupel::algorithm::gradient {
namespace {

using Outputs = std::vector<Tensor>;

// ignore_index names a label that counts for nothing; it may lie outside the classes.
Tensor NegativeLogLikelihood(const OperatorCall& call, const Tensor& log_probability) {
  const Tensor labels = call.Input(1).to(at::kLong);
  const bool has_ignored = call.node.HasAttribute("ignore_index");
  const Tensor ignored =
      has_ignored ? labels.eq(call.node.Integer("ignore_index", 0)) : at::zeros_like(labels).to(at::kBool);
  const Tensor safe = at::where(ignored, at::zeros_like(labels), labels);
  const std::int64_t classes = log_probability.size(1);
  if (safe.numel() > 0 &&
      (safe.min().item<std::int64_t>() < 0 || safe.max().item<std::int64_t>() >= classes)) {
    throw OperatorError(ErrorCode::kInvalidArgument, fmt::format("labels must be in [0, {})", classes));
  }
  Tensor weight = call.Has(2) ? call.Input(2).to(log_probability.scalar_type())
                              : at::ones({classes}, log_probability.options());
  weight = weight.index_select(0, safe.flatten()).reshape(safe.sizes());
  weight = at::where(ignored, at::zeros_like(weight), weight);
  const Tensor chosen = log_probability.gather(1, safe.unsqueeze(1)).squeeze(1);
  const Tensor loss = at::where(ignored, at::zeros_like(chosen), chosen.neg().mul(weight));
  const std::string reduction = call.node.Text("reduction", "mean");
  if (reduction == "none") return loss;
  if (reduction == "sum") return loss.sum();
  if (reduction == "mean") return loss.sum().div(weight.sum());
  throw OperatorError(ErrorCode::kInvalidArgument,
                      fmt::format("reduction must be none, sum or mean, got \"{}\"", reduction));
}

Outputs NegativeLogLikelihoodLoss(const OperatorCall& call) {
  return {NegativeLogLikelihood(call, call.Input(0))};
}

Outputs SoftmaxCrossEntropyLoss(const OperatorCall& call) {
  const Tensor log_probability = call.Input(0).log_softmax(1);
  return {NegativeLogLikelihood(call, log_probability), log_probability};
}

constexpr OperatorEntry kTable[] = {
    {"NegativeLogLikelihoodLoss", NegativeLogLikelihoodLoss},
    {"SoftmaxCrossEntropyLoss", SoftmaxCrossEntropyLoss},
};

}  // namespace

std::span<const OperatorEntry> LossOperators() { return kTable; }

}  // namespace cupel::algorithm::gradient
