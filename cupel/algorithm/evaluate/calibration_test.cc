// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numeric>

#include "cupel/algorithm/evaluate/calibration_error.h"
#include "cupel/algorithm/evaluate/checks.h"
#include "cupel/algorithm/evaluate/run_check_for_test.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::evaluate {
namespace {

using data::dataset::Predictions;
using test_support::Decisions;
using test_support::MetricOf;
using test_support::RunCheck;

/// Two classes; probs[i] is the probability of class 1.
Predictions Binary(const std::vector<double>& probs, const std::vector<std::int32_t>& labels) {
  Predictions predictions = Decisions(2, labels, std::vector<std::int32_t>(labels.size()));
  for (std::size_t i = 0; i < probs.size(); ++i) {
    predictions.scores[2 * i] = static_cast<float>(std::log1p(-probs[i]));
    predictions.scores[2 * i + 1] = static_cast<float>(std::log(probs[i]));
  }
  return predictions;
}

/// Random logits of 4 classes; labels drawn from softmax(logits * sharpness): calibrated at sharpness 1.
Predictions Drawn(int n, double sharpness, std::uint64_t trial) {
  ReproducibleStream stream(9, "calibration_test", trial);
  Predictions predictions = Decisions(4, std::vector<std::int32_t>(static_cast<std::size_t>(n)),
                                      std::vector<std::int32_t>(static_cast<std::size_t>(n)));
  for (int i = 0; i < n; ++i) {
    std::array<double, 4> weights{};
    double sum = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      const double logit = 1.5 * stream.Normal();
      predictions.scores[static_cast<std::size_t>(4 * i) + k] = static_cast<float>(logit);
      sum += weights[k] = std::exp(logit * sharpness);
    }
    double rest = stream.UniformDouble() * sum;
    std::int32_t label = 0;
    while (label < 3 && (rest -= weights[static_cast<std::size_t>(label)]) > 0) ++label;
    predictions.labels[static_cast<std::size_t>(i)] = label;
  }
  return predictions;
}

/// ECE and MCE by their definitions: a loop over bins, then over samples.
std::pair<double, double> NaiveErrors(const std::vector<ScoredSample>& samples, int bins) {
  double ece = 0;
  double mce = 0;
  for (int b = 0; b < bins; ++b) {
    double n = 0, right = 0, confidence = 0;
    for (const ScoredSample& sample : samples) {
      const bool above = sample.confidence > static_cast<double>(b) / bins || b == 0;
      if (!above || sample.confidence > static_cast<double>(b + 1) / bins) continue;
      n += 1;
      right += sample.correct;
      confidence += sample.confidence;
    }
    if (n == 0) continue;
    ece += n / static_cast<double>(samples.size()) * std::abs(right / n - confidence / n);
    mce = std::max(mce, std::abs(right / n - confidence / n));
  }
  return {ece, mce};
}

TEST(BinOfTest, UpperEdgeBelongsToTheBin) {
  EXPECT_EQ(BinOf(0.0, 10), 0U);
  EXPECT_EQ(BinOf(0.5, 10), 4U);  // (0.4, 0.5]
  EXPECT_EQ(BinOf(std::nextafter(0.5, 1.0), 10), 5U);
  EXPECT_EQ(BinOf(1.0, 10), 9U);
  EXPECT_EQ(BinOf(1e-300, 10), 0U);
}

// Every edge of every number of bins a plan may ask for, and the doubles beside it.
TEST(BinOfTest, NoEdgeIsMovedByRounding) {
  for (std::size_t bins = 1; bins <= 100; ++bins) {
    for (std::size_t k = 1; k <= bins; ++k) {
      const double edge = static_cast<double>(k) / static_cast<double>(bins);
      EXPECT_EQ(BinOf(edge, bins), k - 1) << k << "/" << bins;
      EXPECT_EQ(BinOf(std::nextafter(edge, 0.0), bins), k - 1) << k << "/" << bins;
      if (k < bins) {
        EXPECT_EQ(BinOf(std::nextafter(edge, 1.0), bins), k) << k << "/" << bins;
      }
    }
  }
}

TEST(ScoreSamplesTest, EqualsHandComputedScores) {
  const std::vector<ScoredSample> samples = ScoreSamples(Binary({0.75, 0.25}, {1, 1}));

  EXPECT_NEAR(samples[0].confidence, 0.75, 1e-7);
  EXPECT_EQ(samples[0].correct, 1);
  EXPECT_NEAR(samples[0].brier, 2 * 0.0625, 1e-7);
  EXPECT_NEAR(samples[0].nll, -std::log(0.75), 1e-7);
  EXPECT_EQ(samples[1].correct, 0);
  EXPECT_NEAR(samples[1].brier, 2 * 0.5625, 1e-7);
  EXPECT_NEAR(samples[1].nll, -std::log(0.25), 1e-7);
}

TEST(ScoreSamplesTest, AreStableForHugeAndForInfinitelySmallScores) {
  Predictions predictions = Decisions(2, {1, 1}, {0, 0});
  predictions.scores = {10000.0F, 9990.0F, 0.0F, -std::numeric_limits<float>::infinity()};
  const std::vector<ScoredSample> samples = ScoreSamples(predictions);
  EXPECT_NEAR(samples[0].nll, 10 + std::log1p(std::exp(-10.0)), 1e-12);
  EXPECT_EQ(samples[1].nll, 745);
  EXPECT_EQ(samples[1].confidence, 1);
}

TEST(CalibrationErrorTest, EqualsTheDefinition) {
  for (std::uint64_t trial = 0; trial < 10; ++trial) {
    const std::vector<ScoredSample> samples = ScoreSamples(Drawn(500, 0.5, trial));
    std::vector<std::int64_t> all(samples.size());
    std::iota(all.begin(), all.end(), std::int64_t{0});
    const auto bins = BinSamples(samples, all, 15);
    const auto [ece, mce] = NaiveErrors(samples, 15);
    EXPECT_NEAR(ExpectedCalibrationError(bins), ece, 1e-12);
    EXPECT_NEAR(MaximumCalibrationError(bins), mce, 1e-12);
  }
}

// Ten samples at confidence 0.8, seven of them right: ECE = MCE = 0.1; Brier = 2 (0.7 * 0.04 + 0.3 * 0.64).
TEST(CalibrationCheckTest, EqualsAHandComputedCase) {
  CUPEL_ASSERT_OK(
      const check::CheckResult result,
      RunCheck(CalibrationCheck(), Binary(std::vector<double>(10, 0.8), {1, 1, 1, 1, 1, 1, 1, 0, 0, 0})));

  EXPECT_NEAR(MetricOf(result, "ece").value, 0.1, 1e-7);
  EXPECT_NEAR(MetricOf(result, "mce").value, 0.1, 1e-7);
  EXPECT_NEAR(MetricOf(result, "brier").value, 2 * (0.7 * 0.04 + 0.3 * 0.64), 1e-6);
  EXPECT_NEAR(MetricOf(result, "nll").value, -0.7 * std::log(0.8) - 0.3 * std::log(0.2), 1e-6);
  EXPECT_NEAR(MetricOf(result, "mean_confidence").value, 0.8, 1e-7);
}

TEST(CalibrationCheckTest, ChanceLevelExplainsACalibratedModelAndNotAnOverconfidentOne) {
  CUPEL_ASSERT_OK(const check::CheckResult calibrated,
                  RunCheck(CalibrationCheck(), Drawn(4000, 1, 1), R"({"replicates": 100})"));
  CUPEL_ASSERT_OK(const check::CheckResult overconfident,
                  RunCheck(CalibrationCheck(), Drawn(4000, 0.3, 1), R"({"replicates": 100})"));

  EXPECT_LT(MetricOf(calibrated, "ece").value, 2 * MetricOf(calibrated, "ece_if_calibrated").value);
  EXPECT_GT(MetricOf(overconfident, "ece").value, 5 * MetricOf(overconfident, "ece_if_calibrated").value);
}

TEST(CalibrationCheckTest, IntervalHoldsTheValueAndIsRepeatable) {
  const Predictions predictions = Drawn(500, 1, 2);
  CUPEL_ASSERT_OK(const check::CheckResult first, RunCheck(CalibrationCheck(), predictions));
  CUPEL_ASSERT_OK(const check::CheckResult second, RunCheck(CalibrationCheck(), predictions));
  CUPEL_ASSERT_OK(const check::CheckResult other, RunCheck(CalibrationCheck(), predictions, "", 2));
  for (const char* name : {"ece", "mce", "brier", "nll"}) {
    const check::Metric metric = MetricOf(first, name);
    EXPECT_LE(metric.interval->low, metric.value) << name;
    EXPECT_GE(metric.interval->high, metric.value) << name;
    EXPECT_EQ(metric.interval->low, MetricOf(second, name).interval->low) << name;
  }
  // Not for sums of absolute values: their low limit is often the value itself, whatever the seed.
  EXPECT_NE(MetricOf(first, "nll").interval->low, MetricOf(other, "nll").interval->low);
}

TEST(CalibrationCheckTest, ReliabilityFigureHasOneBinAParameterAndNullWhereEmpty) {
  CUPEL_ASSERT_OK(const check::CheckResult result, RunCheck(CalibrationCheck(), Binary({0.9, 0.9}, {1, 0}),
                                                            R"({"bins": 10, "replicates": 100})"));
  const Json& bins = result.figures.at(0)["bins"];
  ASSERT_EQ(bins.AsArray().size(), 10U);
  EXPECT_TRUE(bins.AsArray()[0]["accuracy"].IsNull());
  std::int64_t counted = 0;
  for (const Json& bin : bins.AsArray()) counted += bin["count"].AsInteger();
  EXPECT_EQ(counted, 2);
}

// A model that is certain of everything is the one to catch: it must not pass for a file without scores.
TEST(CalibrationCheckTest, AModelThatIsAlwaysCertainIsMeasured) {
  Predictions predictions = Decisions(2, {0, 0, 0, 0, 1}, {0, 0, 1, 1, 1});
  for (std::size_t i = 0; i < predictions.scores.size(); ++i)
    predictions.scores[i] *= 50 + static_cast<float>(i);
  CUPEL_ASSERT_OK(const check::CheckResult result, RunCheck(CalibrationCheck(), predictions));
  EXPECT_FALSE(result.not_applicable.has_value());
  EXPECT_EQ(MetricOf(result, "mean_confidence").value, 1);
  EXPECT_DOUBLE_EQ(MetricOf(result, "ece").value, 0.4);
  EXPECT_EQ(MetricOf(result, "ece_if_calibrated").value, 0);
}

// One class that is ever right, one sample, equal scores: nothing divides by zero.
TEST(CalibrationCheckTest, SmallestCasesAreExact) {
  Predictions one = Decisions(4, {2}, {0});
  one.scores.assign(4, 1.5F);
  CUPEL_ASSERT_OK(const check::CheckResult result,
                  RunCheck(CalibrationCheck(), one, R"({"replicates": 100})"));
  EXPECT_DOUBLE_EQ(MetricOf(result, "ece").value,
                   0.25);  // confidence 1/4, and the first of equals is answered
  EXPECT_DOUBLE_EQ(MetricOf(result, "brier").value, 0.75);
  EXPECT_DOUBLE_EQ(MetricOf(result, "nll").value, std::log(4.0));
  EXPECT_EQ(MetricOf(result, "ece").interval->low, MetricOf(result, "ece").interval->high);
}

TEST(CalibrationCheckTest, ShiftingARowOfLogitsChangesNothing) {
  const Predictions predictions = Drawn(200, 1, 4);
  Predictions shifted = predictions;
  for (std::size_t i = 0; i < shifted.scores.size(); ++i)
    shifted.scores[i] += static_cast<float>(i / 4 % 7) - 3;
  CUPEL_ASSERT_OK(const check::CheckResult first, RunCheck(CalibrationCheck(), predictions));
  CUPEL_ASSERT_OK(const check::CheckResult second, RunCheck(CalibrationCheck(), shifted));
  for (const char* name : {"ece", "mce", "brier", "nll", "mean_confidence"})
    EXPECT_NEAR(MetricOf(first, name).value, MetricOf(second, name).value, 1e-6) << name;
}

TEST(CalibrationCheckTest, RefusesScoresThatAreNoAnswer) {
  const float infinity = std::numeric_limits<float>::infinity();
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), infinity}) {
    Predictions predictions = Decisions(2, {0, 1}, {0, 1});
    predictions.scores[2] = bad;
    EXPECT_THAT(RunCheck(CalibrationCheck(), predictions),
                cupel::testing::HasError(ErrorCode::kInvalidArgument, ::testing::HasSubstr("sample 1")));
  }
  Predictions nothing = Decisions(2, {0}, {0});
  nothing.scores = {-infinity, -infinity};
  EXPECT_THAT(RunCheck(CalibrationCheck(), nothing), cupel::testing::HasError(ErrorCode::kInvalidArgument));
}

TEST(CalibrationCheckTest, DecisionsWithoutScoresDoNotApply) {
  Predictions predictions = Decisions(2, {0, 1}, {0, 1});
  for (float& score : predictions.scores)
    score = score > 0 ? 0.0F : std::log(1e-38F);  // as a predictions file gives
  CUPEL_ASSERT_OK(const check::CheckResult result, RunCheck(CalibrationCheck(), predictions));
  EXPECT_TRUE(result.not_applicable.has_value());
}

}  // namespace
}  // namespace cupel::algorithm::evaluate
