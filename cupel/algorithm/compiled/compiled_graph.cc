// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/compiled/compiled_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include "cupel/algorithm/compiled/builder.h"

namespace cupel::algorithm::compiled {
namespace {

/// oneDNN's exceptions end here.
template <typename Work>
auto Translate(std::string_view place, Work work) -> decltype(work()) {
  try {
    return work();
  } catch (const dnnl::error& error) {
    const bool memory = error.status == dnnl_out_of_memory;
    const bool lacks = error.status == dnnl_unimplemented;
    return Fail(memory  ? ErrorCode::kResourceLimit
                : lacks ? ErrorCode::kUnsupported
                        : ErrorCode::kInternal,
                lacks ? "the compiled executor lacks this form of the operator on this processor"
                      : fmt::format("oneDNN: {}", error.what()),
                std::string(place));
  } catch (const std::bad_alloc&) {
    return Fail(ErrorCode::kResourceLimit, "not enough memory for a run", std::string(place),
                "use fewer workers, or fewer rows");
  }
}

Result<graph::Shape> SampleShape(const graph::Graph& graph, const graph::Shape& given) {
  if (!given.empty()) return given;
  graph::Shape shape;
  const bool declared =
      graph.inputs.size() == 1 && graph.inputs[0].shape && graph.inputs[0].shape->size() > 1;
  for (std::size_t i = 1; declared && i < graph.inputs[0].shape->size(); ++i)
    shape.push_back((*graph.inputs[0].shape)[i].value.value_or(0));
  if (shape.empty() || std::ranges::any_of(shape, [](std::int64_t size) { return size < 1; })) {
    return Fail(ErrorCode::kInvalidArgument, "the shape of the graph's input is not known", graph.name,
                "give the shape of a sample");
  }
  return shape;
}

Result<Network> LowerAndFuse(const graph::Graph& graph, const graph::Shape& sample_shape, std::int64_t rows) {
  CUPEL_TRY(Network network, Lower(graph, sample_shape, rows));
  Fuse(network);
  return network;
}

}  // namespace

struct CompiledGraph::Compiled {
  Network network;
  Program program;
  Place input, output, output_gradient;
  std::optional<Place> input_gradient;  ///< Nothing when the output does not depend on the input.
  std::size_t input_row = 0;            ///< Elements of a sample.
  std::size_t output_row = 0;
  mutable std::mutex mutex;
  mutable std::vector<std::unique_ptr<Instance>> idle;  ///< Memory of runs that have ended.
};

/// The memory of one run at a time.
class CompiledGraph::Instance {
 public:
  explicit Instance(const Program& program)
      : program_(program), scratch_(AllocateAligned(program.scratch_bytes())), stream_(Engine()) {}

  /// One tile's calls; `index` counts the tiles that must be kept side by side.
  const Program::Bound& Tile(std::size_t index) {
    while (tiles_.size() <= index) {
      AlignedBytes kept = AllocateAligned(program_.kept_bytes());
      Program::Bound bound = program_.Bind(scratch_.get(), kept.get());
      tiles_.push_back({std::move(kept), std::move(bound)});
    }
    return tiles_[index].bound;
  }
  const dnnl::stream& stream() const { return stream_; }

 private:
  struct KeptTile {
    AlignedBytes kept;
    Program::Bound bound;
  };
  const Program& program_;
  AlignedBytes scratch_;
  dnnl::stream stream_;
  std::vector<KeptTile> tiles_;
};

struct Recording::State {
  std::unique_ptr<CompiledGraph::Instance> instance;
};

Recording::Recording() = default;
Recording::Recording(Recording&& other) noexcept = default;
Recording& Recording::operator=(Recording&& other) noexcept {
  std::swap(graph_, other.graph_);
  std::swap(n_, other.n_);
  std::swap(state_, other.state_);
  return *this;
}
Recording::~Recording() {
  if (state_ && state_->instance) graph_->GiveBack(std::move(state_->instance));
}

CompiledGraph::CompiledGraph() : compiled_(std::make_unique<Compiled>()) {}
CompiledGraph::~CompiledGraph() = default;

namespace {

/// Adds every operation's calls. The place of an error is that of the operation.
Status Build(const Network& network, Builder& builder, std::vector<std::unique_ptr<Layer>>& layers) {
  for (const Operation& operation : network.operations) {
    layers.push_back(MakeLayer(operation));
    CUPEL_TRY_STATUS(Translate(operation.place, [&]() -> Status {
      layers.back()->Forward(builder);
      return {};
    }));
  }
  return {};
}

Status BuildBackward(const Network& network, Builder& builder, std::vector<std::unique_ptr<Layer>>& layers) {
  for (std::size_t i = network.operations.size(); i-- > 0;) {
    const Operation& operation = network.operations[i];
    if (!builder.HasGradient(operation.output)) continue;
    CUPEL_TRY_STATUS(Translate(operation.place, [&]() -> Status {
      const bool fused = operation.kind != Kind::kActivation;
      layers[i]->Backward(builder,
                          builder.Settle(operation.output, fused ? operation.activation : Activation{}));
      return {};
    }));
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<CompiledGraph>> CompiledGraph::Create(const graph::Graph& graph,
                                                             const CompileOptions& options) {
  if (options.rows < 1)
    return Fail(ErrorCode::kInvalidArgument, fmt::format("rows must be >= 1, got {}", options.rows));
  CUPEL_TRY(const graph::Shape sample_shape, SampleShape(graph, options.sample_shape));
  auto result = std::unique_ptr<CompiledGraph>(new CompiledGraph());
  Compiled& compiled = *result->compiled_;
  CUPEL_TRY(compiled.network, LowerAndFuse(graph, sample_shape, options.rows));
  const Network& network = compiled.network;
  result->options_ = options;
  result->input_shape_ = sample_shape;
  const graph::Shape& output = network.shapes[static_cast<std::size_t>(network.output)];
  result->output_shape_ = {output.begin() + 1, output.end()};
  const OneThread one_thread;
  return Translate(graph.name, [&]() -> Result<std::unique_ptr<CompiledGraph>> {
    Builder builder(network, options.precision == Precision::kBfloat16 ? Type::bf16 : Type::f32,
                    options.gradient);
    std::vector<std::unique_ptr<Layer>> layers;
    Program& program = builder.program();
    compiled.input = program.New(Plain(builder.DimsOf(network.input), Type::f32));
    program.WrittenBefore(compiled.input, Phase::kForward);
    builder.Define(network.input, compiled.input);
    CUPEL_TRY_STATUS(Build(network, builder, layers));
    compiled.output = builder.AsPlainFloats(network.output);
    program.ReadAfter(compiled.output, Phase::kForward);
    if (options.gradient) {
      program.BeginBackward();
      compiled.output_gradient = program.New(compiled.output.desc);
      program.WrittenBefore(compiled.output_gradient, Phase::kBackward);
      builder.Contribute(network.output, compiled.output_gradient);
      CUPEL_TRY_STATUS(BuildBackward(network, builder, layers));
      if (builder.HasGradient(network.input)) {
        compiled.input_gradient = builder.Settle(network.input, {});
        program.ReadAfter(*compiled.input_gradient, Phase::kBackward);
      }
    }
    program.Plan();
    compiled.program = std::move(builder.program());
    compiled.input_row = static_cast<std::size_t>(graph::ElementCount(result->input_shape_));
    compiled.output_row = static_cast<std::size_t>(graph::ElementCount(result->output_shape_));
    return std::move(result);
  });
}

std::size_t CompiledGraph::RunBytes(std::int64_t n, bool gradient) const {
  const auto tiles = static_cast<std::size_t>((n + options_.rows - 1) / options_.rows);
  const Program& program = compiled_->program;
  return program.scratch_bytes() + program.kept_bytes() * (gradient ? tiles : 1);
}

Result<std::int64_t> CompiledGraph::CountRows(std::size_t input, std::size_t output) const {
  const std::size_t n = input / compiled_->input_row;
  if (n * compiled_->input_row != input || n * compiled_->output_row != output) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("expected n * {} and n * {} elements, got {} and {}", compiled_->input_row,
                            compiled_->output_row, input, output));
  }
  return static_cast<std::int64_t>(n);
}

std::unique_ptr<CompiledGraph::Instance> CompiledGraph::Take() const {
  {
    const std::scoped_lock lock(compiled_->mutex);
    if (!compiled_->idle.empty()) {
      std::unique_ptr<Instance> instance = std::move(compiled_->idle.back());
      compiled_->idle.pop_back();
      return instance;
    }
  }
  return std::make_unique<Instance>(compiled_->program);
}

void CompiledGraph::GiveBack(std::unique_ptr<Instance> instance) const {
  const std::scoped_lock lock(compiled_->mutex);
  compiled_->idle.push_back(std::move(instance));
}

namespace {

/// Rows [first, first + rows) of `values`, the rest of the tile zeros.
void CopyIn(std::span<const float> values, std::size_t first, std::size_t rows, std::size_t row, void* tile) {
  const std::size_t from = first * row;
  const std::size_t count = std::min(rows * row, values.size() - from);
  auto* const to = static_cast<float*>(tile);
  std::copy_n(values.data() + from, count, to);
  std::fill(to + count, to + rows * row, 0.0F);
}

/// Rows [first, first + rows), as far as there are any.
template <typename T>
std::span<T> Slice(std::span<T> values, std::size_t first, std::size_t rows, std::size_t row) {
  return values.subspan(first * row, std::min(rows * row, values.size() - first * row));
}

bool IsZero(std::span<const float> values) {
  return std::ranges::all_of(values, [](float value) { return value == 0; });
}

void CopyOut(const void* tile, std::size_t first, std::size_t rows, std::size_t row,
             std::span<float> values) {
  const std::size_t from = first * row;
  std::copy_n(static_cast<const float*>(tile), std::min(rows * row, values.size() - from),
              values.data() + from);
}

}  // namespace

Status CompiledGraph::Forward(std::span<const float> input, std::span<float> output) const {
  CUPEL_TRY(const std::int64_t n, CountRows(input.size(), output.size()));
  const OneThread one_thread;
  return Translate("", [&]() -> Status {
    std::unique_ptr<Instance> instance = Take();
    const Program::Bound& tile = instance->Tile(0);
    const auto rows = static_cast<std::size_t>(options_.rows);
    for (std::size_t first = 0; first < static_cast<std::size_t>(n); first += rows) {
      CopyIn(input, first, rows, compiled_->input_row, tile.Address(compiled_->input));
      tile.Execute(Phase::kForward, instance->stream());
      CopyOut(tile.Address(compiled_->output), first, rows, compiled_->output_row, output);
    }
    GiveBack(std::move(instance));
    return {};
  });
}

Result<Recording> CompiledGraph::Record(std::span<const float> input, std::span<float> output) const {
  CUPEL_CHECK(options_.gradient);
  CUPEL_TRY(const std::int64_t n, CountRows(input.size(), output.size()));
  const OneThread one_thread;
  return Translate("", [&]() -> Result<Recording> {
    Recording recording;
    recording.graph_ = this;
    recording.n_ = n;
    recording.state_ = std::make_unique<Recording::State>();
    recording.state_->instance = Take();
    Instance& instance = *recording.state_->instance;
    const auto rows = static_cast<std::size_t>(options_.rows);
    for (std::size_t first = 0; first < static_cast<std::size_t>(n); first += rows) {
      const Program::Bound& tile = instance.Tile(first / rows);
      CopyIn(input, first, rows, compiled_->input_row, tile.Address(compiled_->input));
      tile.Execute(Phase::kForward, instance.stream());
      CopyOut(tile.Address(compiled_->output), first, rows, compiled_->output_row, output);
    }
    return recording;
  });
}

Status Recording::InputGradient(std::span<const float> output_gradient, std::span<float> input_gradient) {
  CUPEL_TRY(const std::int64_t n, graph_->CountRows(input_gradient.size(), output_gradient.size()));
  if (n != n_) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("expected gradients of {} samples, got {}", n_, n));
  }
  const CompiledGraph::Compiled& compiled = *graph_->compiled_;
  if (!compiled.input_gradient) {
    std::ranges::fill(input_gradient, 0.0F);
    return {};
  }
  const OneThread one_thread;
  return Translate("", [&]() -> Status {
    const auto rows = static_cast<std::size_t>(graph_->options().rows);
    for (std::size_t first = 0; first < static_cast<std::size_t>(n); first += rows) {
      if (IsZero(Slice(output_gradient, first, rows, compiled.output_row))) {
        std::ranges::fill(Slice(input_gradient, first, rows, compiled.input_row), 0.0F);
        continue;
      }
      const Program::Bound& tile = state_->instance->Tile(first / rows);
      CopyIn(output_gradient, first, rows, compiled.output_row, tile.Address(compiled.output_gradient));
      tile.Execute(Phase::kBackward, state_->instance->stream());
      CopyOut(tile.Address(*compiled.input_gradient), first, rows, compiled.input_row, input_gradient);
    }
    return {};
  });
}

Status CheckCompilable(const graph::Graph& graph, const graph::Shape& sample_shape) {
  CUPEL_TRY(const graph::Shape shape, SampleShape(graph, sample_shape));
  CUPEL_TRY([[maybe_unused]] const Network network, LowerAndFuse(graph, shape, 2));
  return {};
}

std::string CompilerVersion() {
  const dnnl_version_t* const version = dnnl_version();
  return fmt::format("oneDNN {}.{}.{}", version->major, version->minor, version->patch);
}

}  // namespace cupel::algorithm::compiled
