// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A graph compiled once for a fixed number of rows: forward pass and input gradient at the processor's rate,
/// on oneDNN, without libtorch.
///
/// Convolutions and products run in the layouts oneDNN prefers, with bias, residual sum and ReLU in the same
/// call; weights are brought into those layouts once; memory is planned. Weights are constants: no gradient
/// with respect to them is ever computed. A run of n samples is cut into tiles of `rows`, small enough for a
/// tile's values to stay in the second-level cache; the last one is filled up with zeros.
///
///     CUPEL_TRY(const auto network, CompiledGraph::Create(optimised, {.rows = 8}));
///     CUPEL_TRY(auto pass, network->Record(n, images, logits));      // images [n, c, h, w], logits [n,
///     classes] CUPEL_TRY_STATUS(pass.InputGradient(seed, image_gradient));    // any number of times
///
/// Promises: one thread on the caller's thread, and the caller's OpenMP settings are as before. Const methods
/// may be called concurrently. The bits of a row depend on that row alone, not on n, its position or the
/// other rows: every tile runs the same kernels. Forward and Record give the same bits. Where several inputs
/// of a max-pooling window are equal, the first one gets the gradient, as with libtorch. Does not promise:
/// the same bits on processors with other instructions, or as the general executor. With kBfloat16, values
/// between layers are rounded to 8 bits of precision, sums inside a layer are not.
///
/// Operators: Conv, Gemm and MatMul with constant weights, MaxPool, AveragePool and their global forms,
/// ReduceMean over all spatial axes, Relu, LeakyRelu, Sigmoid, Tanh, Elu, Gelu, Softplus, Exp, Abs, Neg,
/// Clip, HardSigmoid, HardSwish, Add, Sub, Mul, Div (with constants or broadcast), BatchNormalization,
/// Concat, Softmax, LogSoftmax, Reshape, Flatten, Squeeze, Unsqueeze, Pad with zeros, Identity. Nothing that
/// mixes samples. Give it an optimised graph (algorithm/graph/passes.h): folding is done there.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "cupel/algorithm/graph/graph.h"
#include "cupel/base/error.h"

namespace cupel::algorithm::compiled {

enum class Precision {
  kFloat32,
  kBfloat16,  ///< Needs AVX-512; fast with its bfloat16 instructions or AMX.
};

struct CompileOptions {
  std::int64_t rows = 8;  ///< Samples computed together, >= 1.
  Precision precision = Precision::kFloat32;
  bool gradient = true;         ///< False: forward only, in less memory.
  graph::Shape sample_shape{};  ///< Of the input without its first dimension; empty: what the graph declares.
};

class CompiledGraph;

/// A forward pass whose inner values are kept for gradients. Must not outlive its graph. Not for several
/// threads at once.
class Recording {
 public:
  Recording(Recording&&) noexcept;
  Recording& operator=(Recording&&) noexcept;
  ~Recording();

  /// output_gradient [n, ...output_shape] of an objective to input_gradient [n, ...input_shape], overwritten.
  /// A tile whose rows ask for nothing, all zeros, gets zeros and costs nothing.
  /// Errors: kInvalidArgument for spans of another size, kInternal when oneDNN fails.
  Status InputGradient(std::span<const float> output_gradient, std::span<float> input_gradient);

 private:
  friend class CompiledGraph;
  Recording();
  const CompiledGraph* graph_ = nullptr;
  std::int64_t n_ = 0;
  struct State;
  std::unique_ptr<State> state_;
};

class CompiledGraph {
 public:
  /// Of the graph's first output. Errors: kUnsupported naming the node and what of it is missing here (also:
  /// a precision that this processor has no instructions for); kInvalidArgument for contradicting shapes,
  /// rows < 1, or when neither the graph nor the options say the input's shape.
  static Result<std::unique_ptr<CompiledGraph>> Create(const graph::Graph& graph,
                                                       const CompileOptions& options);
  ~CompiledGraph();
  CompiledGraph(const CompiledGraph&) = delete;
  CompiledGraph& operator=(const CompiledGraph&) = delete;

  /// Without the first dimension.
  const graph::Shape& input_shape() const { return input_shape_; }
  const graph::Shape& output_shape() const { return output_shape_; }
  const CompileOptions& options() const { return options_; }

  /// Memory that a run of n samples takes besides weights; forward only, or with what gradients need.
  std::size_t RunBytes(std::int64_t n, bool gradient) const;

  /// input [n, ...input_shape] to output [n, ...output_shape]; n is read off the sizes.
  /// Errors: kInvalidArgument for sizes that do not fit, kResourceLimit when memory runs out.
  Status Forward(std::span<const float> input, std::span<float> output) const;

  /// The same, and keeps what gradients need. Precondition: options().gradient.
  Result<Recording> Record(std::span<const float> input, std::span<float> output) const;

 private:
  friend class Recording;
  struct Compiled;
  class Instance;
  CompiledGraph();

  Result<std::int64_t> CountRows(std::size_t input, std::size_t output) const;
  std::unique_ptr<Instance> Take() const;
  void GiveBack(std::unique_ptr<Instance> instance) const;

  CompileOptions options_;
  graph::Shape input_shape_;
  graph::Shape output_shape_;
  std::unique_ptr<Compiled> compiled_;
};

/// Whether Create would accept the graph's operators and shapes, without compiling anything; the error says
/// why not.
Status CheckCompilable(const graph::Graph& graph, const graph::Shape& sample_shape);

/// "oneDNN 2.6.3".
std::string CompilerVersion();

}  // namespace cupel::algorithm::compiled
