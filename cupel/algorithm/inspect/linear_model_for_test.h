// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Models whose adversarial optimum is known in closed form, with samples to attack: for this module's tests
/// only. Each row is computed by itself in plain loops, so answers do not depend on the position in a tile.

#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "cupel/algorithm/check/check.h"
#include "cupel/algorithm/executor/executor.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/data/dataset/memory_dataset.h"
#include "cupel/data/dataset/subset.h"

namespace cupel::algorithm::inspect {

/// relu(x W1 + b1) W2 + b2 or, without a hidden layer, x W + b. Weights are [out][in].
class RowModel : public executor::Executor {
 public:
  struct Layer {
    std::vector<std::vector<float>> weights;
    std::vector<float> bias;
  };
  explicit RowModel(std::vector<Layer> layers, float gradient_sign = 1)
      : layers_(std::move(layers)), sign_(gradient_sign) {}

  /// Standard normal weights from `seed`, scaled by 1 / sqrt(in).
  static RowModel Random(const std::vector<int>& widths, std::uint64_t seed, float gradient_sign = 1) {
    ReproducibleStream stream(seed, "row-model");
    std::vector<Layer> layers;
    for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
      Layer layer;
      for (int out = 0; out < widths[i + 1]; ++out) {
        auto& row = layer.weights.emplace_back();
        for (int in = 0; in < widths[i]; ++in)
          row.push_back(static_cast<float>(stream.Normal() / std::sqrt(widths[i])));
        layer.bias.push_back(static_cast<float>(0.1 * stream.Normal()));
      }
      layers.push_back(std::move(layer));
    }
    return RowModel(std::move(layers), gradient_sign);
  }

  std::vector<float> Logits(std::span<const float> x) const { return Activations(x).back(); }
  const std::vector<Layer>& layers() const { return layers_; }
  std::int64_t passes() const { return passes_; }

  Result<tensor::Tensor> Forward(const tensor::Tensor& input) const override {
    const std::vector<float> x = tensor::ToFloats(input);
    const auto n = static_cast<std::size_t>(input.size(0));
    std::vector<float> out;
    for (std::size_t row = 0; row < n; ++row) {
      std::vector<float> logits = Logits(std::span(x).subspan(row * (x.size() / n), x.size() / n));
      if (disturb) disturb(row, logits);
      out.insert(out.end(), logits.begin(), logits.end());
    }
    return tensor::FromFloats(out, {static_cast<std::int64_t>(n), static_cast<std::int64_t>(out.size() / n)});
  }

  Result<executor::Pass> ForwardGradient(const tensor::Tensor& input,
                                         const executor::OutputGradient& output_gradient) const override {
    ++passes_;
    CUPEL_TRY(const tensor::Tensor output, Forward(input));
    const std::vector<float> seed = tensor::ToFloats(output_gradient(output));
    const std::vector<float> x = tensor::ToFloats(input);
    const auto n = static_cast<std::size_t>(input.size(0));
    const std::size_t d = x.size() / n;
    const std::size_t c = seed.size() / n;
    std::vector<float> gradient;
    for (std::size_t row = 0; row < n; ++row) {
      const std::vector<float> g =
          Backward(std::span(x).subspan(row * d, d), std::span(seed).subspan(row * c, c));
      gradient.insert(gradient.end(), g.begin(), g.end());
    }
    return executor::Pass{output, tensor::FromFloats(gradient, input.sizes().vec())};
  }

  tensor::Device device() const override { return {}; }

  /// Changes the logits of a row: for broken twins.
  std::function<void(std::size_t row, std::vector<float>& logits)> disturb;

 private:
  std::vector<std::vector<float>> Activations(std::span<const float> x) const {
    std::vector<std::vector<float>> values = {{x.begin(), x.end()}};
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      std::vector<float> next = layers_[i].bias;
      for (std::size_t out = 0; out < next.size(); ++out) {
        for (std::size_t in = 0; in < values.back().size(); ++in)
          next[out] += layers_[i].weights[out][in] * values.back()[in];
        if (i + 1 < layers_.size()) next[out] = std::max(next[out], 0.0F);
      }
      values.push_back(std::move(next));
    }
    return values;
  }

  std::vector<float> Backward(std::span<const float> x, std::span<const float> seed) const {
    const std::vector<std::vector<float>> values = Activations(x);
    std::vector<float> g(seed.begin(), seed.end());
    for (std::size_t i = layers_.size(); i-- > 0;) {
      std::vector<float> before(values[i].size(), 0);
      for (std::size_t out = 0; out < g.size(); ++out) {
        if (i + 1 < layers_.size() && values[i + 1][out] == 0) continue;
        for (std::size_t in = 0; in < before.size(); ++in) before[in] += layers_[i].weights[out][in] * g[out];
      }
      g = std::move(before);
    }
    for (float& value : g) value *= sign_;
    return g;
  }

  std::vector<Layer> layers_;
  float sign_;
  mutable std::atomic<std::int64_t> passes_{0};

 public:
  RowModel(RowModel&& other) noexcept
      : disturb(std::move(other.disturb)), layers_(std::move(other.layers_)), sign_(other.sign_) {}
};

/// n samples drawn uniformly from [low, high]^d inside the box [0, 1] and labelled by the model itself.
inline data::dataset::DatasetPointer LabelledByModel(const RowModel& model, std::int64_t n,
                                                     std::vector<std::int64_t> shape, float low, float high,
                                                     std::uint64_t seed) {
  data::dataset::MemoryData data;
  data.info.name = "drawn";
  data.info.sample_shape = std::move(shape);
  for (std::size_t c = 0; c < model.layers().back().bias.size(); ++c)
    data.info.class_names.push_back(std::to_string(c));
  for (std::int64_t i = 0; i < n; ++i) {
    ReproducibleStream stream(seed, "samples", static_cast<std::uint64_t>(i));
    std::vector<float> x;
    for (std::int64_t j = 0; j < data.info.SampleSize(); ++j) x.push_back(stream.Uniform(low, high));
    const std::vector<float> logits = model.Logits(x);
    data.labels.push_back(
        static_cast<std::int32_t>(std::max_element(logits.begin(), logits.end()) - logits.begin()));
    data.features.insert(data.features.end(), x.begin(), x.end());
  }
  auto made = data::dataset::MakeMemoryDataset(std::move(data));
  CUPEL_CHECK(made.has_value());
  return *std::move(made);
}

inline std::vector<float> SampleOf(const data::dataset::Dataset& data, std::int64_t index) {
  std::vector<float> x(static_cast<std::size_t>(data.info().SampleSize()));
  CUPEL_CHECK(data.Read({&index, 1}, x).has_value());
  return x;
}

/// Remembers pieces in memory.
class MemoryJournal : public check::Journal {
 public:
  std::optional<Json> Load(const std::string& key) const override {
    const auto found = pieces.find(key);
    return found == pieces.end() ? std::nullopt : std::optional(found->second);
  }
  Status Save(const std::string& key, const Json& piece) override {
    pieces[key] = piece;
    return {};
  }
  std::map<std::string, Json> pieces;
};

/// What a check is given, with the model's answers on `data`.
struct TestContext {
  TestContext(const RowModel& model, const data::dataset::Dataset& data) {
    predictions.n = data.size();
    predictions.class_names = data.info().class_names;
    predictions.c = static_cast<std::int64_t>(predictions.class_names.size());
    for (std::int64_t i = 0; i < data.size(); ++i) {
      const std::vector<float> logits = model.Logits(SampleOf(data, i));
      predictions.scores.insert(predictions.scores.end(), logits.begin(), logits.end());
      predictions.labels.push_back(data.labels()[static_cast<std::size_t>(i)]);
      predictions.sample_index.push_back(data.OriginalIndex(i));
    }
    context.data = &data;
    context.predictions = [this]() -> Result<const data::dataset::Predictions*> { return &predictions; };
  }
  TestContext(const TestContext&) = delete;
  data::dataset::Predictions predictions;
  check::Context context;
};

}  // namespace cupel::algorithm::inspect
