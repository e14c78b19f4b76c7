// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A classifier: a graph with its preprocessing, so that attacks and metrics work in the input's own range.
///
/// Inputs are [n, c, h, w] (or [n, d]) float32 in the data set's box, for example [0, 1]. Preprocessing
/// (scale, mean, std, layout) is data in the plan and is part of the function that attacks differentiate. The
/// classifier holds two executors of the same graph: one optimised for search, and the exact one (unmodified
/// graph, float32, one image at a time) that confirms every claim. Outputs are logits [n, classes]. Const
/// methods may be called concurrently.

#include <cstdint>
#include <memory>
#include <vector>

#include "cupel/algorithm/executor/executor.h"

namespace cupel::algorithm::executor {

/// input_of_graph = (x * scale - mean) / std, per channel, then the layout.
struct Preprocessing {
  float scale = 1;
  std::vector<float> mean;  ///< Empty: 0. One value, or one per channel.
  std::vector<float> std;   ///< Empty: 1.
  enum class Layout { kChannelsFirst, kChannelsLast, kFlat } layout = Layout::kChannelsFirst;
};

/// Which executor searches. The exact one is always the general one on the unmodified graph.
enum class SearchExecutor {
  kAutomatic,  ///< The compiled one on the CPU when it runs at least half of the multiply-accumulates.
  kGeneral,
  kCompiled,  ///< On the CPU, with islands of the general one.
};

struct ClassifierOptions {
  tensor::Device device;
  Preprocessing preprocessing;
  std::vector<std::int64_t> sample_shape;  ///< Of the data set: {c, h, w} or {d}.
  bool output_is_probability =
      false;  ///< Then the graph's final Softmax is bypassed (or its logarithm taken).
  SearchExecutor search = SearchExecutor::kAutomatic;
  compiled::Precision search_precision = compiled::Precision::kFloat32;  ///< Of the compiled executor.
};

class Classifier {
 public:
  /// Errors: those of MakeExecutor; kInvalidArgument when the graph does not accept `sample_shape` or does
  /// not answer [n, classes] with classes >= 2 (the message says what it does answer).
  static Result<std::unique_ptr<Classifier>> Create(const graph::Graph& graph,
                                                    const ClassifierOptions& options);
  ~Classifier();
  Classifier(const Classifier&) = delete;
  Classifier& operator=(const Classifier&) = delete;

  std::int64_t class_count() const { return class_count_; }
  const std::vector<std::int64_t>& sample_shape() const { return options_.sample_shape; }
  tensor::Device device() const { return options_.device; }
  const graph::Graph& graph() const { return graph_; }
  const ClassifierOptions& options() const { return options_; }
  /// Which executor searches, after kAutomatic has been decided.
  ExecutorKind search_kind() const { return search_kind_; }

  /// The graph whose output is the logits: graph() itself, or what was made of it when it answers
  /// probabilities.
  graph::Graph LogitGraph() const;

  /// [n, ...sample_shape] to logits [n, classes], on the search executor.
  Result<tensor::Tensor> Logits(const tensor::Tensor& x) const;
  /// Logits and the gradient with respect to x of the objective whose output gradient is given.
  Result<Pass> LogitsGradient(const tensor::Tensor& x, const OutputGradient& output_gradient) const;
  /// The same for several objectives, from one forward pass.
  Result<Passes> LogitsGradients(const tensor::Tensor& x,
                                 std::span<const OutputGradient> output_gradients) const;
  /// What the graph gets for x: preprocessed and in the graph's layout. libtorch records it when asked to.
  Result<tensor::Tensor> GraphInput(const tensor::Tensor& x) const;
  /// Logits by the exact executor, each row computed alone: what a claim is confirmed with.
  Result<tensor::Tensor> ExactLogits(const tensor::Tensor& x) const;

  /// See Executor; of the search executor.
  std::int64_t independent_rows() const { return search_->independent_rows(); }
  std::int64_t cached_rows() const { return search_->cached_rows(); }

  /// A classifier of the same graph and options that searches in another precision, where the compiled
  /// executor searches; elsewhere one like this.
  Result<std::unique_ptr<Classifier>> WithSearchPrecision(compiled::Precision precision) const;

  /// A classifier of the same graph whose weights are drawn anew (same scale per tensor) from `seed`: the
  /// control of explanation sanity tests (Adebayo et al. 2018).
  Result<std::unique_ptr<Classifier>> WithRandomisedWeights(std::uint64_t seed) const;

 private:
  Classifier() = default;

  graph::Graph graph_;
  ClassifierOptions options_;
  std::int64_t class_count_ = 0;
  ExecutorKind search_kind_ = ExecutorKind::kGeneral;
  std::unique_ptr<Executor> search_;
  std::unique_ptr<Executor> exact_;
};

}  // namespace cupel::algorithm::executor
