// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/leakage/leak_metrics.h"

#include <cmath>

#include "cupel/algorithm/leakage/epsilon_bound.h"
#include "cupel/algorithm/leakage/leakage_for_test.h"
#include "cupel/stats/distribution.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::leakage {
namespace {

check::CheckResult Metrics(const AttackScores& scores, std::uint64_t seed = 1, double delta = 0) {
  check::CheckResult result;
  AddLeakMetrics(scores, {.delta = delta, .seed = seed, .stream = "test"}, result);
  return result;
}

AttackScores Apart(double distance, std::size_t n, std::uint64_t seed) {
  return {.members = Normals(n, distance, 2 * seed), .others = Normals(n, 0, 2 * seed + 1)};
}

// Normal scores d apart: area Phi(d / sqrt 2); at FPR f the TPR is Phi(d - z(1 - f)); the best balanced
// accuracy is Phi(d / 2).
TEST(LeakMetrics, EqualTheClosedFormsOfNormalScores) {
  for (const double d : {0.5, 1.0, 2.0}) {
    const check::CheckResult result = Metrics(Apart(d, 20000, 7));
    EXPECT_TRUE(Covers(MetricOf(result, "auc"), stats::NormalCdf(d / std::sqrt(2)))) << d;
    // A threshold chosen on one half loses a little on the other.
    EXPECT_NEAR(MetricOf(result, "balanced_accuracy").value, stats::NormalCdf(d / 2), 0.01);
    // The empirical threshold is off by its own noise, so the tolerance is a few standard errors of both.
    EXPECT_NEAR(MetricOf(result, "tpr_at_fpr_0.01").value, stats::NormalCdf(d - 2.3263), 0.03);
    EXPECT_NEAR(MetricOf(result, "tpr_at_fpr_0.001").value, stats::NormalCdf(d - 3.0902), 0.03);
    EXPECT_GT(MetricOf(result, "tpr_at_fpr_0.001").value, 0.001);
  }
}

TEST(LeakMetrics, FindNothingWhereNothingIs) {
  int covered = 0;
  int balanced = 0;
  int alarms = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const check::CheckResult result = Metrics(Apart(0, 300, 100 + seed), seed);
    covered += Covers(MetricOf(result, "auc"), 0.5);
    balanced += Covers(MetricOf(result, "balanced_accuracy"), 0.5);
    alarms += MetricOf(result, "epsilon_lower_bound").value > 0;
  }
  // Binomial(200, 0.95) is below 180 with probability 0.002; Binomial(200, 0.05) above 20 likewise.
  EXPECT_GE(covered, 180);
  EXPECT_GE(balanced, 180);
  EXPECT_LE(alarms, 20);
}

TEST(LeakMetrics, RefuseARateThatTheNonMembersCannotSupport) {
  const check::CheckResult few = Metrics(Apart(3, 999, 1));
  EXPECT_TRUE(std::isnan(MetricOf(few, "tpr_at_fpr_0.01").value));
  EXPECT_FALSE(MetricOf(few, "tpr_at_fpr_0.01").interval.has_value());
  EXPECT_EQ(few.notes.size(), 2U);
  const check::CheckResult some = Metrics(Apart(3, 1000, 1));
  EXPECT_FALSE(std::isnan(MetricOf(some, "tpr_at_fpr_0.01").value));
  EXPECT_TRUE(std::isnan(MetricOf(some, "tpr_at_fpr_0.001").value));
  EXPECT_EQ(some.notes.size(), 1U);
  EXPECT_EQ(Metrics(Apart(3, 10000, 1)).notes.size(), 0U);
}

TEST(LeakMetrics, PerfectSeparationHasTheLargestEpsilon) {
  const check::CheckResult result = Metrics(Apart(100, 500, 3));
  EXPECT_EQ(MetricOf(result, "auc").value, 1);
  // The threshold is the smallest member of the half that chose it; a member of the other half may lie below.
  EXPECT_GT(MetricOf(result, "balanced_accuracy").value, 0.99);
  // All 500 pairs right, at a seventh of 5 %.
  const double q = std::pow(0.05 / 7, 1.0 / 500);
  EXPECT_NEAR(MetricOf(result, "epsilon_lower_bound").value, std::log(q / (1 - q)), 1e-9);
  const double largest = RatesEpsilon(250, 250, 0, 250, 0, 0.95);
  EXPECT_LE(MetricOf(result, "epsilon_from_rates").value, largest);
  EXPECT_GT(MetricOf(result, "epsilon_from_rates").value, largest - 0.1);
  EXPECT_LT(MetricOf(Metrics(Apart(100, 500, 3), 1, 1e-3), "epsilon_lower_bound").value,
            std::log(q / (1 - q)));
}

// A mechanism that lets slip of each pair the right one with probability e / (1 + e): epsilon 1 is the truth.
TEST(LeakMetrics, EpsilonIsBelowTheTruthAndComesNear) {
  int above = 0;
  double sum = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    AttackScores scores;
    ReproducibleStream stream(seed, "response");
    for (int i = 0; i < 2000; ++i) {
      const bool right = stream.UniformDouble() < std::exp(1.0) / (1 + std::exp(1.0));
      scores.members.push_back(right ? 1 : 0);
      scores.others.push_back(right ? 0 : 1);
    }
    const double epsilon = MetricOf(Metrics(scores, seed), "epsilon_lower_bound").value;
    above += epsilon > 1;
    sum += epsilon / 100;
  }
  EXPECT_LE(above, 12);
  EXPECT_GT(sum, 0.8);
  EXPECT_LT(sum, 1);
}

// When every score is the same a coin decides, not the order of the arrays.
TEST(LeakMetrics, TiesAreCoins) {
  const AttackScores flat{.members = std::vector<double>(400, 1), .others = std::vector<double>(400, 1)};
  const check::CheckResult result = Metrics(flat);
  EXPECT_EQ(MetricOf(result, "auc").value, 0.5);
  EXPECT_EQ(MetricOf(result, "epsilon_lower_bound").value, 0);
  EXPECT_EQ(MetricOf(result, "epsilon_from_rates").value, 0);
}

// A threshold that is chosen and measured on the same few scores finds a leak in noise; on two halves it does
// not, on average.
TEST(LeakMetrics, ChoosingTheThresholdDoesNotFlatter) {
  double same = 0;
  double apart = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const AttackScores scores = Apart(0, 50, 900 + seed);
    double best = 0;
    for (const double threshold : scores.members) {
      double gain = 0;
      for (std::size_t i = 0; i < 50; ++i)
        gain += (scores.members[i] >= threshold) - (scores.others[i] >= threshold);
      best = std::max(best, gain / 50);
    }
    same += (0.5 + best / 2) / 200;
    apart += MetricOf(Metrics(scores, seed), "balanced_accuracy").value / 200;
  }
  EXPECT_GT(same, 0.55);
  EXPECT_NEAR(apart, 0.5, 0.02);
}

TEST(LeakMetrics, FurtherAttacksAddTheirNames) {
  check::CheckResult result;
  AddFurtherAttack(Apart(1, 1000, 1), "twin", result);
  EXPECT_EQ(result.metrics.size(), 3U);
  EXPECT_EQ(MetricOf(result, "auc.twin").value, MetricOf(Metrics(Apart(1, 1000, 1)), "auc").value);
  EXPECT_EQ(MetricOf(result, "tpr_at_fpr_0.01.twin").n, 1000);
}

TEST(RocFigure, RisesInBothDirectionsFromTheSmallestRate) {
  const AttackScores scores = Apart(1, 500, 1);
  const Json figure = RocFigure({{check::Text{"a", "b"}, &scores}, {check::Text{"c", "d"}, &scores}});
  ASSERT_EQ(figure["series"].AsArray().size(), 2U);
  const Json& series = figure["series"].AsArray()[0];
  const auto& x = series["x"].AsArray();
  const auto& y = series["y"].AsArray();
  ASSERT_EQ(x.size(), y.size());
  for (std::size_t i = 1; i < x.size(); ++i) {
    EXPECT_GT(x[i].AsNumber(), x[i - 1].AsNumber());
    EXPECT_GE(y[i].AsNumber(), y[i - 1].AsNumber());
  }
  EXPECT_EQ(x.back().AsNumber(), 1);
  EXPECT_TRUE(figure["xLog"].AsBool());
  EXPECT_EQ(figure["xMin"].AsNumber(), 1.0 / 500);
}

}  // namespace
}  // namespace cupel::algorithm::leakage
