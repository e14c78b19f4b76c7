// SPDX-License-Identifier: Apache-2.0
// inspect.extraction on targets whose copy is easy, hard, or impossible.
#include <cmath>

#include "cupel/algorithm/leakage/checks.h"
#include "cupel/algorithm/leakage/leakage_for_test.h"
#include "cupel/stats/proportion.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::leakage {
namespace {

using check::CheckResult;
using cupel::testing::HasError;
using ::testing::HasSubstr;

constexpr const char* kQuick =
    R"("architecture": "mlp", "epochs": 40, "batch_size": 50, "optimizer": "adam", "learning_rate": 0.01)";

class Extraction : public ::testing::Test {
 protected:
  Setting With(const std::string& more) const {
    return {.model = model_.get(),
            .data = data_.get(),
            .parameters = "{" + std::string(kQuick) + ", " + more + "}"};
  }
  DatasetPointer data_ = NoisyRows(1200, 6, 0.1, 2);
  std::unique_ptr<executor::Classifier> model_ = TrainedOn(*NoisyRows(1000, 6, 0.1, 1), 20);
};

TEST_F(Extraction, MoreQueriesBuyAMoreFaithfulCopy) {
  CUPEL_ASSERT_OK(const CheckResult result,
                  RunCheck(ExtractionCheck(), With(R"("budgets": [10, 100, 600])")));
  const double few = MetricOf(result, "fidelity.queries_10").value;
  const double many = MetricOf(result, "fidelity.queries_600").value;
  EXPECT_LT(few, many);
  EXPECT_GT(many, 0.93);
  const check::Metric fidelity = MetricOf(result, "fidelity");
  EXPECT_EQ(fidelity.value, many);
  EXPECT_EQ(fidelity.n, 600);
  EXPECT_EQ(fidelity.interval->low, stats::Wilson(*fidelity.count, 600, 0.95).low);
  EXPECT_EQ(result.figures[0]["series"].AsArray()[0]["x"].AsArray().size(), 3U);
  // The labels are noisy, so the copy agrees with the target more than with them.
  EXPECT_LT(MetricOf(result, "substitute_accuracy").value, fidelity.value);
  EXPECT_NEAR(MetricOf(result, "target_accuracy").value, 0.95, 0.03);
}

TEST_F(Extraction, WorksFromRandomInputsAndFromLabels) {
  for (const char* more :
       {R"("budgets": [500], "queries": "random")", R"("budgets": [500], "answers": "labels")"}) {
    CUPEL_ASSERT_OK(const CheckResult result, RunCheck(ExtractionCheck(), With(more)));
    EXPECT_GT(MetricOf(result, "fidelity").value, 0.9) << more;
  }
}

TEST_F(Extraction, TheTargetsOwnArchitectureIsTheDefault) {
  Setting setting = With("");
  setting.parameters = R"({"budgets": [600], "optimizer": "adam", "learning_rate": 0.01})";
  CUPEL_ASSERT_OK(const CheckResult result, RunCheck(ExtractionCheck(), setting));
  EXPECT_GT(MetricOf(result, "fidelity").value, 0.9);
}

// A target that answers at random cannot be copied: its answers to other inputs say nothing.
TEST_F(Extraction, OfLabelsLearntByHeartFails) {
  const auto noise = NoisyRows(600, 6, 1, 1);
  const auto target = TrainedOn(*noise, 60);
  Setting setting = With(R"("budgets": [20])");
  setting.model = target.get();
  CUPEL_ASSERT_OK(const CheckResult result, RunCheck(ExtractionCheck(), setting));
  EXPECT_LT(MetricOf(result, "fidelity").value, 0.75);
}

TEST_F(Extraction, IsTheSameOnTwoWorkersAndAfterARestart) {
  Setting setting = With(R"("budgets": [20, 100])");
  MemoryJournal journal;
  setting.journal = &journal;
  CUPEL_ASSERT_OK(const CheckResult one, RunCheck(ExtractionCheck(), setting));
  EXPECT_EQ(journal.saved, 2);
  journal.pieces.erase("queries=20");
  CUPEL_ASSERT_OK(const CheckResult again, RunCheck(ExtractionCheck(), setting));
  EXPECT_EQ(journal.saved, 3);
  setting.workers = 2;
  setting.journal = &check::NoJournal();
  CUPEL_ASSERT_OK(const CheckResult two, RunCheck(ExtractionCheck(), setting));
  EXPECT_EQ(AsText(one), AsText(again));
  EXPECT_EQ(AsText(one), AsText(two));
}

TEST_F(Extraction, RefusesBudgetsThatCannotBe) {
  EXPECT_THAT(RunCheck(ExtractionCheck(), With(R"("budgets": [601])")),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("every budget exceeds")));
  // One that can be is tried, and a note says which was not.
  CUPEL_ASSERT_OK(const CheckResult some, RunCheck(ExtractionCheck(), With(R"("budgets": [10, 601])")));
  EXPECT_EQ(MetricOf(some, "fidelity").value, MetricOf(some, "fidelity.queries_10").value);
  EXPECT_EQ(check::FindMetric(some.metrics, "fidelity.queries_601"), nullptr);
  ASSERT_EQ(some.notes.size(), 1U);
  EXPECT_THAT(some.notes[0].en, HasSubstr("601 queries were not tried"));
  EXPECT_THAT(RunCheck(ExtractionCheck(), With(R"("budgets": [20, 10])")),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("rising whole numbers, got 10")));
  EXPECT_THAT(RunCheck(ExtractionCheck(), With(R"("budgets": [10.5])")),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("10.5")));
}

}  // namespace
}  // namespace cupel::algorithm::leakage
