// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/executor/classifier.h"

#include <ATen/ops/full.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/softmax.h>

#include <cmath>

#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::executor {
namespace {

using ::cupel::testing::HasError;
using graph::DataType;
using graph::Graph;
using graph::Node;
using graph::TensorValue;
using tensor::FromFloats;
using tensor::ToFloats;
using ::testing::FloatNear;
using ::testing::HasSubstr;
using ::testing::Pointwise;

// logits = flatten(x) * w, x [n, 2, 1, 2], 3 classes.
Graph LinearGraph() {
  Graph graph;
  graph.name = "linear";
  graph.opsets[""] = 13;
  graph.inputs.push_back({.name = "x", .type = DataType::kFloat32, .shape = {}});
  graph.outputs.push_back({.name = "logits", .type = DataType::kFloat32, .shape = {}});
  graph.initializers["w"] = TensorValue::FromFloats({4, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
  graph.nodes.push_back(Node{"flat", "Flatten", "", {"x"}, {"f"}, {}});
  graph.nodes.push_back(Node{"fc", "MatMul", "", {"f", "w"}, {"logits"}, {}});
  return graph;
}

Graph WithSoftmax(Graph graph) {
  graph.nodes.back().outputs = {"z"};
  graph.nodes.push_back(Node{"prob", "Softmax", "", {"z"}, {"logits"}, {}});
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

TEST(ClassifierTest, TakesTheLogarithmOfOtherProbabilities) {
  Graph graph = WithSoftmax(LinearGraph());
  graph.nodes.back().outputs = {"p"};
  graph.initializers["half"] = TensorValue::FromFloats({}, {0.5F});
  graph.nodes.push_back(Node{"halve", "Mul", "", {"p", "half"}, {"logits"}, {}});
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
