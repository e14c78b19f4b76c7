// SPDX-License-Identifier: Apache-2.0
#pragma once

/// For this module's tests: a model that can be computed by hand, and pictures for it.
///
/// A picture is [1, 8, 8]; class 0 is brighter in its upper half, class 1 in its lower half. Logit 0 is the
/// sum of the upper half, logit 1 that of the lower half (further classes: 0).

#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <vector>

#include "cupel/algorithm/executor/classifier.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/data/dataset/memory_dataset.h"

namespace cupel::algorithm::evaluate::test_support {

inline constexpr std::int64_t kSide = 8;

inline Result<std::unique_ptr<executor::Classifier>> BrightHalfModel(std::int64_t classes, float weight = 1) {
  std::vector<float> weights(static_cast<std::size_t>(kSide * kSide * classes));
  for (std::int64_t pixel = 0; pixel < kSide * kSide; ++pixel) {
    weights[static_cast<std::size_t>(pixel * classes + (pixel < kSide * kSide / 2 ? 0 : 1))] = weight;
  }
  graph::Graph graph;
  graph.name = "bright-half";
  graph.opsets[""] = 13;
  graph.inputs.push_back({.name = "x", .type = graph::DataType::kFloat32, .shape = {}});
  graph.outputs.push_back({.name = "logits", .type = graph::DataType::kFloat32, .shape = {}});
  graph.initializers["w"] = graph::TensorValue::FromFloats({kSide * kSide, classes}, weights);
  graph.nodes.push_back(graph::Node{"flat", "Flatten", "", {"x"}, {"f"}, {}});
  graph.nodes.push_back(graph::Node{"fc", "MatMul", "", {"f", "w"}, {"logits"}, {}});
  return executor::Classifier::Create(graph,
                                      {.device = {}, .preprocessing = {}, .sample_shape = {1, kSide, kSide}});
}

/// n pictures in the box [low, high], labels 0 and 1 in turn, one group attribute "parity" of the label. The
/// halves differ by a tenth of the box on average, so that corruption makes some wrong.
inline Result<std::unique_ptr<data::dataset::Dataset>> HalvesData(std::int64_t n, float low = 0,
                                                                  float high = 1) {
  data::dataset::MemoryData data;
  data.info.name = "halves";
  data.info.sample_shape = {1, kSide, kSide};
  data.info.class_names = {"0", "1"};
  data.info.box_low = low;
  data.info.box_high = high;
  data::dataset::GroupAttribute parity{"parity", {"even", "odd"}, {}};
  for (std::int64_t i = 0; i < n; ++i) {
    ReproducibleStream stream(2, "linear_model", static_cast<std::uint64_t>(i));
    const auto label = static_cast<std::int32_t>(i % 2);
    data.labels.push_back(label);
    parity.group_of.push_back(label);
    for (std::int64_t pixel = 0; pixel < kSide * kSide; ++pixel) {
      const bool bright = (pixel < kSide * kSide / 2) == (label == 0);
      const float value = stream.Uniform(bright ? 0.32F : 0.3F, 0.7F);
      data.features.push_back(low + value * (high - low));
    }
  }
  data.groups.push_back(parity);
  return data::dataset::MakeMemoryDataset(std::move(data));
}

/// What BrightHalfModel(2) answers, by plain sums: [n, 2].
inline std::vector<float> NaiveLogits(const data::dataset::Dataset& data) {
  std::vector<float> logits;
  for (std::int64_t i = 0; i < data.size(); ++i) {
    std::vector<float> pixels(static_cast<std::size_t>(kSide * kSide));
    EXPECT_TRUE(data.Read(std::vector<std::int64_t>{i}, pixels).has_value());
    double halves[2] = {0, 0};
    for (std::size_t pixel = 0; pixel < pixels.size(); ++pixel)
      halves[pixel < pixels.size() / 2 ? 0 : 1] += pixels[pixel];
    logits.push_back(static_cast<float>(halves[0]));
    logits.push_back(static_cast<float>(halves[1]));
  }
  return logits;
}

}  // namespace cupel::algorithm::evaluate::test_support
