// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A linear model as a classifier of the kind that plans name: for this module's tests only.

#include <memory>
#include <vector>

#include "cupel/algorithm/executor/classifier.h"
#include "cupel/algorithm/inspect/linear_model_for_test.h"

namespace cupel::algorithm::inspect {

/// A RowModel of one layer as a graph with one Gemm; samples are tables.
inline std::unique_ptr<executor::Classifier> AsClassifier(const RowModel& model) {
  graph::Graph graph;
  graph.name = "linear";
  graph.opsets[""] = 13;
  graph.inputs.push_back({.name = "x", .type = graph::DataType::kFloat32, .shape = {}});
  graph.outputs.push_back({.name = "logits", .type = graph::DataType::kFloat32, .shape = {}});
  const auto& layer = model.layers()[0];
  std::vector<float> weights;
  for (const auto& row : layer.weights) weights.insert(weights.end(), row.begin(), row.end());
  const auto features = static_cast<std::int64_t>(layer.weights[0].size());
  const auto classes = static_cast<std::int64_t>(layer.bias.size());
  graph.initializers["w"] = graph::TensorValue::FromFloats({classes, features}, weights);
  graph.initializers["b"] = graph::TensorValue::FromFloats({classes}, layer.bias);
  graph.nodes.push_back(
      graph::Node{"fc", "Gemm", "", {"x", "w", "b"}, {"logits"}, {{"transB", std::int64_t{1}}}});
  return executor::Classifier::Create(graph, {.device = {}, .preprocessing = {}, .sample_shape = {features}})
      .value();
}

}  // namespace cupel::algorithm::inspect
