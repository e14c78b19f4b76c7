// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/explain/explained_model.h"

#include <algorithm>
#include <cmath>

namespace cupel::algorithm::explain {
namespace {

bool AllFinite(std::span<const float> values) {
  return std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
}

// Rows from .. of `inputs`, at most kTileSize of them.
tensor::Tensor PartOf(const ExplainedModel& model, std::span<const float> inputs, std::int64_t from,
                      std::int64_t rows, std::int64_t n) {
  const std::size_t d = inputs.size() / static_cast<std::size_t>(n);
  return Batch(model.sample_shape,
               inputs.subspan(static_cast<std::size_t>(from) * d, static_cast<std::size_t>(rows) * d), rows)
      .to(model.executor->device().torch());
}

}  // namespace

Result<tensor::Tensor> ClassifierExecutor::Forward(const tensor::Tensor& input) const {
  return classifier_.Logits(input);
}

Result<executor::Pass> ClassifierExecutor::ForwardGradient(
    const tensor::Tensor& input, const executor::OutputGradient& output_gradient) const {
  return classifier_.LogitsGradient(input, output_gradient);
}

ExplainedModel ClassifierExecutor::model() const {
  return {this, classifier_.class_count(), classifier_.sample_shape(), &classifier_};
}

tensor::Tensor Batch(const std::vector<std::int64_t>& sample_shape, std::span<const float> rows,
                     std::int64_t n) {
  std::vector<std::int64_t> shape = sample_shape;
  shape.insert(shape.begin(), n);
  return tensor::FromFloats(rows, shape);
}

Result<std::vector<float>> TiledLogits(const ExplainedModel& model, std::span<const float> inputs,
                                       std::int64_t n) {
  return tensor::Translate([&]() -> Result<std::vector<float>> {
    std::vector<float> all;
    for (std::int64_t from = 0; from < n; from += executor::kTileSize) {
      const std::int64_t rows = std::min(executor::kTileSize, n - from);
      CUPEL_TRY(const tensor::Tensor output, model.executor->Forward(PartOf(model, inputs, from, rows, n)));
      const std::vector<float> logits = tensor::ToFloats(output);
      all.insert(all.end(), logits.begin(), logits.end());
    }
    if (!AllFinite(all)) return Fail(ErrorCode::kInvalidArgument, "the model answers NaN or infinity");
    return all;
  });
}

Result<std::vector<double>> ClassLogits(const ExplainedModel& model, std::span<const float> inputs,
                                        std::int64_t n, std::int32_t target_class) {
  CUPEL_TRY(const std::vector<float> logits, TiledLogits(model, inputs, n));
  std::vector<double> chosen;
  for (std::int64_t row = 0; row < n; ++row)
    chosen.push_back(logits[static_cast<std::size_t>(row * model.class_count + target_class)]);
  return chosen;
}

Result<ClassGradients> GradientsOfClass(const ExplainedModel& model, std::span<const float> inputs,
                                        std::int64_t n, std::int32_t target_class) {
  return tensor::Translate([&]() -> Result<ClassGradients> {
    ClassGradients all;
    for (std::int64_t from = 0; from < n; from += executor::kTileSize) {
      const std::int64_t rows = std::min(executor::kTileSize, n - from);
      std::vector<float> seed(static_cast<std::size_t>(rows * model.class_count), 0.0F);
      for (std::int64_t row = 0; row < rows; ++row)
        seed[static_cast<std::size_t>(row * model.class_count + target_class)] = 1;
      CUPEL_TRY(const executor::Pass pass,
                model.executor->ForwardGradient(
                    PartOf(model, inputs, from, rows, n), [&](const tensor::Tensor& output) {
                      return tensor::FromFloats(seed, {rows, model.class_count}).to(output.device());
                    }));
      const std::vector<float> logits = tensor::ToFloats(pass.output);
      const std::vector<float> gradients = tensor::ToFloats(pass.input_gradient);
      for (std::int64_t row = 0; row < rows; ++row)
        all.logits.push_back(logits[static_cast<std::size_t>(row * model.class_count + target_class)]);
      all.gradients.insert(all.gradients.end(), gradients.begin(), gradients.end());
    }
    if (!AllFinite(all.logits)) return Fail(ErrorCode::kInvalidArgument, "the model answers NaN or infinity");
    if (!AllFinite(all.gradients))
      return Fail(ErrorCode::kInvalidArgument, "the model's gradient is NaN or infinite");
    return all;
  });
}

}  // namespace cupel::algorithm::explain
