// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <cmath>

#include "cupel/algorithm/regression/correlation.h"
#include "cupel/algorithm/regression/counts.h"
#include "cupel/algorithm/regression/family.h"
#include "cupel/algorithm/regression/targets.h"
#include "cupel/algorithm/scheme/call.h"
#include "cupel/base/file.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::regression {
namespace {

using ::cupel::testing::HasError;
using ::testing::HasSubstr;

std::filesystem::path GoldenFile(const std::string& name) {
  return std::filesystem::path(CUPEL_SOURCE_DIR) / "tests/golden/regression" / name;
}

Result<scheme::Evaluation> Evaluate(const std::string& call, const std::filesystem::path& file,
                                    std::int64_t replicates = 200) {
  std::vector<const scheme::Scheme*> known;
  for (const scheme::Scheme& scheme : Family().schemes) known.push_back(&scheme);
  CUPEL_TRY(const scheme::Call parsed, scheme::ParseCall(call, known));
  CUPEL_TRY(const auto input, parsed.scheme->input->read({file, {}}));
  return parsed.scheme->evaluate(*input, parsed.parameters, {.replicates = replicates});
}

/// Every figure of expected.json that begins with "file:". Returns how many were compared.
int ExpectGolden(const std::string& file, double tolerance) {
  const auto text = ReadTextFile(GoldenFile("expected.json"));
  const auto expected = Json::Parse(text.value_or(""));
  if (!expected) return 0;
  int compared = 0;
  for (const auto& [key, value] : expected->AsObject()) {
    if (!key.starts_with(file + ":")) continue;
    const auto evaluation = Evaluate(key.substr(file.size() + 1), GoldenFile(file + ".csv"));
    EXPECT_TRUE(evaluation.has_value()) << key;
    if (!evaluation) continue;
    const check::Metric& metric = evaluation->metrics[0];
    EXPECT_EQ(metric.name, "value");
    EXPECT_NEAR(metric.value, value.AsNumber(), tolerance * std::max(1.0, std::abs(value.AsNumber()))) << key;
    if (metric.interval) {
      EXPECT_LE(metric.interval->low, metric.value) << key;
      EXPECT_GE(metric.interval->high, metric.value) << key;
    } else {
      EXPECT_FALSE(evaluation->notes.empty()) << key;
    }
    ++compared;
  }
  return compared;
}

TEST(RegressionGoldenTest, EqualsTheReferences) {
  EXPECT_EQ(ExpectGolden("plain", 1e-12), 29);
  EXPECT_EQ(ExpectGolden("weighted", 1e-12), 12);
  EXPECT_EQ(ExpectGolden("ensemble", 1e-12), 2);
}

// All numbers lie near 1e7, where one bit of the input is 2e-9.
TEST(RegressionGoldenTest, SumsDoNotLoseDigitsFarFromZero) { EXPECT_EQ(ExpectGolden("far", 1e-8), 12); }

TEST(RegressionGoldenTest, CountingEqualsNumPy) { EXPECT_EQ(ExpectGolden("counts", 1e-12), 6); }

TEST(CorrelationTest, KendallEqualsTheDefinition) {
  ReproducibleStream stream(1, "kendall");
  for (int round = 0; round < 200; ++round) {
    std::vector<double> x(2 + stream.Below(30));
    std::vector<double> y(x.size());
    for (double& value : x) value = static_cast<double>(stream.Below(7));
    for (double& value : y) value = static_cast<double>(stream.Below(5));
    double balance = 0;
    double untied_x = 0;
    double untied_y = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        const double a = x[i] - x[j];
        const double b = y[i] - y[j];
        balance += a * b > 0 ? 1 : a * b < 0 ? -1 : 0;
        untied_x += a != 0;
        untied_y += b != 0;
      }
    }
    const double tau = KendallTauB(x, y);
    if (untied_x == 0 || untied_y == 0) {
      ASSERT_TRUE(std::isnan(tau));
    } else {
      ASSERT_NEAR(tau, balance / std::sqrt(untied_x * untied_y), 1e-13);
    }
  }
}

TEST(CorrelationTest, IntervalsCoverTheTruthOfNormals) {
  constexpr int kTrials = 600;
  int spearman = 0;
  int kendall = 0;
  // Correlation r = 0.6: Spearman's is 6/pi asin(r/2), Kendall's 2/pi asin(r).
  const double rho = 6 / M_PI * std::asin(0.3);
  const double tau = 2 / M_PI * std::asin(0.6);
  for (int trial = 0; trial < kTrials; ++trial) {
    ReproducibleStream stream(1, "normals", static_cast<std::uint64_t>(trial));
    std::vector<double> x(60);
    std::vector<double> y(60);
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i] = stream.Normal();
      y[i] = 0.6 * x[i] + 0.8 * stream.Normal();
    }
    const double r = SpearmanRho(x, y);
    const stats::Interval s = FisherInterval(r, (1 + r * r / 2) / 57, 0.95, "s");
    spearman += s.low <= rho && rho <= s.high;
    const stats::Interval k = FisherInterval(KendallTauB(x, y), 0.437 / 56, 0.95, "k");
    kendall += k.low <= tau && tau <= k.high;
  }
  EXPECT_NEAR(spearman / double{kTrials}, 0.95, 0.03);
  EXPECT_NEAR(kendall / double{kTrials}, 0.95, 0.03);
}

class RegressionTest : public ::testing::Test {
 protected:
  std::filesystem::path Write(const std::string& text) {
    const std::filesystem::path path = folder_ / "input.csv";
    EXPECT_TRUE(WriteFileAtomic(path, text).has_value());
    return path;
  }
  testing::ScratchFolder folder_;
};

TEST_F(RegressionTest, UnitsAreDrawnWhole) {
  std::string with = "truth,prediction,unit\n";
  std::string without = "truth,prediction\n";
  for (int i = 0; i < 200; ++i) {
    const std::string row = "0," + std::to_string(i / 20);  // twenty samples of a unit that agree
    with += row + ",u" + std::to_string(i / 20) + "\n";
    without += row + "\n";
  }
  CUPEL_ASSERT_OK(const auto clustered, Evaluate("mae", Write(with), 2000));
  CUPEL_ASSERT_OK(const auto plain, Evaluate("mae", Write(without), 2000));
  EXPECT_EQ(clustered.metrics[0].value, 4.5);
  const auto width = [](const scheme::Evaluation& e) {
    return e.metrics[0].interval->high - e.metrics[0].interval->low;
  };
  EXPECT_NEAR(width(clustered) / width(plain), std::sqrt(20.0), 0.6);
}

// A normal mean of 300 samples: half width 1.96 / sqrt(300), also beyond 10000 samples, where they are
// grouped.
TEST_F(RegressionTest, IntervalOfAMeanIsItsStandardError) {
  ReproducibleStream stream(4, "mean");
  for (const int n : {300, 30000}) {
    std::string text = "truth,prediction\n";
    for (int i = 0; i < n; ++i) text += "0," + std::to_string(10 + stream.Normal()) + "\n";
    CUPEL_ASSERT_OK(const auto evaluation, Evaluate("mae", Write(text), 1000));
    const stats::Interval& interval = *evaluation.metrics[0].interval;
    EXPECT_NEAR((interval.high - interval.low) / 2 * std::sqrt(n) / 1.96, 1, 0.12);
  }
}

TEST_F(RegressionTest, MedianIntervalIsExact) {
  // Ten errors 1 .. 10: P(K < 2) = 11/1024 <= 0.025 and P(K < 3) > 0.025: the second and the ninth.
  std::string text = "truth,prediction\n";
  for (int i = 1; i <= 10; ++i) text += "0," + std::to_string(i) + "\n";
  CUPEL_ASSERT_OK(const auto evaluation, Evaluate("median_ae", Write(text)));
  EXPECT_EQ(evaluation.metrics[0].value, 5.5);
  EXPECT_EQ(evaluation.metrics[0].interval->low, 2);
  EXPECT_EQ(evaluation.metrics[0].interval->high, 9);
}

TEST_F(RegressionTest, WhatHasNoValueIsAnError) {
  const auto constant = Write("truth,prediction\n2,1\n2,3\n2,2\n");
  for (const std::string call :
       {"r2", "explained_variance", "pearson", "spearman", "kendall_tau_b", "d2_pinball", "nrmse@by=std"}) {
    EXPECT_THAT(Evaluate(call, constant), HasError(ErrorCode::kInvalidArgument)) << call;
  }
  EXPECT_THAT(Evaluate("crps", constant), HasError(ErrorCode::kInvalidArgument, HasSubstr("member_")));
  EXPECT_THAT(Evaluate("interval_width", constant), HasError(ErrorCode::kInvalidArgument, HasSubstr("low")));
  const auto weighted = Write("truth,prediction,weight\n2,1,1\n3,3,2\n");
  EXPECT_THAT(Evaluate("median_ae", weighted), HasError(ErrorCode::kInvalidArgument, HasSubstr("weights")));
  EXPECT_THAT(Evaluate("spearman", weighted), HasError(ErrorCode::kInvalidArgument, HasSubstr("weights")));
}

TEST_F(RegressionTest, RefusesFilesThatDoNotSayWhatTheyMean) {
  EXPECT_THAT(ReadTargets(Write("truth,prediction\n1,2\n1,x\n")),
              HasError(ErrorCode::kCorrupt, HasSubstr("input.csv:3")));
  EXPECT_THAT(ReadTargets(Write("truth,low\n1,2\n")), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(ReadTargets(Write("truth,low,high\n1,2,1\n")), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(ReadTargets(Write("truth,member_a\n1,2\n")), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(ReadTargets(Write("truth,weight\n1,0\n")), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(ReadTargets(Write("truth,predictoin\n1,0\n")),
              HasError(ErrorCode::kCorrupt, HasSubstr("prediction")));
  EXPECT_THAT(ReadCounts(Write("image,truth,prediction\na,1,1\na,2,2\n")),
              HasError(ErrorCode::kCorrupt, HasSubstr("before")));
  EXPECT_THAT(ReadCounts(Write("image,row,column,truth,prediction\na,0.5,1,1,1\n")),
              HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(Evaluate("game@level=1", Write("image,truth,prediction\na,1,1\n")),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("2 x 2")));
}

TEST(FamilyTest, EverySchemeIsComplete) {
  EXPECT_EQ(Family().schemes.size(), 24U);
  for (const scheme::Scheme& scheme : Family().schemes) {
    SCOPED_TRACE(scheme.id);
    EXPECT_FALSE(scheme.definition.empty());
    EXPECT_FALSE(scheme.reference.empty());
    EXPECT_FALSE(scheme.title.zh.empty());
    EXPECT_NE(scheme.evaluate, nullptr);
    EXPECT_NE(scheme.input, nullptr);
  }
}

}  // namespace
}  // namespace cupel::algorithm::regression
