// SPDX-License-Identifier: Apache-2.0
// inspect.attribute-inference on tables in which it is known what the model says about the hidden column.
#include <cmath>

#include "cupel/algorithm/graph/example_graphs.h"
#include "cupel/algorithm/leakage/checks.h"
#include "cupel/algorithm/leakage/hidden_column.h"
#include "cupel/algorithm/leakage/leakage_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::leakage {
namespace {

using check::CheckResult;
using cupel::testing::HasError;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Columns: a hidden bit, and two numbers. The label says the hidden bit with probability `tells` and is a
/// coin otherwise, or, hidden in the third column's sign, the bit is turned round: then label and background
/// together tell nothing that a table without the model does not.
DatasetPointer Records(std::int64_t n, double tells, std::uint64_t seed) {
  data::dataset::MemoryData data;
  data.info.name = "records " + std::to_string(seed);
  data.info.sample_shape = {3};
  data.info.class_names = {"no", "yes"};
  for (std::int64_t i = 0; i < n; ++i) {
    ReproducibleStream stream(seed, "records", static_cast<std::uint64_t>(i));
    const auto bit = static_cast<std::int32_t>(stream.Below(2));
    data.features.push_back(static_cast<float>(bit));
    data.features.push_back(stream.Uniform());
    data.features.push_back(stream.Uniform());
    data.labels.push_back(stream.UniformDouble() < tells ? bit : static_cast<std::int32_t>(stream.Below(2)));
  }
  return data::dataset::MakeMemoryDataset(std::move(data)).value();
}

/// Logit of "yes" = steepness * (column 0 - 1/2) + slope * column 1.
std::unique_ptr<executor::Classifier> Model(float steepness, float slope) {
  return AsClassifier(
      graph::MakeGraph({"N", "3"}, {graph::MakeNode("Gemm", {"x", "w", "b"}, {"y"})},
                       {{"w", graph::TensorValue::FromFloats({3, 2}, {0, steepness, 0, slope, 0, 0})},
                        {"b", graph::TensorValue::FromFloats({2}, {0, -steepness / 2})}}),
      {3});
}

// The model's answer to the record itself gives the bit away, whatever the label: all of it is the model's
// doing.
TEST(AttributeInference, FindsWhatTheAnswerToTheRecordGivesAway) {
  const auto members = Records(600, 0, 1);
  const auto others = Records(1000, 0, 2);
  const auto model = Model(4, 0);
  Setting setting{.model = model.get(),
                  .training = members.get(),
                  .data = others.get(),
                  .parameters = R"({"record_answer": true})"};
  CUPEL_ASSERT_OK(const CheckResult leak, RunCheck(AttributeInferenceCheck(), setting));
  EXPECT_GT(MetricOf(leak, "accuracy").value, 0.98);
  EXPECT_TRUE(Covers(MetricOf(leak, "baseline_accuracy"), 0.5));
  EXPECT_GT(MetricOf(leak, "advantage").interval->low, 0.4);
  EXPECT_TRUE(Covers(MetricOf(leak, "member_gap"), 0));
  // Without the answer the attacker has nothing: label and columns do not know the bit.
  setting.parameters = "{}";
  CUPEL_ASSERT_OK(const CheckResult none, RunCheck(AttributeInferenceCheck(), setting));
  EXPECT_TRUE(Covers(MetricOf(none, "advantage"), 0)) << MetricOf(none, "advantage").value;
}

// A label that says the bit is imputed without the model: accuracy is high, advantage is none.
TEST(AttributeInference, DoesNotBlameTheModelForWhatTheTableSays) {
  const auto members = Records(800, 0.8, 1);
  const auto others = Records(1600, 0.8, 2);
  const auto model = Model(4, 0);
  const Setting setting{.model = model.get(), .training = members.get(), .data = others.get()};
  CUPEL_ASSERT_OK(const CheckResult result, RunCheck(AttributeInferenceCheck(), setting));
  EXPECT_GT(MetricOf(result, "accuracy").value, 0.85);
  EXPECT_GT(MetricOf(result, "baseline_accuracy").value, 0.85);
  EXPECT_NEAR(MetricOf(result, "advantage").value, 0, 0.03);
  // Frequency and likelihood alone find it too: the label's likelihood is larger with the right bit.
  EXPECT_NEAR(MetricOf(result, "query_accuracy").value, 0.9, 0.04);
  EXPECT_TRUE(Covers(MetricOf(result, "majority_accuracy"), 0.5));
}

/// A network that learnt by heart rows whose label is a coin: with the right bit put in it is surer of it.
TEST(AttributeInference, FindsMembersOfANetworkThatLearntByHeart) {
  const auto members = Records(200, 0, 1);
  const auto others = Records(1200, 0, 2);
  train::TrainJob job;
  job.graph = train::MakeArchitecture("mlp", {3}, 2, 1).value();
  job.data = members.get();
  job.options.epochs = 600;
  job.options.batch_size = 50;
  job.options.optimizer = train::Optimizer::kAdam;
  job.options.learning_rate = 0.02;
  job.options.weight_decay = 0;
  const auto model = AsClassifier(train::Train(job)->graph, {3});
  const Setting setting{.model = model.get(), .training = members.get(), .data = others.get()};
  CUPEL_ASSERT_OK(const CheckResult result, RunCheck(AttributeInferenceCheck(), setting));
  // Unseen records have coins for labels, so nobody can know their bit; members' can.
  EXPECT_GT(MetricOf(result, "query_accuracy").interval->low, 0.5);
  EXPECT_NEAR(MetricOf(result, "accuracy_unseen").value, 0.5, 0.06);
}

TEST(AttributeInference, IsTheSameOnTwoWorkersAndWithoutTrainingData) {
  const auto members = Records(300, 0.5, 1);
  const auto others = Records(300, 0.5, 2);
  const auto model = Model(4, 1);
  Setting setting{.model = model.get(), .training = members.get(), .data = others.get()};
  CUPEL_ASSERT_OK(const CheckResult one, RunCheck(AttributeInferenceCheck(), setting));
  setting.workers = 2;
  CUPEL_ASSERT_OK(const CheckResult two, RunCheck(AttributeInferenceCheck(), setting));
  EXPECT_EQ(AsText(one), AsText(two));
  setting.training = nullptr;
  CUPEL_ASSERT_OK(const CheckResult unseen, RunCheck(AttributeInferenceCheck(), setting));
  EXPECT_EQ(MetricOf(unseen, "accuracy").n, 150);
  EXPECT_EQ(check::FindMetric(unseen.metrics, "member_gap"), nullptr);
}

TEST(AttributeInference, RefusesOrPassesWhatDoesNotFit) {
  const auto data = Records(100, 0.5, 1);
  const auto model = Model(4, 1);
  Setting setting{.model = model.get(), .data = data.get(), .parameters = R"({"columns": [7]})"};
  EXPECT_THAT(RunCheck(AttributeInferenceCheck(), setting),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("column must be in [0, 3), got 7")));
  setting.parameters = R"({"columns": [1]})";
  EXPECT_THAT(RunCheck(AttributeInferenceCheck(), setting),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("more than 32 values")));
  setting.parameters = R"({"columns": [0.5]})";
  EXPECT_THAT(RunCheck(AttributeInferenceCheck(), setting),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("whole numbers")));
  setting.parameters = "{}";
  setting.training = data.get();
  EXPECT_THAT(RunCheck(AttributeInferenceCheck(), setting),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("the same set")));
  const auto strange = NoisyRows(20, 4, 0, 1);
  setting.training = strange.get();
  EXPECT_THAT(RunCheck(AttributeInferenceCheck(), setting),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("differ in shape")));
  data::dataset::MemoryData three;
  three.info.sample_shape = {3};
  three.info.class_names = {"a", "b", "c"};
  three.features.assign(60, 0.5F);
  for (int i = 0; i < 20; ++i) three.labels.push_back(i % 3);
  const auto more = data::dataset::MakeMemoryDataset(std::move(three)).value();
  setting.training = more.get();
  EXPECT_THAT(RunCheck(AttributeInferenceCheck(), setting),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("label must be in [0, 2)")));
  data::dataset::MemoryData pictures;
  pictures.info.sample_shape = {1, 2, 2};
  pictures.info.class_names = {"a", "b"};
  pictures.features.assign(16, 0.5F);
  pictures.labels = {0, 1, 0, 1};
  const auto images = data::dataset::MakeMemoryDataset(std::move(pictures)).value();
  setting.data = images.get();
  CUPEL_ASSERT_OK(const CheckResult result, RunCheck(AttributeInferenceCheck(), setting));
  EXPECT_TRUE(result.not_applicable.has_value());
}

// By hand: the log-odds of the true label with each value put in, then the answer to the record itself.
TEST(Know, IsWhatTheModelAnswersToEveryCandidate) {
  const auto data = Records(300, 0.5, 4);
  const auto model = Model(4, 1);
  CUPEL_ASSERT_OK(const HiddenColumn hidden, HiddenColumn::Create(*data, {0}));
  CUPEL_ASSERT_OK(const KnownRecords known, Know(*model, *data, hidden, true, 2));
  ASSERT_EQ(known.n, 300U);
  for (std::size_t i = 0; i < known.n; ++i) {
    std::vector<float> x(3);
    const auto index = static_cast<std::int64_t>(i);
    ASSERT_TRUE(data->Read({&index, 1}, x).has_value());
    const std::int32_t label = data->labels()[i];
    EXPECT_EQ(known.value[i], static_cast<std::int32_t>(x[0]));
    EXPECT_THAT(known.background[i], ElementsAre(x[1], x[2], label == 0 ? 1 : 0, label == 1 ? 1 : 0));
    ASSERT_EQ(known.answers[i].size(), 4U);
    for (const int bit : {0, 1}) {
      const double yes = 4 * (bit - 0.5) + x[1];
      EXPECT_NEAR(known.answers[i][static_cast<std::size_t>(bit)], label == 1 ? yes : -yes, 1e-5);
    }
    EXPECT_EQ(known.answers[i][2], 0);
    EXPECT_NEAR(known.answers[i][3], 4 * (x[0] - 0.5) + x[1], 1e-5);
  }
}

TEST(HiddenColumn, OfAOneHotCodeIsItsPatterns) {
  data::dataset::MemoryData data;
  data.info.sample_shape = {4};
  data.info.class_names = {"a", "b"};
  data.features = {0.5F, 1, 0, 0, 0.5F, 0, 1, 0, 0.5F, 0, 0, 1, 0.25F, 0, 1, 0};
  data.labels = {0, 1, 0, 1};
  const auto records = data::dataset::MakeMemoryDataset(std::move(data)).value();
  CUPEL_ASSERT_OK(const HiddenColumn hidden, HiddenColumn::Create(*records, {1, 2, 3}));
  EXPECT_EQ(hidden.value_count(), 3U);
  const std::vector<float> record = {0.5F, 0, 1, 0};
  EXPECT_EQ(hidden.ValueOf(record), 1);
  EXPECT_THAT(hidden.With(record, 2), ElementsAre(0.5F, 1, 0, 0));
  EXPECT_THAT(hidden.Without(record), ElementsAre(0.5F));
  EXPECT_EQ(hidden.ValueOf(std::vector<float>{0.5F, 1, 1, 1}), -1);
  CUPEL_ASSERT_OK(const HiddenColumn first, HiddenColumn::Create(*records, {0}));
  EXPECT_EQ(first.value_count(), 2U);
}

}  // namespace
}  // namespace cupel::algorithm::leakage
