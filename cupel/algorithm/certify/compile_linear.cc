// SPDX-License-Identifier: Apache-2.0
// Matrices, scales, shifts and sums.
#include <algorithm>
#include <cmath>

#include "cupel/algorithm/certify/affine_step.h"
#include "cupel/algorithm/certify/compiler.h"

namespace cupel::algorithm::certify {
namespace {

using graph::Node;
using graph::Shape;

// Float32 operations of batch normalisation, whichever way a kernel folds it: variance plus epsilon, root,
// reciprocal, times scale; mean times that, bias minus that; times x, plus.
constexpr std::int64_t kNormalisationRoundings = 16;

std::vector<double> Magnitudes(const std::vector<double>& values) {
  std::vector<double> result;
  for (const double value : values) result.push_back(std::abs(value));
  return result;
}

Status DefineScale(Compiler& compiler, const Node& node, std::size_t input, std::vector<double> scale,
                   std::vector<double> bias, std::int64_t roundings) {
  CUPEL_TRY(const std::size_t value, compiler.Value(node, input));
  CUPEL_TRY(const Shape shape, compiler.InputShape(node, input));
  CUPEL_TRY(const Shape result, compiler.OutputShape(node));
  if (shape != result) return Compiler::Unsupported(node, "it spreads a computed value");
  Affine affine{.map = MakeScale(PlaneOf(shape), std::move(scale)), .bias = std::move(bias)};
  affine.bias_magnitude = Magnitudes(affine.bias);
  affine.roundings = roundings;
  return compiler.Define(node, MakeAffineStep(std::move(affine)), {value});
}

Status SumOfTwo(Compiler& compiler, const Node& node, double sign) {
  CUPEL_TRY(const std::size_t a, compiler.Value(node, 0));
  CUPEL_TRY(const std::size_t b, compiler.Value(node, 1));
  CUPEL_TRY(const Shape of_a, compiler.InputShape(node, 0));
  CUPEL_TRY(const Shape of_b, compiler.InputShape(node, 1));
  if (of_a != of_b) return Compiler::Unsupported(node, "it spreads a computed value");
  return compiler.Define(node, MakeSumStep(sign), {a, b});
}

// x + c, c + x, x - c, c - x, or of two values.
Status AddOrSubtract(Compiler& compiler, const Node& node) {
  const bool subtracts = node.op_type == "Sub";
  const std::size_t constant = compiler.IsConstant(node, 0) ? 0 : 1;
  if (!compiler.IsConstant(node, constant)) return SumOfTwo(compiler, node, subtracts ? -1 : 1);
  CUPEL_TRY(const Shape shape, compiler.InputShape(node, 1 - constant));
  CUPEL_TRY(std::vector<double> bias, compiler.Spread(node, constant, shape));
  if (subtracts && constant == 1) {
    for (double& value : bias) value = -value;
  }
  const std::vector<double> scale(bias.size(), subtracts && constant == 0 ? -1.0 : 1.0);
  return DefineScale(compiler, node, 1 - constant, scale, std::move(bias), 1);
}

Status Multiply(Compiler& compiler, const Node& node) {
  const std::size_t constant = compiler.IsConstant(node, 0) ? 0 : 1;
  if (!compiler.IsConstant(node, constant))
    return Compiler::Unsupported(node, "it multiplies two computed values");
  CUPEL_TRY(const Shape shape, compiler.InputShape(node, 1 - constant));
  CUPEL_TRY(std::vector<double> scale, compiler.Spread(node, constant, shape));
  std::vector<double> bias(scale.size(), 0.0);
  return DefineScale(compiler, node, 1 - constant, std::move(scale), std::move(bias), 1);
}

Status Divide(Compiler& compiler, const Node& node) {
  if (!compiler.IsConstant(node, 1)) return Compiler::Unsupported(node, "its divisor is not a constant");
  CUPEL_TRY(const Shape shape, compiler.InputShape(node, 0));
  CUPEL_TRY(std::vector<double> scale, compiler.Spread(node, 1, shape));
  for (double& value : scale) {
    if (value == 0) return Compiler::Unsupported(node, "it divides by zero");
    value = 1 / value;
  }
  std::vector<double> bias(scale.size(), 0.0);
  return DefineScale(compiler, node, 0, std::move(scale), std::move(bias), 1);
}

Status Negate(Compiler& compiler, const Node& node) {
  CUPEL_TRY(const Shape shape, compiler.InputShape(node, 0));
  const auto count = static_cast<std::size_t>(graph::ElementCount(shape));
  return DefineScale(compiler, node, 0, std::vector<double>(count, -1.0), std::vector<double>(count, 0.0), 1);
}

Status BatchNormalization(Compiler& compiler, const Node& node) {
  if (node.Integer("training_mode", 0) != 0) return Compiler::Unsupported(node, "it is in training mode");
  CUPEL_TRY(const std::size_t value, compiler.Value(node, 0));
  CUPEL_TRY(const Shape shape, compiler.InputShape(node, 0));
  if (shape.empty()) return Compiler::Unsupported(node, "its input has no channels");
  CUPEL_TRY(const std::vector<double> scale, compiler.Floats(node, 1));
  CUPEL_TRY(const std::vector<double> bias, compiler.Floats(node, 2));
  CUPEL_TRY(const std::vector<double> mean, compiler.Floats(node, 3));
  CUPEL_TRY(const std::vector<double> variance, compiler.Floats(node, 4));
  const double epsilon = node.Real("epsilon", 1e-5F);
  const std::int64_t count = graph::ElementCount(shape), per_channel = count / shape[0];
  Affine affine;
  std::vector<double> factors;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto c = static_cast<std::size_t>(i / per_channel);
    if (c >= std::min({scale.size(), bias.size(), mean.size(), variance.size()}) ||
        !(variance[c] + epsilon > 0))
      return Compiler::Unsupported(node, "its parameters do not fit its input");
    factors.push_back(scale[c] / std::sqrt(variance[c] + epsilon));
    affine.bias.push_back(bias[c] - mean[c] * factors.back());
    affine.bias_magnitude.push_back(std::abs(bias[c]) + std::abs(mean[c] * factors.back()));
  }
  affine.map = MakeScale(PlaneOf(shape), std::move(factors));
  affine.roundings = kNormalisationRoundings;
  return compiler.Define(node, MakeAffineStep(std::move(affine)), {value});
}

std::vector<double> Transposed(const std::vector<double>& matrix, std::int64_t rows, std::int64_t columns) {
  std::vector<double> result(matrix.size());
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < columns; ++j)
      result[static_cast<std::size_t>(j * rows + i)] = matrix[static_cast<std::size_t>(i * columns + j)];
  }
  return result;
}

// alpha x B + beta C.
Status Gemm(Compiler& compiler, const Node& node) {
  CUPEL_TRY(const std::size_t value, compiler.Value(node, 0));
  CUPEL_TRY(const Shape from, compiler.InputShape(node, 0));
  CUPEL_TRY(const Shape to, compiler.OutputShape(node));
  CUPEL_TRY(std::vector<double> weights, compiler.Floats(node, 1));
  if (node.Integer("transA", 0) != 0 || from.size() != 1 || to.size() != 1)
    return Compiler::Unsupported(node, "its left side is transposed or no matrix");
  const std::int64_t inputs = from[0], outputs = to[0];
  if (static_cast<std::int64_t>(weights.size()) != inputs * outputs)
    return Compiler::Unsupported(node, "its weights do not fit its input");
  if (node.Integer("transB", 0) != 0) weights = Transposed(weights, outputs, inputs);
  const double alpha = node.Real("alpha", 1), beta = node.Real("beta", 1);
  for (double& weight : weights) weight *= alpha;
  Affine affine{.map = MakeMatrix(1, inputs, outputs, std::move(weights), PlaneOf(from), PlaneOf(to)),
                .bias = std::vector<double>(static_cast<std::size_t>(outputs), 0.0)};
  if (compiler.Has(node, 2)) {
    CUPEL_TRY(affine.bias, compiler.Spread(node, 2, to));
    for (double& bias : affine.bias) bias *= beta;
  }
  affine.bias_magnitude = Magnitudes(affine.bias);
  affine.roundings = inputs + 3;
  return compiler.Define(node, MakeAffineStep(std::move(affine)), {value});
}

// x B, row by row of the last axis.
Status MatMul(Compiler& compiler, const Node& node) {
  CUPEL_TRY(const std::size_t value, compiler.Value(node, 0));
  CUPEL_TRY(const Shape from, compiler.InputShape(node, 0));
  CUPEL_TRY(const Shape to, compiler.OutputShape(node));
  CUPEL_TRY(std::vector<double> weights, compiler.Floats(node, 1));
  const Shape& shape = compiler.ConstantShape(node, 1);
  if (from.empty() || shape.empty() || shape.size() > 2 || shape[0] != from.back())
    return Compiler::Unsupported(node, "its right side is not one matrix");
  const std::int64_t inputs = shape[0], outputs = shape.size() == 2 ? shape[1] : 1;
  const std::int64_t positions = graph::ElementCount(from) / inputs;
  Affine affine{.map = MakeMatrix(positions, inputs, outputs, std::move(weights), PlaneOf(from), PlaneOf(to)),
                .bias = std::vector<double>(static_cast<std::size_t>(positions * outputs), 0.0)};
  affine.bias_magnitude = affine.bias;
  affine.roundings = inputs;
  return compiler.Define(node, MakeAffineStep(std::move(affine)), {value});
}

constexpr OperatorEntry kTable[] = {
    {"Add", AddOrSubtract}, {"BatchNormalization", BatchNormalization},
    {"Div", Divide},        {"Gemm", Gemm},
    {"MatMul", MatMul},     {"Mul", Multiply},
    {"Neg", Negate},        {"Sub", AddOrSubtract},
};

}  // namespace

std::span<const OperatorEntry> LinearOperators() { return kTable; }

}  // namespace cupel::algorithm::certify
