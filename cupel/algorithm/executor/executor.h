// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The interface over all ways to run a graph with one image-like input and one output: forward, and the
/// gradient of a function of the output with respect to the input.
///
/// Const methods may be called concurrently from several workers.

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cupel/algorithm/compiled/compiled_graph.h"
#include "cupel/algorithm/executor/partition.h"
#include "cupel/algorithm/graph/graph.h"
#include "cupel/algorithm/tensor/tensor.h"

namespace cupel::algorithm::executor {

/// Given the output [n, ...] of the graph, the gradient of the (summed) objective with respect to it, same
/// shape. Called once per pass, outside any gradient recording.
using OutputGradient = std::function<tensor::Tensor(const tensor::Tensor& output)>;

/// Rows to compute at once: large enough to feed the kernels, small enough for their results to stay in the
/// second-level cache. With this fixed number of rows, a row's bits do not depend on its position or on the
/// other rows (the golden test holds the executor to it); fill a last tile with any rows and ignore theirs.
inline constexpr std::int64_t kTileSize = 32;

struct Pass {
  tensor::Tensor output;          ///< [n, ...], detached.
  tensor::Tensor input_gradient;  ///< Shape of the input, detached.
};

struct Passes {
  tensor::Tensor output;                        ///< [n, ...], detached.
  std::vector<tensor::Tensor> input_gradients;  ///< One an objective, shape of the input, detached.
};

class Executor {
 public:
  virtual ~Executor() = default;

  /// input: [n, ...] float32 on this executor's device. Returns the graph's first output.
  /// Errors: kInvalidArgument for a shape the graph does not accept, kResourceLimit when memory runs out.
  virtual Result<tensor::Tensor> Forward(const tensor::Tensor& input) const = 0;

  /// One forward and one backward pass. The weights are constants: no gradient with respect to them is
  /// computed.
  virtual Result<Pass> ForwardGradient(const tensor::Tensor& input,
                                       const OutputGradient& output_gradient) const = 0;

  /// One forward pass and a backward pass for each output gradient, which are called in order with the same
  /// output. An executor that can keeps the forward pass's values for all of them; this one starts anew.
  virtual Result<Passes> ForwardGradients(const tensor::Tensor& input,
                                          std::span<const OutputGradient> output_gradients) const;

  virtual tensor::Device device() const = 0;

  /// Rows that are computed together whatever the number of rows: with any multiple of it, a row's bits
  /// depend on that row alone. 0: the executor cannot say so.
  virtual std::int64_t independent_rows() const { return 0; }
  /// A batch is best asked in parts of so many rows, whose inner values then stay in the processor's cache
  /// between the forward and the backward pass. 0: in one.
  virtual std::int64_t cached_rows() const { return 0; }
};

enum class ExecutorKind {
  kGeneral,   ///< libtorch: every operator, every device.
  kCompiled,  ///< oneDNN, CPU: several times faster; islands of the general one where an operator is missing.
};

struct ExecutorOptions {
  tensor::Device device;
  bool optimise =
      true;  ///< Apply the graph passes (folding, fusion) and the fastest layout. False: the graph as it is.
  ExecutorKind kind = ExecutorKind::kGeneral;
  compiled::Precision precision = compiled::Precision::kFloat32;  ///< Of the compiled parts.
  std::vector<std::int64_t> sample_shape{};  ///< For kCompiled: the graph input's without the first
                                             ///< dimension; empty: what the graph declares.
};

/// Errors: kUnsupported naming the operator; kInvalidArgument when the graph has not exactly one input that
/// is not an initializer, and for kCompiled when its shape is not known, the device is not the CPU, or the
/// graph is to stay as it is.
Result<std::unique_ptr<Executor>> MakeExecutor(const graph::Graph& graph, const ExecutorOptions& options);

/// How kCompiled would run the graph, part by part, in order. Errors: those of MakeExecutor.
Result<std::vector<Part>> DescribeCompiled(const graph::Graph& graph, const ExecutorOptions& options);

}  // namespace cupel::algorithm::executor
