// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How fast a model runs here, operator by operator, and what share of this machine's matrix product rate it
/// reaches.
///
/// One thread. Every figure is the smallest of several repetitions, so that other work on the machine
/// disturbs little. The peak is measured, not looked up: the best of ten float32 products of 1024 x 1024
/// matrices by the same library.

#include <cstdint>
#include <string>
#include <vector>

#include "cupel/algorithm/executor/executor.h"
#include "cupel/algorithm/graph/graph.h"
#include "cupel/algorithm/tensor/tensor.h"

namespace cupel::algorithm::executor {

struct NodeTime {
  std::string name;
  std::string op_type;
  double seconds = 0;      ///< For the whole batch.
  std::int64_t flops = 0;  ///< For the whole batch; 0 when unknown.
};

struct ModelBenchmark {
  std::int64_t batch = 0;
  std::vector<NodeTime> nodes;  ///< Of the optimised graph, in execution order, on the general executor.
  double forward_seconds = 0;   ///< One batch.
  double forward_gradient_seconds = 0;  ///< One batch, forward and input gradient.
  std::int64_t flops = 0;               ///< Linear operators, one batch, forward.
  double peak_flops_per_second = 0;     ///< Measured matrix product rate.

  double ForwardShareOfPeak() const {
    return static_cast<double>(flops) / forward_seconds / peak_flops_per_second;
  }
  /// The input gradient needs the same linear work once more.
  double GradientShareOfPeak() const {
    return 2 * static_cast<double>(flops) / forward_gradient_seconds / peak_flops_per_second;
  }
};

struct ModelBenchmarkOptions {
  tensor::Device device;
  std::int64_t batch = 64;
  int repetitions = 20;
  ExecutorKind executor = ExecutorKind::kGeneral;                 ///< Whose passes are timed.
  compiled::Precision precision = compiled::Precision::kFloat32;  ///< Of the compiled executor.
};

/// The input is uniform noise in [0, 1); free dimensions other than the first must be known.
/// Errors: kInvalidArgument for such a graph or a batch or repetition count < 1; those of MakeExecutor.
Result<ModelBenchmark> BenchmarkModel(const graph::Graph& graph, const ModelBenchmarkOptions& options);

/// float32 multiply-adds of a 1024^3 matrix product, times two, a second, one thread.
double MeasureMatrixProductRate(tensor::Device device);

}  // namespace cupel::algorithm::executor
