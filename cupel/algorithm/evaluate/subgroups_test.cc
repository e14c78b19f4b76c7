// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "cupel/algorithm/evaluate/checks.h"
#include "cupel/algorithm/evaluate/group_rates.h"
#include "cupel/algorithm/evaluate/run_check_for_test.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::evaluate {
namespace {

using ::cupel::testing::HasError;
using data::dataset::GroupAttribute;
using data::dataset::Predictions;
using test_support::Decisions;
using test_support::MetricOf;
using test_support::RunCheck;
using ::testing::HasSubstr;

bool HasNote(const check::CheckResult& result, std::string_view text) {
  return std::ranges::any_of(
      result.notes, [&](const check::Text& note) { return note.en.find(text) != std::string::npos; });
}

/// Two groups of 100: accuracy 0.9 and 0.6, of binary labels.
Predictions Unequal() {
  std::vector<std::int32_t> labels, predicted, group;
  for (std::int32_t i = 0; i < 200; ++i) {
    const std::int32_t member = i / 100;
    labels.push_back(i % 2);
    const bool right = i % 100 < (member == 0 ? 90 : 60);
    predicted.push_back(right ? i % 2 : 1 - i % 2);
    group.push_back(member);
  }
  Predictions predictions = Decisions(2, labels, predicted);
  predictions.groups.push_back(GroupAttribute{"sex", {"women", "men"}, group});
  return predictions;
}

/// Groups and answers without any connection; 10 groups.
Predictions Equal(std::uint64_t trial) {
  ReproducibleStream stream(6, "subgroups_test", trial);
  std::vector<std::int32_t> labels, predicted, group;
  for (std::int32_t i = 0; i < 1000; ++i) {
    labels.push_back(static_cast<std::int32_t>(stream.Below(3)));
    predicted.push_back(stream.UniformDouble() < 0.7 ? labels.back() : (labels.back() + 1) % 3);
    group.push_back(i % 10);
  }
  Predictions predictions = Decisions(3, labels, predicted);
  predictions.groups.push_back(
      GroupAttribute{"site", {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}, group});
  return predictions;
}

TEST(GroupRatesTest, EqualsNaiveCounts) {
  Predictions predictions = Equal(1);
  predictions.groups[0].group_of[17] = -1;
  const auto rates = CountGroupRates(predictions, predictions.groups[0], 2);
  for (std::size_t g = 0; g < 10; ++g) {
    stats::GroupCount accuracy, selection, tpr, fpr;
    for (std::size_t i = 0; i < 1000; ++i) {
      if (predictions.groups[0].group_of[i] != static_cast<std::int32_t>(g)) continue;
      const std::int32_t predicted = predictions.Predicted(static_cast<std::int64_t>(i));
      const std::int32_t label = predictions.labels[i];
      accuracy.n += 1;
      accuracy.k += predicted == label;
      selection.k += predicted == 2;
      tpr.n += label == 2;
      tpr.k += label == 2 && predicted == 2;
      fpr.n += label != 2;
      fpr.k += label != 2 && predicted == 2;
    }
    EXPECT_EQ(rates[0].counts[g].k, accuracy.k);
    EXPECT_EQ(rates[0].counts[g].n, accuracy.n);
    EXPECT_EQ(rates[1].counts[g].k, selection.k);
    EXPECT_EQ(rates[2].counts[g].k, tpr.k);
    EXPECT_EQ(rates[2].counts[g].n, tpr.n);
    EXPECT_EQ(rates[3].counts[g].k, fpr.k);
    EXPECT_EQ(rates[3].counts[g].n, fpr.n);
  }
}

TEST(SubgroupsCheckTest, FindsTheGapAndNamesTheGroups) {
  CUPEL_ASSERT_OK(const check::CheckResult result, RunCheck(SubgroupsCheck(), Unequal()));

  EXPECT_DOUBLE_EQ(MetricOf(result, "accuracy.sex.women").value, 0.9);
  EXPECT_DOUBLE_EQ(MetricOf(result, "accuracy.sex.men").value, 0.6);
  EXPECT_NEAR(MetricOf(result, "observed_gap.accuracy.sex").value, 0.3, 1e-12);
  EXPECT_LT(MetricOf(result, "gap.accuracy.sex").value, 0.3);
  EXPECT_GT(MetricOf(result, "gap.accuracy.sex").value, 0.2);
  EXPECT_LT(MetricOf(result, "p_holm.accuracy.sex").value, 0.01);
  EXPECT_EQ(MetricOf(result, "largest_gap.accuracy").value, MetricOf(result, "gap.accuracy.sex").value);
  EXPECT_TRUE(HasNote(result, "highest for women, lowest for men"));
  EXPECT_FALSE(result.figures.empty());
}

TEST(SubgroupsCheckTest, EveryMetricLiesInItsInterval) {
  for (const Predictions& predictions : {Unequal(), Equal(3)}) {
    CUPEL_ASSERT_OK(const check::CheckResult result, RunCheck(SubgroupsCheck(), predictions));
    for (const check::Metric& metric : result.metrics) {
      if (!metric.interval) continue;
      EXPECT_LE(metric.interval->low, metric.value) << metric.name;
      EXPECT_GE(metric.interval->high, metric.value) << metric.name;
    }
  }
}

TEST(SubgroupsCheckTest, EqualGroupsAreRarelyAccused) {
  constexpr int kTrials = 60;
  int accused = 0;
  double observed = 0;
  double corrected = 0;
  for (std::uint64_t trial = 0; trial < kTrials; ++trial) {
    const auto result = RunCheck(SubgroupsCheck(), Equal(trial), R"({"replicates": 200})", trial).value();
    accused += MetricOf(result, "p_holm.accuracy.site").value <= 0.05 ? 1 : 0;
    observed += MetricOf(result, "observed_gap.accuracy.site").value / kTrials;
    corrected += MetricOf(result, "gap.accuracy.site").value / kTrials;
  }
  EXPECT_LE(accused, 8);      // 3 expected; 8 is the 99.5 % point of Binomial(60, 0.05)
  EXPECT_GT(observed, 0.12);  // what an uncorrected report would claim
  EXPECT_LT(corrected, 0.03);
}

/// Answers of groups with the given sizes and numbers of right ones.
Predictions Counted(const std::vector<std::pair<int, int>>& groups) {
  std::vector<std::int32_t> labels, predicted, group;
  std::vector<std::string> names;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    names.push_back("g" + std::to_string(g));
    for (int i = 0; i < groups[g].first; ++i) {
      labels.push_back(i % 3);
      predicted.push_back(i < groups[g].second ? i % 3 : (i + 1) % 3);
      group.push_back(static_cast<std::int32_t>(g));
    }
  }
  Predictions predictions = Decisions(3, labels, predicted);
  predictions.groups.push_back(GroupAttribute{"site", names, group});
  return predictions;
}

// The mean of max - min over three independent binomials of the pooled rate, summed over all outcomes in
// NumPy 1.24.2: what the bias correction must subtract. Standard deviations of the gap: 0.0570 and 0.0814.
TEST(SubgroupsCheckTest, TheExpectedGapIsTheExactOne) {
  struct Case {
    std::vector<std::pair<int, int>> groups;
    double expected;
    double deviation;
  };
  for (const Case& c : std::vector<Case>{{{{40, 20}, {60, 36}, {100, 70}}, 0.10685664772483078, 0.05696},
                                         {{{30, 15}, {30, 12}, {30, 18}}, 0.15386725951285424, 0.08137}}) {
    CUPEL_ASSERT_OK(const check::CheckResult result,
                    RunCheck(SubgroupsCheck(), Counted(c.groups), R"({"replicates": 20000})"));
    EXPECT_NEAR(MetricOf(result, "expected_gap.accuracy.site").value, c.expected,
                4 * c.deviation / std::sqrt(20000.0));
    EXPECT_NEAR(MetricOf(result, "observed_gap.accuracy.site").value, 0.2, 1e-12);
    EXPECT_NEAR(MetricOf(result, "gap.accuracy.site").value,
                0.2 - MetricOf(result, "expected_gap.accuracy.site").value, 1e-12);
  }
}

// Groups that truly differ: the true gap of 0.2 lies in the interval in at least 95 % of the trials.
TEST(SubgroupsCheckTest, TheIntervalCoversATrueGap) {
  constexpr int kTrials = 200;
  int covered = 0;
  for (std::uint64_t trial = 0; trial < kTrials; ++trial) {
    ReproducibleStream stream(8, "true-gap", trial);
    std::vector<std::pair<int, int>> groups;
    for (const double rate : {0.6, 0.7, 0.8, 0.75}) {
      groups.emplace_back(80, 0);
      for (int i = 0; i < 80; ++i) groups.back().second += stream.UniformDouble() < rate;
    }
    const auto result = RunCheck(SubgroupsCheck(), Counted(groups), R"({"replicates": 100})", trial).value();
    const stats::Interval interval = *MetricOf(result, "gap.accuracy.site").interval;
    covered += interval.low <= 0.2 && 0.2 <= interval.high;
  }
  EXPECT_GE(covered, 181);  // 95 % less three standard errors
}

TEST(SubgroupsCheckTest, AGroupCountsFromTheSmallestSizeOn) {
  const Predictions predictions = Counted({{40, 20}, {30, 20}, {29, 10}, {0, 0}});
  CUPEL_ASSERT_OK(const check::CheckResult result, RunCheck(SubgroupsCheck(), predictions));
  EXPECT_EQ(MetricOf(result, "accuracy.site.g1").n, 30);
  EXPECT_EQ(check::FindMetric(result.metrics, "accuracy.site.g2"), nullptr);
  EXPECT_EQ(check::FindMetric(result.metrics, "accuracy.site.g3"), nullptr);
  EXPECT_TRUE(HasNote(result, "g2 (29)"));
  EXPECT_FALSE(HasNote(result, "g3"));  // nobody is in it: nothing was left out
  CUPEL_ASSERT_OK(const check::CheckResult lower,
                  RunCheck(SubgroupsCheck(), predictions, R"({"min_group_size": 29})"));
  EXPECT_EQ(MetricOf(lower, "accuracy.site.g2").n, 29);
  CUPEL_ASSERT_OK(const check::CheckResult one,
                  RunCheck(SubgroupsCheck(), predictions, R"({"min_group_size": 40})"));
  ASSERT_TRUE(one.not_applicable.has_value());  // a single group has nobody to differ from
  EXPECT_THAT(one.not_applicable->en, HasSubstr("two groups of at least 40"));
}

// A group that never has the positive label has no true positive rate, whatever the others have.
TEST(SubgroupsCheckTest, ARateWithoutCasesIsNotInvented) {
  std::vector<std::int32_t> labels(120, 0), predicted(120, 0), group(120, 0);
  for (std::size_t i = 0; i < 120; ++i) {
    group[i] = static_cast<std::int32_t>(i / 40);
    labels[i] = i >= 40 && i % 2 == 0 ? 1 : 0;
  }
  Predictions predictions = Decisions(2, labels, predicted);
  predictions.groups.push_back(GroupAttribute{"site", {"none", "some", "more"}, group});
  CUPEL_ASSERT_OK(const check::CheckResult result,
                  RunCheck(SubgroupsCheck(), predictions, R"({"min_group_size": 10})"));
  EXPECT_EQ(check::FindMetric(result.metrics, "tpr.site.none"), nullptr);
  EXPECT_EQ(MetricOf(result, "tpr.site.some").value, 0);
  EXPECT_EQ(MetricOf(result, "fpr.site.none").n, 40);
  EXPECT_EQ(check::FindMetric(result.metrics, "ratio.selection_rate.site"), nullptr);  // 0 / 0
  EXPECT_TRUE(HasNote(result, "differ in how often they are positive"));
}

TEST(SubgroupsCheckTest, HolmCountsEveryAttributeAndRate) {
  Predictions predictions = Unequal();
  const check::CheckResult one = RunCheck(SubgroupsCheck(), predictions).value();
  predictions.groups.push_back(predictions.groups[0]);
  predictions.groups.back().name = "copy";
  const check::CheckResult two = RunCheck(SubgroupsCheck(), predictions).value();
  EXPECT_GT(MetricOf(two, "p_holm.accuracy.sex").value, MetricOf(one, "p_holm.accuracy.sex").value);
}

TEST(SubgroupsCheckTest, SmallGroupsAreLeftOutAndNamed) {
  Predictions predictions = Unequal();
  predictions.groups[0].group_names.push_back("few");
  for (std::size_t i = 0; i < 20; ++i) predictions.groups[0].group_of[i] = 2;
  predictions.groups[0].group_of[20] = -1;
  CUPEL_ASSERT_OK(const check::CheckResult result, RunCheck(SubgroupsCheck(), predictions));
  EXPECT_EQ(check::FindMetric(result.metrics, "accuracy.sex.few"), nullptr);
  EXPECT_TRUE(HasNote(result, "few (20)"));
  EXPECT_TRUE(HasNote(result, "1 samples have no known sex"));
}

TEST(SubgroupsCheckTest, WithoutGroupsItDoesNotApplyUnlessClassesAreAskedFor) {
  Predictions predictions = Unequal();
  predictions.groups.clear();
  CUPEL_ASSERT_OK(const check::CheckResult none, RunCheck(SubgroupsCheck(), predictions));
  CUPEL_ASSERT_OK(const check::CheckResult by_class,
                  RunCheck(SubgroupsCheck(), predictions, R"({"by_class": true})"));
  EXPECT_TRUE(none.not_applicable.has_value());
  EXPECT_FALSE(by_class.not_applicable.has_value());
  EXPECT_NEAR(MetricOf(by_class, "accuracy.class.0").value, 0.75, 1e-12);
  EXPECT_EQ(check::FindMetric(by_class.metrics, "gap.tpr.class"), nullptr);
}

TEST(SubgroupsCheckTest, UnknownNamesAreErrorsWithTheNearest) {
  EXPECT_THAT(RunCheck(SubgroupsCheck(), Unequal(), R"({"attributes": ["sx"]})"),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("did you mean \"sex\"")));
  EXPECT_THAT(RunCheck(SubgroupsCheck(), Unequal(), R"({"positive_class": "2"})"),
              HasError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace cupel::algorithm::evaluate
