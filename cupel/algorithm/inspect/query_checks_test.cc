// SPDX-License-Identifier: Apache-2.0
// inspect.square, hopskipjump, boundary and simba as a plan runs them, on linear classifiers whose exact
// answers are known.
#include <algorithm>
#include <cmath>

#include "cupel/algorithm/check/result_json.h"
#include "cupel/algorithm/inspect/attack_for_test.h"
#include "cupel/algorithm/inspect/attack_run.h"
#include "cupel/algorithm/inspect/boundary_attack.h"
#include "cupel/algorithm/inspect/checks.h"
#include "cupel/algorithm/inspect/hop_skip_jump.h"
#include "cupel/algorithm/inspect/linear_classifier_for_test.h"
#include "cupel/algorithm/inspect/simba_attack.h"
#include "cupel/algorithm/inspect/square_attack.h"
#include "cupel/algorithm/inspect/witness.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::inspect {
namespace {

using check::Check;
using check::CheckResult;
using cupel::testing::HasError;
using data::dataset::Dataset;
using data::dataset::DatasetPointer;
using ::testing::HasSubstr;

struct CheckCase {
  const char* name;
  const Check& (*check)();
  const char* parameters;
  Norm norm;
  double largest;        ///< Of the budgets.
  double slack;          ///< The attack finds all that a budget 1 / slack as large allows.
  std::int64_t queries;  ///< Budget of one input.
  bool nearest;
};
void PrintTo(const CheckCase& test, std::ostream* os) { *os << test.name; }

class QueryChecks : public ::testing::TestWithParam<CheckCase> {
 protected:
  Result<CheckResult> RunOn(const Dataset& data, int workers = 1,
                            check::Journal* journal = &check::NoJournal()) const {
    TestContext made(model_, data);
    const CheckCase& c = GetParam();
    CUPEL_TRY(const Json given, Json::Parse(c.parameters));
    CUPEL_TRY(made.context.parameters, check::Parameters::Create(c.check().description(), given));
    made.context.model = classifier_.get();
    made.context.workers = workers;
    made.context.journal = journal;
    made.context.seed = 3;
    return c.check().Run(made.context);
  }

  static double ValueOf(const CheckResult& result, std::string_view name) {
    const check::Metric* metric = check::FindMetric(result.metrics, name);
    EXPECT_NE(metric, nullptr) << name;
    return metric == nullptr ? std::nan("") : metric->value;
  }

  RowModel model_ = RowModel::Random({kFeatures, 2}, 5);
  std::unique_ptr<executor::Classifier> classifier_ = AsClassifier(model_);
  DatasetPointer data_ = LabelledByModel(model_, 120, {kFeatures}, 0.3F, 0.7F, 9);
};

INSTANTIATE_TEST_SUITE_P(
    Checks, QueryChecks,
    ::testing::Values(
        CheckCase{"square", SquareCheck,
                  R"({"epsilons": [0.05, 0.1], "queries": 600, "resc_schedule": true})", Norm::kLinf, 0.1,
                  1.001, 600, false},
        CheckCase{"square_ce", SquareCheck,
                  R"({"epsilons": [0.05, 0.1], "queries": 600, "resc_schedule": true, "loss": "ce"})",
                  Norm::kLinf, 0.1, 1.001, 600, false},
        CheckCase{"square_l2", SquareCheck,
                  R"({"epsilons": [0.15, 0.3], "norm": "l2", "queries": 600, "resc_schedule": true})",
                  Norm::kL2, 0.3, 1.06, 600, false},
        CheckCase{"hopskipjump", HopSkipJumpCheck, R"({"epsilons": [0.15, 0.3], "queries": 2000})", Norm::kL2,
                  0.3, 1.03, 2000, true},
        CheckCase{"hopskipjump_linf", HopSkipJumpCheck,
                  R"({"epsilons": [0.05, 0.1], "norm": "linf", "queries": 2000})", Norm::kLinf, 0.1, 1.2,
                  2000, true},
        CheckCase{"boundary", BoundaryCheck, R"({"epsilons": [0.15, 0.3], "queries": 3000})", Norm::kL2, 0.3,
                  1.05, 3000, true},
        CheckCase{"simba", SimbaCheck, R"({"epsilons": [0.15, 0.3], "queries": 800, "step": 0.01})",
                  Norm::kL2, 0.3, 1.03, 800, false},
        CheckCase{"simba_linf", SimbaCheck,
                  R"({"epsilons": [0.05, 0.1], "norm": "linf", "queries": 800, "step": 0.01})", Norm::kLinf,
                  0.1, 1.001, 800, false}),
    [](const auto& test) { return std::string(test.param.name); });

TEST_P(QueryChecks, FindWhatTheClosedFormAllowsAndProveIt) {
  const CheckCase& c = GetParam();
  CUPEL_ASSERT_OK(const CheckResult result, RunOn(*data_));
  const check::Metric* robust = check::FindMetric(result.metrics, "robust_accuracy");
  ASSERT_NE(robust, nullptr);
  EXPECT_GE(*robust->count, ExactRobust(model_, *data_, c.norm, c.largest));
  EXPECT_LE(*robust->count, ExactRobust(model_, *data_, c.norm, c.largest / c.slack));
  EXPECT_GT(result.witnesses.size(), 20U);
  EXPECT_LT(result.witnesses.size(), 120U);
  EXPECT_THAT(VerifyWitnesses(*TargetOf(*classifier_), *data_, result),
              cupel::testing::IsOkAndHolds(static_cast<std::int64_t>(result.witnesses.size())));
}

TEST_P(QueryChecks, CountQueriesAndNeverPassTheBudget) {
  const CheckCase& c = GetParam();
  CUPEL_ASSERT_OK(const CheckResult result, RunOn(*data_));
  EXPECT_EQ(check::FindMetric(result.metrics, "gradient_evaluations"), nullptr);
  const int runs = c.nearest ? 1 : 2;  // budgets
  EXPECT_LE(ValueOf(result, "queries"), static_cast<double>(120 * runs * c.queries));
  EXPECT_GE(ValueOf(result, "queries"), 120);
  EXPECT_GE(ValueOf(result, "median_queries"), 1);
  EXPECT_LE(ValueOf(result, "median_queries"), static_cast<double>(c.queries));
  for (const Json& witness : result.witnesses) {
    EXPECT_GE(witness["queries"].AsInteger(), 1);
    EXPECT_LE(witness["queries"].AsInteger(), c.queries);
  }
  EXPECT_EQ(check::FindMetric(result.metrics, "median_distance") != nullptr, c.nearest);
}

TEST_P(QueryChecks, GiveTheSameBytesForAnyWorkersShardsAndAfterAKill) {
  CUPEL_ASSERT_OK(const CheckResult whole, RunOn(*data_));
  const Json bytes = ToJson(whole, check::ArtifactBytes::kInline);
  CUPEL_ASSERT_OK(const CheckResult by_two, RunOn(*data_, 2));
  EXPECT_EQ(ToJson(by_two, check::ArtifactBytes::kInline), bytes);
  MemoryJournal journal;
  CUPEL_ASSERT_OK(const CheckResult journalled, RunOn(*data_, 1, &journal));
  CUPEL_ASSERT_OK(const CheckResult resumed, RunOn(*data_, 1, &journal));
  EXPECT_EQ(ToJson(resumed, check::ArtifactBytes::kInline), bytes);
}

// A sample's outcome is the same whether it walks alone or among others in a tile.
TEST_P(QueryChecks, AttackASampleTheSameAloneAndInATile) {
  CUPEL_ASSERT_OK(const CheckResult whole, RunOn(*data_));
  CUPEL_ASSERT_OK(const DatasetPointer part, TakeShard(data_, 7, 20));
  CUPEL_ASSERT_OK(const CheckResult alone, RunOn(*part));
  std::size_t compared = 0;
  for (Json witness : alone.witnesses) {
    witness["stored"] = nullptr;
    for (Json other : whole.witnesses) {
      other["stored"] = nullptr;
      if (other["sample"] != witness["sample"]) continue;
      EXPECT_EQ(other, witness);
      ++compared;
    }
  }
  EXPECT_EQ(compared, alone.witnesses.size());
  EXPECT_GT(compared, 0U);
}

TEST_P(QueryChecks, SayWhatTheyAreInBothLanguages) {
  const check::Description& description = GetParam().check().description();
  EXPECT_EQ(description.requirements, std::vector<std::string>{"A2"});
  for (const check::Text& text : {description.title, description.summary}) {
    EXPECT_FALSE(text.en.empty());
    EXPECT_FALSE(text.zh.empty());
  }
  for (const check::ParameterSpec& spec : description.parameters) EXPECT_FALSE(spec.meaning.zh.empty());
  EXPECT_TRUE(check::Parameters::Create(description, Json()).has_value());
}

/// A model behind an interface that has no gradients to give.
class AnswersOnly final : public AttackTarget {
 public:
  explicit AnswersOnly(const RowModel& model) : inner_(TargetOf(model, model, 2, {kFeatures})) {}
  std::int64_t class_count() const override { return inner_->class_count(); }
  const std::vector<std::int64_t>& sample_shape() const override { return inner_->sample_shape(); }
  tensor::Device device() const override { return inner_->device(); }
  Result<tensor::Tensor> Logits(const tensor::Tensor& x) const override { return inner_->Logits(x); }
  Result<executor::Passes> LogitsGradients(const tensor::Tensor&,
                                           std::span<const executor::OutputGradient>) const override {
    return Fail(ErrorCode::kUnsupported, "there is no gradient here");
  }
  Result<tensor::Tensor> ExactLogits(const tensor::Tensor& x) const override {
    return inner_->ExactLogits(x);
  }

 private:
  std::unique_ptr<AttackTarget> inner_;
};

TEST(QueryAttacks, NeverAskForAGradient) {
  const RowModel model = RowModel::Random({kFeatures, 2}, 5);
  const AnswersOnly target(model);
  const DatasetPointer data = LabelledByModel(model, 70, {kFeatures}, 0.3F, 0.7F, 9);
  const auto run = [&](std::unique_ptr<Attack> attack, Norm norm) -> Result<AttackRun> {
    AttackPlan plan;
    plan.stages.push_back({.name = "", .attack = std::move(attack)});
    plan.norm = norm;
    plan.epsilons = {0.2};
    plan.stream = "test";
    const TestContext made(model, *data);
    return RunAttack(target, plan, made.context, "test");
  };
  std::vector<Result<AttackRun>> runs;
  runs.push_back(run(MakeSquareAttack({.queries = 100}), Norm::kLinf));
  runs.push_back(run(MakeSimbaAttack({.queries = 100}), Norm::kL2));
  runs.push_back(run(MakeHopSkipJumpAttack({.queries = 500}), Norm::kL2));
  runs.push_back(run(MakeBoundaryAttack({.queries = 500}), Norm::kL2));
  for (const Result<AttackRun>& result : runs) {
    ASSERT_TRUE(result.has_value()) << result.error().ToString();
    EXPECT_TRUE(std::ranges::any_of(result->attacked,
                                    [](const SampleRecord& r) { return r.BrokenAt(0, true) == 0; }));
  }
  EXPECT_THAT(run(MakePgdAttack({}), Norm::kLinf), HasError(ErrorCode::kUnsupported));
}

TEST(QueryAttacks, RefuseWhatTheyCannotDo) {
  const auto created = [](const Check& check, std::string_view text) {
    return check::Parameters::Create(check.description(), *Json::Parse(text));
  };
  for (const Check* check : {&SquareCheck(), &HopSkipJumpCheck(), &BoundaryCheck(), &SimbaCheck()}) {
    EXPECT_THAT(created(*check, R"({"queries": 0})"),
                HasError(ErrorCode::kInvalidArgument, HasSubstr("queries")));
    EXPECT_THAT(created(*check, R"({"norm": "l1"})"), HasError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(created(*check, R"({"steps": 3})"), HasError(ErrorCode::kInvalidArgument));
  }
  EXPECT_THAT(created(SquareCheck(), R"({"loss": "dlr"})"),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("margin, ce")));
  EXPECT_THAT(created(SquareCheck(), R"({"p_init": 1.5})"), HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(created(BoundaryCheck(), R"({"norm": "linf"})"), HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(created(SimbaCheck(), R"({"basis": "fourier"})"), HasError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace cupel::algorithm::inspect
