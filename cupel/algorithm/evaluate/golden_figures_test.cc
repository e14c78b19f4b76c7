// SPDX-License-Identifier: Apache-2.0
// evaluate.accuracy and evaluate.calibration against scikit-learn 1.2.1 with NumPy 1.24.2 (Debian 12), on 300
// samples of three classes whose logits every language computes alike: z_k = ((i (31 + 17 k)) mod 41 - 20) /
// 8 and label (i^2 + i div 7) mod 3. Eight rows have a tie for the largest logit; both sides take the first.
#include <gtest/gtest.h>

#include "cupel/algorithm/evaluate/checks.h"
#include "cupel/algorithm/evaluate/run_check_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::evaluate {
namespace {

using data::dataset::Predictions;
using test_support::Decisions;
using test_support::MetricOf;
using test_support::RunCheck;

Predictions ThreeHundred() {
  std::vector<std::int32_t> labels;
  for (int i = 0; i < 300; ++i) labels.push_back((i * i + i / 7) % 3);
  Predictions predictions = Decisions(3, labels, std::vector<std::int32_t>(300, 0));
  for (int i = 0; i < 300; ++i) {
    for (int k = 0; k < 3; ++k)
      predictions.scores[static_cast<std::size_t>(3 * i + k)] =
          static_cast<float>(i * (31 + 17 * k) % 41 - 20) / 8;
  }
  return predictions;
}

TEST(GoldenFigures, AccuracyEqualsScikitLearn) {
  CUPEL_ASSERT_OK(const check::CheckResult result, RunCheck(AccuracyCheck(), ThreeHundred()));
  EXPECT_DOUBLE_EQ(MetricOf(result, "accuracy").value, 0.35);
  EXPECT_NEAR(MetricOf(result, "balanced_accuracy").value, 0.3342975946359405, 1e-15);
  EXPECT_NEAR(MetricOf(result, "recall.0").value, 0.52631579, 5e-9);
  EXPECT_NEAR(MetricOf(result, "recall.1").value, 0.17045455, 5e-9);
  EXPECT_NEAR(MetricOf(result, "recall.2").value, 0.30612245, 5e-9);
  EXPECT_NEAR(MetricOf(result, "precision.0").value, 0.38961039, 5e-9);
  EXPECT_NEAR(MetricOf(result, "precision.1").value, 0.29411765, 5e-9);
  EXPECT_NEAR(MetricOf(result, "precision.2").value, 0.31578947, 5e-9);
  EXPECT_EQ(MetricOf(result, "lowest_recall").value, MetricOf(result, "recall.1").value);
  EXPECT_EQ(result.figures.at(0)["counts"].Canonical(), "[[60,18,36],[44,15,29],[50,18,30]]");
}

// log_loss; brier_score_loss, summed over the classes; ECE and MCE from calibration_curve of (correct,
// confidence), whose bins are closed above as ours are, and the counts of its bins.
TEST(GoldenFigures, CalibrationEqualsScikitLearn) {
  CUPEL_ASSERT_OK(const check::CheckResult fifteen,
                  RunCheck(CalibrationCheck(), ThreeHundred(), R"({"replicates": 100})"));
  EXPECT_NEAR(MetricOf(fifteen, "nll").value, 1.5309598143545837, 1e-13);
  EXPECT_NEAR(MetricOf(fifteen, "brier").value, 0.8754663071124033, 1e-13);
  EXPECT_NEAR(MetricOf(fifteen, "mean_confidence").value, 0.6561595012140864, 1e-13);
  EXPECT_NEAR(MetricOf(fifteen, "ece").value, 0.33045232302887306, 1e-13);
  EXPECT_NEAR(MetricOf(fifteen, "mce").value, 0.564949558036859, 1e-13);
  CUPEL_ASSERT_OK(const check::CheckResult ten,
                  RunCheck(CalibrationCheck(), ThreeHundred(), R"({"replicates": 100, "bins": 10})"));
  EXPECT_NEAR(MetricOf(ten, "ece").value, 0.31080606982229, 1e-13);
  EXPECT_NEAR(MetricOf(ten, "mce").value, 0.564949558036859, 1e-13);
}

}  // namespace
}  // namespace cupel::algorithm::evaluate
