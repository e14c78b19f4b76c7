// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <vector>

#include "cupel/algorithm/inspect/attack_for_test.h"
#include "cupel/algorithm/inspect/attack_result.h"
#include "cupel/algorithm/inspect/autoattack_stages.h"
#include "cupel/algorithm/inspect/witness.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::inspect {
namespace {

using check::CheckResult;
using cupel::testing::HasError;
using cupel::testing::IsOkAndHolds;

std::vector<std::string> Names(AutoAttackVersion version) {
  std::vector<std::string> names;
  for (const Stage& stage : AutoAttackStages(version)) names.push_back(stage.name);
  return names;
}

// AutoAttack.set_version of the official code.
TEST(AutoAttackVersions, AreTheOfficialOnesInTheirOrder) {
  EXPECT_EQ(Names(AutoAttackVersion::kStandard),
            (std::vector<std::string>{"apgd-ce", "apgd-t", "fab-t", "square"}));
  EXPECT_EQ(Names(AutoAttackVersion::kPlus),
            (std::vector<std::string>{"apgd-ce", "apgd-dlr", "fab", "square", "apgd-t", "fab-t"}));
  EXPECT_EQ(Names(AutoAttackVersion::kRand), (std::vector<std::string>{"apgd-ce", "apgd-dlr"}));
}

TEST(AutoAttackVersions, HaveNames) {
  EXPECT_THAT(ParseAutoAttackVersion("standard"), IsOkAndHolds(AutoAttackVersion::kStandard));
  EXPECT_THAT(ParseAutoAttackVersion("plus"), IsOkAndHolds(AutoAttackVersion::kPlus));
  EXPECT_THAT(ParseAutoAttackVersion("rand"), IsOkAndHolds(AutoAttackVersion::kRand));
  EXPECT_THAT(ParseAutoAttackVersion("custom"), HasError(ErrorCode::kInvalidArgument));
}

class Ladder : public ::testing::Test {
 protected:
  Result<CheckResult> Run(std::vector<Stage> stages, Norm norm, int workers = 1) const {
    AttackPlan plan;
    plan.stages = std::move(stages);
    plan.norm = norm;
    plan.epsilons = {norm == Norm::kL2 ? 0.25 : 0.08};
    plan.stored_inputs = 1000;
    plan.seed = 4;
    plan.stream = "inspect.autoattack";
    TestContext made(model_, *data_);
    made.context.workers = workers;
    CUPEL_TRY(const AttackRun run, RunAttack(*target_, plan, made.context, "inspect.autoattack"));
    CUPEL_TRY(CheckResult result, AttackResult(run, plan, *data_));
    EXPECT_THAT(VerifyWitnesses(*target_, *data_, result),
                IsOkAndHolds(static_cast<std::int64_t>(result.witnesses.size())));
    return result;
  }
  static double ValueOf(const CheckResult& result, const std::string& name) {
    const check::Metric* metric = check::FindMetric(result.metrics, name);
    EXPECT_NE(metric, nullptr) << name;
    return metric == nullptr ? -1 : metric->value;
  }

  RowModel model_ = RowModel::Random({kFeatures, 20, 5}, 31);
  std::unique_ptr<AttackTarget> target_ = TargetOf(model_, model_, 5, {kFeatures});
  data::dataset::DatasetPointer data_ = LabelledByModel(model_, 60, {kFeatures}, 0.0F, 1.0F, 2);
};

// Worst case over the stages, sample by sample: at most what each leaves alone, and each is really run on
// what is left.
TEST_F(Ladder, IsAtMostEachOfItsStages) {
  for (const Norm norm : {Norm::kLinf, Norm::kL2}) {
    CUPEL_ASSERT_OK(const CheckResult whole, Run(AutoAttackStages(AutoAttackVersion::kStandard), norm));
    const double robust = ValueOf(whole, "robust_accuracy");
    EXPECT_GT(robust, 0.05) << "nothing is left to compare";
    EXPECT_LT(robust, 0.95);
    double above = 1;
    for (const Stage& stage : AutoAttackStages(AutoAttackVersion::kStandard)) {
      const double after = ValueOf(whole, "robust_accuracy.after." + stage.name);
      EXPECT_LE(after, above);
      EXPECT_GT(ValueOf(whole, "evaluations." + stage.name), 0);
      above = after;
      if (stage.attack->nearest()) continue;  // by itself it would look without a budget
      CUPEL_ASSERT_OK(const CheckResult alone, Run({stage}, norm));
      EXPECT_LE(robust, ValueOf(alone, "robust_accuracy")) << stage.name;
    }
    EXPECT_EQ(above, robust);
  }
}

// What is broken costs later stages nothing; what is not costs Square its queries.
TEST_F(Ladder, SpendsOnTheRobustAlone) {
  CUPEL_ASSERT_OK(const CheckResult whole, Run(AutoAttackStages(AutoAttackVersion::kStandard), Norm::kL2));
  const double left = 60 * ValueOf(whole, "robust_accuracy.after.fab-t");
  EXPECT_LE(ValueOf(whole, "evaluations.square"), 5000 * left);
  EXPECT_GE(ValueOf(whole, "evaluations.square"), 4500 * 60 * ValueOf(whole, "robust_accuracy"));
  const double after_ce = 60 * ValueOf(whole, "robust_accuracy.after.apgd-ce");
  EXPECT_LE(ValueOf(whole, "evaluations.apgd-t"), (1 + 4 * 101) * after_ce);
}

TEST_F(Ladder, AnyNumberOfWorkersGivesTheSame) {
  CUPEL_ASSERT_OK(const CheckResult one, Run(AutoAttackStages(AutoAttackVersion::kRand), Norm::kLinf, 1));
  CUPEL_ASSERT_OK(const CheckResult three, Run(AutoAttackStages(AutoAttackVersion::kRand), Norm::kLinf, 3));
  EXPECT_EQ(one.witnesses, three.witnesses);
  EXPECT_EQ(ValueOf(one, "robust_accuracy"), ValueOf(three, "robust_accuracy"));
}

TEST_F(Ladder, PlusIsAtMostStandard) {
  CUPEL_ASSERT_OK(const CheckResult standard,
                  Run(AutoAttackStages(AutoAttackVersion::kStandard), Norm::kLinf));
  CUPEL_ASSERT_OK(const CheckResult plus, Run(AutoAttackStages(AutoAttackVersion::kPlus), Norm::kLinf));
  EXPECT_LE(ValueOf(plus, "robust_accuracy"), ValueOf(standard, "robust_accuracy") + 1.0 / 60);
}

}  // namespace
}  // namespace cupel::algorithm::inspect
