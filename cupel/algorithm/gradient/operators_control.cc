// SPDX-License-Identifier: Apache-2.0
// Control flow over subgraphs, and the operators that make values from nothing.
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "cupel/algorithm/gradient/operator.h"
#include "cupel/base/interrupt.h"

namespace cupel::algorithm::gradient {
namespace {

using Outputs = std::vector<Tensor>;

const graph::Graph& Body(const OperatorCall& call, std::string_view attribute) {
  const graph::Graph* body = call.node.Subgraph(attribute);
  if (body == nullptr)
    throw OperatorError(ErrorCode::kInvalidArgument, fmt::format("attribute {} is missing", attribute));
  return *body;
}

// A model may loop for ever; the user can still stop it.
void ThrowIfInterrupted() {
  if (Interrupt::Requested())
    throw OperatorError(ErrorCode::kInterrupted, "stopped inside a loop of the model");
}

bool IsTrue(const Tensor& condition) { return condition.reshape({-1}).select(0, 0).item<bool>(); }

Outputs If(const OperatorCall& call) {
  return call.run_subgraph(Body(call, IsTrue(call.Input(0)) ? "then_branch" : "else_branch"), {});
}

// The scan outputs of a loop that never ran: no rows, and as much of the rest as the body declares.
Tensor NoRows(const graph::ValueInfo& info, at::Device device) {
  std::vector<std::int64_t> shape = {0};
  if (info.shape) {
    for (const auto& dimension : *info.shape) shape.push_back(dimension.value.value_or(0));
  }
  const at::ScalarType type = info.type == graph::DataType::kUndefined ? at::kFloat : ToScalarType(info.type);
  return at::empty(shape, at::TensorOptions().dtype(type).device(device));
}

// Inputs: trip count (optional), condition (optional), carried values. Body: (iteration, condition,
// carried...) to (condition, carried..., scanned...).
Outputs Loop(const OperatorCall& call) {
  const graph::Graph& body = Body(call, "body");
  const std::int64_t trips =
      call.Has(0) ? call.InputIntegers(0).at(0) : std::numeric_limits<std::int64_t>::max();
  Tensor condition =
      call.Has(1) ? call.Input(1) : at::ones({}, at::TensorOptions().dtype(at::kBool).device(call.device));
  const std::size_t carried_count = call.inputs.size() < 2 ? 0 : call.inputs.size() - 2;
  if (body.outputs.size() < 1 + carried_count)
    throw OperatorError(ErrorCode::kInvalidArgument, "the body has too few outputs");
  Outputs carried;
  for (std::size_t i = 0; i < carried_count; ++i) carried.push_back(call.Input(i + 2));
  std::vector<Outputs> scanned(body.outputs.size() - 1 - carried_count);
  for (std::int64_t trip = 0; trip < trips && IsTrue(condition); ++trip) {
    ThrowIfInterrupted();
    Outputs arguments = {at::scalar_tensor(trip, at::TensorOptions().dtype(at::kLong).device(call.device)),
                         condition};
    arguments.insert(arguments.end(), carried.begin(), carried.end());
    const Outputs results = call.run_subgraph(body, arguments);
    condition = results.at(0);
    for (std::size_t i = 0; i < carried_count; ++i) carried[i] = results.at(1 + i);
    for (std::size_t i = 0; i < scanned.size(); ++i) scanned[i].push_back(results.at(1 + carried_count + i));
  }
  for (std::size_t i = 0; i < scanned.size(); ++i) {
    const graph::ValueInfo& info = body.outputs[1 + carried_count + i];
    carried.push_back(scanned[i].empty() ? NoRows(info, call.device) : at::stack(scanned[i]));
  }
  return carried;
}

// Attributes of a Scan, one entry for each scanned input or output.
struct ScanRule {
  std::vector<std::int64_t> input_axes, input_reversed, output_axes, output_reversed;
};

ScanRule ReadScanRule(const graph::Node& node, std::size_t inputs, std::size_t outputs) {
  const auto read = [&](std::string_view name, std::size_t count) {
    std::vector<std::int64_t> values = node.Integers(name);
    values.resize(count, 0);
    return values;
  };
  // Opset 8 calls the directions of the inputs `directions`.
  const char* directions = node.HasAttribute("directions") ? "directions" : "scan_input_directions";
  return {read("scan_input_axes", inputs), read(directions, inputs), read("scan_output_axes", outputs),
          read("scan_output_directions", outputs)};
}

// One sequence: states (updated), and inputs whose elements are handed to the body one at a time.
Outputs ScanSequence(const OperatorCall& call, const graph::Graph& body, Outputs states,
                     const Outputs& inputs, std::int64_t steps) {
  const std::size_t state_count = states.size();
  std::vector<Outputs> scanned(body.outputs.size() - state_count);
  const ScanRule rule = ReadScanRule(call.node, inputs.size(), scanned.size());
  for (std::int64_t step = 0; step < steps; ++step) {
    ThrowIfInterrupted();
    Outputs arguments = states;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const std::int64_t axis = NormaliseAxis(rule.input_axes[i], inputs[i].dim());
      arguments.push_back(inputs[i].select(axis, rule.input_reversed[i] != 0 ? steps - 1 - step : step));
    }
    const Outputs results = call.run_subgraph(body, arguments);
    for (std::size_t i = 0; i < state_count; ++i) states[i] = results.at(i);
    for (std::size_t i = 0; i < scanned.size(); ++i) scanned[i].push_back(results.at(state_count + i));
  }
  for (std::size_t i = 0; i < scanned.size(); ++i) {
    if (scanned[i].empty()) {
      states.push_back(NoRows(body.outputs[state_count + i], call.device));
      continue;
    }
    if (rule.output_reversed[i] != 0) std::reverse(scanned[i].begin(), scanned[i].end());
    states.push_back(at::stack(scanned[i], NormaliseAxis(rule.output_axes[i], scanned[i][0].dim() + 1)));
  }
  return states;
}

// Opset 8: the first input holds sequence lengths (optional), and every other has a batch axis first.
Outputs BatchedScan(const OperatorCall& call, const graph::Graph& body, std::size_t scan_count) {
  const std::size_t state_count = call.inputs.size() - 1 - scan_count;
  const std::int64_t batch = call.Input(1).size(0);
  const std::int64_t longest = call.Input(1 + state_count).size(1);
  const std::vector<std::int64_t> lengths =
      call.Has(0) ? call.InputIntegers(0)
                  : std::vector<std::int64_t>(static_cast<std::size_t>(batch), longest);
  std::vector<Outputs> results(body.outputs.size());
  for (std::int64_t n = 0; n < batch; ++n) {
    Outputs states, inputs;
    for (std::size_t i = 0; i < state_count; ++i) states.push_back(call.Input(1 + i).select(0, n));
    const std::int64_t length = lengths.at(static_cast<std::size_t>(n));
    for (std::size_t i = 0; i < scan_count; ++i)
      inputs.push_back(call.Input(1 + state_count + i).select(0, n).narrow(0, 0, length));
    Outputs sequence = ScanSequence(call, body, states, inputs, length);
    for (std::size_t i = 0; i < results.size(); ++i) {
      Tensor& value = sequence.at(i);
      if (i >= state_count && length < longest) {  // zeros after a short sequence's end
        std::vector<std::int64_t> shape = value.sizes().vec();
        shape[0] = longest - length;
        value = at::cat({value, at::zeros(shape, value.options())});
      }
      results[i].push_back(value);
    }
  }
  Outputs outputs;
  for (const Outputs& parts : results) outputs.push_back(at::stack(parts));
  return outputs;
}

Outputs Scan(const OperatorCall& call) {
  const graph::Graph& body = Body(call, "body");
  const std::int64_t declared = call.node.Integer("num_scan_inputs", 0);
  const std::size_t leading = call.opset < 9 ? 1 : 0;
  if (declared < 1 || static_cast<std::size_t>(declared) + leading > call.inputs.size()) {
    throw OperatorError(ErrorCode::kInvalidArgument, fmt::format("num_scan_inputs {} does not fit {} inputs",
                                                                 declared, call.inputs.size()));
  }
  const auto scan_count = static_cast<std::size_t>(declared);
  if (call.opset < 9) return BatchedScan(call, body, scan_count);
  const auto split = call.inputs.end() - declared;
  const Outputs states(call.inputs.begin(), split);
  const Outputs inputs(split, call.inputs.end());
  const ScanRule rule = ReadScanRule(call.node, scan_count, 0);
  const std::int64_t steps = inputs[0].size(NormaliseAxis(rule.input_axes[0], inputs[0].dim()));
  return ScanSequence(call, body, states, inputs, steps);
}

Outputs Identity(const OperatorCall& call) { return {call.Input(0)}; }

template <typename T>
Tensor FromValues(const std::vector<T>& values, at::ScalarType type, at::Device device) {
  Tensor tensor = at::empty({static_cast<std::int64_t>(values.size())}, at::TensorOptions().dtype(type));
  std::copy(values.begin(), values.end(), tensor.data_ptr<T>());
  return tensor.to(device);
}

Outputs Constant(const OperatorCall& call) {
  const graph::Node& node = call.node;
  if (const auto* value = node.Tensor("value")) return {ToTensor(*value, call.device)};
  if (node.HasAttribute("value_float"))
    return {at::scalar_tensor(node.Real("value_float", 0),
                              at::TensorOptions().dtype(at::kFloat).device(call.device))};
  if (node.HasAttribute("value_int"))
    return {at::scalar_tensor(node.Integer("value_int", 0),
                              at::TensorOptions().dtype(at::kLong).device(call.device))};
  if (node.HasAttribute("value_floats"))
    return {FromValues(node.Reals("value_floats"), at::kFloat, call.device)};
  if (node.HasAttribute("value_ints"))
    return {FromValues(node.Integers("value_ints"), at::kLong, call.device)};
  throw OperatorError(ErrorCode::kUnsupported,
                      "only constants that are dense tensors, integers or floats are supported");
}

Outputs ConstantOfShape(const OperatorCall& call) {
  const std::vector<std::int64_t> shape = call.InputIntegers(0);
  const auto* value = call.node.Tensor("value");
  if (value == nullptr) return {at::zeros(shape, at::TensorOptions().dtype(at::kFloat).device(call.device))};
  return {ToTensor(*value, call.device).reshape({}).expand(shape).contiguous()};
}

constexpr double kMostElements = 1e12;  // beyond any memory; keeps the conversion to an integer defined

Outputs Range(const OperatorCall& call) {
  const Tensor start = call.Input(0).reshape({});
  const Tensor delta = call.Input(2).reshape({});
  const double span = call.Input(1).reshape({}).item<double>() - start.item<double>();
  const double step = delta.item<double>();
  if (step == 0) throw OperatorError(ErrorCode::kInvalidArgument, "delta must not be 0");
  const double steps = std::max(0.0, std::ceil(span / step));
  if (!(steps < kMostElements))
    throw OperatorError(ErrorCode::kResourceLimit, fmt::format("a range of {} elements is too long", steps));
  const auto count = static_cast<std::int64_t>(steps);
  const at::TensorOptions options = at::TensorOptions().dtype(start.scalar_type()).device(call.device);
  return {at::arange(count, options).mul(delta).add(start)};
}

Outputs EyeLike(const OperatorCall& call) {
  const Tensor& x = call.Input(0);
  if (x.dim() != 2)
    throw OperatorError(ErrorCode::kInvalidArgument,
                        fmt::format("the input must have 2 axes, got {}", x.dim()));
  const std::int64_t declared = call.node.Integer("dtype", 0);
  const at::ScalarType type =
      declared == 0 ? x.scalar_type() : ToScalarType(static_cast<graph::DataType>(declared));
  const at::TensorOptions options = at::TensorOptions().dtype(at::kLong).device(call.device);
  const Tensor diagonal =
      at::arange(x.size(1), options).unsqueeze(0).sub(at::arange(x.size(0), options).unsqueeze(1));
  return {diagonal.eq(call.node.Integer("k", 0)).to(type)};
}

constexpr OperatorEntry kTable[] = {
    {"Constant", Constant},
    {"ConstantOfShape", ConstantOfShape},
    {"EyeLike", EyeLike},
    {"Identity", Identity},
    {"If", If},
    {"Loop", Loop},
    {"Range", Range},
    {"Scan", Scan},
};

}  // namespace

std::span<const OperatorEntry> ControlOperators() { return kTable; }

}  // namespace cupel::algorithm::gradient
