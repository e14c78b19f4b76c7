// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/gradient/central_differences.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::gradient {
namespace {

struct Prepared {
  std::unique_ptr<GradientExecutor> executor;
  std::vector<Tensor> inputs;
};

Tensor RandomTensor(const graph::Shape& shape, double low, double high, ReproducibleStream& stream) {
  std::vector<float> values(static_cast<std::size_t>(graph::ElementCount(shape)));
  for (float& value : values) value = static_cast<float>(low + (high - low) * stream.UniformDouble());
  return tensor::FromFloats(values, shape).to(at::kDouble);
}

graph::Graph OneNode(const GradientCase& test) {
  graph::Graph graph;
  graph.name = test.op_type;
  graph.opsets[""] = test.opset;
  graph::Node node{"node", test.op_type, test.domain, {}, {}, test.attributes};
  for (std::size_t i = 0; i < test.inputs.size(); ++i) {
    const std::string name = "x" + std::to_string(i);
    if (std::holds_alternative<Omitted>(test.inputs[i])) {
      node.inputs.emplace_back();
      continue;
    }
    node.inputs.push_back(name);
    if (const auto* value = std::get_if<graph::TensorValue>(&test.inputs[i])) {
      graph.initializers[name] = *value;
    } else {
      graph.inputs.push_back({.name = name, .type = graph::DataType::kFloat64, .shape = {}});
    }
  }
  for (std::size_t i = 0; i < test.captured.size(); ++i) {
    graph.inputs.push_back({.name = "c" + std::to_string(i), .type = graph::DataType::kFloat64, .shape = {}});
  }
  for (int i = 0; i < test.outputs; ++i) {
    node.outputs.push_back("y" + std::to_string(i));
    graph.outputs.push_back({.name = node.outputs.back(), .type = graph::DataType::kFloat64, .shape = {}});
  }
  graph.nodes.push_back(node);
  return graph;
}

Result<Prepared> Prepare(const GradientCase& test, graph::DataType type = graph::DataType::kFloat64) {
  Prepared prepared;
  CUPEL_TRY(prepared.executor, GradientExecutor::Create(OneNode(test), {.compute_type = type}));
  ReproducibleStream stream(7, test.op_type);
  for (const auto& operand : test.inputs) {
    if (const auto* real = std::get_if<Real>(&operand)) {
      prepared.inputs.push_back(RandomTensor(real->shape, real->low, real->high, stream));
    }
  }
  for (const Real& real : test.captured)
    prepared.inputs.push_back(RandomTensor(real.shape, real.low, real.high, stream));
  return prepared;
}

// sum_i <weight_i, output_i> over floating outputs; the weights depend only on the output's number and shape.
Tensor Objective(const std::vector<Tensor>& outputs) {
  Tensor sum;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (!outputs[i].is_floating_point()) continue;
    ReproducibleStream stream(11, "objective", i);
    const Tensor term = outputs[i].mul(RandomTensor(outputs[i].sizes().vec(), -1, 1, stream)).sum();
    sum = sum.defined() ? sum.add(term) : term;
  }
  return sum;
}

Result<double> Value(const Prepared& prepared) {
  CUPEL_TRY(const std::vector<Tensor> outputs, prepared.executor->Forward(prepared.inputs));
  return Objective(outputs).item().toDouble();
}

Result<std::string> Compare(const Prepared& prepared) {
  std::vector<Tensor> recorded;
  for (const Tensor& input : prepared.inputs) recorded.push_back(input.clone().requires_grad_(true));
  CUPEL_TRY(const std::vector<Tensor> outputs, prepared.executor->Forward(recorded, Recording::kOn));
  const Tensor objective = Objective(outputs);
  if (!objective.defined() || !objective.requires_grad())
    return std::string("the outputs record no gradient");
  const auto gradients = torch::autograd::grad({objective}, recorded, {}, c10::nullopt, false, true);
  for (std::size_t i = 0; i < prepared.inputs.size(); ++i) {
    double* data = prepared.inputs[i].data_ptr<double>();
    const Tensor flat = gradients[i].defined() ? gradients[i].contiguous() : prepared.inputs[i].mul(0);
    for (std::int64_t j = 0; j < prepared.inputs[i].numel(); ++j) {
      constexpr double kStep = 1e-5;
      const double saved = data[j];
      data[j] = saved + kStep;
      CUPEL_TRY(const double above, Value(prepared));
      data[j] = saved - kStep;
      CUPEL_TRY(const double below, Value(prepared));
      data[j] = saved;
      const double expected = (above - below) / (2 * kStep);
      const double actual = flat.data_ptr<double>()[j];
      if (!(std::abs(actual - expected) <= 1e-5 * std::abs(expected) + 1e-7)) {
        return fmt::format("input {} element {}: recorded {}, differences say {}", i, j, actual, expected);
      }
    }
  }
  return std::string();
}

Result<std::string> CompareTypes(const GradientCase& test, graph::DataType type, double tolerance) {
  CUPEL_TRY(Prepared narrow, Prepare(test, type));
  CUPEL_TRY(Prepared wide, Prepare(test, graph::DataType::kFloat32));
  for (std::size_t i = 0; i < narrow.inputs.size(); ++i) {
    narrow.inputs[i] = narrow.inputs[i].to(ToScalarType(type)).requires_grad_(true);
    wide.inputs[i] = narrow.inputs[i].detach().to(at::kFloat);
  }
  CUPEL_TRY(const std::vector<Tensor> actual, narrow.executor->Forward(narrow.inputs, Recording::kOn));
  CUPEL_TRY(const std::vector<Tensor> expected, wide.executor->Forward(wide.inputs));
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (expected[i].scalar_type() != at::kFloat) continue;
    if (actual[i].scalar_type() != ToScalarType(type))
      return fmt::format("output {} has the type {}", i, at::toString(actual[i].scalar_type()));
    if (actual[i].sizes() != expected[i].sizes()) return fmt::format("output {} has another shape", i);
    if (!actual[i].detach().to(at::kFloat).allclose(expected[i], tolerance, tolerance)) {
      const Tensor difference = actual[i].detach().to(at::kFloat).sub(expected[i]).abs().max();
      return fmt::format("output {} differs by {}", i, difference.item<float>());
    }
  }
  Tensor objective;
  for (const Tensor& output : actual) {
    if (!output.is_floating_point() || !output.requires_grad()) continue;
    const Tensor sum = output.to(at::kFloat).sum();
    objective = objective.defined() ? objective.add(sum) : sum;
  }
  if (!objective.defined()) return std::string("the outputs record no gradient");
  for (const Tensor& gradient :
       torch::autograd::grad({objective}, narrow.inputs, {}, c10::nullopt, false, true)) {
    if (gradient.defined() && !gradient.isfinite().all().item<bool>())
      return std::string("a gradient is not finite");
  }
  return std::string();
}

}  // namespace

std::string CompareWithFloat32(const GradientCase& test, graph::DataType narrow, double tolerance) {
  const auto verdict = tensor::Translate([&] { return CompareTypes(test, narrow, tolerance); });
  return verdict ? *verdict : verdict.error().ToString();
}

std::string CompareWithCentralDifferences(const GradientCase& test) {
  const auto verdict = [&]() -> Result<std::string> {
    CUPEL_TRY(const Prepared prepared, Prepare(test));
    return tensor::Translate([&] { return Compare(prepared); });
  }();
  return verdict ? *verdict : verdict.error().ToString();
}

// A test that cannot fail is none: the comparison must notice a function whose recorded gradient is wrong.
// Floor's is recorded as zero; near a whole number its differences are not.
TEST(CentralDifferencesTest, NoticesAWrongGradient) {
  EXPECT_NE(CompareWithCentralDifferences({"Floor", {Real{{4}, 1, 1}}}), "");
  EXPECT_NE(CompareWithCentralDifferences({"Shape", {Real{{4}, 1, 2}}}), "");
  EXPECT_EQ(CompareWithCentralDifferences({"Mul", {Real{{4}, 1, 2}, Real{{4}, 1, 2}}}), "");
}

}  // namespace cupel::algorithm::gradient
