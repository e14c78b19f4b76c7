// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/executor/classifier.h"

#include <ATen/ops/full_like.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/softmax.h>

#include <cmath>
#include <thread>

#include "cupel/algorithm/executor/graph_for_test.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::executor {
namespace {

using ::cupel::testing::HasError;
using graph::Graph;
using graph::Node;
using graph::TensorValue;
using tensor::FromFloats;
using tensor::ToFloats;
using ::testing::FloatNear;
using ::testing::HasSubstr;
using ::testing::Pointwise;

Graph WithSoftmax(Graph graph) {
  graph.nodes.back().outputs = {"z"};
  graph.nodes.push_back(Node{"prob", "Softmax", "", {"z"}, {"y"}, {}});
  return graph;
}

ClassifierOptions Options() { return {.device = {}, .preprocessing = {}, .sample_shape = {2, 1, 2}}; }

TEST(ClassifierTest, CountsClasses) {
  CUPEL_ASSERT_OK(const auto classifier, Classifier::Create(LinearGraph(), Options()));
  EXPECT_EQ(classifier->class_count(), 3);
}

TEST(ClassifierTest, PreprocessingIsPartOfTheFunctionAndOfItsGradient) {
  ClassifierOptions options = Options();
  options.preprocessing = {.scale = 2, .mean = {1, 2}, .std = {4, 8}};
  CUPEL_ASSERT_OK(const auto classifier, Classifier::Create(LinearGraph(), options));
  const auto x = FromFloats(std::vector<float>{1, 2, 3, 4}, {1, 2, 1, 2});
  // channel 0: (2x - 1) / 4 = 0.25, 0.75; channel 1: (2x - 2) / 8 = 0.5, 0.75
  CUPEL_ASSERT_OK(const Pass pass,
                  classifier->LogitsGradient(x, [](const auto& y) { return at::ones_like(y); }));
  EXPECT_THAT(ToFloats(pass.output),
              Pointwise(FloatNear(1e-5F),
                        {0.25F + 3 + 3.5F + 7.5F, 0.5F + 3.75F + 4 + 8.25F, 0.75F + 4.5F + 4.5F + 9}));
  EXPECT_THAT(ToFloats(pass.input_gradient),
              Pointwise(FloatNear(1e-5F), {6 * 0.5F, 15 * 0.5F, 24 * 0.25F, 33 * 0.25F}));
}

TEST(ClassifierTest, ChannelsLastAndFlatLayoutsGiveTheSameGradientInTheInputsOwnOrder) {
  const auto x = FromFloats(std::vector<float>{1, 2, 3, 4}, {1, 2, 1, 2});
  ClassifierOptions options = Options();
  options.preprocessing.layout = Preprocessing::Layout::kChannelsLast;
  CUPEL_ASSERT_OK(const auto last, Classifier::Create(LinearGraph(), options));
  CUPEL_ASSERT_OK(const Pass pass, last->LogitsGradient(x, [](const auto& y) { return at::ones_like(y); }));
  EXPECT_EQ(pass.input_gradient.sizes(), x.sizes());
  EXPECT_THAT(ToFloats(pass.input_gradient), Pointwise(FloatNear(1e-5F), {6.0F, 24.0F, 15.0F, 33.0F}));
  options.preprocessing.layout = Preprocessing::Layout::kFlat;
  CUPEL_ASSERT_OK(const auto flat, Classifier::Create(LinearGraph(), options));
  CUPEL_ASSERT_OK(const Pass flat_pass,
                  flat->LogitsGradient(x, [](const auto& y) { return at::ones_like(y); }));
  EXPECT_EQ(flat_pass.input_gradient.sizes(), x.sizes());
  EXPECT_THAT(ToFloats(flat_pass.input_gradient), Pointwise(FloatNear(1e-5F), {6.0F, 15.0F, 24.0F, 33.0F}));
}

TEST(ClassifierTest, BypassesTheFinalSoftmax) {
  ClassifierOptions options = Options();
  options.output_is_probability = true;
  CUPEL_ASSERT_OK(const auto plain, Classifier::Create(LinearGraph(), Options()));
  CUPEL_ASSERT_OK(const auto probable, Classifier::Create(WithSoftmax(LinearGraph()), options));
  const auto x = at::rand({5, 2, 1, 2});
  CUPEL_ASSERT_OK(const auto expected, plain->Logits(x));
  CUPEL_ASSERT_OK(const auto actual, probable->Logits(x));
  EXPECT_TRUE(actual.equal(expected));
}

// As exporters write classifiers: the answered class, an ArgMax of the probabilities, is a second output.
TEST(ClassifierTest, BypassesASoftmaxThatAnotherNodeReadsToo) {
  Graph graph = WithSoftmax(LinearGraph());
  graph.outputs.push_back({.name = "label", .type = graph::DataType::kInt64, .shape = {}});
  graph.nodes.push_back(Node{"class", "ArgMax", "", {"y"}, {"label"}, {{"axis", std::int64_t{1}}}});
  ClassifierOptions options = Options();
  options.output_is_probability = true;
  CUPEL_ASSERT_OK(const auto plain, Classifier::Create(LinearGraph(), Options()));
  CUPEL_ASSERT_OK(const auto probable, Classifier::Create(graph, options));
  const auto x = at::rand({5, 2, 1, 2});
  CUPEL_ASSERT_OK(const auto expected, plain->ExactLogits(x));
  CUPEL_ASSERT_OK(const auto actual, probable->ExactLogits(x));
  EXPECT_TRUE(actual.equal(expected));
}

TEST(ClassifierTest, TakesTheLogarithmOfOtherProbabilities) {
  Graph graph = WithSoftmax(LinearGraph());
  graph.nodes.back().outputs = {"p"};
  graph.initializers["half"] = TensorValue::FromFloats({}, {0.5F});
  graph.nodes.push_back(Node{"halve", "Mul", "", {"p", "half"}, {"y"}, {}});
  ClassifierOptions options = Options();
  options.output_is_probability = true;
  CUPEL_ASSERT_OK(const auto classifier, Classifier::Create(graph, options));
  CUPEL_ASSERT_OK(const auto plain, Classifier::Create(LinearGraph(), Options()));
  const auto x = at::rand({5, 2, 1, 2});
  CUPEL_ASSERT_OK(const auto logits, plain->Logits(x));
  CUPEL_ASSERT_OK(const auto actual, classifier->Logits(x));
  EXPECT_TRUE(actual.allclose(logits.log_softmax(1).sub(std::log(2.0)), 1e-4, 1e-4));
}

TEST(ClassifierTest, ExactLogitsAreThoseOfEachRowAlone) {
  CUPEL_ASSERT_OK(const auto classifier, Classifier::Create(LinearGraph(), Options()));
  const auto x = at::rand({7, 2, 1, 2});
  CUPEL_ASSERT_OK(const auto together, classifier->ExactLogits(x));
  for (std::int64_t i = 0; i < 7; ++i) {
    CUPEL_ASSERT_OK(const auto alone, classifier->ExactLogits(x.slice(0, i, i + 1)));
    EXPECT_TRUE(alone.equal(together.slice(0, i, i + 1)));
  }
}

// A picture network: convolution, normalisation, pooling, dense; what the passes fold.
Graph PictureGraph() {
  ReproducibleStream stream(4, "picture");
  const auto drawn = [&](const graph::Shape& shape, float low, float high) {
    std::vector<float> values(static_cast<std::size_t>(graph::ElementCount(shape)));
    for (float& value : values) value = stream.Uniform(low, high);
    return TensorValue::FromFloats(shape, values);
  };
  const std::vector<std::int64_t> two = {2, 2};
  return GraphOf({{"k", drawn({4, 2, 3, 3}, -0.5F, 0.5F)},
                  {"scale", drawn({4}, 0.5F, 1.5F)},
                  {"shift", drawn({4}, -0.5F, 0.5F)},
                  {"mean", drawn({4}, -0.5F, 0.5F)},
                  {"var", drawn({4}, 0.5F, 1.5F)},
                  {"w", drawn({16, 3}, -0.5F, 0.5F)}},
                 {{"conv", "Conv", "", {"x", "k"}, {"c"}, {{"pads", std::vector<std::int64_t>{1, 1, 1, 1}}}},
                  {"norm", "BatchNormalization", "", {"c", "scale", "shift", "mean", "var"}, {"n"}, {}},
                  {"act", "Relu", "", {"n"}, {"a"}, {}},
                  {"pool", "MaxPool", "", {"a"}, {"p"}, {{"kernel_shape", two}, {"strides", two}}},
                  {"flat", "Flatten", "", {"p"}, {"f"}, {}},
                  {"fc", "MatMul", "", {"f", "w"}, {"y"}, {}}});
}

tensor::Tensor Pictures(std::int64_t n) {
  ReproducibleStream stream(5, "pictures");
  std::vector<float> x(static_cast<std::size_t>(n * 32));
  for (float& value : x) value = stream.Uniform();
  return FromFloats(x, {n, 2, 4, 4});
}

ClassifierOptions PictureOptions() {
  return {.device = {},
          .preprocessing = {.scale = 2, .mean = {0.4F, 0.6F}, .std = {0.5F}},
          .sample_shape = {2, 4, 4}};
}

/// The gradient of sum_k (k + 1) z_k, a different weight a class.
tensor::Tensor Seed(const tensor::Tensor& logits) {
  return FromFloats(std::vector<float>{1, 2, 3}, {1, 3}).expand(logits.sizes()).contiguous();
}

TEST(ClassifierTest, AnyNumberOfSamplesIsAnsweredRowByRow) {
  CUPEL_ASSERT_OK(const auto classifier, Classifier::Create(PictureGraph(), PictureOptions()));
  for (const std::int64_t n : {0, 1, 2, 7, 32, 33}) {
    const tensor::Tensor x = Pictures(n);
    CUPEL_ASSERT_OK(const auto logits, classifier->Logits(x));
    CUPEL_ASSERT_OK(const auto exact, classifier->ExactLogits(x));
    CUPEL_ASSERT_OK(const Pass pass, classifier->LogitsGradient(x, Seed));
    EXPECT_EQ(logits.sizes(), (at::IntArrayRef{n, 3}));
    EXPECT_EQ(exact.sizes(), logits.sizes());
    EXPECT_EQ(pass.input_gradient.sizes(), x.sizes());
    EXPECT_TRUE(logits.allclose(exact, 1e-5, 1e-5)) << n;
    EXPECT_TRUE(pass.output.allclose(logits, 1e-5, 1e-5)) << n;
  }
}

// In every layout, with and without preprocessing, the gradient is that of the logits in the input's own
// unit.
TEST(ClassifierTest, GradientsAreThoseOfTheLogitsInEveryLayout) {
  using Layout = Preprocessing::Layout;
  for (const Layout layout : {Layout::kChannelsFirst, Layout::kChannelsLast, Layout::kFlat}) {
    for (const bool affine : {false, true}) {
      ClassifierOptions options = Options();
      if (affine) options.preprocessing = {.scale = -3, .mean = {0.5F}, .std = {2, 0.25F}};
      options.preprocessing.layout = layout;
      CUPEL_ASSERT_OK(const auto classifier, Classifier::Create(LinearGraph(), options));
      const auto x = FromFloats(std::vector<float>{0.25F, 0.5F, 1, 0.75F}, {1, 2, 1, 2});
      CUPEL_ASSERT_OK(const Pass pass, classifier->LogitsGradient(x, Seed));
      const std::vector<float> gradient = ToFloats(pass.input_gradient);
      for (std::int64_t i = 0; i < 4; ++i) {
        // The function is affine, so a difference over any distance is exact up to rounding.
        auto moved = x.clone();
        moved.view({-1})[i] += 1;
        CUPEL_ASSERT_OK(const auto above, classifier->ExactLogits(moved));
        CUPEL_ASSERT_OK(const auto at_x, classifier->ExactLogits(x));
        const float expected = above.sub(at_x).mul(Seed(at_x)).sum().item<float>();
        EXPECT_NEAR(gradient[static_cast<std::size_t>(i)], expected, 1e-3 * (1 + std::abs(expected)))
            << "layout " << static_cast<int>(layout) << ", element " << i;
      }
    }
  }
}

TEST(ClassifierTest, ManyThreadsGetTheBitsOfOne) {
  CUPEL_ASSERT_OK(const auto classifier, Classifier::Create(PictureGraph(), PictureOptions()));
  const tensor::Tensor x = Pictures(kTileSize);
  tensor::UseOneThreadPerOperator();
  CUPEL_ASSERT_OK(const Pass alone, classifier->LogitsGradient(x, Seed));
  std::vector<int> same(4, 0);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < same.size(); ++t) {
    threads.emplace_back([&, t] {
      tensor::UseOneThreadPerOperator();
      for (int repeat = 0; repeat < 20; ++repeat) {
        const auto pass = classifier->LogitsGradient(x, Seed);
        const auto logits = classifier->Logits(x);
        same[t] += pass && logits && pass->output.equal(alone.output) && logits->equal(alone.output) &&
                   pass->input_gradient.equal(alone.input_gradient);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(same, std::vector<int>(4, 20));
}

TEST(ClassifierTest, ARowOfATileDoesNotDependOnTheOthers) {
  CUPEL_ASSERT_OK(const auto classifier, Classifier::Create(PictureGraph(), PictureOptions()));
  const tensor::Tensor x = Pictures(kTileSize);
  const tensor::Tensor turned = x.flip(0).contiguous();
  tensor::Tensor crowd = at::full_like(x, 0.9);
  crowd[5].copy_(x[20]);
  CUPEL_ASSERT_OK(const Pass first, classifier->LogitsGradient(x, Seed));
  CUPEL_ASSERT_OK(const Pass second, classifier->LogitsGradient(turned, Seed));
  CUPEL_ASSERT_OK(const Pass third, classifier->LogitsGradient(crowd, Seed));
  EXPECT_TRUE(second.output.flip(0).equal(first.output));
  EXPECT_TRUE(second.input_gradient.flip(0).equal(first.input_gradient));
  EXPECT_TRUE(third.output[5].equal(first.output[20]));
  EXPECT_TRUE(third.input_gradient[5].equal(first.input_gradient[20]));
}

TEST(ClassifierTest, RandomisedWeightsComeFromTheSeedAlone) {
  CUPEL_ASSERT_OK(const auto classifier, Classifier::Create(LinearGraph(), Options()));
  CUPEL_ASSERT_OK(const auto first, classifier->WithRandomisedWeights(1));
  CUPEL_ASSERT_OK(const auto again, classifier->WithRandomisedWeights(1));
  CUPEL_ASSERT_OK(const auto other, classifier->WithRandomisedWeights(2));
  const auto x = at::rand({5, 2, 1, 2});
  CUPEL_ASSERT_OK(const auto plain_logits, classifier->Logits(x));
  CUPEL_ASSERT_OK(const auto first_logits, first->Logits(x));
  CUPEL_ASSERT_OK(const auto again_logits, again->Logits(x));
  CUPEL_ASSERT_OK(const auto other_logits, other->Logits(x));
  EXPECT_TRUE(first_logits.equal(again_logits));
  EXPECT_FALSE(first_logits.equal(other_logits));
  EXPECT_FALSE(first_logits.equal(plain_logits));
}

TEST(ClassifierTest, SaysWhatTheGraphAnswersWhenItIsNoClassifier) {
  Graph graph = LinearGraph();
  graph.nodes.resize(1);
  graph.outputs[0].name = "x";
  EXPECT_THAT(Classifier::Create(graph, Options()),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("[1, 2, 1, 2]")));
}

TEST(ClassifierTest, SaysWhichSampleShapeTheGraphRefuses) {
  ClassifierOptions options = Options();
  options.sample_shape = {3, 1, 2};
  EXPECT_THAT(Classifier::Create(LinearGraph(), options),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("[3, 1, 2]")));
}

TEST(ClassifierTest, RefusesSamplesOfAnotherShape) {
  CUPEL_ASSERT_OK(const auto classifier, Classifier::Create(LinearGraph(), Options()));
  EXPECT_THAT(classifier->Logits(at::rand({5, 2, 2, 2})),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("[5, 2, 2, 2]")));
}

TEST(ClassifierTest, RefusesSamplesOfAnotherTypeAndGradientsOfAnotherShape) {
  CUPEL_ASSERT_OK(const auto classifier, Classifier::Create(LinearGraph(), Options()));
  const auto x = at::rand({5, 2, 1, 2});
  for (const at::ScalarType type : {at::kDouble, at::kHalf, at::kByte})
    EXPECT_THAT(classifier->Logits(x.to(type)), HasError(ErrorCode::kInvalidArgument, HasSubstr("float32")));
  EXPECT_THAT(classifier->LogitsGradient(x, [](const auto& y) { return at::ones_like(y)[0]; }),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("another shape")));
  EXPECT_THAT(classifier->LogitsGradient(
                  x, [](const auto& y) -> tensor::Tensor { return at::ones_like(y).reshape({99}); }),
              ::testing::Not(cupel::testing::IsOk()));  // what it throws does not leave the module
}

TEST(ClassifierTest, RefusesPreprocessingThatDoesNotFit) {
  ClassifierOptions options = Options();
  options.preprocessing.mean = {1, 2, 3};
  EXPECT_THAT(Classifier::Create(LinearGraph(), options),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("mean")));
  options.preprocessing = {.scale = 1, .mean = {}, .std = {0}};
  EXPECT_THAT(Classifier::Create(LinearGraph(), options),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("std")));
}

}  // namespace
}  // namespace cupel::algorithm::executor
