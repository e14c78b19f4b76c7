// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A small convolutional network with random weights as a classifier, for tests only.

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "cupel/algorithm/executor/classifier.h"
#include "cupel/algorithm/graph/example_graphs.h"
#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::explain {

inline graph::TensorValue RandomTensor(const std::string& name, graph::Shape shape, double scale) {
  ReproducibleStream stream(3, name);
  std::vector<float> values(static_cast<std::size_t>(graph::ElementCount(shape)));
  for (float& value : values) value = static_cast<float>(scale * stream.Normal());
  return graph::TensorValue::FromFloats(std::move(shape), values);
}

/// [N, 1, 8, 8] -> Conv 4 -> `activation` -> MaxPool -> Flatten -> Gemm 12 -> activation -> Gemm 3.
inline graph::Graph SmallGraph(const std::string& activation = "Relu") {
  using graph::MakeNode;
  return graph::MakeGraph({"N", "1", "8", "8"},
                          {MakeNode("Conv", {"x", "w1", "b1"}, {"c"},
                                    {{"kernel_shape", std::vector<std::int64_t>{3, 3}},
                                     {"pads", std::vector<std::int64_t>{1, 1, 1, 1}}}),
                           MakeNode(activation, {"c"}, {"a"}),
                           MakeNode("MaxPool", {"a"}, {"p"},
                                    {{"kernel_shape", std::vector<std::int64_t>{2, 2}},
                                     {"strides", std::vector<std::int64_t>{2, 2}}}),
                           MakeNode("Flatten", {"p"}, {"f"}), MakeNode("Gemm", {"f", "w2", "b2"}, {"g"}),
                           MakeNode(activation, {"g"}, {"h"}), MakeNode("Gemm", {"h", "w3", "b3"}, {"y"})},
                          {{"w1", RandomTensor("w1", {4, 1, 3, 3}, 0.6)},
                           {"b1", RandomTensor("b1", {4}, 0.2)},
                           {"w2", RandomTensor("w2", {64, 12}, 0.3)},
                           {"b2", RandomTensor("b2", {12}, 0.2)},
                           {"w3", RandomTensor("w3", {12, 3}, 0.6)},
                           {"b3", RandomTensor("b3", {3}, 0.2)}});
}

inline Result<std::unique_ptr<executor::Classifier>> SmallClassifier(
    const graph::Graph& graph, executor::Preprocessing preprocessing = {}) {
  executor::ClassifierOptions options;
  options.sample_shape = {1, 8, 8};
  options.preprocessing = std::move(preprocessing);
  return executor::Classifier::Create(graph, options);
}

inline std::vector<float> SmallPicture(std::uint64_t seed) {
  ReproducibleStream stream(seed, "small-picture");
  std::vector<float> x(64);
  for (float& value : x) value = stream.Uniform();
  return x;
}

}  // namespace cupel::algorithm::explain
