// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The general executor: runs any graph whose operators it has, on libtorch, node by node, and lets libtorch
/// record gradients when asked.
///
/// Weights become tensors once, in Create. They are constants unless `training` is set: then floating
/// initialisers record gradients, batch normalisation uses and updates batch statistics, and dropout is live.
/// Intermediate values are dropped after their last use. Subgraphs (If, Loop, Scan) see the values outside
/// them by name. Does not promise: values of type sequence, optional, map, string. Forward is const and may
/// be called concurrently, except with `training` (running statistics are written).

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "cupel/algorithm/gradient/operator.h"

namespace cupel::algorithm::gradient {

struct GradientOptions {
  tensor::Device device{};
  graph::DataType compute_type =
      graph::DataType::kUndefined;  ///< Floating weights are cast to it; undefined: as stored.
  bool training = false;
  std::set<std::string> frozen{};  ///< With training: floating initialisers that stay constant.
  /// Told how long each node of the outermost graph took, in seconds; for measurements. Empty: nothing is
  /// timed.
  std::function<void(const graph::Node& node, double seconds)> on_node{};
  bool channels_last =
      false;  ///< Image-like weights are stored with the channel last, which some kernels like better.
};

enum class Recording { kOff, kOn };

class GradientExecutor {
 public:
  /// Errors: kUnsupported naming every operator (and element type) that is missing, kInvalidArgument for a
  /// graph whose nodes read values that nothing produces, kCorrupt for constants of the wrong size.
  static Result<std::unique_ptr<GradientExecutor>> Create(const graph::Graph& graph,
                                                          const GradientOptions& options);
  ~GradientExecutor();
  GradientExecutor(const GradientExecutor&) = delete;
  GradientExecutor& operator=(const GradientExecutor&) = delete;

  /// inputs: one tensor per graph input, in order, on this executor's device. Returns all graph outputs, in
  /// order. kOn: libtorch records, so that gradients with respect to inputs (and weights, when training) can
  /// be asked for. Errors: kInvalidArgument, kUnsupported, kInternal, kResourceLimit; the place names node
  /// and operator.
  Result<std::vector<Tensor>> Forward(std::span<const Tensor> inputs,
                                      Recording recording = Recording::kOff) const;

  /// Weights by initialiser name; the tensors share storage with those that Forward uses. Of the outermost
  /// graph.
  const std::map<std::string, Tensor>& weights() const { return weights_; }

  /// Names of the weights that record gradients; empty unless training.
  const std::vector<std::string>& parameters() const { return parameters_; }

  const graph::Graph& graph() const { return graph_; }
  const GradientOptions& options() const { return options_; }

  struct Program;  ///< A graph prepared for running; defined in gradient_executor.cc.

 private:
  GradientExecutor() = default;

  graph::Graph graph_;
  GradientOptions options_;
  std::map<std::string, Tensor> weights_;
  std::vector<std::string> parameters_;
  std::unique_ptr<Program> program_;
};

}  // namespace cupel::algorithm::gradient
