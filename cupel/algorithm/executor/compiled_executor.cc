// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/executor/compiled_executor.h"

#include <ATen/ops/empty.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace cupel::algorithm::executor {
namespace {

using tensor::Tensor;

std::span<const float> Values(const Tensor& tensor) {
  return {tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}
std::span<float> MutableValues(const Tensor& tensor) {
  return {tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}

// Fewer than the compiled graph's default, at the same speed on small networks: what a batch has beyond a
// multiple of it is computed for nothing.
constexpr std::int64_t kRows = 4;

Tensor EmptyOf(std::int64_t n, const graph::Shape& sample_shape) {
  graph::Shape shape = sample_shape;
  shape.insert(shape.begin(), n);
  return at::empty(shape, at::TensorOptions().dtype(at::kFloat));
}

}  // namespace

Result<CompiledExecutor::Link> CompiledExecutor::MakeLink(Part& part, compiled::Precision precision) {
  Link link;
  if (part.compiled) {
    compiled::CompileOptions options{
        .rows = kRows, .precision = precision, .sample_shape = part.sample_shape};
    auto gradient = compiled::CompiledGraph::Create(part.graph, options);
    options.gradient = false;
    auto forward = compiled::CompiledGraph::Create(part.graph, options);
    if (gradient && forward) {
      link.gradient = *std::move(gradient);
      link.forward = *std::move(forward);
      return link;
    }
    const Error& error = gradient ? forward.error() : gradient.error();
    // The processor decides; anything else is a fault.
    if (error.code != ErrorCode::kUnsupported) return tl::make_unexpected(error);
    part.compiled = false;
    part.reason = error.ToString();
  }
  CUPEL_TRY(link.island, GeneralExecutor::Create(part.graph, {}));
  return link;
}

Result<std::unique_ptr<CompiledExecutor>> CompiledExecutor::Create(const graph::Graph& graph,
                                                                   const graph::Shape& sample_shape,
                                                                   compiled::Precision precision) {
  auto executor = std::unique_ptr<CompiledExecutor>(new CompiledExecutor());
  CUPEL_TRY(executor->parts_, Partition(graph, sample_shape));
  executor->sample_shape_ = sample_shape;
  for (Part& part : executor->parts_) {
    CUPEL_TRY(Link link, MakeLink(part, precision));
    executor->links_.push_back(std::move(link));
  }
  return executor;
}

Status CompiledExecutor::CheckInput(const Tensor& input) const {
  const bool fits = input.dim() > 0 && input.scalar_type() == at::kFloat && input.device().is_cpu() &&
                    input.sizes().slice(1) == at::IntArrayRef(sample_shape_);
  if (fits) return {};
  return Fail(ErrorCode::kInvalidArgument,
              fmt::format("expected float32 of shape [n, {}] on the CPU, got [{}]",
                          fmt::join(sample_shape_, ", "), fmt::join(input.sizes(), ", ")));
}

std::int64_t CompiledExecutor::independent_rows() const {
  return std::ranges::all_of(parts_, [](const Part& part) { return part.compiled; }) ? kRows : 0;
}

Result<Tensor> CompiledExecutor::Forward(const Tensor& input) const {
  CUPEL_TRY_STATUS(CheckInput(input));
  return tensor::Translate([&]() -> Result<Tensor> {
    Tensor value = input.contiguous();
    for (const Link& link : links_) {
      if (link.island) {
        CUPEL_TRY(const Tensor output, link.island->Forward(value));
        value = output.contiguous();
        continue;
      }
      const Tensor output = EmptyOf(input.size(0), link.forward->output_shape());
      CUPEL_TRY_STATUS(link.forward->Forward(Values(value), MutableValues(output)));
      value = output;
    }
    return value;
  });
}

// The gradients that a part hands back are what the rest of the chain asks of its output, so each part is the
// objective of the one before it.
Result<Passes> CompiledExecutor::FromLink(std::size_t index, const Tensor& input,
                                          std::span<const OutputGradient> output_gradients) const {
  if (index == links_.size()) {
    Passes passes{.output = input, .input_gradients = {}};
    for (const OutputGradient& output_gradient : output_gradients)
      passes.input_gradients.push_back(output_gradient(input));
    return passes;
  }
  return links_[index].island ? FromIsland(index, input, output_gradients)
                              : FromCompiled(index, input, output_gradients);
}

Result<Passes> CompiledExecutor::FromCompiled(std::size_t index, const Tensor& input,
                                              std::span<const OutputGradient> output_gradients) const {
  const compiled::CompiledGraph& graph = *links_[index].gradient;
  const Tensor x = input.contiguous();
  const Tensor output = EmptyOf(input.size(0), graph.output_shape());
  CUPEL_TRY(compiled::Recording recording, graph.Record(Values(x), MutableValues(output)));
  CUPEL_TRY(Passes passes, FromLink(index + 1, output, output_gradients));
  for (Tensor& gradient : passes.input_gradients) {
    if (gradient.sizes() != output.sizes()) {
      return Fail(ErrorCode::kInvalidArgument, "the output's gradient has another shape than the output");
    }
    const Tensor seed = gradient.to(at::kFloat).contiguous();
    gradient = at::empty(input.sizes(), x.options());
    CUPEL_TRY_STATUS(recording.InputGradient(Values(seed), MutableValues(gradient)));
  }
  return passes;
}

Result<Passes> CompiledExecutor::FromIsland(std::size_t index, const Tensor& input,
                                            std::span<const OutputGradient> output_gradients) const {
  // The island asks for each objective's gradient in turn, with the same output: the rest of the chain runs
  // once, when the first is asked for.
  Result<Passes> rest = Passes{};
  std::vector<OutputGradient> objectives;
  for (std::size_t k = 0; k < output_gradients.size(); ++k) {
    objectives.emplace_back([&, k](const Tensor& output) {
      if (k == 0) rest = FromLink(index + 1, output, output_gradients);
      return rest ? rest->input_gradients[k] : output;  // A failure is returned below.
    });
  }
  CUPEL_TRY(Passes passes, links_[index].island->ForwardGradients(input, objectives));
  if (!rest) return tl::make_unexpected(rest.error());
  passes.output = rest->output;
  return passes;
}

Result<Pass> CompiledExecutor::ForwardGradient(const Tensor& input,
                                               const OutputGradient& output_gradient) const {
  CUPEL_TRY(Passes passes, ForwardGradients(input, {&output_gradient, 1}));
  return Pass{.output = std::move(passes.output), .input_gradient = std::move(passes.input_gradients[0])};
}

Result<Passes> CompiledExecutor::ForwardGradients(const Tensor& input,
                                                  std::span<const OutputGradient> output_gradients) const {
  CUPEL_TRY_STATUS(CheckInput(input));
  return tensor::Translate([&] { return FromLink(0, input.detach(), output_gradients); });
}

}  // namespace cupel::algorithm::executor
