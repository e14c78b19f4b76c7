// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cupel/algorithm/check/result_json.h"
#include "cupel/algorithm/evaluate/predict.h"
#include "cupel/algorithm/inspect/attack_for_test.h"
#include "cupel/algorithm/inspect/witness.h"
#include "cupel/algorithm/train/architectures.h"
#include "cupel/algorithm/transfer/checks.h"
#include "cupel/algorithm/transfer/transfer_run.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::transfer {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;
using inspect::Norm;
using inspect::RowModel;
using ::testing::Gt;
using ::testing::HasSubstr;

constexpr int kWidth = static_cast<int>(inspect::kFeatures);

double Value(const check::CheckResult& result, const std::string& name) {
  const check::Metric* metric = check::FindMetric(result.metrics, name);
  return metric == nullptr ? -1 : metric->value;
}

RowModel Opposite(const RowModel& model) {
  std::vector<RowModel::Layer> layers = model.layers();
  for (auto& row : layers.back().weights) {
    for (float& weight : row) weight = -weight;
  }
  return RowModel(std::move(layers));
}

class TransferTest : public ::testing::Test {
 protected:
  TransferTest()
      : model_(RowModel::Random({kWidth, 2}, 3)),
        opposite_(Opposite(model_)),
        data_(inspect::LabelledByModel(model_, 120, {kWidth}, 0.2F, 0.8F, 5)),
        target_(Wrap(model_)),
        context_(model_, *data_) {}

  static std::shared_ptr<const inspect::AttackTarget> Wrap(const RowModel& model) {
    return inspect::TargetOf(model, model, static_cast<std::int64_t>(model.layers().back().bias.size()),
                             {kWidth});
  }

  Result<check::CheckResult> Run(const std::vector<Surrogate>& surrogates,
                                 const std::vector<NamedOptions>& attacks, Norm norm = Norm::kLinf) {
    inspect::AttackPlan plan;
    plan.norm = norm;
    plan.epsilons = {0.02, 0.05};
    plan.stored_inputs = 50;
    plan.seed = 7;
    plan.stream = "inspect.transfer";
    return RunTransfer(*target_, surrogates, attacks, plan, context_.context);
  }

  RowModel model_;
  RowModel opposite_;
  data::dataset::DatasetPointer data_;
  std::shared_ptr<const inspect::AttackTarget> target_;
  inspect::TestContext context_;
};

TEST_F(TransferTest, FromTheModelToItselfEveryAttackReachesTheClosedFormOfALinearModel) {
  const std::int64_t robust = inspect::ExactRobust(model_, *data_, Norm::kLinf, 0.05);
  ASSERT_TRUE(robust > 10 && robust < 118) << robust;
  for (const NamedOptions& attack : {NamedOptions{"i", {.steps = 1, .decay = 0}}, NamedOptions{"mi", {}},
                                     NamedOptions{"ni", {.nesterov = true}}}) {
    CUPEL_ASSERT_OK(const check::CheckResult result, Run({{"itself", target_}}, {attack}));
    EXPECT_EQ(check::FindMetric(result.metrics, "robust_accuracy")->count, robust) << attack.name;
    EXPECT_EQ(Value(result, "clean_accuracy"), 1);
  }
}

TEST_F(TransferTest, InL2TooTheModelItselfIsAsGoodAsAWhiteBox) {
  const std::int64_t robust = inspect::ExactRobust(model_, *data_, Norm::kL2, 0.05);
  CUPEL_ASSERT_OK(const check::CheckResult result, Run({{"itself", target_}}, {{"mi", {}}}, Norm::kL2));
  EXPECT_EQ(check::FindMetric(result.metrics, "robust_accuracy")->count, robust);
}

TEST_F(TransferTest, FromAModelOfOppositeWeightsNothingTransfers) {
  CUPEL_ASSERT_OK(const check::CheckResult result, Run({{"opposite", Wrap(opposite_)}}, {{"mi", {}}}));
  EXPECT_EQ(Value(result, "attack_success"), 0);
  EXPECT_EQ(Value(result, "robust_accuracy"), 1);
}

TEST_F(TransferTest, TheUnionOverSurrogatesIsTakenSampleBySample) {
  CUPEL_ASSERT_OK(const check::CheckResult both,
                  Run({{"opposite", Wrap(opposite_)}, {"itself", target_}}, {{"mi", {}}}));
  CUPEL_ASSERT_OK(const check::CheckResult one, Run({{"itself", target_}}, {{"mi", {}}}));
  EXPECT_EQ(Value(both, "robust_accuracy"), Value(one, "robust_accuracy"));
  EXPECT_EQ(Value(both, "robust_accuracy.after.opposite-mi"), 1);
  EXPECT_EQ(Value(both, "robust_accuracy.after.itself-mi"), Value(both, "robust_accuracy"));
  ASSERT_FALSE(both.witnesses.empty());
  EXPECT_EQ(both.witnesses[0]["attack"].AsString(), "itself-mi");
}

TEST_F(TransferTest, EachSurrogateSpendsOneQueryASample) {
  CUPEL_ASSERT_OK(const check::CheckResult result,
                  Run({{"opposite", Wrap(opposite_)}}, {{"mi", {}}, {"i", {.decay = 0}}}));
  // Two attacks at two budgets on 120 samples, none of which is broken.
  EXPECT_EQ(Value(result, "queries"), 2 * 2 * 120);
}

TEST_F(TransferTest, EveryWitnessIsConfirmedOnTheTarget) {
  CUPEL_ASSERT_OK(const check::CheckResult result, Run({{"itself", target_}}, {{"mi", {}}}));
  EXPECT_THAT(inspect::VerifyWitnesses(*target_, *data_, result), IsOkAndHolds(Gt(5)));
}

TEST_F(TransferTest, ResultsDoNotDependOnWorkersOrRestarts) {
  const std::vector<NamedOptions> attacks = {
      {"combined", {.nesterov = true, .diversity_prob = 0.5, .kernel = 0}}};
  CUPEL_ASSERT_OK(const check::CheckResult one, Run({{"itself", target_}}, attacks));
  context_.context.workers = 4;
  inspect::MemoryJournal journal;
  context_.context.journal = &journal;
  CUPEL_ASSERT_OK(const check::CheckResult four, Run({{"itself", target_}}, attacks));
  CUPEL_ASSERT_OK(const check::CheckResult resumed, Run({{"itself", target_}}, attacks));
  EXPECT_EQ(ToJson(one, check::ArtifactBytes::kInline), ToJson(four, check::ArtifactBytes::kInline));
  EXPECT_EQ(ToJson(one, check::ArtifactBytes::kInline), ToJson(resumed, check::ArtifactBytes::kInline));
}

TEST_F(TransferTest, ASurrogateThatAnswersNanFailsTheRunByName) {
  opposite_.disturb = [](std::size_t, std::vector<float>& logits) { logits[0] = NAN; };
  EXPECT_THAT(Run({{"broken", Wrap(opposite_)}}, {{"mi", {}}}),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("broken-mi")));
}

TEST_F(TransferTest, ReportsHowOftenASurrogateAgrees) {
  CUPEL_ASSERT_OK(const check::CheckResult result,
                  Run({{.name = "other", .target = target_, .agreed = 30, .compared = 40}}, {{"mi", {}}}));
  EXPECT_EQ(Value(result, "agreement.other"), 0.75);
}

// The check itself, on classifiers.
class TransferCheckTest : public ::testing::Test {
 protected:
  TransferCheckTest()
      : model_(Mlp(1)), twin_(Mlp(1)), other_(Mlp(2)), data_(Noise(60, 1)), more_(Noise(400, 2)) {
    auto predictions = evaluate::Predict(*model_, *data_, 1, SilentProgress());
    CUPEL_CHECK(predictions.has_value());
    // The labels are the model's answers.
    data::dataset::MemoryData labelled;
    labelled.info = data_->info();
    for (std::int64_t i = 0; i < data_->size(); ++i) {
      const std::vector<float> x = inspect::SampleOf(*data_, i);
      labelled.features.insert(labelled.features.end(), x.begin(), x.end());
      labelled.labels.push_back(predictions->Predicted(i));
    }
    data_ = *data::dataset::MakeMemoryDataset(std::move(labelled));
    predictions_ = *std::move(predictions);
    context_.model = model_.get();
    context_.data = data_.get();
    context_.predictions = [this]() -> Result<const data::dataset::Predictions*> { return &predictions_; };
    context_.seed = 4;
  }

  static std::unique_ptr<executor::Classifier> Mlp(std::uint64_t seed, std::int64_t classes = 3) {
    auto graph = train::MakeArchitecture("mlp", {1, 6, 6}, classes, seed);
    CUPEL_CHECK(graph.has_value());
    auto classifier =
        executor::Classifier::Create(*graph, {.device = {}, .preprocessing = {}, .sample_shape = {1, 6, 6}});
    CUPEL_CHECK(classifier.has_value());
    return *std::move(classifier);
  }

  static data::dataset::DatasetPointer Noise(std::int64_t n, std::uint64_t seed) {
    data::dataset::MemoryData data;
    data.info.name = "noise";
    data.info.sample_shape = {1, 6, 6};
    data.info.class_names = {"a", "b", "c"};
    ReproducibleStream stream(seed, "noise");
    for (std::int64_t i = 0; i < 36 * n; ++i) data.features.push_back(stream.Uniform());
    data.labels.assign(static_cast<std::size_t>(n), 0);
    return *data::dataset::MakeMemoryDataset(std::move(data));
  }

  Result<check::CheckResult> Measure(const std::string& parameters) {
    CUPEL_TRY(const Json given, Json::Parse(parameters));
    CUPEL_TRY(context_.parameters, check::Parameters::Create(TransferCheck().description(), given));
    return TransferCheck().Run(context_);
  }

  std::unique_ptr<executor::Classifier> model_, twin_, other_;
  data::dataset::DatasetPointer data_, more_;
  data::dataset::Predictions predictions_;
  check::Context context_;
};

TEST_F(TransferCheckTest, ATwinBreaksAlmostAllAndAnotherNetworkLess) {
  context_.surrogates = {{"twin", twin_.get()}, {"other", other_.get()}};
  CUPEL_ASSERT_OK(const check::CheckResult twin, Measure(R"({"epsilons": [0.1], "surrogates": ["twin"]})"));
  CUPEL_ASSERT_OK(const check::CheckResult other, Measure(R"({"epsilons": [0.1], "surrogates": ["other"]})"));
  EXPECT_GT(Value(twin, "attack_success"), 0.7);
  EXPECT_GT(Value(twin, "attack_success"), Value(other, "attack_success"));
  EXPECT_LT(Value(other, "attack_success"), 0.7);
  EXPECT_EQ(Value(twin, "agreement.twin"), 1);
  EXPECT_LT(Value(other, "agreement.other"), 0.9);
  CUPEL_ASSERT_OK(const check::CheckResult all, Measure(R"({"epsilons": [0.1]})"));
  EXPECT_LE(Value(all, "robust_accuracy"), Value(twin, "robust_accuracy"));
}

TEST_F(TransferCheckTest, ASubstituteSpendsItsBudgetAndComesNearTheModel) {
  context_.training_data = more_.get();
  CUPEL_ASSERT_OK(const check::CheckResult result,
                  Measure(R"({"epsilons": [0.1], "substitute": "mlp", "query_budget": 300,
                              "substitute_epochs": 20})"));
  EXPECT_EQ(Value(result, "substitute_queries"), 300);
  EXPECT_GT(Value(result, "agreement.substitute"), 0.7);
  EXPECT_GT(Value(result, "attack_success"), 0.7);
  EXPECT_TRUE(result.notes.empty() || result.notes.back().en.find("noise:") == std::string::npos);
  // Asked more than there is, it asks what there is; without data, noise, and says so.
  CUPEL_ASSERT_OK(const check::CheckResult all,
                  Measure(R"({"substitute": "mlp", "query_budget": 1000, "substitute_epochs": 1})"));
  EXPECT_EQ(Value(all, "substitute_queries"), 400);
  context_.training_data = nullptr;
  CUPEL_ASSERT_OK(const check::CheckResult noise,
                  Measure(R"({"substitute": "mlp", "query_budget": 50, "substitute_epochs": 1})"));
  EXPECT_THAT(noise.notes.back().en, HasSubstr("answers to noise"));
}

TEST_F(TransferCheckTest, WithoutSurrogatesItDoesNotApply) {
  CUPEL_ASSERT_OK(const check::CheckResult result, Measure("{}"));
  EXPECT_TRUE(result.not_applicable.has_value());
}

TEST_F(TransferCheckTest, SaysWhatIsWrong) {
  EXPECT_THAT(Measure(R"({"surrogates": ["twin"]})"), IsOk());  // There is none at all: not applicable.
  context_.surrogates = {{"twin", twin_.get()}};
  EXPECT_THAT(Measure(R"({"surrogates": ["twim"]})"),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("twin")));
  EXPECT_THAT(Measure(R"({"kernel": 4})"), HasError(ErrorCode::kInvalidArgument, HasSubstr("odd")));
  EXPECT_THAT(Measure(R"({"attacks": ["xi"]})"), HasError(ErrorCode::kInvalidArgument));
  const auto more_classes = Mlp(1, 4);
  context_.surrogates = {{"wide", more_classes.get()}};
  EXPECT_THAT(Measure("{}"), HasError(ErrorCode::kInvalidArgument, HasSubstr("4 classes, the model 3")));
}

}  // namespace
}  // namespace cupel::algorithm::transfer
