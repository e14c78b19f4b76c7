// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The two Fashion-MNIST networks that public attack libraries were run on, their data, and a check run on
/// them: for the agreement tests only.

#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "cupel/algorithm/check/check.h"
#include "cupel/algorithm/executor/classifier.h"
#include "cupel/algorithm/inspect/witness.h"
#include "cupel/algorithm/onnx/reader.h"
#include "cupel/base/clock.h"
#include "cupel/data/dataset/memory_dataset.h"
#include "cupel/data/dataset/subset.h"

namespace cupel::algorithm::inspect {

inline std::filesystem::path Models() {
  const char* named = std::getenv("CUPEL_SHARED");
  const auto shared =
      named != nullptr ? std::filesystem::path(named) : std::filesystem::path(CUPEL_SOURCE_DIR) / "../shared";
  return shared / "data/bench-inspect";
}

inline const std::filesystem::path kFashion = "/usr/share/datasets/fashion-mnist";

inline std::vector<std::uint8_t> Gunzip(const std::string& name, unsigned skip, unsigned size) {
  std::vector<std::uint8_t> bytes(skip + size);
  gzFile file = gzopen((kFashion / name).c_str(), "rb");
  const int got = gzread(file, bytes.data(), skip + size);
  gzclose(file);
  CUPEL_CHECK(got == static_cast<int>(skip + size));
  return {bytes.begin() + skip, bytes.end()};
}

inline data::dataset::DatasetPointer Images(std::int64_t n) {
  data::dataset::MemoryData data;
  data.info.name = "fashion-mnist test";
  data.info.sample_shape = {1, 28, 28};
  for (int c = 0; c < 10; ++c) data.info.class_names.push_back(std::to_string(c));
  for (std::uint8_t byte : Gunzip("t10k-images-idx3-ubyte.gz", 16, static_cast<unsigned>(784 * n))) {
    data.features.push_back(static_cast<float>(byte) / 255.0F);
  }
  for (std::uint8_t byte : Gunzip("t10k-labels-idx1-ubyte.gz", 8, static_cast<unsigned>(n)))
    data.labels.push_back(byte);
  auto made = MakeMemoryDataset(std::move(data));
  CUPEL_CHECK(made.has_value());
  return *std::move(made);
}

inline std::unique_ptr<executor::Classifier> Network(const std::string& name) {
  const auto graph = onnx::ReadModel(Models() / name);
  CUPEL_CHECK(graph.has_value());
  auto classifier =
      executor::Classifier::Create(*graph, {.device = {}, .preprocessing = {}, .sample_shape = {1, 28, 28}});
  CUPEL_CHECK(classifier.has_value());
  return *std::move(classifier);
}

inline Result<data::dataset::Predictions> Predict(const executor::Classifier& model,
                                                  const data::dataset::Dataset& data) {
  data::dataset::Predictions predictions;
  predictions.n = data.size();
  predictions.c = model.class_count();
  predictions.class_names = data.info().class_names;
  predictions.labels.assign(data.labels().begin(), data.labels().end());
  for (std::int64_t from = 0; from < data.size(); from += executor::kTileSize) {
    std::vector<std::int64_t> indices;
    for (std::int64_t i = 0; i < executor::kTileSize; ++i)
      indices.push_back(std::min(from + i, data.size() - 1));
    std::vector<float> x(indices.size() * 784);
    CUPEL_TRY_STATUS(data.Read(indices, x));
    CUPEL_TRY(const auto logits, model.Logits(tensor::FromFloats(x, {executor::kTileSize, 1, 28, 28})));
    const std::vector<float> scores = tensor::ToFloats(logits);
    const std::int64_t rows = std::min(executor::kTileSize, data.size() - from);
    predictions.scores.insert(predictions.scores.end(), scores.begin(),
                              scores.begin() + rows * model.class_count());
  }
  for (std::int64_t i = 0; i < data.size(); ++i) predictions.sample_index.push_back(data.OriginalIndex(i));
  return predictions;
}

/// The check on the network `name`, with its CPU time and metrics printed and every witness verified.
inline Result<check::CheckResult> RunOn(const std::string& name, const check::Check& check, const Json& given,
                                        const data::dataset::Dataset& data, int workers = 1) {
  tensor::UseOneThreadPerOperator();
  const auto model = Network(name);
  CUPEL_TRY(const data::dataset::Predictions predictions, Predict(*model, data));
  check::Context context;
  CUPEL_TRY(context.parameters, check::Parameters::Create(check.description(), given));
  context.model = model.get();
  context.data = &data;
  context.predictions = [&]() -> Result<const data::dataset::Predictions*> { return &predictions; };
  context.workers = workers;
  const double start = SystemClock().CpuSeconds();
  CUPEL_TRY(check::CheckResult result, check.Run(context));
  std::cout << name << " " << check.description().id << " " << given.Canonical() << ", " << data.size()
            << " images: " << (SystemClock().CpuSeconds() - start) * 1000 / static_cast<double>(data.size())
            << " CPU-ms per image";
  for (const check::Metric& metric : result.metrics) std::cout << ", " << metric.name << " " << metric.value;
  std::cout << "\n";
  for (const check::Text& note : result.notes) std::cout << "  note: " << note.en << "\n";
  CUPEL_TRY(const std::int64_t verified, VerifyWitnesses(*TargetOf(*model), data, result));
  EXPECT_GT(verified, 0);
  return result;
}

inline double Value(const check::CheckResult& result, std::string_view name) {
  for (const check::Metric& metric : result.metrics) {
    if (metric.name == name) return metric.value;
  }
  ADD_FAILURE() << "no metric " << name;
  return std::nan("");
}

/// Skips where the models or the data are absent.
class OnSharedNetworks : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(Models() / "cnn.onnx") || !std::filesystem::exists(kFashion)) {
      GTEST_SKIP() << "needs data/bench-inspect in the shared folder and the package dataset-fashion-mnist";
    }
  }
};

}  // namespace cupel::algorithm::inspect
