// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Small pictures of four classes and a network trained on them here: for this module's tests only.

#include <algorithm>
#include <cmath>
#include <vector>

#include "cupel/algorithm/inspect/linear_model_for_test.h"
#include "cupel/algorithm/inspect/objective.h"

namespace cupel::algorithm::physical {

inline constexpr std::int64_t kSide = 16;

/// Class k has its k-th corner bright, on a dim ground with noise.
inline data::dataset::DatasetPointer Corners(std::int64_t n, std::uint64_t seed) {
  data::dataset::MemoryData data;
  data.info.name = "corners";
  data.info.sample_shape = {1, kSide, kSide};
  data.info.class_names = {"a", "b", "c", "d"};
  for (std::int64_t i = 0; i < n; ++i) {
    ReproducibleStream stream(seed, "corners", static_cast<std::uint64_t>(i));
    const auto label = static_cast<std::int32_t>(i % 4);
    for (std::int64_t y = 0; y < kSide; ++y) {
      for (std::int64_t x = 0; x < kSide; ++x) {
        const std::int64_t corner = (y >= kSide / 2 ? 2 : 0) + (x >= kSide / 2 ? 1 : 0);
        data.features.push_back(stream.Uniform() * 0.3F + (corner == label ? 0.5F : 0.15F));
      }
    }
    data.labels.push_back(label);
  }
  auto made = data::dataset::MakeMemoryDataset(std::move(data));
  CUPEL_CHECK(made.has_value());
  return *std::move(made);
}

/// relu(x W1 + b1) W2 + b2 with 12 hidden units, trained by full gradient descent on the cross entropy.
inline inspect::RowModel Trained(const data::dataset::Dataset& data) {
  std::vector<inspect::RowModel::Layer> layers =
      inspect::RowModel::Random({static_cast<int>(kSide * kSide), 12, 4}, 5).layers();
  const std::int64_t n = data.size();
  for (int epoch = 0; epoch < 60; ++epoch) {
    std::vector<inspect::RowModel::Layer> change = layers;
    for (auto& layer : change) {
      for (auto& row : layer.weights) std::ranges::fill(row, 0.0F);
      std::ranges::fill(layer.bias, 0.0F);
    }
    for (std::int64_t i = 0; i < n; ++i) {
      const std::vector<float> x = inspect::SampleOf(data, i);
      std::vector<float> hidden = layers[0].bias, logits = layers[1].bias;
      for (std::size_t h = 0; h < hidden.size(); ++h) {
        for (std::size_t j = 0; j < x.size(); ++j) hidden[h] += layers[0].weights[h][j] * x[j];
        hidden[h] = std::max(hidden[h], 0.0F);
        for (std::size_t k = 0; k < logits.size(); ++k) logits[k] += layers[1].weights[k][h] * hidden[h];
      }
      std::vector<float> seed(logits.size(), 0.0F);
      inspect::LossGradient(inspect::Loss::kCrossEntropy, logits, data.labels()[static_cast<std::size_t>(i)],
                            seed);
      for (std::size_t h = 0; h < hidden.size(); ++h) {
        float back = 0;
        for (std::size_t k = 0; k < seed.size(); ++k) {
          back += seed[k] * layers[1].weights[k][h];
          change[1].weights[k][h] += seed[k] * hidden[h];
        }
        if (hidden[h] == 0) continue;
        change[0].bias[h] += back;
        for (std::size_t j = 0; j < x.size(); ++j) change[0].weights[h][j] += back * x[j];
      }
      for (std::size_t k = 0; k < seed.size(); ++k) change[1].bias[k] += seed[k];
    }
    const float rate = 0.2F / static_cast<float>(n);
    for (std::size_t l = 0; l < layers.size(); ++l) {
      for (std::size_t r = 0; r < layers[l].bias.size(); ++r) {
        layers[l].bias[r] -= rate * change[l].bias[r];
        for (std::size_t j = 0; j < layers[l].weights[r].size(); ++j) {
          layers[l].weights[r][j] -= rate * change[l].weights[r][j];
        }
      }
    }
  }
  return inspect::RowModel(std::move(layers));
}

inline double Dot(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += double{a[i]} * b[i];
  return sum;
}

inline std::vector<float> Normals(std::size_t count, const char* name) {
  ReproducibleStream stream(9, name);
  std::vector<float> values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(static_cast<float>(stream.Normal()));
  return values;
}

}  // namespace cupel::algorithm::physical
