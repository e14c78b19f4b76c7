// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "cupel/algorithm/biometric/comparisons.h"
#include "cupel/algorithm/biometric/error_rate.h"
#include "cupel/algorithm/biometric/golden_for_test.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/stats/proportion.h"

namespace cupel::algorithm::biometric {
namespace {

using ::cupel::testing::HasError;
using ::testing::HasSubstr;

class ComparisonSchemesTest : public FilesTest {};
class TransactionSchemesTest : public FilesTest {};

TEST_F(ComparisonSchemesTest, RatesEqualNumPy) {
  EXPECT_EQ(ExpectGolden("fmr", "comparisons.csv", 1e-15), 1);
  EXPECT_EQ(ExpectGolden("fnmr", "comparisons.csv", 1e-15), 1);
}

TEST_F(ComparisonSchemesTest, FnmrAtFmrEqualsScikitLearn) {
  EXPECT_EQ(ExpectGolden("fnmr_at_fmr", "comparisons.csv", 1e-15), 4);
}

TEST_F(ComparisonSchemesTest, EqualErrorRateEqualsSciPy) {
  EXPECT_EQ(ExpectGolden("det_eer", "comparisons.csv", 1e-10), 1);
}

TEST_F(ComparisonSchemesTest, AFalseMatchRateThatTheSampleCannotSupportIsSaid) {
  CUPEL_ASSERT_OK(const auto evaluation, Evaluate("fnmr_at_fmr@fmr=0.000001", GoldenFile("comparisons.csv")));
  ASSERT_FALSE(evaluation.notes.empty());
  EXPECT_THAT(evaluation.notes.back().en, HasSubstr("2995731"));
}

TEST_F(ComparisonSchemesTest, SubjectsWidenTheInterval) {
  std::string with = "kind,score,subject\n";
  std::string without = "kind,score\n";
  for (int i = 0; i < 200; ++i) {
    const char* const score = i / 10 % 5 == 0 ? "0.2" : "0.8";  // ten attempts of a subject that agree
    with += "mated," + std::string(score) + ",s" + std::to_string(i / 10) + "\n";
    without += "mated," + std::string(score) + "\n";
  }
  CUPEL_ASSERT_OK(const auto clustered, Evaluate("fnmr", Write(with)));
  CUPEL_ASSERT_OK(const auto plain, Evaluate("fnmr", Write(without)));
  EXPECT_EQ(clustered.metrics[0].value, 0.2);
  EXPECT_EQ(clustered.metrics[0].interval->method, "beta-binomial");
  EXPECT_NEAR(clustered.metrics[0].interval->high, stats::Wilson(4, 20, 0.95).high, 1e-12);
  EXPECT_EQ(plain.metrics[0].interval->high, stats::Wilson(40, 200, 0.95).high);
}

TEST_F(ComparisonSchemesTest, RefusesFilesThatDoNotSayWhatTheyMean) {
  EXPECT_THAT(ReadComparisons(Write("kind,score\nmated,0.5\ngenuine,0.4\n")),
              HasError(ErrorCode::kCorrupt, HasSubstr("input.csv:3")));
  EXPECT_THAT(ReadComparisons(Write("kind,score\nmated,nan\n")), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(ReadComparisons(Write("kind,score,subjct\nmated,1,a\n")),
              HasError(ErrorCode::kCorrupt, HasSubstr("subject")));
  EXPECT_THAT(ReadComparisons(Write("kind\nmated\n")), HasError(ErrorCode::kCorrupt, HasSubstr("score")));
  EXPECT_THAT(ReadComparisons(Write("kind,score,status\nmated,0.4,failed\n")), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(ReadComparisons(Write("kind,score\n")), HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Evaluate("fmr", Write("kind,score\nmated,0.4\n")), HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Evaluate("det_eer", Write("kind,score\nmated,0.4\n")), HasError(ErrorCode::kInvalidArgument));
}

TEST(ThresholdAtRateTest, IsTheSmallestThatKeepsTheRate) {
  ReproducibleStream stream(1, "threshold");
  for (int round = 0; round < 300; ++round) {
    std::vector<double> scores(1 + stream.Below(40));
    for (double& score : scores) score = static_cast<double>(stream.Below(12));
    const double rate = round % 3 == 0 ? static_cast<double>(stream.Below(scores.size() + 1)) /
                                             static_cast<double>(scores.size())
                                       : stream.UniformDouble();
    const auto share = [&](double threshold) {
      double count = 0;
      for (const double score : scores) count += score >= threshold;
      return count / static_cast<double>(scores.size());
    };
    const double threshold = ThresholdAtRate(scores, rate);
    ASSERT_LE(share(threshold), rate);
    if (std::isfinite(threshold)) {
      ASSERT_GT(share(std::nextafter(threshold, -INFINITY)), rate);
    }
  }
}

// With one attempt a transaction and failures spread alike, FAR = FMR (1 - FTA) and FRR = FTA + FNMR (1 -
// FTA).
TEST_F(TransactionSchemesTest, OneAttemptFollowsTheIdentitiesOfTheStandard) {
  std::string text = "kind,score,status,subject\n";
  for (int i = 0; i < 100; ++i) {
    for (const std::string kind : {"mated", "non-mated"}) {
      const bool failed = i % 10 == 0;
      const bool high = kind == "mated" ? i % 9 != 1 : i % 7 == 1;
      text += kind + "," + (failed ? "" : high ? "0.9" : "0.1") + "," + (failed ? "failed" : "ok") + ",\n";
    }
  }
  for (int i = 0; i < 40; ++i)
    text += std::string("enrolment,,") + (i < 3 ? "failed" : "ok") + ",e" + std::to_string(i) + "\n";
  const auto path = Write(text);
  const auto value = [&](const std::string& call) {
    const auto evaluation = Evaluate(call, path);
    EXPECT_TRUE(evaluation.has_value()) << call;
    return evaluation ? evaluation->metrics[0].value : std::nan("");
  };
  const double fta = value("fta");
  const double fte = value("fte");
  EXPECT_EQ(fta, 0.1);
  EXPECT_EQ(fte, 0.075);
  EXPECT_NEAR(value("far"), value("fmr") * (1 - fta), 1e-15);
  EXPECT_NEAR(value("frr"), fta + value("fnmr") * (1 - fta), 1e-15);
  EXPECT_NEAR(value("gfar"), value("far") * (1 - fte), 1e-15);
  EXPECT_NEAR(value("gfrr"), fte + (1 - fte) * value("frr"), 1e-15);
}

TEST_F(TransactionSchemesTest, AnyAttemptThatMatchesAcceptsTheTransaction) {
  const auto path = Write(
      "kind,score,status,transaction\n"
      "mated,0.1,,t1\nmated,0.9,,t1\n"          // accepted at the second attempt
      "mated,0.2,,t2\nmated,,failed,t2\n"       // rejected
      "non-mated,0.1,,t1\nnon-mated,0.6,,t1\n"  // another t1: accepted
      "non-mated,0.3,,t3\nnon-mated,0.3,,t4\nnon-mated,0.2,,\n");
  CUPEL_ASSERT_OK(const auto frr, Evaluate("frr", path));
  EXPECT_EQ(frr.metrics[0].count, 1);
  EXPECT_EQ(frr.metrics[0].n, 2);
  CUPEL_ASSERT_OK(const auto far, Evaluate("far", path));
  EXPECT_EQ(far.metrics[0].count, 1);
  EXPECT_EQ(far.metrics[0].n, 4);
  EXPECT_THAT(Evaluate("gfar", path), HasError(ErrorCode::kInvalidArgument, HasSubstr("enrolment")));
}

TEST_F(TransactionSchemesTest, ASubjectWhoEnrolsAtASecondTryIsEnrolled) {
  const auto path =
      Write("kind,score,status,subject\nenrolment,,failed,a\nenrolment,,ok,a\nenrolment,,failed,b\n");
  CUPEL_ASSERT_OK(const auto fte, Evaluate("fte", path));
  EXPECT_EQ(fte.metrics[0].value, 0.5);
}

TEST_F(TransactionSchemesTest, IntervalOfAGeneralisedRateCoversTheTruth) {
  constexpr int kTrials = 400;
  int covered = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    ReproducibleStream stream(1, "gfrr", static_cast<std::uint64_t>(trial));
    std::string text = "kind,score,status\n";
    for (int i = 0; i < 150; ++i)
      text += std::string("mated,") + (stream.UniformDouble() < 0.1 ? "0" : "1") + ",\n";
    for (int i = 0; i < 80; ++i)
      text += std::string("enrolment,,") + (stream.UniformDouble() < 0.05 ? "failed\n" : "ok\n");
    CUPEL_ASSERT_OK(const auto evaluation, Evaluate("gfrr", Write(text)));
    const double truth = 0.05 + 0.95 * 0.1;
    covered += evaluation.metrics[0].interval->low <= truth && truth <= evaluation.metrics[0].interval->high;
  }
  EXPECT_NEAR(covered / double{kTrials}, 0.95, 0.04);
}

}  // namespace
}  // namespace cupel::algorithm::biometric
