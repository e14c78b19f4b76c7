// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What an attack sees of a model: a fast answer with gradient to search with, and the exact answer that
/// confirms.
///
/// The checks attack a `Classifier`; tests attack small executors whose optimum is known in closed form.
/// Const methods may be called concurrently.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "cupel/algorithm/executor/classifier.h"

namespace cupel::algorithm::inspect {

class AttackTarget {
 public:
  virtual ~AttackTarget() = default;
  virtual std::int64_t class_count() const = 0;
  virtual const std::vector<std::int64_t>& sample_shape() const = 0;  ///< {c, h, w} or {d}
  virtual tensor::Device device() const = 0;
  /// Whether answers are estimated from random draws (stochastic_target.h): then search and confirmation
  /// differ by more than float noise.
  virtual bool random() const { return false; }

  /// [n, ...sample_shape] on `device()` to logits [n, classes]: forward only.
  virtual Result<tensor::Tensor> Logits(const tensor::Tensor& x) const = 0;
  /// The same, and for each output gradient the gradient for x, from one forward pass.
  virtual Result<executor::Passes> LogitsGradients(
      const tensor::Tensor& x, std::span<const executor::OutputGradient> output_gradients) const = 0;
  /// [n, ...sample_shape] to logits [n, classes]: float32, the graph as it was given, each row computed
  /// alone.
  virtual Result<tensor::Tensor> ExactLogits(const tensor::Tensor& x) const = 0;

  /// See executor::Executor.
  virtual std::int64_t independent_rows() const { return 0; }
  virtual std::int64_t cached_rows() const { return 0; }
  /// Whether search is coarser than float32: then FloatLogits says what it would answer in float32.
  virtual bool coarse() const { return false; }
  virtual Result<tensor::Tensor> FloatLogits(const tensor::Tensor& x) const { return Logits(x); }
};

/// The classifier must outlive the target.
std::unique_ptr<AttackTarget> TargetOf(const executor::Classifier& classifier);

/// Searches with `coarse`, in less than float32; claims are held to `fine`, of the same graph. Both must
/// outlive the target.
std::unique_ptr<AttackTarget> CoarseTargetOf(const executor::Classifier& coarse,
                                             const executor::Classifier& fine);

/// `search` and `exact` answer logits [n, classes]; both must outlive the target.
std::unique_ptr<AttackTarget> TargetOf(const executor::Executor& search, const executor::Executor& exact,
                                       std::int64_t class_count, std::vector<std::int64_t> sample_shape);

}  // namespace cupel::algorithm::inspect
