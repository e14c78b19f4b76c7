// SPDX-License-Identifier: Apache-2.0
// inspect.fgsm and inspect.pgd as a plan runs them: parameters in, result out, on a
// classifier whose exact answers are known.
#include <numeric>

#include "cupel/algorithm/check/result_json.h"
#include "cupel/algorithm/inspect/attack_for_test.h"
#include "cupel/algorithm/inspect/checks.h"
#include "cupel/algorithm/inspect/linear_classifier_for_test.h"
#include "cupel/algorithm/inspect/witness.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::inspect {
namespace {

using check::Check;
using check::CheckResult;
using cupel::testing::HasError;
using ::testing::HasSubstr;

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
  EXPECT_THAT(RunCheck(DeepFoolCheck(), R"({"search_precision": "bfloat16"})"),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("nearest")));
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

TEST(Checks, DeclareEveryMetricTheyCanReport) {
  for (const Check* check : {&FgsmCheck(), &PgdCheck()}) {
    const check::Description& description = check->description();
    EXPECT_TRUE(check::Parameters::Create(description, Json::Object{}).has_value()) << description.id;
    EXPECT_FALSE(description.metrics.empty());
    EXPECT_FALSE(description.title.zh.empty());
    EXPECT_EQ(description.requirements, std::vector<std::string>{"A2"});
  }
}

}  // namespace
}  // namespace cupel::algorithm::inspect
