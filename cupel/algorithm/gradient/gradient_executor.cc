// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/gradient/gradient_executor.h"

#include <c10/core/GradMode.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cupel/algorithm/gradient/program.h"
#include "cupel/base/clock.h"

namespace cupel::algorithm::gradient {
namespace {

using Program = GradientExecutor::Program;

std::string Place(const graph::Node& node) {
  return node.name.empty() ? fmt::format("operator {}", node.op_type)
                           : fmt::format("node \"{}\" ({})", node.name, node.op_type);
}

const Tensor& Read(const Program::Source& source, const Frame& frame) {
  static const Tensor kOmitted;
  if (source.slot < 0) return kOmitted;
  const Frame* from = &frame;
  for (int depth = 0; depth < source.depth; ++depth) from = from->outer;
  return from->values[static_cast<std::size_t>(source.slot)];
}

bool IsReduced(at::ScalarType type) { return type == at::kHalf || type == at::kBFloat16; }

// libtorch lacks some half-precision kernels on the CPU; those operators run in float32 and round once at the
// end.
std::vector<Tensor> CallWidened(const Program::Step& step, OperatorCall call) {
  at::ScalarType narrow = at::kFloat;
  std::vector<Tensor> wide;
  for (const Tensor& input : call.inputs) {
    const bool reduced = input.defined() && IsReduced(input.scalar_type());
    if (reduced) narrow = input.scalar_type();
    wide.push_back(reduced ? input.to(at::kFloat) : input);
  }
  call.inputs = wide;
  call.may_overwrite_first_input = false;
  std::vector<Tensor> outputs = step.function(call);
  for (Tensor& output : outputs) {
    if (output.defined() && output.scalar_type() == at::kFloat) output = output.to(narrow);
  }
  return outputs;
}

std::vector<Tensor> Call(const Program::Step& step, const OperatorCall& call) {
  bool reduced = false;
  for (const Tensor& input : call.inputs) {
    reduced = reduced || (input.defined() && input.is_cpu() && IsReduced(input.scalar_type()));
  }
  if (!reduced) return step.function(call);
  try {
    return step.function(call);
  } catch (const c10::Error& error) {
    const std::string text = error.what_without_backtrace();
    if (text.find("not implemented for") == std::string::npos &&
        text.find("not supported") == std::string::npos)
      throw;
    return CallWidened(step, call);
  }
}

std::vector<Tensor> RunStep(const Program::Step& step, const GradientOptions& options, const Frame& frame) {
  c10::SmallVector<Tensor, 4> inputs;
  for (const auto& source : step.inputs) inputs.push_back(Read(source, frame));
  OperatorCall call{.node = *step.node,
                    .inputs = {inputs.data(), inputs.size()},
                    .opset = step.opset,
                    .device = options.device.torch(),
                    .training = options.training,
                    .may_overwrite_first_input = step.may_overwrite_first_input,
                    .run_subgraph = {}};
  if (!step.bodies.empty()) {
    call.run_subgraph = [&](const graph::Graph& body, std::span<const Tensor> arguments) {
      return RunProgram(*step.bodies.at(&body), options, arguments, &frame);
    };
  }
  return Call(step, call);
}

[[noreturn]] void ThrowAt(const graph::Node& node, Error error) {
  throw NodeError(std::move(FailAt(Place(node), std::move(error)).value()));
}

}  // namespace

std::vector<Tensor> RunProgram(const Program& program, const GradientOptions& options,
                               std::span<const Tensor> inputs, const Frame* outer) {
  Frame frame{program.constants, outer};
  if (inputs.size() != program.inputs.size()) {
    throw OperatorError(ErrorCode::kInvalidArgument, fmt::format("the graph takes {} inputs, got {}",
                                                                 program.inputs.size(), inputs.size()));
  }
  for (std::size_t i = 0; i < inputs.size(); ++i)
    frame.values[static_cast<std::size_t>(program.inputs[i])] = inputs[i];
  for (const Program::Step& step : program.steps) {
    try {
      const double start = options.on_node && outer == nullptr ? SystemClock().MonotonicSeconds() : 0;
      std::vector<Tensor> outputs = RunStep(step, options, frame);
      if (options.on_node && outer == nullptr)
        options.on_node(*step.node, SystemClock().MonotonicSeconds() - start);
      for (std::size_t i = 0; i < step.outputs.size(); ++i) {
        if (step.outputs[i] < 0) continue;
        if (i >= outputs.size()) {
          throw OperatorError(ErrorCode::kUnsupported,
                              fmt::format("output {} is not computed by this executor", i));
        }
        frame.values[static_cast<std::size_t>(step.outputs[i])] = std::move(outputs[i]);
      }
    } catch (const NodeError& error) {
      ThrowAt(*step.node, error.error());
    } catch (const OperatorError& error) {
      ThrowAt(*step.node, {error.code(), error.what(), "", ""});
    } catch (const std::exception& error) {
      Error translated = tensor::internal::TranslateException(error);
      // What libtorch refuses inside an operator is a shape, type or attribute that the caller or the model
      // brought.
      if (translated.code == ErrorCode::kInternal) translated.code = ErrorCode::kInvalidArgument;
      ThrowAt(*step.node, std::move(translated));
    }
    for (const int slot : step.releases) frame.values[static_cast<std::size_t>(slot)].reset();
  }
  std::vector<Tensor> results;
  for (const auto& output : program.outputs) results.push_back(Read(output, frame));
  return results;
}

GradientExecutor::~GradientExecutor() = default;

Result<std::unique_ptr<GradientExecutor>> GradientExecutor::Create(const graph::Graph& graph,
                                                                   const GradientOptions& options) {
  auto executor = std::unique_ptr<GradientExecutor>(new GradientExecutor());
  executor->graph_ = graph;
  executor->options_ = options;
  std::set<std::string> missing;
  try {
    executor->program_ = Prepare(executor->graph_, executor->options_, {}, executor->graph_.Opset(), missing);
  } catch (const OperatorError& error) {
    return Fail(error.code(), error.what(), graph.name);
  } catch (const std::exception& error) {
    return FailAt(graph.name, tensor::internal::TranslateException(error));
  }
  if (!missing.empty()) {
    return Fail(ErrorCode::kUnsupported,
                fmt::format("operators that this executor does not have: {}", fmt::join(missing, ", ")),
                graph.name,
                "export the model without them, or see `cupel model conformance` for what is supported");
  }
  for (const auto& [name, value] : executor->graph_.initializers) {
    Tensor& weight =
        executor->program_->constants[static_cast<std::size_t>(executor->program_->slots.at(name))];
    if (options.training && weight.is_floating_point() && !options.frozen.contains(name)) {
      weight.requires_grad_(true);
      executor->parameters_.push_back(name);
    }
    executor->weights_.emplace(name, weight);
  }
  return executor;
}

Result<std::vector<Tensor>> GradientExecutor::Forward(std::span<const Tensor> inputs,
                                                      Recording recording) const {
  const c10::AutoGradMode mode(recording == Recording::kOn);
  try {
    return RunProgram(*program_, options_, inputs, nullptr);
  } catch (const NodeError& error) {
    return tl::make_unexpected(error.error());
  } catch (const OperatorError& error) {
    return Fail(error.code(), error.what(), graph_.name);
  } catch (const std::exception& error) {
    return FailAt(graph_.name, tensor::internal::TranslateException(error));
  }
}

}  // namespace cupel::algorithm::gradient
