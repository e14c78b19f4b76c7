// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/stochastic_target.h"

#include <ATen/ops/cat.h>

#include "cupel/algorithm/check/result_json.h"
#include "cupel/algorithm/inspect/attack_for_test.h"
#include "cupel/algorithm/inspect/checks.h"
#include "cupel/algorithm/inspect/witness.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::inspect {
namespace {

using check::CheckResult;
using cupel::testing::IsOkAndHolds;
using tensor::Tensor;

/// A linear model whose input is disturbed by normal noise of `scale` in every pass; 0: without the noise.
std::unique_ptr<executor::Classifier> Noisy(const RowModel& model, float scale) {
  graph::Graph graph;
  graph.name = "noisy";
  graph.opsets[""] = 13;
  graph.inputs.push_back({.name = "x", .type = graph::DataType::kFloat32, .shape = {}});
  graph.outputs.push_back({.name = "logits", .type = graph::DataType::kFloat32, .shape = {}});
  const auto& layer = model.layers()[0];
  std::vector<float> weights;
  for (const auto& row : layer.weights) weights.insert(weights.end(), row.begin(), row.end());
  const auto classes = static_cast<std::int64_t>(layer.bias.size());
  graph.initializers["w"] = graph::TensorValue::FromFloats({classes, kFeatures}, weights);
  graph.initializers["b"] = graph::TensorValue::FromFloats({classes}, layer.bias);
  if (scale > 0) {
    graph.nodes.push_back(graph::Node{"noise", "RandomNormalLike", "", {"x"}, {"e"}, {{"scale", scale}}});
    graph.nodes.push_back(graph::Node{"add", "Add", "", {"x", "e"}, {"h"}, {}});
  }
  graph.nodes.push_back(graph::Node{
      "fc", "Gemm", "", {scale > 0 ? "h" : "x", "w", "b"}, {"logits"}, {{"transB", std::int64_t{1}}}});
  return executor::Classifier::Create(graph, {.device = {}, .preprocessing = {}, .sample_shape = {kFeatures}})
      .value();
}

class RandomModel : public ::testing::Test {
 protected:
  Tensor Inputs(std::int64_t from, std::int64_t count) const {
    const auto begin = piece_.features.begin() + from * kFeatures;
    return tensor::FromFloats(std::vector<float>(begin, begin + count * kFeatures), {count, kFeatures});
  }
  static std::vector<float> LogitsOf(const AttackTarget& target, const Tensor& x) {
    const auto logits = target.Logits(x);
    EXPECT_TRUE(logits.has_value());
    return tensor::ToFloats(*logits);
  }

  RowModel model_ = RowModel::Random({kFeatures, 2}, 5);
  std::unique_ptr<executor::Classifier> classifier_ = Noisy(model_, 0.05F);
  std::unique_ptr<executor::Classifier> silent_ = Noisy(model_, 0);
  std::unique_ptr<AttackTarget> noisy_ = TargetOf(*classifier_);
  data::dataset::DatasetPointer data_ = LabelledByModel(model_, 200, {kFeatures}, 0.3F, 0.7F, 9);
  Piece piece_ = AllOf(*data_);
};

TEST_F(RandomModel, IsToldFromAFunction) {
  EXPECT_THAT(AnswersVary(*noisy_, piece_.features), IsOkAndHolds(true));
  EXPECT_THAT(AnswersVary(*TargetOf(*silent_), piece_.features), IsOkAndHolds(false));
}

TEST_F(RandomModel, MeansOverManyDrawsAreTheModelWithoutNoise) {
  const auto mean = ExpectationOf(*noisy_, {.eot_iter = 400});
  const std::vector<float> expected = LogitsOf(*TargetOf(*silent_), Inputs(0, 8));
  const std::vector<float> got = LogitsOf(*mean, Inputs(0, 8));
  const std::vector<float> one = LogitsOf(*noisy_, Inputs(0, 8));
  double far = 0;
  double near = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    near = std::max(near, std::abs(double{got[i]} - expected[i]));
    far = std::max(far, std::abs(double{one[i]} - expected[i]));
    EXPECT_NEAR(got[i], expected[i], 5 * 0.05 / std::sqrt(400.0) * 1.5);  // weights have length about 1
  }
  EXPECT_LT(near, far / 3);
}

TEST_F(RandomModel, ARowsAnswerIsItsOwnAndRepeats) {
  const auto mean = ExpectationOf(*noisy_, {.eot_iter = 3});
  const std::vector<float> all = LogitsOf(*mean, Inputs(0, 8));
  EXPECT_EQ(LogitsOf(*mean, Inputs(0, 8)), all);
  const std::vector<float> alone = LogitsOf(*mean, Inputs(5, 1));
  EXPECT_NEAR(alone[0], all[10], 1e-6);
  EXPECT_NEAR(alone[1], all[11], 1e-6);
  const std::vector<float> turned =
      LogitsOf(*mean, at::cat({Inputs(5, 1), Inputs(0, 1), Inputs(5, 1), Inputs(1, 5)}, 0));
  for (const std::size_t logit : {0U, 1U}) {
    EXPECT_NEAR(turned[logit], turned[4 + logit], 1e-6);
    EXPECT_NEAR(turned[logit], all[10 + logit], 1e-6);
  }
}

// The objective squares a logit, so its gradient is another at every draw.
TEST_F(RandomModel, GradientsAreTheMeanOfTheDraws) {
  const executor::OutputGradient square = [](const Tensor& output) { return output.mul(2); };
  const Tensor x = Inputs(0, 2);
  const auto mean = ExpectationOf(*noisy_, {.eot_iter = 500});
  CUPEL_ASSERT_OK(const executor::Passes got, mean->LogitsGradients(x, {&square, 1}));
  CUPEL_ASSERT_OK(const executor::Passes silent,
                  TargetOf(*silent_)->LogitsGradients(x, {&square, 1}));  // linear in the noise
  const std::vector<float> a = tensor::ToFloats(got.input_gradients[0]);
  const std::vector<float> b = tensor::ToFloats(silent.input_gradients[0]);
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 0.03);
}

// 25 votes are right where one draw often is not.
TEST_F(RandomModel, AVoteIsRightMoreOftenThanADraw) {
  const std::unique_ptr<executor::Classifier> loud = Noisy(model_, 0.5F);
  const auto target = TargetOf(*loud);
  const auto voted = ExpectationOf(*target, {});
  CUPEL_ASSERT_OK(const Tensor votes, voted->ExactLogits(Inputs(0, 200)));
  CUPEL_ASSERT_OK(const Tensor draws, target->Logits(Inputs(0, 200)));
  int right = 0;
  int lucky = 0;
  for (std::int64_t i = 0; i < 200; ++i) {
    const std::int32_t label = piece_.jobs[static_cast<std::size_t>(i)].goal.label;
    right += PredictedClass(tensor::ToFloats(votes.select(0, i))) == label;
    lucky += PredictedClass(tensor::ToFloats(draws.select(0, i))) == label;
  }
  EXPECT_GT(right, 170);
  EXPECT_LT(lucky, right - 6);
}

class RandomChecks : public RandomModel {
 protected:
  Result<CheckResult> RunCheck(const check::Check& check, const executor::Classifier& classifier,
                               std::string_view parameters, int workers = 1) const {
    TestContext made(model_, *data_);
    CUPEL_TRY(const Json given, Json::Parse(parameters));
    CUPEL_TRY(made.context.parameters, check::Parameters::Create(check.description(), given));
    made.context.model = &classifier;
    made.context.workers = workers;
    made.context.seed = 3;
    return check.Run(made.context);
  }
  static std::int64_t Robust(const CheckResult& result) {
    return *check::FindMetric(result.metrics, "robust_accuracy")->count;
  }
};

// The noise has mean zero and the model is linear, so a majority errs exactly where the model without noise
// does; what is too close for 25 votes is few.
TEST_F(RandomChecks, JudgeTheMajorityAndSayThatTheModelIsRandom) {
  for (const check::Check* check : {&PgdCheck(), &ApgdCheck()}) {
    CUPEL_ASSERT_OK(const CheckResult result, RunCheck(*check, *classifier_, R"({"epsilons": [0.05]})"));
    EXPECT_NEAR(static_cast<double>(Robust(result)),
                static_cast<double>(ExactRobust(model_, *data_, Norm::kLinf, 0.05)), 12);
    ASSERT_FALSE(result.notes.empty());
    EXPECT_THAT(result.notes.back().en, ::testing::HasSubstr("20 draws"));
    EXPECT_THAT(VerifyWitnesses(*ExpectationOf(*noisy_, {}), *data_, result),
                IsOkAndHolds(static_cast<std::int64_t>(result.witnesses.size())));
    CUPEL_ASSERT_OK(const CheckResult again, RunCheck(*check, *classifier_, R"({"epsilons": [0.05]})", 2));
    EXPECT_EQ(ToJson(again, check::ArtifactBytes::kInline), ToJson(result, check::ArtifactBytes::kInline));
  }
}

TEST_F(RandomChecks, EotIterDoesNotTouchAFunction) {
  CUPEL_ASSERT_OK(const CheckResult one,
                  RunCheck(ApgdCheck(), *silent_, R"({"epsilons": [0.05], "eot_iter": 1})"));
  CUPEL_ASSERT_OK(const CheckResult many,
                  RunCheck(ApgdCheck(), *silent_, R"({"epsilons": [0.05], "eot_iter": 50})"));
  EXPECT_EQ(ToJson(one, check::ArtifactBytes::kInline), ToJson(many, check::ArtifactBytes::kInline));
  EXPECT_EQ(Robust(one), ExactRobust(model_, *data_, Norm::kLinf, 0.05));
}

}  // namespace
}  // namespace cupel::algorithm::inspect
