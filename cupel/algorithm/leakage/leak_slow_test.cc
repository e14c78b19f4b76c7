// SPDX-License-Identifier: Apache-2.0
// The membership attacks on a thousand members: an overfitted network must leak at a false-positive rate of 1
// %, a network that never saw them must not, and shadow models must find more than a threshold does.
#include "cupel/algorithm/leakage/checks.h"
#include "cupel/algorithm/leakage/leakage_for_test.h"
#include "cupel/algorithm/leakage/shadow_models.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::leakage {
namespace {

using check::CheckResult;

constexpr const char* kShadows =
    R"({"samples": 0, "population": 200, "shadows": 16, "epochs": 40, "batch_size": 50, "optimizer": "adam",
        "learning_rate": 0.01, "weight_decay": 0.0005)";

class Leak : public ::testing::Test {
 protected:
  Leak() { ForgetShadowScores(); }
  ~Leak() override { ForgetShadowScores(); }

  DatasetPointer members_ = NoisyRows(1000, 12, 0.4, 1);
  DatasetPointer others_ = NoisyRows(1200, 12, 0.4, 2);
};

TEST_F(Leak, IsFoundInAnOverfittedNetworkAndMoreByShadowModels) {
  const auto model = TrainedOn(*members_, 40);
  Setting setting{.model = model.get(), .training = members_.get(), .data = others_.get(), .workers = 2};
  CUPEL_ASSERT_OK(const CheckResult threshold, RunCheck(MembershipCheck(), setting));
  for (const char* mode : {"online", "offline"}) {
    setting.parameters = std::string(kShadows) + R"(, "mode": ")" + mode + "\"}";
    CUPEL_ASSERT_OK(const CheckResult lira, RunCheck(LiraCheck(), setting));
    CUPEL_ASSERT_OK(const CheckResult rmia, RunCheck(RmiaCheck(), setting));
    for (const CheckResult* result : {&lira, &rmia}) {
      EXPECT_GT(MetricOf(*result, "auc").interval->low, MetricOf(threshold, "auc").value) << mode;
      EXPECT_GT(MetricOf(*result, "tpr_at_fpr_0.01").interval->low, 0.01) << mode;
      EXPECT_GT(MetricOf(*result, "balanced_accuracy").interval->low, 0.5) << mode;
      EXPECT_GT(MetricOf(*result, "epsilon_lower_bound").value, 0.3) << mode;
      EXPECT_TRUE(Covers(MetricOf(*result, "control_auc"), 0.5)) << mode;
    }
    RecordProperty(std::string("lira_auc_") + mode, std::to_string(MetricOf(lira, "auc").value));
    RecordProperty(std::string("rmia_auc_") + mode, std::to_string(MetricOf(rmia, "auc").value));
  }
}

TEST_F(Leak, IsNotFoundInANetworkThatNeverSawTheMembers) {
  const auto model = TrainedOn(*NoisyRows(1000, 12, 0.4, 3), 40);
  const Setting setting{.model = model.get(),
                        .training = members_.get(),
                        .data = others_.get(),
                        .parameters = std::string(kShadows) + "}",
                        .workers = 2};
  for (const check::Check* check : {&LiraCheck(), &RmiaCheck()}) {
    CUPEL_ASSERT_OK(const CheckResult result, RunCheck(*check, setting));
    const std::string& id = check->description().id;
    EXPECT_TRUE(Covers(MetricOf(result, "auc"), 0.5)) << id << " " << MetricOf(result, "auc").value;
    EXPECT_TRUE(Covers(MetricOf(result, "balanced_accuracy"), 0.5)) << id;
    EXPECT_LT(MetricOf(result, "tpr_at_fpr_0.01").value, 0.03) << id;
    EXPECT_EQ(MetricOf(result, "epsilon_lower_bound").value, 0) << id;
  }
}

// Members of another distribution: what looks like a leak is a difference of the sets, and is said to be.
TEST_F(Leak, IsNotConfusedWithADifferenceOfTheSets) {
  const auto easy = NoisyRows(1000, 12, 0.0, 4);
  const auto model = TrainedOn(*NoisyRows(1000, 12, 0.4, 3), 40);
  const Setting setting{.model = model.get(),
                        .training = easy.get(),
                        .data = others_.get(),
                        .parameters = std::string(kShadows) + "}",
                        .workers = 2};
  CUPEL_ASSERT_OK(
      const CheckResult threshold,
      RunCheck(MembershipCheck(), {.model = model.get(), .training = easy.get(), .data = others_.get()}));
  EXPECT_GT(MetricOf(threshold, "auc").interval->low, 0.5);
  CUPEL_ASSERT_OK(const CheckResult lira, RunCheck(LiraCheck(), setting));
  EXPECT_GT(MetricOf(lira, "control_auc").interval->low, 0.5);
  EXPECT_FALSE(lira.notes.empty());
}

}  // namespace
}  // namespace cupel::algorithm::leakage
