// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The executor over `compiled::CompiledGraph`, with islands of the general executor where an operator is
/// missing there. CPU only. Private to the module; made by MakeExecutor.
///
/// Promises, when the whole graph is compiled: a row's bits do not depend on the number of rows, its position
/// or the other rows; so every tile size gives the same bits. With islands, what the general executor
/// promises.

#include <memory>
#include <vector>

#include "cupel/algorithm/compiled/compiled_graph.h"
#include "cupel/algorithm/executor/executor.h"
#include "cupel/algorithm/executor/general_executor.h"
#include "cupel/algorithm/executor/partition.h"

namespace cupel::algorithm::executor {

class CompiledExecutor : public Executor {
 public:
  /// A part that this processor does not run in `precision` runs in float32. Errors: those of Partition and
  /// of the general executor.
  static Result<std::unique_ptr<CompiledExecutor>> Create(const graph::Graph& graph,
                                                          const graph::Shape& sample_shape,
                                                          compiled::Precision precision);

  Result<tensor::Tensor> Forward(const tensor::Tensor& input) const override;
  Result<Pass> ForwardGradient(const tensor::Tensor& input,
                               const OutputGradient& output_gradient) const override;
  Result<Passes> ForwardGradients(const tensor::Tensor& input,
                                  std::span<const OutputGradient> output_gradients) const override;
  tensor::Device device() const override { return {}; }
  /// 0 with islands: the general executor's rows may depend on their number.
  std::int64_t independent_rows() const override;
  std::int64_t cached_rows() const override;

  /// As partitioned, and with what turned out not to compile on this processor.
  const std::vector<Part>& parts() const { return parts_; }

 private:
  /// The same graph for several rows at a time and for single ones; the latter only where both were seen to
  /// give the same bits.
  struct Tiled {
    std::unique_ptr<compiled::CompiledGraph> several;
    std::unique_ptr<compiled::CompiledGraph> single;

    /// Of n rows, those that `several` computes; the rest are single ones.
    std::int64_t Whole(std::int64_t n) const;
  };
  /// One part of the chain: either compiled (with and without gradients) or an island.
  struct Link {
    Tiled forward;
    Tiled gradient;
    std::unique_ptr<GeneralExecutor> island;
  };

  static Result<Tiled> Compile(const graph::Graph& graph, compiled::CompileOptions options);
  static Result<Link> MakeLink(Part& part, compiled::Precision precision);
  Status CheckInput(const tensor::Tensor& input) const;
  /// The chain from this part on, with `input` for its input.
  Result<Passes> FromLink(std::size_t index, const tensor::Tensor& input,
                          std::span<const OutputGradient> output_gradients) const;
  Result<Passes> FromCompiled(std::size_t index, const tensor::Tensor& input,
                              std::span<const OutputGradient> output_gradients) const;
  Result<Passes> FromIsland(std::size_t index, const tensor::Tensor& input,
                            std::span<const OutputGradient> output_gradients) const;

  graph::Shape sample_shape_;
  std::vector<Part> parts_;
  std::vector<Link> links_;
};

}  // namespace cupel::algorithm::executor
