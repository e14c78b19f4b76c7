// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The model that is explained, as functions of rows of numbers: logits, and the gradient of one logit.
///
/// Rows are computed in batches of at most kTileSize whose composition depends on the question alone, never
/// on workers or on other questions; so do the results' bits.

#include <cstdint>
#include <span>
#include <vector>

#include "cupel/algorithm/executor/classifier.h"

namespace cupel::algorithm::explain {

/// A model that answers logits [n, class_count] to [n, ...sample_shape]. What it points to must outlive it.
struct ExplainedModel {
  const executor::Executor* executor = nullptr;
  std::int64_t class_count = 0;
  std::vector<std::int64_t> sample_shape;
  const executor::Classifier* classifier = nullptr;  ///< For methods that read the graph; may be null.
};

/// A classifier's search path as an executor from the data's range to logits. The classifier must outlive it.
class ClassifierExecutor : public executor::Executor {
 public:
  explicit ClassifierExecutor(const executor::Classifier& classifier) : classifier_(classifier) {}
  Result<tensor::Tensor> Forward(const tensor::Tensor& input) const override;
  Result<executor::Pass> ForwardGradient(const tensor::Tensor& input,
                                         const executor::OutputGradient& output_gradient) const override;
  tensor::Device device() const override { return classifier_.device(); }
  ExplainedModel model() const;

 private:
  const executor::Classifier& classifier_;
};

/// [n, ...sample_shape] on the CPU from n rows. Precondition: the sizes fit.
tensor::Tensor Batch(const std::vector<std::int64_t>& sample_shape, std::span<const float> rows,
                     std::int64_t n);

/// inputs: [n, d]. Returns [n, class_count]. Errors: those of the executor; kInvalidArgument when an answer
/// is not finite.
Result<std::vector<float>> TiledLogits(const ExplainedModel& model, std::span<const float> inputs,
                                       std::int64_t n);

/// The logit of one class for each row, [n]. Errors: as above.
Result<std::vector<double>> ClassLogits(const ExplainedModel& model, std::span<const float> inputs,
                                        std::int64_t n, std::int32_t target_class);

struct ClassGradients {
  std::vector<float> logits;     ///< [n], of the class.
  std::vector<float> gradients;  ///< [n, d]
};

/// One forward and one backward pass a row. Errors: as above, also for gradients that are not finite.
Result<ClassGradients> GradientsOfClass(const ExplainedModel& model, std::span<const float> inputs,
                                        std::int64_t n, std::int32_t target_class);

}  // namespace cupel::algorithm::explain
