// SPDX-License-Identifier: Apache-2.0
// FGSM and PGD against the figures of public attack libraries on the same two Fashion-MNIST networks.
//
// Figures: torchattacks 3.5.1, Foolbox 3.3.4 and ART 1.20.1 on PyTorch 1.13, first N images of the test file,
// no normalisation, Linf, step eps/4, one uniform random start. They return the last iterate; Cupel counts
// success at any iterate, so PGD may break more and must lie in the 95 % binomial interval. FGSM has no
// randomness and must agree. Evaluation counts: a reference implementation with an active set and the same
// cycle rule.
#include <zlib.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "cupel/algorithm/check/result_json.h"
#include "cupel/algorithm/executor/classifier.h"
#include "cupel/algorithm/inspect/checks.h"
#include "cupel/algorithm/inspect/witness.h"
#include "cupel/algorithm/onnx/reader.h"
#include "cupel/base/clock.h"
#include "cupel/data/dataset/memory_dataset.h"
#include "cupel/data/dataset/subset.h"
#include "cupel/stats/proportion.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::inspect {
namespace {

using check::CheckResult;

std::filesystem::path Models() {
  const char* named = std::getenv("CUPEL_SHARED");
  const auto shared =
      named != nullptr ? std::filesystem::path(named) : std::filesystem::path(CUPEL_SOURCE_DIR) / "../shared";
  return shared / "data/bench-inspect";
}

const std::filesystem::path kFashion = "/usr/share/datasets/fashion-mnist";

std::vector<std::uint8_t> Gunzip(const std::string& name, unsigned skip, unsigned size) {
  std::vector<std::uint8_t> bytes(skip + size);
  gzFile file = gzopen((kFashion / name).c_str(), "rb");
  const int got = gzread(file, bytes.data(), skip + size);
  gzclose(file);
  CUPEL_CHECK(got == static_cast<int>(skip + size));
  return {bytes.begin() + skip, bytes.end()};
}

data::dataset::DatasetPointer Images(std::int64_t n) {
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

std::unique_ptr<executor::Classifier> Network(const std::string& name) {
  const auto graph = onnx::ReadModel(Models() / name);
  CUPEL_CHECK(graph.has_value());
  auto classifier =
      executor::Classifier::Create(*graph, {.device = {}, .preprocessing = {}, .sample_shape = {1, 28, 28}});
  CUPEL_CHECK(classifier.has_value());
  return *std::move(classifier);
}

Result<data::dataset::Predictions> Predict(const executor::Classifier& model,
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

struct Case {
  std::string model;
  std::int64_t images;
  double epsilon;
  int steps = 0;  // 0: FGSM
};

Result<CheckResult> RunCase(const Case& what, const data::dataset::Dataset& data, int workers = 1,
                            bool cycle_stop = true) {
  tensor::UseOneThreadPerOperator();
  const auto model = Network(what.model);
  CUPEL_TRY(const data::dataset::Predictions predictions, Predict(*model, data));
  const check::Check& check = what.steps == 0 ? FgsmCheck() : PgdCheck();
  Json given;
  given["epsilons"] = Json::Array{what.epsilon};
  if (what.steps > 0) {
    given["steps"] = what.steps;
    given["cycle_stop"] = cycle_stop;
  }
  check::Context context;
  CUPEL_TRY(context.parameters, check::Parameters::Create(check.description(), given));
  context.model = model.get();
  context.data = &data;
  context.predictions = [&]() -> Result<const data::dataset::Predictions*> { return &predictions; };
  context.workers = workers;
  const double start = SystemClock().CpuSeconds();
  CUPEL_TRY(CheckResult result, check.Run(context));
  std::cout << what.model << " " << what.steps << " steps, " << what.images
            << " images: " << (SystemClock().CpuSeconds() - start) * 1000 / static_cast<double>(what.images)
            << " CPU-ms per image";
  for (const check::Metric& metric : result.metrics) std::cout << ", " << metric.name << " " << metric.value;
  std::cout << "\n";
  for (const check::Text& note : result.notes) std::cout << "  note: " << note.en << "\n";
  CUPEL_TRY(const std::int64_t verified, VerifyWitnesses(*TargetOf(*model), data, result));
  EXPECT_GT(verified, 0);
  return result;
}

double Value(const CheckResult& result, std::string_view name) {
  for (const check::Metric& metric : result.metrics) {
    if (metric.name == name) return metric.value;
  }
  ADD_FAILURE() << "no metric " << name;
  return std::nan("");
}

class AttackAgreement : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(Models() / "cnn.onnx") || !std::filesystem::exists(kFashion)) {
      GTEST_SKIP() << "needs data/bench-inspect in the shared folder and the package dataset-fashion-mnist";
    }
  }

  // `reference` of n images, as a share; the binomial interval is Clopper-Pearson around it.
  static void ExpectWithinInterval(const CheckResult& result, double reference, std::int64_t n) {
    const auto interval = stats::ClopperPearson(std::llround(reference * static_cast<double>(n)), n, 0.95);
    EXPECT_GE(Value(result, "robust_accuracy"), interval.low);
    EXPECT_LE(Value(result, "robust_accuracy"), interval.high);
  }
};

TEST_F(AttackAgreement, FgsmEqualsThreeLibraries) {
  CUPEL_ASSERT_OK(const CheckResult cnn, RunCase({"cnn.onnx", 1000, 0.1}, *Images(1000)));
  EXPECT_NEAR(Value(cnn, "clean_accuracy"), 0.882, 1e-9);
  EXPECT_NEAR(Value(cnn, "robust_accuracy"), 0.192, 0.002);
  CUPEL_ASSERT_OK(const CheckResult resnet, RunCase({"resnet.onnx", 1000, 8.0 / 255}, *Images(1000)));
  EXPECT_NEAR(Value(resnet, "clean_accuracy"), 0.866, 1e-9);
  EXPECT_NEAR(Value(resnet, "robust_accuracy"), 0.460, 0.002);
}

TEST_F(AttackAgreement, Pgd20AgreesOnTheCnn) {
  CUPEL_ASSERT_OK(const CheckResult result, RunCase({"cnn.onnx", 1000, 0.1, 20}, *Images(1000)));
  ExpectWithinInterval(result, 0.109, 1000);
}

TEST_F(AttackAgreement, Pgd20AgreesOnTheResnet) {
  CUPEL_ASSERT_OK(const CheckResult result, RunCase({"resnet.onnx", 500, 8.0 / 255, 20}, *Images(500)));
  ExpectWithinInterval(result, 0.336, 500);
}

TEST_F(AttackAgreement, Pgd100SpendsTheCountedGradientEvaluationsOnTheResnet) {
  CUPEL_ASSERT_OK(const CheckResult result, RunCase({"resnet.onnx", 200, 8.0 / 255, 100}, *Images(200)));
  ExpectWithinInterval(result, 0.385, 200);
  EXPECT_NEAR(Value(result, "gradient_evaluations"), 4021, 402);
}

TEST_F(AttackAgreement, Pgd100SpendsTheCountedGradientEvaluationsOnTheCnn) {
  CUPEL_ASSERT_OK(const CheckResult result, RunCase({"cnn.onnx", 500, 0.1, 100}, *Images(500)));
  ExpectWithinInterval(result, 0.098, 500);
  EXPECT_NEAR(Value(result, "gradient_evaluations"), 4439, 444);
}

TEST_F(AttackAgreement, TheCycleStopKeepsTheVerdicts) {
  const auto images = Images(100);
  CUPEL_ASSERT_OK(const CheckResult fast, RunCase({"resnet.onnx", 100, 8.0 / 255, 60}, *images));
  CUPEL_ASSERT_OK(const CheckResult plain, RunCase({"resnet.onnx", 100, 8.0 / 255, 60}, *images, 1, false));
  EXPECT_EQ(fast.witnesses, plain.witnesses);
  EXPECT_LT(Value(fast, "gradient_evaluations"), Value(plain, "gradient_evaluations"));
}

TEST_F(AttackAgreement, WorkersAndShardsGiveTheSameWitnesses) {
  const auto images = Images(300);
  const Case what{"resnet.onnx", 300, 8.0 / 255, 10};
  CUPEL_ASSERT_OK(const CheckResult one, RunCase(what, *images, 1));
  CUPEL_ASSERT_OK(const CheckResult two, RunCase(what, *images, 2));
  EXPECT_EQ(ToJson(one, check::ArtifactBytes::kInline), ToJson(two, check::ArtifactBytes::kInline));
  std::map<std::int64_t, Json> of_shards;
  for (int shard = 0; shard < 2; ++shard) {
    CUPEL_ASSERT_OK(const auto part, TakeShard(images, shard, 2));
    CUPEL_ASSERT_OK(const CheckResult result, RunCase(what, *part));
    for (Json witness : result.witnesses) {
      witness["stored"] = nullptr;
      of_shards[witness["sample"].AsInteger()] = witness;
    }
  }
  ASSERT_EQ(of_shards.size(), one.witnesses.size());
  for (Json witness : one.witnesses) {
    witness["stored"] = nullptr;
    EXPECT_EQ(of_shards[witness["sample"].AsInteger()], witness);
  }
}

}  // namespace
}  // namespace cupel::algorithm::inspect
