// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/explain/rescale_network.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/max_pool2d_with_indices.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>
#include <fmt/format.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "cupel/algorithm/gradient/operator.h"

namespace cupel::algorithm::explain {

using gradient::OperatorCall;
using gradient::OperatorError;
using tensor::Tensor;

namespace {

constexpr double kSmallest = 1e-10;

enum class Rule { kConstant, kAffine, kRescale, kMaxPool };

bool IsOneOf(std::span<const std::string_view> names, const graph::Node& node) {
  return node.domain.empty() && std::ranges::find(names, node.op_type) != names.end();
}

// Affine in each input, whichever depend on the sample.
constexpr std::string_view kLinear[] = {
    "Add",     "Sub",     "Sum",       "Neg",       "Identity",   "Dropout",     "Concat",
    "Reshape", "Flatten", "Transpose", "Squeeze",   "Unsqueeze",  "Slice",       "Pad",
    "Expand",  "Split",   "Gather",    "ReduceSum", "ReduceMean", "AveragePool", "GlobalAveragePool"};
// Affine in the first input alone.
constexpr std::string_view kAffineInFirst[] = {"Conv", "ConvTranspose", "Gemm", "BatchNormalization", "Div"};
// Affine in either input when the other is constant.
constexpr std::string_view kBilinear[] = {"Mul", "MatMul"};
// Elementwise in the first input.
constexpr std::string_view kElementwise[] = {
    "Relu",      "LeakyRelu", "PRelu",       "Elu",       "Selu", "Celu", "Sigmoid", "Tanh",
    "Softplus",  "Softsign",  "HardSigmoid", "HardSwish", "Abs",  "Exp",  "Log",     "Gelu",
    "Clip",      "Mish",      "Sqrt",        "Pow",       "Erf",  "Sin",  "Cos",     "ThresholdedRelu",
    "Reciprocal"};

Result<Rule> RuleOf(const graph::Node& node, const std::vector<bool>& computed) {
  const auto count = std::ranges::count(computed, true);
  // Sizes do not depend on values.
  const bool is_size = node.domain.empty() && (node.op_type == "Shape" || node.op_type == "Size");
  if (count == 0 || is_size) return Rule::kConstant;
  const bool first_alone = count == 1 && computed[0];
  if (IsOneOf(kLinear, node)) return Rule::kAffine;
  if (IsOneOf(kBilinear, node) && count == 1) return Rule::kAffine;
  if (IsOneOf(kAffineInFirst, node) && first_alone) return Rule::kAffine;
  if (IsOneOf(kElementwise, node) && first_alone) return Rule::kRescale;
  const bool plain_pool = node.op_type == "MaxPool" && node.domain.empty() && node.outputs.size() == 1 &&
                          node.Integers("kernel_shape").size() == 2;
  if (plain_pool) return Rule::kMaxPool;
  return Fail(ErrorCode::kUnsupported, fmt::format("DeepLift has no rule for {} ({}) here", node.op_type,
                                                   node.outputs.empty() ? node.name : node.outputs[0]));
}

struct Step {
  const graph::Node* node = nullptr;
  gradient::OperatorFunction function = nullptr;
  Rule rule = Rule::kAffine;
};

Tensor Half(const Tensor& both, std::int64_t which) {
  const std::int64_t n = both.size(0) / 2;
  return both.slice(0, which * n, (which + 1) * n);
}

// Has the value of `y` and, as a function of `z`, the slope `multiplier`.
Tensor WithSlope(const Tensor& y, const Tensor& z, const Tensor& multiplier) {
  return y.detach() + (z - z.detach()) * multiplier.detach();
}

Tensor Quotient(const Tensor& numerator, const Tensor& denominator, const Tensor& otherwise) {
  return at::where(denominator.abs().lt(kSmallest), otherwise, numerator / denominator);
}

Tensor Rescaled(const Step& step, OperatorCall call, std::vector<Tensor> inputs) {
  const Tensor z = inputs[0];
  const Tensor leaf = z.detach().requires_grad_(true);
  inputs[0] = leaf;
  call.inputs = inputs;
  const Tensor y = step.function(call).at(0);
  const Tensor slope = torch::autograd::grad({y.sum()}, {leaf})[0];
  const Tensor dz = (Half(z, 0) - Half(z, 1)).detach();
  const Tensor dy = (Half(y, 0) - Half(y, 1)).detach();
  const Tensor multiplier = Quotient(dy, dz, Half(slope, 0));
  return WithSlope(y, z, at::cat({multiplier, multiplier}, 0));
}

std::vector<std::int64_t> TwoOr(const graph::Node& node, std::string_view attribute, std::int64_t fallback) {
  return node.Integers(attribute, {fallback, fallback});
}

// Cross maxima: the gain max(y, r) - r belongs to the input's maximum, the loss y - max(y, r) to the
// reference's.
Tensor PooledByCrossMaxima(const graph::Node& node, const Tensor& z) {
  const std::vector<std::int64_t> pads = node.Integers("pads", {0, 0, 0, 0});
  const std::string padding = node.Text("auto_pad", "NOTSET");
  if (padding != "NOTSET" || pads[0] != pads[2] || pads[1] != pads[3])
    throw OperatorError(ErrorCode::kUnsupported, "DeepLift has no rule for a MaxPool with uneven padding");
  const auto [y, places] =
      at::max_pool2d_with_indices(z.detach(), node.Integers("kernel_shape"), TwoOr(node, "strides", 1),
                                  std::vector<std::int64_t>{pads[0], pads[1]}, TwoOr(node, "dilations", 1),
                                  node.Integer("ceil_mode", 0) != 0);
  const Tensor y_x = Half(y, 0).flatten(2);
  const Tensor y_r = Half(y, 1).flatten(2);
  const Tensor at_x = Half(places, 0).flatten(2);
  const Tensor at_r = Half(places, 1).flatten(2);
  const Tensor x = Half(z, 0).flatten(2);
  const Tensor dz = (x - Half(z, 1).flatten(2)).detach();
  const Tensor top = at::maximum(y_x, y_r);
  const Tensor dz_x = dz.gather(2, at_x);
  const Tensor dz_r = dz.gather(2, at_r);
  const Tensor gain = Quotient(top - y_r, dz_x, at::ones_like(dz_x));
  const Tensor loss = Quotient(y_x - top, dz_r, at::zeros_like(dz_r));
  const Tensor from_x = x.gather(2, at_x);
  const Tensor from_r = x.gather(2, at_r);
  const Tensor pooled = y_x + (from_x - from_x.detach()) * gain + (from_r - from_r.detach()) * loss;
  const Tensor shaped = pooled.reshape(Half(y, 0).sizes());
  return at::cat({shaped, Half(y, 1)}, 0);
}

}  // namespace

struct RescaleNetwork::Program {
  const executor::Classifier* classifier = nullptr;
  graph::Graph graph;
  std::map<std::string, Tensor, std::less<>> constants;
  std::vector<Step> steps;
};

RescaleNetwork::RescaleNetwork(std::unique_ptr<Program> program) : program_(std::move(program)) {}
RescaleNetwork::~RescaleNetwork() = default;

Result<std::unique_ptr<RescaleNetwork>> RescaleNetwork::Create(const executor::Classifier& classifier) {
  auto program = std::make_unique<Program>();
  program->classifier = &classifier;
  program->graph = classifier.LogitGraph();
  std::map<std::string, bool, std::less<>> computed = {{"", false}};
  for (const auto& [name, value] : program->graph.initializers) computed[name] = false;
  for (const graph::ValueInfo& input : program->graph.inputs) computed[input.name] = true;
  for (const graph::Node& node : program->graph.nodes) {
    std::vector<bool> of_inputs;
    for (const std::string& name : node.inputs) of_inputs.push_back(computed[name]);
    CUPEL_TRY(const Rule rule, RuleOf(node, of_inputs));
    const gradient::OperatorFunction function = gradient::FindOperator(node.domain, node.op_type);
    if (function == nullptr)
      return Fail(ErrorCode::kUnsupported, fmt::format("no executor has the operator {}", node.op_type));
    for (const std::string& name : node.outputs) computed[name] = rule != Rule::kConstant;
    program->steps.push_back({&node, function, rule});
  }
  try {
    for (const auto& [name, value] : program->graph.initializers)
      program->constants[name] = gradient::ToTensor(value, classifier.device().torch());
  } catch (const OperatorError& error) {
    return Fail(error.code(), error.what(), program->graph.name);
  }
  return std::unique_ptr<RescaleNetwork>(new RescaleNetwork(std::move(program)));
}

namespace {

Result<std::vector<Tensor>> RunStep(const Step& step, const graph::Graph& graph, at::Device device,
                                    const std::map<std::string, Tensor, std::less<>>& values) {
  std::vector<Tensor> inputs;
  for (const std::string& name : step.node->inputs)
    inputs.push_back(name.empty() ? Tensor() : values.at(name));
  const OperatorCall call{.node = *step.node,
                          .inputs = inputs,
                          .opset = graph.Opset(step.node->domain),
                          .device = device,
                          .run_subgraph = {}};
  try {
    if (step.rule == Rule::kRescale) return std::vector<Tensor>{Rescaled(step, call, inputs)};
    if (step.rule == Rule::kMaxPool) return std::vector<Tensor>{PooledByCrossMaxima(*step.node, inputs[0])};
    return step.function(call);
  } catch (const OperatorError& error) {
    return Fail(error.code(), error.what(), step.node->op_type);
  }
}

}  // namespace

Result<RescaleNetwork::Multipliers> RescaleNetwork::Find(const Question& question) const {
  const Program& program = *program_;
  const executor::Classifier& classifier = *program.classifier;
  const c10::AutoGradMode on(true);
  return tensor::Translate([&]() -> Result<Multipliers> {
    const at::Device device = classifier.device().torch();
    Tensor x = Batch(classifier.sample_shape(), question.x, 1).to(device);
    x.requires_grad_(true);
    const Tensor reference = Batch(classifier.sample_shape(), question.baseline, 1).to(device);
    CUPEL_TRY(const Tensor input, classifier.GraphInput(at::cat({x, reference}, 0)));
    std::map<std::string, Tensor, std::less<>> values = program.constants;
    values[program.graph.inputs[0].name] = input;
    for (const Step& step : program.steps) {
      CUPEL_TRY(const std::vector<Tensor> outputs, RunStep(step, program.graph, device, values));
      for (std::size_t i = 0; i < step.node->outputs.size() && i < outputs.size(); ++i)
        values[step.node->outputs[i]] = outputs[i];
    }
    const Tensor chosen = values.at(program.graph.outputs[0].name).select(1, question.target_class);
    Multipliers found;
    found.difference = chosen[0].item<double>() - chosen[1].item<double>();
    const Tensor multipliers = torch::autograd::grad({chosen[0]}, {x}, {}, false, false, true)[0];
    found.values =
        multipliers.defined() ? tensor::ToFloats(multipliers) : std::vector<float>(question.x.size(), 0.0F);
    const bool finite = std::ranges::all_of(found.values, [](float value) { return std::isfinite(value); });
    if (!finite || !std::isfinite(found.difference))
      return Fail(ErrorCode::kInvalidArgument, "the model answers NaN or infinity");
    return found;
  });
}

}  // namespace cupel::algorithm::explain
