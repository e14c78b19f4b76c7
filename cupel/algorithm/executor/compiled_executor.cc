// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/executor/compiled_executor.h"

#include <ATen/ops/empty.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <tuple>

#include "cupel/base/reproducible_stream.h"

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
// multiple of it is computed row by row.
constexpr std::int64_t kRows = 4;
// Of inner values, measured on two processors with 1 and 2 MB of second-level cache a core.
constexpr std::size_t kCacheBytes = std::size_t{5} << 19;

Tensor EmptyOf(std::int64_t n, const graph::Shape& sample_shape) {
  graph::Shape shape = sample_shape;
  shape.insert(shape.begin(), n);
  return at::empty(shape, at::TensorOptions().dtype(at::kFloat));
}

// Rows [first, first + count) of a batch of `values`, `n` in all.
template <typename T>
std::span<T> Rows(std::span<T> values, std::int64_t n, std::int64_t first, std::int64_t count) {
  const std::size_t row = values.size() / static_cast<std::size_t>(n);
  return values.subspan(row * static_cast<std::size_t>(first), row * static_cast<std::size_t>(count));
}

struct Answers {
  std::vector<float> output;
  std::vector<float> gradient;
};

// To kRows inputs between 0 and 1, and the gradient of their outputs' sums.
Result<Answers> AnswersOf(const compiled::CompiledGraph& graph) {
  ReproducibleStream stream(0, "executor.rows");
  std::vector<float> input(static_cast<std::size_t>(kRows * graph::ElementCount(graph.input_shape())));
  for (float& value : input) value = stream.Uniform();
  Answers answers;
  answers.output.resize(static_cast<std::size_t>(kRows * graph::ElementCount(graph.output_shape())));
  if (!graph.options().gradient) {
    CUPEL_TRY_STATUS(graph.Forward(input, answers.output));
    return answers;
  }
  CUPEL_TRY(compiled::Recording recording, graph.Record(input, answers.output));
  answers.gradient.resize(input.size());
  const std::vector<float> ones(answers.output.size(), 1.0F);
  CUPEL_TRY_STATUS(recording.InputGradient(ones, answers.gradient));
  return answers;
}

}  // namespace

std::int64_t CompiledExecutor::Tiled::Whole(std::int64_t n) const {
  return single ? n / several->options().rows * several->options().rows : n;
}

Result<CompiledExecutor::Tiled> CompiledExecutor::Compile(const graph::Graph& graph,
                                                          compiled::CompileOptions options) {
  Tiled tiled;
  options.rows = kRows;
  CUPEL_TRY(tiled.several, compiled::CompiledGraph::Create(graph, options));
  options.rows = 1;
  CUPEL_TRY(tiled.single, compiled::CompiledGraph::Create(graph, options));
  CUPEL_TRY(const Answers several, AnswersOf(*tiled.several));
  CUPEL_TRY(const Answers single, AnswersOf(*tiled.single));
  if (several.output != single.output || several.gradient != single.gradient) tiled.single.reset();
  return tiled;
}

Result<CompiledExecutor::Link> CompiledExecutor::MakeLink(Part& part, compiled::Precision precision) {
  Link link;
  if (part.compiled) {
    compiled::CompileOptions options{.precision = precision, .sample_shape = part.sample_shape};
    Result<Tiled> gradient = Compile(part.graph, options);
    options.gradient = false;
    Result<Tiled> forward = Compile(part.graph, options);
    if (gradient && forward) {
      link.gradient = *std::move(gradient);
      link.forward = *std::move(forward);
      return link;
    }
    const Error& error = gradient ? forward.error() : gradient.error();
    // The processor decides; anything else is a fault.
    if (error.code != ErrorCode::kUnsupported) return tl::make_unexpected(error);
    if (precision != compiled::Precision::kFloat32) return MakeLink(part, compiled::Precision::kFloat32);
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
  std::int64_t rows = 1;
  for (const Link& link : links_) {
    if (link.island) return 0;
    if (!link.forward.single || !link.gradient.single) rows = kRows;
  }
  return rows;
}

std::int64_t CompiledExecutor::cached_rows() const {
  std::size_t bytes = 0;  // of kRows rows
  for (const Link& link : links_) {
    if (link.island) return 0;
    bytes += link.gradient.several->RunBytes(2 * kRows, true) - link.gradient.several->RunBytes(kRows, true);
  }
  const std::size_t tiles = std::max<std::size_t>(1, kCacheBytes / std::max<std::size_t>(1, bytes));
  return kRows * static_cast<std::int64_t>(tiles);
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
      const std::int64_t n = input.size(0), whole = link.forward.Whole(n);
      const Tensor output = EmptyOf(n, link.forward.several->output_shape());
      const auto from = Values(value);
      const auto to = MutableValues(output);
      if (whole > 0)
        CUPEL_TRY_STATUS(link.forward.several->Forward(Rows(from, n, 0, whole), Rows(to, n, 0, whole)));
      if (whole < n)
        CUPEL_TRY_STATUS(
            link.forward.single->Forward(Rows(from, n, whole, n - whole), Rows(to, n, whole, n - whole)));
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
  const Tiled& graph = links_[index].gradient;
  const std::int64_t n = input.size(0), whole = graph.Whole(n);
  const Tensor x = input.contiguous();
  const Tensor output = EmptyOf(n, graph.several->output_shape());
  struct Recorded {
    compiled::Recording recording;
    std::int64_t first, count;
  };
  std::vector<Recorded> parts;
  for (const auto& [tiles, first, count] : {std::tuple(graph.several.get(), std::int64_t{0}, whole),
                                            std::tuple(graph.single.get(), whole, n - whole)}) {
    if (count == 0) continue;
    CUPEL_TRY(compiled::Recording recording,
              tiles->Record(Rows(Values(x), n, first, count), Rows(MutableValues(output), n, first, count)));
    parts.push_back({std::move(recording), first, count});
  }
  CUPEL_TRY(Passes passes, FromLink(index + 1, output, output_gradients));
  for (Tensor& gradient : passes.input_gradients) {
    if (gradient.sizes() != output.sizes()) {
      return Fail(ErrorCode::kInvalidArgument, "the output's gradient has another shape than the output");
    }
    const Tensor seed = gradient.to(at::kFloat).contiguous();
    gradient = at::empty(input.sizes(), x.options());
    for (auto& [recording, first, count] : parts)
      CUPEL_TRY_STATUS(recording.InputGradient(Rows(Values(seed), n, first, count),
                                               Rows(MutableValues(gradient), n, first, count)));
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
