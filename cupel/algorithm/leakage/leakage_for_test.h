// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Small problems with a known leak, for this module's tests only: noisy tables, a network trained on one,
/// and a way to run a check on them.

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "cupel/algorithm/check/result_json.h"
#include "cupel/algorithm/executor/classifier.h"
#include "cupel/algorithm/train/architectures.h"
#include "cupel/algorithm/train/trainer.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/data/dataset/memory_dataset.h"

namespace cupel::algorithm::leakage {

using DatasetPointer = std::unique_ptr<data::dataset::Dataset>;

/// n rows of d uniform numbers in [0, 1]; the label is which side of 1/2 the first lies on, and in a share of
/// `noise` a coin: what only a network that was trained on the row can know. Another seed is another sample
/// of the same distribution.
inline DatasetPointer NoisyRows(std::int64_t n, std::int64_t d, double noise, std::uint64_t seed) {
  data::dataset::MemoryData data;
  data.info.name = "rows " + std::to_string(seed);
  data.info.sample_shape = {d};
  data.info.class_names = {"low", "high"};
  for (std::int64_t i = 0; i < n; ++i) {
    ReproducibleStream stream(seed, "rows", static_cast<std::uint64_t>(i));
    for (std::int64_t j = 0; j < d; ++j) data.features.push_back(stream.Uniform());
    const bool high = data.features[static_cast<std::size_t>(i * d)] > 0.5F;
    data.labels.push_back(stream.UniformDouble() < noise ? static_cast<std::int32_t>(stream.Below(2)) : high);
  }
  return data::dataset::MakeMemoryDataset(std::move(data)).value();
}

inline std::unique_ptr<executor::Classifier> AsClassifier(const graph::Graph& graph,
                                                          const std::vector<std::int64_t>& shape) {
  return executor::Classifier::Create(graph, {.device = {}, .preprocessing = {}, .sample_shape = shape})
      .value();
}

/// An mlp trained on the data for so many epochs (Adam, rate 0.01, batches of 50).
inline std::unique_ptr<executor::Classifier> TrainedOn(const data::dataset::Dataset& data, int epochs) {
  train::TrainJob job;
  const auto classes = static_cast<std::int64_t>(data.info().class_names.size());
  job.graph = train::MakeArchitecture("mlp", data.info().sample_shape, classes, 1).value();
  job.data = &data;
  job.options.epochs = epochs;
  job.options.batch_size = 50;
  job.options.optimizer = train::Optimizer::kAdam;
  job.options.learning_rate = 0.01;
  job.options.seed = 1;
  return AsClassifier(train::Train(job)->graph, data.info().sample_shape);
}

/// Remembers pieces in memory and counts what is saved.
class MemoryJournal : public check::Journal {
 public:
  std::optional<Json> Load(const std::string& key) const override {
    const std::lock_guard lock(mutex_);
    const auto found = pieces.find(key);
    return found == pieces.end() ? std::nullopt : std::optional(found->second);
  }
  Status Save(const std::string& key, const Json& piece) override {
    const std::lock_guard lock(mutex_);
    pieces[key] = piece;
    ++saved;
    return {};
  }
  std::map<std::string, Json> pieces;
  int saved = 0;

 private:
  mutable std::mutex mutex_;
};

struct Setting {
  const executor::Classifier* model = nullptr;
  const data::dataset::Dataset* training = nullptr;
  const data::dataset::Dataset* data = nullptr;
  std::string parameters = "{}";
  std::uint64_t seed = 3;
  int workers = 1;
  check::Journal* journal = &check::NoJournal();
  Progress* progress = &SilentProgress();
};

inline Result<check::CheckResult> RunCheck(const check::Check& check, const Setting& setting) {
  check::Context context;
  CUPEL_TRY(const Json given, Json::Parse(setting.parameters));
  CUPEL_TRY(context.parameters, check::Parameters::Create(check.description(), given));
  context.model = setting.model;
  context.data = setting.data;
  context.training_data = setting.training;
  context.seed = setting.seed;
  context.workers = setting.workers;
  context.journal = setting.journal;
  context.progress = setting.progress;
  return check.Run(context);
}

inline check::Metric MetricOf(const check::CheckResult& result, std::string_view name) {
  const check::Metric* metric = check::FindMetric(result.metrics, name);
  EXPECT_NE(metric, nullptr) << name;
  return metric == nullptr ? check::Metric{} : *metric;
}

inline bool Covers(const check::Metric& metric, double value) {
  return metric.interval && metric.interval->low <= value && metric.interval->high >= value;
}

inline std::string AsText(const check::CheckResult& result) {
  return ToJson(result, check::ArtifactBytes::kInline).Canonical();
}

inline std::vector<double> Normals(std::size_t n, double mean, std::uint64_t seed) {
  ReproducibleStream stream(seed, "normals");
  std::vector<double> values(n);
  for (double& value : values) value = mean + stream.Normal();
  return values;
}

}  // namespace cupel::algorithm::leakage
