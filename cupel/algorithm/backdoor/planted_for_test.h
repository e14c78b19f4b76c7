// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Models and data with and without a backdoor: for this module's tests only.

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "cupel/algorithm/check/check.h"
#include "cupel/algorithm/executor/classifier.h"
#include "cupel/algorithm/train/architectures.h"
#include "cupel/algorithm/train/trainer.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/data/dataset/memory_dataset.h"
#include "cupel/data/dataset/poison.h"
#include "cupel/data/dataset/subset.h"

namespace cupel::algorithm::backdoor {

using data::dataset::DatasetPointer;

/// n pictures of `classes` kinds: each kind is a fixed pattern in dim light, with noise of its own. The
/// border of two pixels is dark, so that a trigger in a corner covers nothing. Bold kinds are black and
/// white, so that turning one into another takes many pixels.
inline DatasetPointer DimPictures(std::int64_t n, std::uint64_t seed, std::int32_t classes = 8,
                                  std::int64_t side = 16, bool bold = false) {
  data::dataset::MemoryData data;
  data.info.name = "dim pictures";
  data.info.sample_shape = {1, side, side};
  for (std::int32_t k = 0; k < classes; ++k) data.info.class_names.push_back("kind " + std::to_string(k));
  for (std::int64_t i = 0; i < n; ++i) {
    const auto label = static_cast<std::int32_t>(i % classes);
    ReproducibleStream kind(1, "kind", static_cast<std::uint64_t>(label));
    ReproducibleStream noise(seed, "noise", static_cast<std::uint64_t>(i));
    for (std::int64_t p = 0; p < side * side; ++p) {
      const std::int64_t y = p / side;
      const std::int64_t x = p % side;
      const float pattern = kind.Uniform();
      const float grain = noise.Uniform();
      const bool border = y < 4 || x < 4 || y >= side - 4 || x >= side - 4;
      const float dim = border ? 0.1F * grain : 0.3F * pattern + 0.5F * grain;
      const float strong = border || pattern < 0.5F ? 0.0F : 0.5F;
      data.features.push_back(bold ? strong + 0.4F * grain : dim);
    }
    data.labels.push_back(label);
  }
  return data::dataset::MakeMemoryDataset(std::move(data)).value();
}

/// An affine model: weights [classes][d].
inline graph::Graph AffineGraph(const std::vector<std::vector<float>>& weights, std::vector<float> bias) {
  const auto classes = static_cast<std::int64_t>(weights.size());
  const auto d = static_cast<std::int64_t>(weights[0].size());
  std::vector<float> flat;
  for (const std::vector<float>& row : weights) flat.insert(flat.end(), row.begin(), row.end());
  graph::Graph graph;
  graph.name = "affine";
  graph.opsets[""] = 13;
  graph.inputs = {{"x", graph::DataType::kFloat32, std::nullopt, "tensor"}};
  graph.outputs = {{"y", graph::DataType::kFloat32, std::nullopt, "tensor"}};
  graph.initializers["w"] = graph::TensorValue::FromFloats({classes, d}, flat);
  graph.initializers["b"] = graph::TensorValue::FromFloats({classes}, bias);
  graph.nodes.push_back({"", "Flatten", "", {"x"}, {"f"}, {}});
  graph.nodes.push_back({"", "Gemm", "", {"f", "w", "b"}, {"y"}, {{"transB", std::int64_t{1}}}});
  return graph;
}

inline std::unique_ptr<executor::Classifier> ClassifierOf(const graph::Graph& graph,
                                                          const std::vector<std::int64_t>& sample_shape) {
  executor::ClassifierOptions options;
  options.sample_shape = sample_shape;
  auto made = executor::Classifier::Create(graph, options);
  if (!made) throw std::runtime_error(made.error().ToString());
  return *std::move(made);
}

struct Recipe {
  std::string architecture = "mlp";
  int epochs = 10;
  int batch = 32;
  double learning_rate = 0.05;
  std::uint64_t seed = 1;
};

inline std::unique_ptr<executor::Classifier> TrainOn(const data::dataset::Dataset& data,
                                                     const Recipe& recipe) {
  train::TrainJob job;
  const auto classes = static_cast<std::int64_t>(data.info().class_names.size());
  job.graph =
      train::MakeArchitecture(recipe.architecture, data.info().sample_shape, classes, recipe.seed).value();
  job.data = &data;
  job.options.epochs = recipe.epochs;
  job.options.batch_size = recipe.batch;
  job.options.learning_rate = recipe.learning_rate;
  job.options.seed = recipe.seed;
  auto trained = train::Train(job);
  if (!trained) throw std::runtime_error(trained.error().ToString());
  return ClassifierOf(trained->graph, data.info().sample_shape);
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

/// Runs a check with parameters given as JSON.
inline Result<check::CheckResult> RunCheck(const check::Check& check, const executor::Classifier& model,
                                           const data::dataset::Dataset& data,
                                           const data::dataset::Dataset* training,
                                           std::string_view parameters, int workers = 1,
                                           check::Journal& journal = check::NoJournal()) {
  CUPEL_TRY(const Json given, Json::Parse(parameters));
  check::Context context;
  CUPEL_TRY(context.parameters, check::Parameters::Create(check.description(), given));
  context.model = &model;
  context.data = &data;
  context.training_data = training;
  context.seed = 1;
  context.workers = workers;
  context.journal = &journal;
  return check.Run(context);
}

inline double ValueOf(const check::CheckResult& result, std::string_view name) {
  const check::Metric* metric = check::FindMetric(result.metrics, name);
  if (metric == nullptr) throw std::runtime_error("no metric " + std::string(name));
  return metric->value;
}

}  // namespace cupel::algorithm::backdoor
