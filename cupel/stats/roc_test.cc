// SPDX-License-Identifier: Apache-2.0
#include "cupel/stats/roc.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "cupel/base/reproducible_stream.h"

namespace cupel::stats {
namespace {

using Scores = std::vector<double>;

/// Normal scores rounded to a grid, so that there are ties.
Scores Draw(std::uint64_t sample, int n, double mean) {
  ReproducibleStream stream(3, "roc_test", sample);
  Scores scores;
  for (int i = 0; i < n; ++i) scores.push_back(std::round(4 * (mean + stream.Normal())) / 4);
  return scores;
}

double Kernel(double positive, double negative) {
  return positive > negative ? 1.0 : (positive == negative ? 0.5 : 0.0);
}

struct Naive {
  double auc = 0;
  double variance = 0;
};

/// The definition of DeLong et al. 1988, in O(m n).
Naive NaiveDeLong(const Scores& positives, const Scores& negatives) {
  const double m = static_cast<double>(positives.size());
  const double n = static_cast<double>(negatives.size());
  Scores v10(positives.size()), v01(negatives.size());
  for (std::size_t i = 0; i < positives.size(); ++i) {
    for (std::size_t j = 0; j < negatives.size(); ++j) {
      v10[i] += Kernel(positives[i], negatives[j]) / n;
      v01[j] += Kernel(positives[i], negatives[j]) / m;
    }
  }
  Naive naive;
  for (const double v : v10) naive.auc += v / m;
  for (const double v : v10) naive.variance += std::pow(v - naive.auc, 2) / (m - 1) / m;
  for (const double v : v01) naive.variance += std::pow(v - naive.auc, 2) / (n - 1) / n;
  return naive;
}

TEST(DeLongTest, EqualsTheDefinitionWithTies) {
  for (std::uint64_t trial = 0; trial < 20; ++trial) {
    const Scores positives = Draw(2 * trial, 37 + static_cast<int>(trial), 0.8);
    const Scores negatives = Draw(2 * trial + 1, 61, 0.0);
    const Naive naive = NaiveDeLong(positives, negatives);
    const Auc auc = DeLongAuc(positives, negatives, 0.95);
    EXPECT_NEAR(auc.value, naive.auc, 1e-13);
    EXPECT_NEAR(auc.variance, naive.variance, 1e-13);
    EXPECT_NEAR(auc.interval.high - auc.value, 1.959963984540054 * std::sqrt(naive.variance), 1e-12);
    EXPECT_EQ(auc.interval.method, "delong");
  }
}

// By hand: positives {1, 3}, negatives {0, 2}: 3 of 4 pairs; components (1/2, 1) and (1, 1/2), each of
// variance 1/8.
TEST(DeLongTest, EqualsAHandComputedCase) {
  const Auc auc = DeLongAuc(Scores{1, 3}, Scores{0, 2}, 0.95);
  EXPECT_EQ(auc.value, 0.75);
  EXPECT_EQ(auc.variance, 0.125);
}

TEST(DeLongTest, PerfectSeparationIsNotCertainty) {
  const Auc auc = DeLongAuc(Scores{2, 3, 4}, Scores{0, 1, 1, 0}, 0.95);
  EXPECT_EQ(auc.value, 1);
  EXPECT_EQ(auc.interval.high, 1);
  EXPECT_NEAR(auc.interval.low, std::pow(0.025, 1.0 / 3), 1e-12);  // Clopper-Pearson of 3 of 3
}

TEST(DeLongTest, AllTiesAreOneHalfWithAnIntervalThatSaysSo) {
  const Auc auc = DeLongAuc(Scores{1, 1}, Scores{1, 1, 1}, 0.95);
  EXPECT_EQ(auc.value, 0.5);
  EXPECT_LT(auc.interval.low, 0.1);
  EXPECT_GT(auc.interval.high, 0.9);
}

TEST(DeLongTest, IntervalCoversTheTruthAsOftenAsItSays) {
  constexpr int kTrials = 4000;
  const double truth = 0.7602499389065233;  // Phi(1 / sqrt 2): unit normals one apart
  int covered = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    ReproducibleStream stream(5, "roc_test.coverage", static_cast<std::uint64_t>(trial));
    Scores positives, negatives;
    for (int i = 0; i < 80; ++i) positives.push_back(1 + stream.Normal());
    for (int i = 0; i < 120; ++i) negatives.push_back(stream.Normal());
    const Interval interval = DeLongAuc(positives, negatives, 0.95).interval;
    if (interval.low <= truth && truth <= interval.high) ++covered;
  }
  EXPECT_NEAR(covered / static_cast<double>(kTrials), 0.95, 0.02);
}

struct TwoModels {
  Scores first_up, first_down, second_up, second_down;
};

/// 40 samples with scores of two models, by arithmetic alone.
TwoModels Fixed() {
  TwoModels models;
  for (int i = 0; i < 40; ++i) {
    const bool positive = i * 7 % 5 < 2;
    const double first = ((i * 37 % 101) + (positive ? 30 : 0)) / 10.0;
    const double second = ((i * 53 % 89) + (positive ? 10 : 0)) / 10.0;
    (positive ? models.first_up : models.first_down).push_back(first);
    (positive ? models.second_up : models.second_down).push_back(second);
  }
  return models;
}

// A NumPy program of the definition, which gives pROC's published figures of its aSAH data (roc.test,
// correlated: z 2.20898359144091, p 0.0271757822291882, interval [0.0104061769564846, 0.174214419249478]).
TEST(DeLongDifferenceTest, EqualsTheDefinitionThatGivesProcsFigures) {
  const TwoModels m = Fixed();
  const AucDifference result =
      DeLongDifference({m.first_up, m.first_down}, {m.second_up, m.second_down}, 0.95);
  EXPECT_NEAR(result.first.value, 0.7799479166666666, 1e-14);
  EXPECT_NEAR(result.second.value, 0.9479166666666667, 1e-14);
  EXPECT_NEAR(result.z, -2.315257239920531, 1e-12);
  EXPECT_NEAR(result.p_value, 0.020598858372535504, 1e-12);
  ASSERT_TRUE(result.interval.has_value());
  EXPECT_NEAR(result.interval->low, -0.31016145967035724, 1e-12);
  EXPECT_NEAR(result.interval->high, -0.02577604032964298, 1e-12);
}

TEST(DeLongDifferenceTest, AModelDoesNotDifferFromItself) {
  const TwoModels m = Fixed();
  const AucDifference result = DeLongDifference({m.first_up, m.first_down}, {m.first_up, m.first_down}, 0.95);
  EXPECT_EQ(result.z, 0);
  EXPECT_EQ(result.p_value, 1);
  EXPECT_FALSE(result.interval.has_value());
}

TEST(DeLongDifferenceTest, StaysInsideItsRange) {
  const Scores up = {5, 6, 7, 0.5};
  const Scores down = {0, 1, 2, 1};
  const Scores bad_up = {0, 1, 2, 1};
  const Scores bad_down = {5, 6, 7, 0.5};
  const AucDifference result = DeLongDifference({up, down}, {bad_up, bad_down}, 0.999);
  EXPECT_LE(result.interval->high, 1);
  EXPECT_EQ(result.interval->high, 1);
}

TEST(RocCurveTest, EqualsAHandComputedCase) {
  const std::vector<RocPoint> curve = RocCurve(Scores{3, 2, 1}, Scores{2, 0});

  ASSERT_EQ(curve.size(), 5U);
  EXPECT_TRUE(std::isinf(curve[0].threshold));
  EXPECT_EQ(curve[1].true_positives, 1);  // >= 3
  EXPECT_EQ(curve[1].false_positives, 0);
  EXPECT_EQ(curve[2].true_positives, 2);  // >= 2: the tie moves both
  EXPECT_EQ(curve[2].false_positives, 1);
  EXPECT_EQ(curve[4].tpr, 1);
  EXPECT_EQ(curve[4].fpr, 1);
}

TEST(RocCurveTest, TrapezoidAreaIsTheAuc) {
  const Scores positives = Draw(1, 200, 0.5);
  const Scores negatives = Draw(2, 300, 0);
  const std::vector<RocPoint> curve = RocCurve(positives, negatives);
  double area = 0;
  for (std::size_t i = 1; i < curve.size(); ++i) {
    EXPECT_GE(curve[i].fpr, curve[i - 1].fpr);
    EXPECT_GE(curve[i].tpr, curve[i - 1].tpr);
    area += (curve[i].fpr - curve[i - 1].fpr) * (curve[i].tpr + curve[i - 1].tpr) / 2;
  }
  EXPECT_NEAR(area, DeLongAuc(positives, negatives, 0.95).value, 1e-12);
}

TEST(RocCurveTest, OrderOfInputDoesNotMatter) {
  Scores positives = Draw(1, 50, 0.5);
  const Scores negatives = Draw(2, 40, 0);
  const std::vector<RocPoint> before = RocCurve(positives, negatives);
  std::ranges::reverse(positives);
  const std::vector<RocPoint> after = RocCurve(positives, negatives);
  ASSERT_EQ(before.size(), after.size());
  for (std::size_t i = 0; i < before.size(); ++i)
    EXPECT_EQ(before[i].true_positives, after[i].true_positives);
}

TEST(AtFprTest, TakesTheLargestTprWithinTheLimit) {
  const std::vector<RocPoint> curve = RocCurve(Scores{4, 3, 1}, Scores{2, 2, 0, 0});
  EXPECT_EQ(AtFpr(curve, 0.0).true_positives, 2);
  EXPECT_EQ(AtFpr(curve, 0.49).true_positives, 2);  // no interpolation towards the next point
  EXPECT_EQ(AtFpr(curve, 0.5).true_positives, 3);
  EXPECT_EQ(AtFpr(curve, 1.0).false_positives, 4);
}

TEST(ThinnedTest, KeepsEndsAndSpread) {
  Scores positives, negatives;
  for (int i = 0; i < 5000; ++i) (i % 2 != 0 ? positives : negatives).push_back(i);
  const std::vector<RocPoint> curve = RocCurve(positives, negatives);
  for (const std::size_t limit : {2U, 3U, 100U, 1000U}) {
    const std::vector<RocPoint> thinned = Thinned(curve, limit);
    EXPECT_LE(thinned.size(), limit);
    EXPECT_EQ(thinned.front().tpr, 0);
    EXPECT_EQ(thinned.back().tpr, 1);
    EXPECT_GE(thinned.size(), limit / 2);
  }
  EXPECT_EQ(Thinned(curve, 10000).size(), curve.size());
}

}  // namespace
}  // namespace cupel::stats
