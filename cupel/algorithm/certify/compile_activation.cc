// SPDX-License-Identifier: Apache-2.0
// Functions applied element by element.
#include <algorithm>
#include <limits>

#include "cupel/algorithm/certify/activation.h"
#include "cupel/algorithm/certify/affine_step.h"
#include "cupel/algorithm/certify/compiler.h"

namespace cupel::algorithm::certify {
namespace {

using graph::Node;
using graph::Shape;
using Function = std::shared_ptr<const Activation>;

Status Apply(Compiler& compiler, const Node& node, std::vector<Function> functions) {
  CUPEL_TRY(const std::size_t value, compiler.Value(node, 0));
  return compiler.Define(node, MakeActivationStep(std::move(functions)), {value});
}

Status Relu(Compiler& compiler, const Node& node) { return Apply(compiler, node, {MakeRelu()}); }
Status Sigmoid(Compiler& compiler, const Node& node) { return Apply(compiler, node, {MakeSigmoid()}); }
Status Tanh(Compiler& compiler, const Node& node) { return Apply(compiler, node, {MakeTanh()}); }

Status LeakyRelu(Compiler& compiler, const Node& node) {
  return Apply(compiler, node, {MakeLeakyRelu(node.Real("alpha", 0.01F))});
}

Status PRelu(Compiler& compiler, const Node& node) {
  CUPEL_TRY(const Shape shape, compiler.InputShape(node, 0));
  CUPEL_TRY(const std::vector<double> slopes, compiler.Spread(node, 1, shape));
  std::map<double, Function> made;
  std::vector<Function> functions;
  for (const double slope : slopes) {
    Function& function = made[slope];
    if (!function) function = MakeLeakyRelu(slope);
    functions.push_back(function);
  }
  return Apply(compiler, node, std::move(functions));
}

Status Clip(Compiler& compiler, const Node& node) {
  double limits[2] = {-std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
  if (compiler.graph().Opset() < 11) {
    if (node.HasAttribute("min")) limits[0] = node.Real("min", 0);
    if (node.HasAttribute("max")) limits[1] = node.Real("max", 0);
  }
  for (const std::size_t input : {std::size_t{1}, std::size_t{2}}) {
    if (!compiler.Has(node, input)) continue;
    CUPEL_TRY(const std::vector<double> limit, compiler.Floats(node, input));
    if (limit.size() != 1) return Compiler::Unsupported(node, "a limit is not one number");
    limits[input - 1] = limit[0];
  }
  if (!(limits[0] < limits[1])) return Compiler::Unsupported(node, "its limits leave nothing between them");
  return Apply(compiler, node, {MakeClip(limits[0], limits[1])});
}

// clip(alpha x + beta, 0, 1): the line is a step of its own, and so are its two roundings.
Status HardSigmoid(Compiler& compiler, const Node& node) {
  CUPEL_TRY(const std::size_t value, compiler.Value(node, 0));
  CUPEL_TRY(const Shape shape, compiler.InputShape(node, 0));
  const Plane plane = PlaneOf(shape);
  const auto count = static_cast<std::size_t>(plane.Count());
  const double beta = node.Real("beta", 0.5F);
  Affine affine{.map = MakeScale(plane, std::vector<double>(count, node.Real("alpha", 0.2F))),
                .bias = std::vector<double>(count, beta),
                .bias_magnitude = std::vector<double>(count, beta < 0 ? -beta : beta),
                .roundings = 2};
  const std::size_t line = compiler.Emit(MakeAffineStep(std::move(affine)), {value}, plane, PlaceOf(node));
  return compiler.Define(node, MakeActivationStep({MakeClip(0, 1)}), {line});
}

constexpr OperatorEntry kTable[] = {
    {"Clip", Clip}, {"HardSigmoid", HardSigmoid}, {"LeakyRelu", LeakyRelu}, {"PRelu", PRelu},
    {"Relu", Relu}, {"Sigmoid", Sigmoid},         {"Tanh", Tanh},
};

}  // namespace

std::span<const OperatorEntry> ActivationOperators() { return kTable; }

}  // namespace cupel::algorithm::certify
