// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/train/substitute.h"

#include <cmath>

#include "cupel/algorithm/graph/example_graphs.h"
#include "cupel/algorithm/train/halves_for_test.h"
#include "cupel/algorithm/train/untrained.h"
#include "cupel/data/dataset/memory_dataset.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::train {
namespace {

using cupel::testing::HasError;
using executor::Classifier;
using executor::ClassifierOptions;
using executor::Preprocessing;
using ::testing::HasSubstr;

/// Two pixels' difference with a steep slope: [n, 1, 2, 2] to two classes.
std::unique_ptr<Classifier> Slope(ClassifierOptions options = {}, bool softmax = false) {
  graph::Graph graph = graph::MakeGraph(
      {"N", "1", "2", "2"},
      {graph::MakeNode("Flatten", {"x"}, {"flat"}), graph::MakeNode("Gemm", {"flat", "w", "b"}, {"y"})},
      {{"w", graph::TensorValue::FromFloats({4, 2}, {8, -8, -8, 8, 1, 0, 0, 1})},
       {"b", graph::TensorValue::FromFloats({2}, {0.5F, -0.5F})}});
  if (softmax) {
    graph.nodes[1].outputs = {"z"};
    graph.nodes.push_back(graph::MakeNode("Softmax", {"z"}, {"y"}));
    options.output_is_probability = true;
  }
  options.sample_shape = {1, 2, 2};
  return Classifier::Create(graph, options).value();
}

std::unique_ptr<data::dataset::Dataset> Squares(std::int64_t n, std::uint64_t seed) {
  data::dataset::DatasetInfo info;
  info.name = "squares";
  info.sample_shape = {1, 2, 2};
  info.class_names = {"0", "1"};
  return RandomQueries(info, n, seed).value();
}

std::vector<float> LogitsOn(const Classifier& model, const data::dataset::Dataset& data) {
  std::vector<std::int64_t> indices;
  for (std::int64_t i = 0; i < data.size(); ++i) indices.push_back(i);
  std::vector<float> x(indices.size() * 4);
  EXPECT_TRUE(data.Read(indices, x).has_value());
  return tensor::ToFloats(model.Logits(tensor::FromFloats(x, {data.size(), 1, 2, 2})).value());
}

double Agreement(const Classifier& a, const Classifier& b, const data::dataset::Dataset& data) {
  const std::vector<float> left = LogitsOn(a, data);
  const std::vector<float> right = LogitsOn(b, data);
  double same = 0;
  for (std::size_t i = 0; i < left.size(); i += 2)
    same += (left[i] < left[i + 1]) == (right[i] < right[i + 1]);
  return same / static_cast<double>(data.size());
}

SubstituteOptions Quick() {
  SubstituteOptions options;
  options.architecture = "mlp";
  options.training.epochs = 30;
  options.training.batch_size = 16;
  options.training.seed = 3;
  return options;
}

TEST(Substitute, LearnsTheTargetFromItsAnswersAlone) {
  const auto target = Slope();
  const auto queries = Squares(400, 1);
  for (const Answers answers : {Answers::kProbabilities, Answers::kLabels}) {
    SubstituteOptions options = Quick();
    options.answers = answers;
    CUPEL_ASSERT_OK(const Substitute substitute, TrainSubstitute(*target, *queries, options));
    EXPECT_EQ(substitute.queries, 400);
    EXPECT_GT(Agreement(*target, *substitute.classifier, *Squares(500, 2)), 0.95);
  }
}

// Probabilities say how steep the slope is; labels do not: the first substitute has the target's confidence.
TEST(Substitute, ProbabilitiesCarryTheConfidence) {
  const auto target = Slope();
  SubstituteOptions options = Quick();
  options.training.epochs = 100;
  CUPEL_ASSERT_OK(const Substitute substitute, TrainSubstitute(*target, *Squares(400, 1), options));
  const auto data = Squares(200, 2);
  const std::vector<float> wanted = LogitsOn(*target, *data);
  const std::vector<float> found = LogitsOn(*substitute.classifier, *data);
  double difference = 0;
  const auto probability = [](const std::vector<float>& z, std::size_t i) {
    return 1 / (1 + std::exp(double{z[i]} - z[i + 1]));
  };
  for (std::size_t i = 0; i < wanted.size(); i += 2)
    difference += std::abs(probability(wanted, i) - probability(found, i)) / 200;
  EXPECT_LT(difference, 0.05);
}

TEST(Substitute, MoreQueriesMakeItMoreFaithful) {
  const auto target = Slope();
  const auto data = Squares(2000, 7);
  double few = 0;
  double many = 0;
  for (const std::uint64_t seed : {1, 2, 3}) {
    few += Agreement(*target, *TrainSubstitute(*target, *Squares(4, seed), Quick())->classifier, *data);
    many += Agreement(*target, *TrainSubstitute(*target, *Squares(400, seed), Quick())->classifier, *data);
  }
  EXPECT_LT(few + 0.1, many);
}

TEST(Substitute, IsTheSameForTheSameSeedAndDoesNotSeeLabels) {
  const auto target = Slope();
  const auto queries = Squares(64, 1);
  data::dataset::MemoryData relabelled;
  relabelled.info = queries->info();
  relabelled.features.resize(64 * 4);
  std::vector<std::int64_t> indices;
  for (std::int64_t i = 0; i < 64; ++i) indices.push_back(i);
  ASSERT_THAT(queries->Read(indices, relabelled.features), cupel::testing::IsOk());
  relabelled.labels.assign(64, 1);
  const auto others = data::dataset::MakeMemoryDataset(std::move(relabelled)).value();
  const auto one = TrainSubstitute(*target, *queries, Quick()).value();
  const auto two = TrainSubstitute(*target, *others, Quick()).value();
  EXPECT_EQ(one.graph.initializers, two.graph.initializers);
  SubstituteOptions options = Quick();
  options.training.seed = 4;
  EXPECT_NE(TrainSubstitute(*target, *queries, options)->graph.initializers, one.graph.initializers);
}

TEST(Substitute, RefusesWhatDoesNotFit) {
  const auto target = Slope();
  EXPECT_THAT(TrainSubstitute(*target, *Squares(1, 1), Quick()),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("at least 2 queries")));
  EXPECT_THAT(TrainSubstitute(*target, Halves(20, 16), Quick()),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("another shape")));
  SubstituteOptions options = Quick();
  options.architecture = "mpl";
  EXPECT_THAT(TrainSubstitute(*target, *Squares(8, 1), options),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("\"mpl\"")));
  EXPECT_THAT(ParseAnswers("logits"), HasError(ErrorCode::kInvalidArgument, HasSubstr("logits")));
}

TEST(RandomQueries, FillTheBoxAndNeedOne) {
  data::dataset::DatasetInfo info;
  info.sample_shape = {3};
  info.class_names = {"a", "b"};
  info.box_low = -2;
  info.box_high = 6;
  CUPEL_ASSERT_OK(const auto queries, RandomQueries(info, 1000, 5));
  std::vector<std::int64_t> indices;
  for (std::int64_t i = 0; i < 1000; ++i) indices.push_back(i);
  std::vector<float> x(3000);
  ASSERT_THAT(queries->Read(indices, x), cupel::testing::IsOk());
  double sum = 0;
  for (const float value : x) {
    EXPECT_GE(value, -2);
    EXPECT_LE(value, 6);
    sum += value;
  }
  EXPECT_NEAR(sum / 3000, 2, 0.2);  // standard error 8 / sqrt(12 * 3000) = 0.042
  EXPECT_THAT(RandomQueries(info, 0, 5), HasError(ErrorCode::kInvalidArgument, HasSubstr(">= 1")));
  info.box_high = INFINITY;
  EXPECT_THAT(RandomQueries(info, 5, 5), HasError(ErrorCode::kInvalidArgument, HasSubstr("finite box")));
}

// With the target's own weights put back, the untrained graph must answer what the target answers: the
// preprocessing in front of it and the logits behind it are the classifier's.
void ExpectSameFunction(const Classifier& target, const std::vector<std::string>& weights) {
  CUPEL_ASSERT_OK(graph::Graph graph, UntrainedGraph("target", target, 9));
  for (const std::string& name : weights) {
    ASSERT_NE(graph.initializers.at(name), target.graph().initializers.at(name)) << name;
    graph.initializers.at(name) = target.graph().initializers.at(name);
  }
  CUPEL_ASSERT_OK(const auto same,
                  Classifier::Create(graph, {.device = {}, .preprocessing = {}, .sample_shape = {1, 2, 2}}));
  const auto data = Squares(50, 4);
  const std::vector<float> wanted = LogitsOn(target, *data);
  const std::vector<float> found = LogitsOn(*same, *data);
  for (std::size_t i = 0; i < wanted.size(); ++i) EXPECT_NEAR(found[i], wanted[i], 1e-4) << i;
}

TEST(UntrainedGraph, KeepsPreprocessingAndDropsSoftmax) {
  for (const bool softmax : {false, true}) {
    ExpectSameFunction(*Slope({}, softmax), {"w", "b"});
    ClassifierOptions scaled;
    scaled.preprocessing = {.scale = 2, .mean = {0.25F}, .std = {0.5F}};
    ExpectSameFunction(*Slope(scaled, softmax), {"w", "b"});
  }
}

TEST(UntrainedGraph, KeepsTheLayout) {
  graph::Graph graph = graph::MakeGraph(
      {"N", "2", "2", "1"},
      {graph::MakeNode("Transpose", {"x"}, {"t"}, {{"perm", std::vector<std::int64_t>{0, 3, 1, 2}}}),
       graph::MakeNode("Flatten", {"t"}, {"flat"}), graph::MakeNode("Gemm", {"flat", "w"}, {"y"})},
      {{"w", graph::TensorValue::FromFloats({4, 2}, {1, 2, 3, 4, 5, 6, 7, 8})}});
  ClassifierOptions options;
  options.sample_shape = {1, 2, 2};
  options.preprocessing.layout = Preprocessing::Layout::kChannelsLast;
  ExpectSameFunction(*Classifier::Create(graph, options).value(), {"w"});
}

TEST(UntrainedGraph, NamedArchitecturesStandBehindTheSamePreprocessing) {
  ClassifierOptions scaled;
  scaled.preprocessing = {.scale = 1, .mean = {0.5F}, .std = {0.25F}};
  CUPEL_ASSERT_OK(const graph::Graph graph, UntrainedGraph("mlp", *Slope(scaled), 9));
  EXPECT_EQ(graph::Operators(graph), "Constant Sub Constant Div Flatten Gemm Relu Gemm");
}

TEST(DrawsWhileTraining, KnowsDropout) {
  graph::Graph graph = graph::MakeGraph({"N", "4"}, {graph::MakeNode("Relu", {"x"}, {"y"})});
  EXPECT_FALSE(DrawsWhileTraining(graph));
  graph.nodes.push_back(graph::MakeNode("Dropout", {"y"}, {"z"}));
  EXPECT_TRUE(DrawsWhileTraining(graph));
}

TEST(Targets, OfOneHotRowsTrainAsLabelsDo) {
  const Halves data(64);
  TrainJob job = SmallJob(data, "mlp");
  const Trained labels = Train(job).value();
  std::vector<float> targets;
  for (const std::int32_t label : data.labels()) {
    targets.push_back(label == 0 ? 1.0F : 0.0F);
    targets.push_back(label == 1 ? 1.0F : 0.0F);
  }
  job.targets = targets;
  const Trained rows = Train(job).value();
  const std::vector<double> a = labels.graph.initializers.at("dense2.weight").AsDoubles();
  const std::vector<double> b = rows.graph.initializers.at("dense2.weight").AsDoubles();
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-5);
  // Turned round, they teach the opposite.
  for (float& value : targets) value = 1 - value;
  EXPECT_LT(Accuracy(Train(job)->graph, data).value(), 0.5);
}

TEST(Targets, MustFitSamplesAndClasses) {
  const Halves data(64);
  TrainJob job = SmallJob(data, "mlp");
  const std::vector<float> three(64 * 3, 0.3F);
  job.targets = three;
  EXPECT_THAT(Train(job), HasError(ErrorCode::kInvalidArgument, HasSubstr("the targets have 3")));
  job.targets = std::span(three).first(65);
  EXPECT_THAT(Train(job), HasError(ErrorCode::kInvalidArgument, HasSubstr("65 targets")));
}

}  // namespace
}  // namespace cupel::algorithm::train
