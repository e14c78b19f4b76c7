// SPDX-License-Identifier: Apache-2.0
// The two small Fashion-MNIST networks of the shared benchmark data: logits and input gradients against
// figures made with PyTorch 1.13 (its own network classes, not our reader), and the determinism that evidence
// relies on.
#include <ATen/ops/cat.h>
#include <ATen/ops/cosine_similarity.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/one_hot.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros.h>
#include <zlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "cupel/algorithm/executor/classifier.h"
#include "cupel/algorithm/executor/executor.h"
#include "cupel/algorithm/onnx/reader.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::executor {
namespace {

using tensor::Tensor;

std::filesystem::path Shared() {
  const char* named = std::getenv("CUPEL_SHARED");
  return named != nullptr ? std::filesystem::path(named)
                          : std::filesystem::path(CUPEL_SOURCE_DIR) / "../shared";
}

std::filesystem::path Data(const std::string& name) { return Shared() / "data/bench-inspect" / name; }

const std::filesystem::path kFashion = "/usr/share/datasets/fashion-mnist";

bool Available() { return std::filesystem::exists(Data("cnn.onnx")) && std::filesystem::exists(kFashion); }

// Unpacks `size` bytes after `skip` bytes of a gzip file.
std::vector<std::uint8_t> Gunzip(const std::filesystem::path& path, unsigned skip, unsigned size) {
  std::vector<std::uint8_t> bytes(skip + size);
  gzFile file = gzopen(path.c_str(), "rb");
  const int got = gzread(file, bytes.data(), skip + size);
  gzclose(file);
  EXPECT_EQ(got, static_cast<int>(skip + size));
  return {bytes.begin() + skip, bytes.end()};
}

Tensor TestImages(std::int64_t n) {
  auto bytes = Gunzip(kFashion / "t10k-images-idx3-ubyte.gz", 16, static_cast<unsigned>(784 * n));
  return at::from_blob(bytes.data(), {n, 1, 28, 28}, at::kByte).to(at::kFloat).div(255);
}

Tensor TestLabels(std::int64_t n) {
  auto bytes = Gunzip(kFashion / "t10k-labels-idx1-ubyte.gz", 8, static_cast<unsigned>(n));
  return at::from_blob(bytes.data(), {n}, at::kByte).to(at::kLong);
}

Tensor ReadCsv(const std::string& name, std::int64_t columns) {
  std::ifstream file(Data(name));
  std::vector<float> values;
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    for (std::string field; std::getline(fields, field, ',');) values.push_back(std::stof(field));
  }
  return tensor::FromFloats(values, {static_cast<std::int64_t>(values.size()) / columns, columns});
}

OutputGradient CrossEntropyGradient(const Tensor& labels) {
  return [labels](const Tensor& logits) {
    return logits.softmax(1).sub(at::one_hot(labels, 10).to(at::kFloat));
  };
}

// Largest difference in each row, sorted. A folded graph rounds differently, and where an activation lies
// within rounding of zero its Relu may open instead of close, which changes that row's gradient by a small
// jump; other rows must agree.
std::vector<float> RowDifferences(const Tensor& a, const Tensor& b) {
  return tensor::ToFloats(std::get<0>(a.sub(b).abs().flatten(1).amax(1).sort(0)));
}

double MaxDifference(const Tensor& a, const Tensor& b) { return a.sub(b).abs().max().item().toDouble(); }

// The general executor with the graph as it is and optimised, and the compiled one.
std::vector<ExecutorOptions> AllExecutors() {
  return {{.device = {}, .optimise = false},
          {.device = {}, .optimise = true},
          {.device = {}, .optimise = true, .kind = ExecutorKind::kCompiled}};
}

std::string NameOf(const ExecutorOptions& options) {
  if (options.kind == ExecutorKind::kCompiled) return "compiled";
  return options.optimise ? "optimised" : "as it is";
}

class GoldenTest : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (!Available()) GTEST_SKIP() << "needs the shared benchmark models and Debian's dataset-fashion-mnist";
    tensor::UseOneThreadPerOperator();
    auto graph = onnx::ReadModel(Data(GetParam() + ".onnx"));
    ASSERT_TRUE(graph.has_value()) << graph.error().ToString();
    graph_ = *graph;
    golden_ = GetParam() == "resnet_bn" ? "resnet" : GetParam();
  }

  graph::Graph graph_;
  std::string golden_;
};

TEST_P(GoldenTest, LogitsAgreeWithPyTorch) {
  const Tensor expected = ReadCsv("golden_logits_" + golden_ + ".csv", 10);
  for (const ExecutorOptions& options : AllExecutors()) {
    CUPEL_ASSERT_OK(const auto executor, MakeExecutor(graph_, options));
    CUPEL_ASSERT_OK(const Tensor logits, executor->Forward(TestImages(expected.size(0))));
    EXPECT_LT(MaxDifference(logits, expected), 1e-4) << NameOf(options);
  }
}

TEST_P(GoldenTest, InputGradientsAgreeWithPyTorch) {
  const Tensor expected = ReadCsv("golden_inputgrad_" + golden_ + ".csv", 784);
  const std::int64_t n = expected.size(0);
  for (const ExecutorOptions& options : AllExecutors()) {
    CUPEL_ASSERT_OK(const auto executor, MakeExecutor(graph_, options));
    CUPEL_ASSERT_OK(const Pass pass,
                    executor->ForwardGradient(TestImages(n), CrossEntropyGradient(TestLabels(n))));
    const auto differences = RowDifferences(pass.input_gradient.reshape({n, 784}), expected);
    EXPECT_LT(differences[static_cast<std::size_t>(n) - 2], 1e-4) << NameOf(options);
    EXPECT_LT(differences.back(), GetParam() == "resnet" ? 4e-3 : 1e-4) << NameOf(options);
  }
}

TEST_P(GoldenTest, OptimisedGraphAgreesWithTheUnmodifiedOne) {
  const Tensor images = TestImages(100);
  CUPEL_ASSERT_OK(const auto exact, MakeExecutor(graph_, {.device = {}, .optimise = false}));
  const auto objective = CrossEntropyGradient(TestLabels(100));
  CUPEL_ASSERT_OK(const Pass a, exact->ForwardGradient(images, objective));
  for (const ExecutorOptions& options : AllExecutors()) {
    CUPEL_ASSERT_OK(const auto fast, MakeExecutor(graph_, options));
    CUPEL_ASSERT_OK(const Pass b, fast->ForwardGradient(images, objective));
    EXPECT_LT(MaxDifference(a.output, b.output), 1e-5 * a.output.abs().max().item().toDouble())
        << NameOf(options);
    const double scale = a.input_gradient.abs().max().item().toDouble();
    const auto differences = RowDifferences(a.input_gradient, b.input_gradient);
    EXPECT_LT(differences[97], 1e-5 * scale) << NameOf(options);
    EXPECT_LT(differences.back(), 1e-3 * scale) << NameOf(options);
  }
}

TEST_P(GoldenTest, AccuracyOfTheFirstThousandIsThePublishedOne) {
  CUPEL_ASSERT_OK(const auto fast, MakeExecutor(graph_, {}));
  std::int64_t correct = 0;
  const Tensor images = TestImages(1000);
  const Tensor labels = TestLabels(1000);
  for (std::int64_t i = 0; i < 1000; i += 250) {
    CUPEL_ASSERT_OK(const Tensor logits, fast->Forward(images.slice(0, i, i + 250)));
    correct += logits.argmax(1).eq(labels.slice(0, i, i + 250)).sum().item().toLong();
  }
  EXPECT_EQ(correct, golden_ == "cnn" ? 882 : 866);
}

void ExpectRowsAlone(const Executor& fast) {
  const Tensor images = TestImages(2 * kTileSize);
  const Tensor labels = TestLabels(2 * kTileSize);
  CUPEL_ASSERT_OK(const Pass whole,
                  fast.ForwardGradient(images.slice(0, 0, kTileSize),
                                       CrossEntropyGradient(labels.slice(0, 0, kTileSize))));
  for (const std::int64_t shift : {1, 7, 16, static_cast<int>(kTileSize) - 1}) {
    const Tensor moved = images.slice(0, shift, shift + kTileSize).contiguous();
    CUPEL_ASSERT_OK(
        const Pass pass,
        fast.ForwardGradient(moved, CrossEntropyGradient(labels.slice(0, shift, shift + kTileSize))));
    const std::int64_t shared = kTileSize - shift;
    EXPECT_TRUE(pass.output.slice(0, 0, shared).equal(whole.output.slice(0, shift, kTileSize)))
        << "shift " << shift;
    EXPECT_TRUE(
        pass.input_gradient.slice(0, 0, shared).equal(whole.input_gradient.slice(0, shift, kTileSize)))
        << "shift " << shift;
  }
}

// Evidence must not depend on which images share a tile: a row's bits are the same at every position,
// whatever is around.
TEST_P(GoldenTest, ARowsBitsDependOnNothingElseInTheTile) {
  CUPEL_ASSERT_OK(const auto fast, MakeExecutor(graph_, {}));
  ExpectRowsAlone(*fast);
  CUPEL_ASSERT_OK(const auto compiled, MakeExecutor(graph_, AllExecutors().back()));
  ExpectRowsAlone(*compiled);
}

// The compiled executor promises more: the same bits for any number of rows.
TEST_P(GoldenTest, CompiledRowsHaveTheSameBitsInEveryTile) {
  CUPEL_ASSERT_OK(const auto compiled, MakeExecutor(graph_, AllExecutors().back()));
  CUPEL_ASSERT_OK(const Pass whole,
                  compiled->ForwardGradient(TestImages(50), CrossEntropyGradient(TestLabels(50))));
  for (const std::int64_t n : {1, 3, 8, 20, 32}) {
    CUPEL_ASSERT_OK(const Pass pass,
                    compiled->ForwardGradient(TestImages(n), CrossEntropyGradient(TestLabels(n))));
    EXPECT_TRUE(pass.output.equal(whole.output.slice(0, 0, n))) << n;
    EXPECT_TRUE(pass.input_gradient.equal(whole.input_gradient.slice(0, 0, n))) << n;
  }
}

TEST_P(GoldenTest, BfloatSearchFindsTheSameClassesAndNearlyTheSameSigns) {
  ExecutorOptions options = AllExecutors().back();
  CUPEL_ASSERT_OK(const auto wide, MakeExecutor(graph_, options));
  options.precision = compiled::Precision::kBfloat16;
  CUPEL_ASSERT_OK(const auto narrow, MakeExecutor(graph_, options));
  const auto objective = CrossEntropyGradient(TestLabels(200));
  CUPEL_ASSERT_OK(const Pass a, wide->ForwardGradient(TestImages(200), objective));
  CUPEL_ASSERT_OK(const Pass b, narrow->ForwardGradient(TestImages(200), objective));
  EXPECT_GE(a.output.argmax(1).eq(b.output.argmax(1)).sum().item().toLong(), 196);
  EXPECT_LT(MaxDifference(a.output, b.output), 0.03 * a.output.abs().max().item().toDouble());
  EXPECT_GT(
      at::cosine_similarity(a.input_gradient.flatten(), b.input_gradient.flatten(), 0).item().toDouble(),
      0.95);
}

INSTANTIATE_TEST_SUITE_P(Models, GoldenTest, ::testing::Values("cnn", "resnet", "resnet_bn"),
                         [](const auto& model) { return model.param; });

}  // namespace
}  // namespace cupel::algorithm::executor
