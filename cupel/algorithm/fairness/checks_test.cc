// SPDX-License-Identifier: Apache-2.0
// Both checks on predictions made by hand.
#include "cupel/algorithm/fairness/checks.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "cupel/algorithm/fairness/run_check_for_test.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::fairness {
namespace {

using cupel::testing::HasError;
using data::dataset::GroupAttribute;
using data::dataset::Predictions;
using test_support::MetricOf;
using test_support::RunCheck;
using ::testing::HasSubstr;

bool HasNote(const check::CheckResult& result, std::string_view text) {
  return std::ranges::any_of(
      result.notes, [&](const check::Text& note) { return note.en.find(text) != std::string::npos; });
}

/// Two attributes; the score of group "b" is raised by `shift`, labels follow the unshifted score.
Predictions Made(std::uint64_t trial, std::int64_t n, double shift) {
  ReproducibleStream stream(8, "fairness_checks_test", trial);
  Predictions predictions;
  predictions.n = n;
  predictions.c = 2;
  predictions.class_names = {"0", "1"};
  predictions.groups = {{"team", {"a", "b"}, {}}, {"site", {"x", "y", "z"}, {}}};
  for (std::int64_t i = 0; i < n; ++i) {
    const bool second = i % 2 == 1;
    predictions.groups[0].group_of.push_back(second ? 1 : 0);
    predictions.groups[1].group_of.push_back(static_cast<std::int32_t>(stream.Below(3)));
    const double log_odds = 1.5 * stream.Normal();
    predictions.labels.push_back(stream.UniformDouble() < 1 / (1 + std::exp(-log_odds)) ? 1 : 0);
    predictions.scores.push_back(0);
    predictions.scores.push_back(static_cast<float>(log_odds + (second ? shift : 0)));
    predictions.sample_index.push_back(i);
  }
  return predictions;
}

TEST(FairnessCheckTest, SeesAShiftedScoreInErrorsAndAcrossGroupsNotWithin) {
  CUPEL_ASSERT_OK(const check::CheckResult result, RunCheck(FairnessCheck(), Made(1, 4000, 1)));
  EXPECT_GT(MetricOf(result, "gap.fpr.team").interval->low, 0.1);
  EXPECT_LT(MetricOf(result, "p_holm.fpr.team").value, 0.05);
  EXPECT_LT(MetricOf(result, "gap.auc.team").value, 0.03);
  EXPECT_GT(MetricOf(result, "xauc.team.b over a").value, MetricOf(result, "auc.team.a").value + 0.05);
  EXPECT_LT(MetricOf(result, "xauc.team.a over b").value, MetricOf(result, "auc.team.a").value - 0.05);
  EXPECT_LT(MetricOf(result, "calibration_intercept.team.b").interval->high, -0.3);
  EXPECT_NEAR(MetricOf(result, "calibration_intercept.team.a").value, 0, 0.3);
  EXPECT_GT(MetricOf(result, "gap.fpr.team x site").interval->high, 0.1);
  EXPECT_EQ(MetricOf(result, "gap.fnr.team").value, MetricOf(result, "gap.tpr.team").value);
  EXPECT_LE(MetricOf(result, "equalized_odds.team").interval->low,
            MetricOf(result, "gap.fpr.team").interval->low);
  EXPECT_TRUE(HasNote(result, "One side of the argument, team"));
  EXPECT_TRUE(HasNote(result, "The other side, team"));
}

TEST(FairnessCheckTest, EqualGroupsAreRarelyAccusedAndOftenShownAlike) {
  constexpr int kTrials = 40;
  int accused = 0, alike = 0;
  for (std::uint64_t trial = 0; trial < kTrials; ++trial) {
    const auto result = RunCheck(FairnessCheck(), Made(trial, 4000, 0),
                                 R"({"attributes": ["team"], "replicates": 200})", trial)
                            .value();
    double smallest = 1;
    for (const char* rate : {"selection_rate", "tpr", "fpr", "ppv", "npv", "accuracy"}) {
      smallest = std::min(smallest, MetricOf(result, std::string("p_holm.") + rate + ".team").value);
    }
    accused += smallest <= 0.05;
    alike += MetricOf(result, "equivalence_p.accuracy.team.b").value <= 0.05;
  }
  EXPECT_LE(accused, 7);  // 2 expected; the 99.9 % point of Binomial(40, 0.05) is 7
  EXPECT_GE(alike, 30);
}

TEST(FairnessCheckTest, EveryMetricIsFiniteInItsIntervalAndDescribed) {
  CUPEL_ASSERT_OK(const check::CheckResult result,
                  RunCheck(FairnessCheck(), Made(2, 1500, 0.5),
                           R"({"crossed": 2, "differentials": true, "strata": "site", "replicates": 300})"));
  std::set<std::string> names;
  for (const check::Metric& metric : result.metrics) {
    EXPECT_TRUE(names.insert(metric.name).second) << metric.name;
    EXPECT_TRUE(std::isfinite(metric.value)) << metric.name;
    const auto described = [&](const check::MetricSpec& spec) {
      return spec.name.ends_with("*") ? metric.name.starts_with(spec.name.substr(0, spec.name.size() - 1))
                                      : metric.name == spec.name;
    };
    EXPECT_TRUE(std::ranges::any_of(FairnessCheck().description().metrics, described)) << metric.name;
    if (!metric.interval) continue;
    EXPECT_LE(metric.interval->low, metric.value + 1e-12) << metric.name;
    EXPECT_GE(metric.interval->high, metric.value - 1e-12) << metric.name;
  }
  for (const char* name : {"inequity_rate.team", "garbe.team", "conditional_difference.fpr.team.b", "theil",
                           "differential_fairness.team x site", "shrunken.fpr.team x site.a & x",
                           "average_odds.team.b", "fn_over_fp.team.a", "ratio.selection_rate.team"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
}

// Equal rates in both strata, unequal mixture: the sum shows a gap, the comparison within strata does not.
TEST(FairnessCheckTest, ConditionsOnStrata) {
  Predictions predictions;
  predictions.c = 2;
  predictions.class_names = {"0", "1"};
  predictions.groups = {{"team", {"a", "b"}, {}}, {"site", {"x", "y"}, {}}};
  const auto add = [&](std::int32_t team, std::int32_t site, int n, int selected) {
    for (int i = 0; i < n; ++i) {
      predictions.groups[0].group_of.push_back(team);
      predictions.groups[1].group_of.push_back(site);
      predictions.labels.push_back(i % 2);
      predictions.scores.push_back(0);
      predictions.scores.push_back(i < selected ? 1 : -1);
      predictions.sample_index.push_back(predictions.n++);
    }
  };
  add(0, 0, 400, 80);
  add(0, 1, 100, 60);
  add(1, 0, 100, 18);
  add(1, 1, 300, 174);
  CUPEL_ASSERT_OK(const check::CheckResult result,
                  RunCheck(FairnessCheck(), predictions, R"({"strata": "site", "attributes": ["team"]})"));
  EXPECT_NEAR(MetricOf(result, "difference.selection_rate.team.b").value, 192.0 / 400 - 140.0 / 500, 1e-12);
  EXPECT_NEAR(MetricOf(result, "conditional_difference.selection_rate.team.b").value, -0.02, 1e-12);
  EXPECT_GT(MetricOf(result, "conditional_p.selection_rate.team.b").value, 0.05);
  EXPECT_TRUE(HasNote(result, "Simpson's paradox"));
  EXPECT_TRUE(HasNote(result, "answers without scores"));
}

TEST(FairnessCheckTest, ThresholdAndReferenceAreTheCallers) {
  const Predictions predictions = Made(3, 2000, 0.5);
  CUPEL_ASSERT_OK(const check::CheckResult low,
                  RunCheck(FairnessCheck(), predictions, R"({"threshold": 0.2, "references": ["team=b"]})"));
  CUPEL_ASSERT_OK(const check::CheckResult high,
                  RunCheck(FairnessCheck(), predictions, R"({"threshold": 0.8, "references": ["team=b"]})"));
  EXPECT_GT(MetricOf(low, "selection_rate.team.a").value,
            MetricOf(high, "selection_rate.team.a").value + 0.2);
  EXPECT_LT(MetricOf(low, "difference.fpr.team.a").value, 0);
  EXPECT_EQ(check::FindMetric(low.metrics, "difference.fpr.team.b"), nullptr);
}

TEST(FairnessCheckTest, SmallGroupsAreNamedAndShrunkenNotCompared) {
  Predictions predictions = Made(4, 600, 0);
  predictions.groups[1].group_names.push_back("tiny");
  for (std::size_t i = 0; i < 12; ++i) predictions.groups[1].group_of[i] = 3;
  predictions.groups[1].group_of[12] = -1;
  CUPEL_ASSERT_OK(const check::CheckResult result, RunCheck(FairnessCheck(), predictions));
  EXPECT_EQ(check::FindMetric(result.metrics, "accuracy.site.tiny"), nullptr);
  EXPECT_TRUE(HasNote(result, "tiny (12)"));
  EXPECT_TRUE(HasNote(result, "1 samples have no known site"));
  EXPECT_EQ(MetricOf(result, "shrunken.selection_rate.team x site.a & tiny").n, 6);
}

TEST(FairnessCheckTest, RefusesWhatItDoesNotKnow) {
  const Predictions predictions = Made(5, 200, 0);
  const auto run = [&](std::string_view parameters) {
    return RunCheck(FairnessCheck(), predictions, parameters);
  };
  EXPECT_THAT(run(R"({"attributes": ["tem"]})"),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("did you mean \"team\"")));
  EXPECT_THAT(run(R"({"positive_class": "2"})"), HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(run(R"({"references": ["team"]})"), HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(run(R"({"references": ["team=c"]})"), HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(run(R"({"strata": "nowhere"})"), HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(run(R"({"words": ["one"]})"), HasError(ErrorCode::kInvalidArgument, HasSubstr("3 texts")));
  Predictions none = predictions;
  none.groups.clear();
  EXPECT_TRUE(RunCheck(FairnessCheck(), none).value().not_applicable.has_value());
  EXPECT_TRUE(run(R"({"min_group_size": 150})").value().not_applicable.has_value());
  Predictions broken = predictions;
  broken.groups[0].group_of[3] = 9;
  EXPECT_THAT(RunCheck(FairnessCheck(), broken), HasError(ErrorCode::kInvalidArgument));
}

TEST(SubgroupSearchCheckTest, NamesTheSubgroupAndDrawsTheTree) {
  // Only "b" at "x" is scored too high.
  Predictions predictions = Made(6, 4000, 0);
  for (std::size_t i = 0; i < 4000; ++i) {
    const bool planted = predictions.groups[0].group_of[i] == 1 && predictions.groups[1].group_of[i] == 0;
    if (planted) predictions.scores[2 * i + 1] += 2;
  }
  CUPEL_ASSERT_OK(const check::CheckResult result,
                  RunCheck(SubgroupSearchCheck(), predictions, R"({"permutations": 200, "rates": ["fpr"]})"));
  EXPECT_GT(MetricOf(result, "divergence.fpr.team = b, site = x").interval->low, 0.1);
  EXPECT_LT(MetricOf(result, "p_adjusted.fpr.team = b, site = x").value, 0.01);
  EXPECT_GT(MetricOf(result, "effect.fpr.team = b, site = x").value, 0.5);
  EXPECT_LT(MetricOf(result, "largest_divergence.fpr").value,
            MetricOf(result, "observed_divergence.fpr").value);
  EXPECT_EQ(MetricOf(result, "searched.fpr").value, 11);  // 2 + 3 + 2 * 3
  EXPECT_TRUE(HasNote(result, "team = b, site = x"));
  ASSERT_GE(result.figures.size(), 2U);
  const Json& tree = result.figures[0];
  EXPECT_EQ(tree["type"].AsString(), "tree");
  const Json::Array& nodes = tree["nodes"].AsArray();
  EXPECT_TRUE(nodes[0]["parent"].IsNull());
  std::set<std::string> ids;
  bool highlighted = false;
  for (const Json& node : nodes) {
    EXPECT_TRUE(node["parent"].IsNull() || ids.contains(node["parent"].AsString()));
    EXPECT_TRUE(ids.insert(node["id"].AsString()).second);
    highlighted = highlighted || node["highlight"].AsBool();
  }
  EXPECT_TRUE(highlighted);
}

TEST(SubgroupSearchCheckTest, ReportsNothingWhereNothingIs) {
  int accused = 0;
  for (std::uint64_t trial = 0; trial < 20; ++trial) {
    const auto result = RunCheck(SubgroupSearchCheck(), Made(50 + trial, 1000, 0),
                                 R"({"permutations": 199, "rates": ["accuracy"]})", trial)
                            .value();
    accused += MetricOf(result, "diverging.accuracy").value > 0;
    EXPECT_EQ(MetricOf(result, "diverging.accuracy").value > 0,
              MetricOf(result, "smallest_p.accuracy").value <= 0.05);
  }
  EXPECT_LE(accused, 5);  // 1 expected; the 99.9 % point of Binomial(20, 0.05) is 5
}

TEST(SubgroupSearchCheckTest, RefusesAnUnknownRate) {
  EXPECT_THAT(RunCheck(SubgroupSearchCheck(), Made(7, 200, 0), R"({"rates": ["fprr"]})"),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("unknown rate")));
  Predictions none = Made(7, 200, 0);
  none.groups.clear();
  EXPECT_TRUE(RunCheck(SubgroupSearchCheck(), none).value().not_applicable.has_value());
}

}  // namespace
}  // namespace cupel::algorithm::fairness
