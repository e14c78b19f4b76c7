// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/check/requirement.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "cupel/base/reproducible_stream.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::check {
namespace {

using ::cupel::testing::HasError;
using ::cupel::testing::IsOkAndHolds;
using ::testing::HasSubstr;

std::vector<Metric> Example() {
  return {
      {.name = "accuracy", .value = 0.90, .interval = stats::Interval{0.88, 0.92, 0.95, "wilson"}, .n = 1000},
      {.name = "ece",
       .value = 0.05,
       .interval = stats::Interval{0.03, 0.07, 0.95, "bootstrap-percentile"},
       .n = 1000},
      {.name = "flops", .value = 12, .n = 1},
      {.name = "recall.Ankle boot", .value = 1, .n = 3},
      {.name = "rate.>50K", .value = 0.2, .n = 3},
      {.name = "undefined", .value = std::numeric_limits<double>::quiet_NaN(), .n = 0}};
}

Verdict VerdictOf(std::string_view text) {
  const Requirement requirement = ParseRequirement(text).value();
  return TestRequirement(requirement, Example()).value().verdict;
}

TEST(ParseRequirementTest, ReadsNameComparatorAndThreshold) {
  CUPEL_ASSERT_OK(const Requirement requirement, ParseRequirement("  robust_accuracy >= 0.40 "));

  EXPECT_EQ(requirement.metric, "robust_accuracy");
  EXPECT_EQ(requirement.comparator, Comparator::kAtLeast);
  EXPECT_EQ(requirement.threshold, 0.40);
  EXPECT_FALSE(requirement.on_value);
  EXPECT_EQ(requirement.text, "robust_accuracy >= 0.40");
}

TEST(ParseRequirementTest, KnowsFourComparatorsWithAndWithoutSpaces) {
  EXPECT_EQ(ParseRequirement("a>=1").value().comparator, Comparator::kAtLeast);
  EXPECT_EQ(ParseRequirement("a<=1").value().comparator, Comparator::kAtMost);
  EXPECT_EQ(ParseRequirement("a>1").value().comparator, Comparator::kGreater);
  EXPECT_EQ(ParseRequirement("a< -1e-3").value().comparator, Comparator::kLess);
  EXPECT_EQ(ParseRequirement("a< -1e-3").value().threshold, -1e-3);
}

TEST(ParseRequirementTest, ValueSuffixAsksForThePointEstimate) {
  const Requirement requirement = ParseRequirement("tpr.0.01.value > 0.5").value();

  EXPECT_TRUE(requirement.on_value);
  EXPECT_EQ(requirement.metric, "tpr.0.01");
}

TEST(ParseRequirementTest, NamesMayHoldSpacesAndComparators) {
  EXPECT_EQ(ParseRequirement("recall.Ankle boot >= 0.8").value().metric, "recall.Ankle boot");
  EXPECT_EQ(ParseRequirement("rate.>50K <= 0.8").value().metric, "rate.>50K");
}

TEST(ParseRequirementTest, RefusesWhatIsNotARequirement) {
  for (const char* text :
       {"", "accuracy", "accuracy = 0.9", "accuracy >= ", "accuracy >= high", "accuracy >= 0.9x", ">= 0.9",
        ".value >= 0.9", "accuracy >= nan", "accuracy >= inf", "accuracy >= 90%"}) {
    EXPECT_THAT(ParseRequirement(text), HasError(ErrorCode::kInvalidArgument)) << text;
  }
}

TEST(TestRequirementTest, ComparesTheBoundOnTheSideThatHurts) {
  EXPECT_EQ(VerdictOf("accuracy >= 0.88"), Verdict::kPass);
  EXPECT_EQ(VerdictOf("ece <= 0.07"), Verdict::kPass);
  const RequirementOutcome lower =
      TestRequirement(ParseRequirement("accuracy >= 0.88").value(), Example()).value();
  EXPECT_EQ(lower.bound, "lower");
  EXPECT_EQ(lower.compared, 0.88);
  const RequirementOutcome upper = TestRequirement(ParseRequirement("ece < 0.1").value(), Example()).value();
  EXPECT_EQ(upper.bound, "upper");
  EXPECT_EQ(upper.compared, 0.07);
}

TEST(TestRequirementTest, StrictComparatorsExcludeEquality) {
  EXPECT_EQ(VerdictOf("accuracy > 0.88"), Verdict::kWarn);
  EXPECT_EQ(VerdictOf("ece < 0.07"), Verdict::kWarn);
  EXPECT_EQ(VerdictOf("flops > 12"), Verdict::kFail);
}

TEST(TestRequirementTest, WarnsWhenTheSampleIsTooSmallForTheClaim) {
  const RequirementOutcome outcome =
      TestRequirement(ParseRequirement("accuracy >= 0.89").value(), Example()).value();

  EXPECT_EQ(outcome.verdict, Verdict::kWarn);
  EXPECT_THAT(outcome.reason, HasSubstr("not enough samples"));
  EXPECT_EQ(VerdictOf("ece <= 0.06"), Verdict::kWarn);
}

TEST(TestRequirementTest, FailsWhenTheValueItselfFails) {
  EXPECT_EQ(VerdictOf("accuracy >= 0.95"), Verdict::kFail);
  EXPECT_EQ(VerdictOf("ece <= 0.04"), Verdict::kFail);
}

TEST(TestRequirementTest, ValueSuffixIgnoresTheInterval) {
  EXPECT_EQ(VerdictOf("accuracy.value >= 0.90"), Verdict::kPass);
  EXPECT_EQ(VerdictOf("accuracy.value >= 0.91"), Verdict::kFail);
}

TEST(TestRequirementTest, AMetricWithoutIntervalIsComparedByValue) {
  const RequirementOutcome outcome =
      TestRequirement(ParseRequirement("flops <= 12").value(), Example()).value();

  EXPECT_EQ(outcome.verdict, Verdict::kPass);
  EXPECT_EQ(outcome.bound, "value");
}

TEST(TestRequirementTest, AnUndefinedMetricNeverPasses) {
  EXPECT_EQ(VerdictOf("undefined >= 0"), Verdict::kNotRun);
  EXPECT_EQ(VerdictOf("undefined <= 0"), Verdict::kNotRun);
}

TEST(TestRequirementTest, NamesTheNearestMetric) {
  EXPECT_THAT(TestRequirement(ParseRequirement("acuracy >= 0.9").value(), Example()),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("did you mean \"accuracy\"")));
}

// For any interval around any value and any threshold, the verdict is that of the rule in the header, and no
// verdict improves when the threshold becomes harder.
TEST(TestRequirementTest, EqualsTheRuleForRandomMetricsAndNeverImprovesWithAHarderThreshold) {
  ReproducibleStream stream(2, "requirements");
  for (int trial = 0; trial < 2000; ++trial) {
    const double value = stream.Normal();
    const double low = value - std::abs(stream.Normal());
    const double high = value + std::abs(stream.Normal());
    const std::vector<Metric> metrics = {
        {.name = "m", .value = value, .interval = stats::Interval{low, high, 0.95, "x"}, .n = 9}};
    const double thresholds[] = {low, value, high, stream.Normal()};
    for (const Comparator comparator :
         {Comparator::kAtLeast, Comparator::kGreater, Comparator::kAtMost, Comparator::kLess}) {
      const bool upwards = comparator == Comparator::kAtLeast || comparator == Comparator::kGreater;
      const bool strict = comparator == Comparator::kGreater || comparator == Comparator::kLess;
      const auto verdict_at = [&](double threshold) {
        return TestRequirement({"m", false, comparator, threshold, ""}, metrics).value().verdict;
      };
      for (const double threshold : thresholds) {
        const auto holds = [&](double x) {
          return upwards ? (strict ? x > threshold : x >= threshold)
                         : (strict ? x < threshold : x <= threshold);
        };
        const bool bound = holds(upwards ? low : high);
        EXPECT_EQ(verdict_at(threshold), bound          ? Verdict::kPass
                                         : holds(value) ? Verdict::kWarn
                                                        : Verdict::kFail);
        const Verdict harder = verdict_at(threshold + (upwards ? 0.1 : -0.1));
        EXPECT_EQ(Graver(harder, verdict_at(threshold)), harder);
      }
    }
  }
}

// What a requirement prints is read back as the same requirement.
TEST(ParseRequirementTest, ReadsBackWhatItMeans) {
  for (const char* name : {"accuracy", "recall.Ankle boot", "rate.>50K", "a<b", "gap.tpr.sex"}) {
    for (const char* comparator : {">=", "<=", ">", "<"}) {
      for (const char* suffix : {"", ".value"}) {
        const std::string text = std::string(name) + suffix + " " + comparator + " -0.125";
        CUPEL_ASSERT_OK(const Requirement requirement, ParseRequirement("\t " + text + "  "));
        EXPECT_EQ(requirement.text, text);
        EXPECT_EQ(requirement.metric, name);
        EXPECT_EQ(ComparatorName(requirement.comparator), comparator);
        EXPECT_EQ(requirement.on_value, *suffix != 0);
        EXPECT_EQ(requirement.threshold, -0.125);
      }
    }
  }
}

TEST(ParseRequirementTest, RefusesThresholdsThatNoMetricCanMeet) {
  for (const char* text :
       {"a >= 1e999", "a >= -inf", "a >= 0x1p3", "a >= +1", "a >== 1", "a >= 1 2", "a >= 1,5"})
    EXPECT_THAT(ParseRequirement(text), HasError(ErrorCode::kInvalidArgument, HasSubstr(text))) << text;
}

TEST(VerdictTest, NamesRoundTrip) {
  for (const Verdict verdict :
       {Verdict::kPass, Verdict::kWarn, Verdict::kFail, Verdict::kNotRun, Verdict::kNotApplicable}) {
    EXPECT_THAT(ParseVerdict(VerdictName(verdict)), IsOkAndHolds(verdict));
  }
  EXPECT_THAT(ParseVerdict("passed"), HasError(ErrorCode::kInvalidArgument));
}

TEST(VerdictTest, GraverFollowsTheDocumentedOrderWhateverTheSide) {
  const std::vector<Verdict> order = {Verdict::kNotApplicable, Verdict::kPass, Verdict::kWarn,
                                      Verdict::kNotRun, Verdict::kFail};
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t j = 0; j < order.size(); ++j) {
      EXPECT_EQ(Graver(order[i], order[j]), order[std::max(i, j)]);
    }
  }
}

}  // namespace
}  // namespace cupel::algorithm::check
