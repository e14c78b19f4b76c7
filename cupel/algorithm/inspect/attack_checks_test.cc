// SPDX-License-Identifier: Apache-2.0
// inspect.fgsm, inspect.pgd and inspect.membership as a plan runs them: parameters in, result out, on a
// classifier whose exact answers are known.
#include <numeric>

#include "cupel/algorithm/check/result_json.h"
#include "cupel/algorithm/inspect/attack_for_test.h"
#include "cupel/algorithm/inspect/checks.h"
#include "cupel/algorithm/inspect/witness.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::inspect {
namespace {

using check::Check;
using check::CheckResult;
using cupel::testing::HasError;
using ::testing::HasSubstr;

/// The two-class RowModel as a graph with one Gemm.
std::unique_ptr<executor::Classifier> AsClassifier(const RowModel& model) {
  graph::Graph graph;
  graph.name = "linear";
  graph.opsets[""] = 13;
  graph.inputs.push_back({.name = "x", .type = graph::DataType::kFloat32, .shape = {}});
  graph.outputs.push_back({.name = "logits", .type = graph::DataType::kFloat32, .shape = {}});
  const auto& layer = model.layers()[0];
  std::vector<float> weights;
  for (const auto& row : layer.weights) weights.insert(weights.end(), row.begin(), row.end());
  const auto classes = static_cast<std::int64_t>(layer.bias.size());
  graph.initializers["w"] = graph::TensorValue::FromFloats({classes, kFeatures}, weights);
  graph.initializers["b"] = graph::TensorValue::FromFloats({classes}, layer.bias);
  graph.nodes.push_back(
      graph::Node{"fc", "Gemm", "", {"x", "w", "b"}, {"logits"}, {{"transB", std::int64_t{1}}}});
  return executor::Classifier::Create(graph, {.device = {}, .preprocessing = {}, .sample_shape = {kFeatures}})
      .value();
}

class ChecksOnALinearModel : public ::testing::Test {
 protected:
  Result<CheckResult> RunCheck(const Check& check, std::string_view parameters,
                               const data::dataset::Dataset* training = nullptr, int workers = 1) const {
    TestContext made(model_, *data_);
    CUPEL_TRY(const Json given, Json::Parse(parameters));
    CUPEL_TRY(made.context.parameters, check::Parameters::Create(check.description(), given));
    made.context.model = classifier_.get();
    made.context.training_data = training;
    made.context.workers = workers;
    made.context.seed = 3;
    return check.Run(made.context);
  }
  static check::Metric MetricOf(const CheckResult& result, std::string_view name) {
    const check::Metric* metric = check::FindMetric(result.metrics, name);
    EXPECT_NE(metric, nullptr) << name;
    return metric == nullptr ? check::Metric{} : *metric;
  }

  RowModel model_ = RowModel::Random({kFeatures, 2}, 5);
  std::unique_ptr<executor::Classifier> classifier_ = AsClassifier(model_);
  data::dataset::DatasetPointer data_ = LabelledByModel(model_, 300, {kFeatures}, 0.3F, 0.7F, 9);
};

struct AttackCase {
  const char* name;
  const Check& (*check)();
  const char* parameters;
  Norm norm;
};

void PrintTo(const AttackCase& test, std::ostream* os) { *os << test.name; }

class LinearAttack : public ChecksOnALinearModel, public ::testing::WithParamInterface<AttackCase> {};

INSTANTIATE_TEST_SUITE_P(
    Attacks, LinearAttack,
    ::testing::Values(
        AttackCase{"fgsm", FgsmCheck, R"({"epsilons": [0.05, 0.02, 0.05]})", Norm::kLinf},
        AttackCase{"fgsm_margin", FgsmCheck, R"({"epsilons": [0.02, 0.05], "loss": "margin"})", Norm::kLinf},
        AttackCase{"fgsm_l2", FgsmCheck, R"({"epsilons": [0.02, 0.05], "norm": "l2"})", Norm::kL2},
        AttackCase{"pgd", PgdCheck, R"({"epsilons": [0.02, 0.05]})", Norm::kLinf},
        AttackCase{"pgd_restarts", PgdCheck,
                   R"({"epsilons": [0.02, 0.05], "restarts": 2, "random_start": false, "cycle_stop": false})",
                   Norm::kLinf},
        AttackCase{"pgd_l2", PgdCheck, R"({"epsilons": [0.02, 0.05], "norm": "l2", "steps": 40})",
                   Norm::kL2}),
    [](const auto& test) { return std::string(test.param.name); });

TEST_P(LinearAttack, ReportsTheExactRobustAccuracyAndProvesIt) {
  const AttackCase& c = GetParam();
  CUPEL_ASSERT_OK(const CheckResult result, RunCheck(c.check(), c.parameters));
  EXPECT_EQ(MetricOf(result, "clean_accuracy").value, 1);
  EXPECT_EQ(*MetricOf(result, "robust_accuracy").count, ExactRobust(model_, *data_, c.norm, 0.05));
  EXPECT_EQ(*MetricOf(result, "robust_accuracy.eps_0.02").count, ExactRobust(model_, *data_, c.norm, 0.02));
  EXPECT_GT(result.witnesses.size(), 0U);
  EXPECT_THAT(VerifyWitnesses(*TargetOf(*classifier_), *data_, result),
              cupel::testing::IsOkAndHolds(static_cast<std::int64_t>(result.witnesses.size())));
  CUPEL_ASSERT_OK(const CheckResult again, RunCheck(c.check(), c.parameters, nullptr, 2));
  EXPECT_EQ(ToJson(again, check::ArtifactBytes::kInline), ToJson(result, check::ArtifactBytes::kInline));
}

class NearestAttack : public ChecksOnALinearModel, public ::testing::WithParamInterface<AttackCase> {};

INSTANTIATE_TEST_SUITE_P(
    Attacks, NearestAttack,
    ::testing::Values(
        AttackCase{"deepfool", DeepFoolCheck, R"({"epsilons": [0.02, 0.05]})", Norm::kL2},
        AttackCase{"deepfool_linf", DeepFoolCheck, R"({"epsilons": [0.02, 0.05], "norm": "linf"})",
                   Norm::kLinf},
        AttackCase{"fab", FabCheck, R"({"epsilons": [0.02, 0.05], "steps": 20})", Norm::kLinf},
        AttackCase{"fab_l2", FabCheck, R"({"epsilons": [0.02, 0.05], "norm": "l2", "targeted": true})",
                   Norm::kL2},
        AttackCase{"fmn", FmnCheck, R"({"epsilons": [0.02, 0.05]})", Norm::kLinf},
        AttackCase{"fmn_l2", FmnCheck, R"({"epsilons": [0.02, 0.05], "norm": "l2"})", Norm::kL2},
        AttackCase{"carlini_wagner", CarliniWagnerCheck,
                   R"({"epsilons": [0.02, 0.05], "binary_search_steps": 9, "steps": 200})", Norm::kL2}),
    [](const auto& test) { return std::string(test.param.name); });

// A nearest-point attack stops a little beyond the boundary: it breaks nothing that cannot be broken, and
// what can be broken with a twentieth of the budget (FMN: a quarter) and the least step to spare.
TEST_P(NearestAttack, DecidesEveryBudgetByTheDistanceItFound) {
  const AttackCase& c = GetParam();
  CUPEL_ASSERT_OK(const CheckResult result, RunCheck(c.check(), c.parameters));
  const double slack = std::string_view(c.name).starts_with("fmn") ? 1.3 : 1.05;
  for (const auto& [name, epsilon] :
       {std::pair{"robust_accuracy", 0.05}, std::pair{"robust_accuracy.eps_0.02", 0.02}}) {
    EXPECT_GE(*MetricOf(result, name).count, ExactRobust(model_, *data_, c.norm, epsilon));
    EXPECT_LE(*MetricOf(result, name).count, ExactRobust(model_, *data_, c.norm, epsilon / slack - 1e-3));
  }
  EXPECT_EQ(MetricOf(result, "found").value, 1);
  EXPECT_GT(MetricOf(result, "median_distance").value, 0.05);
  EXPECT_GT(MetricOf(result, "gradient_evaluations").value, 300);
  EXPECT_GT(result.witnesses.size(), 0U);
  EXPECT_THAT(VerifyWitnesses(*TargetOf(*classifier_), *data_, result),
              cupel::testing::IsOkAndHolds(static_cast<std::int64_t>(result.witnesses.size())));
  CUPEL_ASSERT_OK(const CheckResult again, RunCheck(c.check(), c.parameters, nullptr, 2));
  EXPECT_EQ(ToJson(again, check::ArtifactBytes::kInline), ToJson(result, check::ArtifactBytes::kInline));
}

TEST_F(ChecksOnALinearModel, NearestAttacksRefuseNormsThatTheyAreNotDefinedIn) {
  EXPECT_THAT(RunCheck(DeepFoolCheck(), R"({"norm": "l1"})"),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("l2, linf")));
  EXPECT_THAT(RunCheck(CarliniWagnerCheck(), R"({"norm": "linf"})"), HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(RunCheck(DeepFoolCheck(), R"({"candidates": 1})"), HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(RunCheck(FabCheck(), R"({"beta": 1})"), HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(RunCheck(FmnCheck(), R"({"gamma": 0})"), HasError(ErrorCode::kInvalidArgument));
}

TEST_F(ChecksOnALinearModel, BothAttacksRefuseWhatTheyCannotDo) {
  for (const Check* check : {&FgsmCheck(), &PgdCheck()}) {
    EXPECT_THAT(RunCheck(*check, R"({"epsilons": [0]})"),
                HasError(ErrorCode::kInvalidArgument, HasSubstr("epsilons")));
    EXPECT_THAT(RunCheck(*check, R"({"epsilons": []})"), HasError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(RunCheck(*check, R"({"norm": "l1"})"),
                HasError(ErrorCode::kInvalidArgument, HasSubstr("linf, l2")));
    EXPECT_THAT(RunCheck(*check, R"({"epsilons": [0.1, 0.012344, 0.012341]})"),
                HasError(ErrorCode::kInvalidArgument, HasSubstr("0.012341 and 0.012344")));
    EXPECT_THAT(RunCheck(*check, R"({"loss": "dlr"})"),
                HasError(ErrorCode::kInvalidArgument, HasSubstr("three classes")));
  }
  EXPECT_THAT(RunCheck(FgsmCheck(), R"({"steps": 3})"),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("unknown parameter")));
  EXPECT_THAT(RunCheck(PgdCheck(), R"({"steps": 0})"), HasError(ErrorCode::kInvalidArgument));
}

// One place declares what both attacks take, so that a plan may move a parameter from one to the other.
TEST(AttackParameters, AreTheSameInBothAttacksAndPgdAddsItsWalk) {
  const auto& shared = FgsmCheck().description().parameters;
  const auto& of_pgd = PgdCheck().description().parameters;
  ASSERT_LT(shared.size(), of_pgd.size());
  std::vector<std::string> added;
  for (std::size_t i = 0; i < of_pgd.size(); ++i) {
    if (i >= shared.size()) {
      added.push_back(of_pgd[i].name);
      continue;
    }
    EXPECT_EQ(of_pgd[i].name, shared[i].name);
    EXPECT_EQ(of_pgd[i].fallback, shared[i].fallback);
    EXPECT_EQ(of_pgd[i].choices, shared[i].choices);
    EXPECT_EQ(of_pgd[i].meaning.zh, shared[i].meaning.zh);
  }
  EXPECT_THAT(added, ::testing::ElementsAre("steps", "step_size", "restarts", "random_start", "cycle_stop"));
}

TEST_F(ChecksOnALinearModel, TheFirstSamplesAloneAreAttackedWhenAskedFor) {
  CUPEL_ASSERT_OK(const CheckResult result, RunCheck(PgdCheck(), R"({"samples": 40, "epsilons": [0.05]})"));
  EXPECT_EQ(MetricOf(result, "robust_accuracy").n, 40);
  for (const Json& witness : result.witnesses) EXPECT_LT(witness["sample"].AsInteger(), 40);
}

/// Samples whose labels are the model's own for members, and drawn blindly for others: a leak by design.
data::dataset::DatasetPointer Others(const RowModel& model, std::int64_t n, std::vector<std::string> classes,
                                     std::int32_t shift) {
  const auto drawn = LabelledByModel(model, n, {kFeatures}, 0.0F, 1.0F, 77);
  data::dataset::MemoryData data;
  data.info = drawn->info();
  data.info.name = "others";
  data.info.class_names = std::move(classes);
  for (std::int64_t i = 0; i < n; ++i) {
    const std::vector<float> x = SampleOf(*drawn, i);
    data.features.insert(data.features.end(), x.begin(), x.end());
    data.labels.push_back(drawn->labels()[static_cast<std::size_t>(i)] + shift);
  }
  return data::dataset::MakeMemoryDataset(std::move(data)).value();
}

TEST_F(ChecksOnALinearModel, MembershipIsTheAreaOfTheModelsOwnLosses) {
  const auto members = Others(model_, 200, {"0", "1"}, 0);
  CUPEL_ASSERT_OK(const CheckResult result, RunCheck(MembershipCheck(), R"({"samples": 0})", members.get()));
  // By its definition: the share of pairs in which the member has the smaller cross entropy, over all members
  // and the same number of the data drawn by the seed. All 200 members are used; which 200 of the 300 others
  // is the draw's business, so the bounds are those of the best and the worst draw.
  std::vector<double> inside;
  std::vector<double> outside;
  const auto losses = [&](const data::dataset::Dataset& data, std::vector<double>& into) {
    for (std::int64_t i = 0; i < data.size(); ++i) {
      const std::vector<float> z = model_.Logits(SampleOf(data, i));
      const auto y = static_cast<std::size_t>(data.labels()[static_cast<std::size_t>(i)]);
      into.push_back(std::log1p(std::exp(double{z[1 - y]} - z[y])));
    }
  };
  losses(*members, inside);
  losses(*data_, outside);
  std::vector<double> wins;
  for (const double other : outside) {
    wins.push_back(0);
    for (const double member : inside)
      wins.back() += (member < other ? 1.0 : member == other ? 0.5 : 0) / 200;
  }
  std::ranges::sort(wins);
  const double worst = std::accumulate(wins.begin(), wins.begin() + 200, 0.0) / 200;
  const double best = std::accumulate(wins.end() - 200, wins.end(), 0.0) / 200;
  EXPECT_GT(MetricOf(result, "auc").value, worst);
  EXPECT_LT(MetricOf(result, "auc").value, best);
  EXPECT_EQ(MetricOf(result, "auc").n, 400);
  CUPEL_ASSERT_OK(const CheckResult two, RunCheck(MembershipCheck(), R"({})", members.get(), 2));
  EXPECT_EQ(ToJson(two, check::ArtifactBytes::kInline), ToJson(result, check::ArtifactBytes::kInline));
}

TEST_F(ChecksOnALinearModel, MembershipRefusesDataThatDoNotFit) {
  EXPECT_THAT(RunCheck(MembershipCheck(), "{}", data_.get()),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("the same set")));
  const auto strange = Others(model_, 50, {"0", "1", "2", "3"}, 2);
  EXPECT_THAT(RunCheck(MembershipCheck(), "{}", strange.get()),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("label must be in [0, 2)")));
}

}  // namespace
}  // namespace cupel::algorithm::inspect
