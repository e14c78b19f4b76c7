// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Models whose attributions are known in closed form, and pictures for them, for tests only.

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "cupel/algorithm/explain/explained_model.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/data/dataset/memory_dataset.h"

namespace cupel::algorithm::explain {

inline constexpr std::int64_t kSide = 6;
inline constexpr std::size_t kFeatures = kSide * kSide;
inline constexpr std::size_t kClasses = 3;

// z_k = sum_i w_ki h(x_i) + b_k, with h the identity or the square: gradients and integrals are known in
// closed form.
class Additive : public executor::Executor {
 public:
  Additive(std::uint64_t seed, bool square) : square_(square), weights_(kClasses * kFeatures) {
    ReproducibleStream stream(seed, "additive");
    for (float& weight : weights_) weight = static_cast<float>(stream.Normal());
  }
  float weight(std::size_t k, std::size_t i) const { return weights_[k * kFeatures + i]; }
  Result<tensor::Tensor> Forward(const tensor::Tensor& input) const override {
    const std::vector<float> x = tensor::ToFloats(input);
    const std::size_t n = x.size() / kFeatures;
    std::vector<float> z(n * kClasses, 0.0F);
    for (std::size_t row = 0; row < n; ++row) {
      for (std::size_t k = 0; k < kClasses; ++k) {
        for (std::size_t i = 0; i < kFeatures; ++i) {
          const float value = x[row * kFeatures + i];
          z[row * kClasses + k] += weight(k, i) * (square_ ? value * value : value);
        }
      }
    }
    return tensor::FromFloats(z, {static_cast<std::int64_t>(n), kClasses});
  }
  Result<executor::Pass> ForwardGradient(const tensor::Tensor& input,
                                         const executor::OutputGradient& output_gradient) const override {
    CUPEL_TRY(const tensor::Tensor output, Forward(input));
    const std::vector<float> seed = tensor::ToFloats(output_gradient(output));
    const std::vector<float> x = tensor::ToFloats(input);
    std::vector<float> gradient(x.size(), 0.0F);
    for (std::size_t j = 0; j < x.size(); ++j) {
      for (std::size_t k = 0; k < kClasses; ++k) {
        gradient[j] +=
            seed[j / kFeatures * kClasses + k] * weight(k, j % kFeatures) * (square_ ? 2 * x[j] : 1);
      }
    }
    return executor::Pass{output, tensor::FromFloats(gradient, input.sizes().vec())};
  }
  tensor::Device device() const override { return {}; }

 private:
  bool square_;
  std::vector<float> weights_;
};

inline ExplainedModel Of(const Additive& model) { return {&model, kClasses, {1, kSide, kSide}}; }

inline std::unique_ptr<data::dataset::Dataset> Pictures(std::int64_t n) {
  data::dataset::MemoryData data;
  data.info.name = "drawn";
  data.info.sample_shape = {1, kSide, kSide};
  data.info.class_names = {"a", "b", "c"};
  ReproducibleStream stream(1, "pictures");
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < kFeatures; ++j) data.features.push_back(stream.Uniform());
    data.labels.push_back(0);
  }
  auto made = MakeMemoryDataset(std::move(data));
  CUPEL_CHECK(made.has_value());
  return *std::move(made);
}

inline std::vector<float> Picture(std::uint64_t seed) {
  ReproducibleStream stream(seed, "picture");
  std::vector<float> x(kFeatures);
  for (float& value : x) value = stream.Uniform();
  return x;
}

}  // namespace cupel::algorithm::explain
