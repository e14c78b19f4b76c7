// SPDX-License-Identifier: Apache-2.0
// Random values that are the same at every run, unless a tensor::RandomDraw asks for others.
#include <ATen/ops/empty.h>

#include <cmath>

#include "cupel/algorithm/gradient/node_stream.h"
#include "cupel/algorithm/gradient/operator.h"

namespace cupel::algorithm::gradient {
namespace {

using Outputs = std::vector<Tensor>;
using Shape = std::vector<std::int64_t>;

template <typename Draw>
Tensor Fill(const OperatorCall& call, const Shape& shape, at::ScalarType type, Draw draw) {
  Tensor values = at::empty(shape, at::TensorOptions().dtype(at::kDouble));
  double* data = values.data_ptr<double>();
  DrawValues(call.node, shape.empty() ? 0 : shape[0], values.numel(),
             [&](ReproducibleStream& stream, std::int64_t i) { data[i] = draw(stream, i); });
  return values.to(type).to(call.device);
}

// The type asked for by `dtype`, or else that of the input ("like" operators), or else float32.
at::ScalarType TypeOf(const OperatorCall& call, bool like) {
  const std::int64_t declared = call.node.Integer("dtype", 0);
  if (declared != 0) return ToScalarType(static_cast<graph::DataType>(declared));
  return like ? call.Input(0).scalar_type() : at::kFloat;
}

template <bool like>
Outputs RandomNormal(const OperatorCall& call) {
  const double mean = call.node.Real("mean", 0);
  const double scale = call.node.Real("scale", 1);
  const Shape shape = like ? call.Input(0).sizes().vec() : call.node.Integers("shape");
  return {Fill(call, shape, TypeOf(call, like),
               [=](ReproducibleStream& stream, std::int64_t) { return mean + scale * stream.Normal(); })};
}

template <bool like>
Outputs RandomUniform(const OperatorCall& call) {
  const double low = call.node.Real("low", 0);
  const double high = call.node.Real("high", 1);
  const Shape shape = like ? call.Input(0).sizes().vec() : call.node.Integers("shape");
  return {Fill(call, shape, TypeOf(call, like), [=](ReproducibleStream& stream, std::int64_t) {
    return low + (high - low) * stream.UniformDouble();
  })};
}

Outputs Bernoulli(const OperatorCall& call) {
  const Tensor probability = call.Input(0).detach().to(at::kCPU).to(at::kDouble).contiguous();
  const double* p = probability.data_ptr<double>();
  return {Fill(
      call, probability.sizes().vec(), TypeOf(call, true),
      [p](ReproducibleStream& stream, std::int64_t i) { return stream.UniformDouble() < p[i] ? 1.0 : 0.0; })};
}

// Input: unnormalised log probabilities [n, c]; output: sample_size draws of a class for each row.
Outputs Multinomial(const OperatorCall& call) {
  if (call.Input(0).dim() != 2 || call.Input(0).size(1) < 1)
    throw OperatorError(ErrorCode::kInvalidArgument, "the input must be [n, c] with c > 0");
  const Tensor cumulative =
      call.Input(0).detach().to(at::kCPU).to(at::kDouble).softmax(1).cumsum(1).contiguous();
  const std::int64_t samples = call.node.Integer("sample_size", 1);
  const std::int64_t classes = cumulative.size(1);
  const double* data = cumulative.data_ptr<double>();
  const auto type = static_cast<graph::DataType>(call.node.Integer("dtype", 6));
  return {Fill(call, {cumulative.size(0), samples}, ToScalarType(type),
               [=](ReproducibleStream& stream, std::int64_t i) {
                 const double* row = data + i / samples * classes;
                 const double* chosen = std::upper_bound(row, row + classes, stream.UniformDouble());
                 return static_cast<double>(std::min<std::int64_t>(chosen - row, classes - 1));
               })};
}

constexpr OperatorEntry kTable[] = {
    {"Bernoulli", Bernoulli},
    {"Multinomial", Multinomial},
    {"RandomNormal", RandomNormal<false>},
    {"RandomNormalLike", RandomNormal<true>},
    {"RandomUniform", RandomUniform<false>},
    {"RandomUniformLike", RandomUniform<true>},
};

}  // namespace

std::span<const OperatorEntry> RandomOperators() { return kTable; }

}  // namespace cupel::algorithm::gradient
