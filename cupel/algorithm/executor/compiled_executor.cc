// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/executor/compiled_executor.h"

#include <ATen/ops/empty.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace cupel::algorithm::executor {
namespace {

using tensor::Tensor;

std::span<const float> Values(const Tensor& tensor) {
  return {tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}
std::span<float> MutableValues(const Tensor& tensor) {
  return {tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}

Tensor EmptyOf(std::int64_t n, const graph::Shape& sample_shape) {
  graph::Shape shape = sample_shape;
  shape.insert(shape.begin(), n);
  return at::empty(shape, at::TensorOptions().dtype(at::kFloat));
}

}  // namespace

Result<CompiledExecutor::Link> CompiledExecutor::MakeLink(Part& part, compiled::Precision precision) {
  Link link;
  if (part.compiled) {
    compiled::CompileOptions options{.precision = precision, .sample_shape = part.sample_shape};
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

// The gradient that a part hands back is what the rest of the chain asks of its output, so each part is a
// gradient callback of the one before it.
Result<Pass> CompiledExecutor::ForwardGradientFrom(std::size_t index, const Tensor& input,
                                                   const OutputGradient& output_gradient) const {
  if (index == links_.size()) return Pass{input, output_gradient(input)};
  const Link& link = links_[index];
  Pass result;
  if (!link.island) {
    const Tensor x = input.contiguous();
    result.output = EmptyOf(input.size(0), link.gradient->output_shape());
    result.input_gradient = at::empty(input.sizes(), x.options());
    CUPEL_TRY(compiled::Recording recording, link.gradient->Record(Values(x), MutableValues(result.output)));
    CUPEL_TRY(const Pass rest, ForwardGradientFrom(index + 1, result.output, output_gradient));
    if (rest.input_gradient.sizes() != result.output.sizes()) {
      return Fail(ErrorCode::kInvalidArgument, "the output's gradient has another shape than the output");
    }
    const Tensor seed = rest.input_gradient.to(at::kFloat).contiguous();
    CUPEL_TRY_STATUS(recording.InputGradient(Values(seed), MutableValues(result.input_gradient)));
    result.output = rest.output;
    return result;
  }
  Status failure;
  Tensor last;
  CUPEL_TRY(result, link.island->ForwardGradient(input, [&](const Tensor& output) {
    auto rest = ForwardGradientFrom(index + 1, output, output_gradient);
    if (rest) {
      last = rest->output;
      return rest->input_gradient;
    }
    failure = tl::make_unexpected(rest.error());
    return output;  // Of the right shape; the failure is returned below.
  }));
  CUPEL_TRY_STATUS(failure);
  result.output = last;
  return result;
}

Result<Pass> CompiledExecutor::ForwardGradient(const Tensor& input,
                                               const OutputGradient& output_gradient) const {
  CUPEL_TRY_STATUS(CheckInput(input));
  return tensor::Translate([&] { return ForwardGradientFrom(0, input.detach(), output_gradient); });
}

}  // namespace cupel::algorithm::executor
