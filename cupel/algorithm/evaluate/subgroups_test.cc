// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

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
