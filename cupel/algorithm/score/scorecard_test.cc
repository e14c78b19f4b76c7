// SPDX-License-Identifier: Apache-2.0
// The score against its formulas, worked by hand, and what must hold whatever the figures are.
#include "cupel/algorithm/score/scorecard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "cupel/algorithm/score/rules.h"
#include "cupel/stats/proportion.h"

namespace cupel::algorithm::score {
namespace {

using check::CheckResult;
using check::Metric;

/// Results kept alive beside what is measured.
class Board {
 public:
  CheckResult& Add(std::string_view id, std::vector<Metric> metrics, const char* parameters = "{}") {
    CheckResult& result = results_.emplace_back();
    result.metrics = std::move(metrics);
    Json& given = parameters_.emplace_back(Json::Parse(parameters).value());
    measured_.push_back({.id = id, .parameters = &given, .subset = "all", .result = &result});
    return result;
  }
  Scorecard Score() const { return ScoreOf(measured_); }

 private:
  std::deque<CheckResult> results_;
  std::deque<Json> parameters_;
  std::vector<Measured> measured_;
};

Metric Share(std::string name, std::int64_t k, std::int64_t n) {
  return {.name = std::move(name),
          .value = static_cast<double>(k) / static_cast<double>(n),
          .interval = stats::Wilson(k, n, 0.95),
          .n = n,
          .count = k};
}

const Factor& Of(const Scorecard& card, std::string_view id) {
  for (const Factor& factor : card.factors) {
    if (factor.id == id) return factor;
  }
  ADD_FAILURE() << id;
  return card.factors[0];
}

TEST(Scorecard, NothingMeasuredHasNoScore) {
  const Scorecard card = ScoreOf({});
  EXPECT_EQ(card.factors.size(), 7U);
  EXPECT_FALSE(card.overall.has_value());
  EXPECT_FALSE(card.complete);
  for (const Factor& factor : card.factors) {
    EXPECT_FALSE(factor.score.has_value());
    EXPECT_FALSE(factor.title.zh.empty());
  }
}

TEST(Scorecard, EachFormulaIsThatOfTheHeader) {
  Board board;
  board.Add("inspect.pgd", {Share("robust_accuracy", 360, 1000)});
  board.Add("inspect.square", {Share("robust_accuracy", 500, 1000)});
  board.Add("inspect.transfer", {Share("robust_accuracy", 800, 1000)});
  board.Add("inspect.physical", {Share("attack_success", 300, 1000)});
  board.Add("inspect.trigger", {Share("lift", 10, 1000)});
  board.Add("inspect.membership",
            {{.name = "auc", .value = 0.6, .interval = stats::Interval{0.55, 0.65, 0.95, "x"}}});
  board.Add("inspect.extraction", {Share("fidelity", 900, 1000)});
  const Scorecard card = board.Score();
  EXPECT_TRUE(card.complete);
  EXPECT_DOUBLE_EQ(*Of(card, "white-box").score, 100 * stats::Wilson(360, 1000, 0.95).low);
  EXPECT_DOUBLE_EQ(*Of(card, "query").score, 100 * stats::Wilson(500, 1000, 0.95).low);
  EXPECT_DOUBLE_EQ(*Of(card, "physical").score, 100 * (1 - stats::Wilson(300, 1000, 0.95).high));
  EXPECT_DOUBLE_EQ(*Of(card, "membership").score, 100 * (1 - (2 * 0.65 - 1)));
  EXPECT_DOUBLE_EQ(*Of(card, "inversion").score, 100 * (1 - stats::Wilson(900, 1000, 0.95).high));
  EXPECT_EQ(card.weakest, "inversion");
  EXPECT_DOUBLE_EQ(*card.overall, *Of(card, "inversion").score);
}

TEST(Scorecard, ARecoveredTriggerCountsOnlyForAFlaggedClass) {
  for (const int flagged : {0, 1}) {
    Board board;
    board.Add("inspect.neural-cleanse", {{.name = "flagged_classes", .value = static_cast<double>(flagged)},
                                         Share("trigger_success", 990, 1000)});
    const double score = *Of(board.Score(), "backdoor").score;
    if (flagged == 0) {
      EXPECT_EQ(score, 100);
    } else {
      EXPECT_LT(score, 2);
    }
  }
  Board data;
  data.Add("inspect.spectral-signatures", {{.name = "flagged_classes", .value = 2}});
  EXPECT_EQ(*Of(data.Score(), "backdoor").score, 0);
}

// Two attacks that break different samples are worse together than each alone.
TEST(Scorecard, AttacksOnTheSameSamplesCountTogether) {
  const char* parameters = R"({"norm": "linf", "epsilons": [0.1], "samples": 0})";
  Board board;
  CheckResult& one = board.Add(
      "inspect.fgsm", {Share("robust_accuracy", 60, 100), Share("clean_accuracy", 90, 100)}, parameters);
  CheckResult& two = board.Add(
      "inspect.pgd", {Share("robust_accuracy", 60, 100), Share("clean_accuracy", 90, 100)}, parameters);
  for (int i = 0; i < 30; ++i) {
    one.witnesses.push_back(Json::Object{{"sample", std::int64_t{i}}});
    two.witnesses.push_back(Json::Object{{"sample", std::int64_t{i} + 20}});
  }
  EXPECT_DOUBLE_EQ(*Of(board.Score(), "white-box").score, 100 * stats::Wilson(40, 100, 0.95).low);
  Board apart;
  CheckResult& other = apart.Add(
      "inspect.fgsm", {Share("robust_accuracy", 60, 100), Share("clean_accuracy", 90, 100)}, parameters);
  other.witnesses = one.witnesses;
  CheckResult& wider =
      apart.Add("inspect.pgd", {Share("robust_accuracy", 60, 100), Share("clean_accuracy", 90, 100)},
                R"({"norm": "linf", "epsilons": [0.2], "samples": 0})");
  wider.witnesses = two.witnesses;
  EXPECT_DOUBLE_EQ(*Of(apart.Score(), "white-box").score, 100 * stats::Wilson(60, 100, 0.95).low);
}

TEST(Scorecard, ResultsThatDoNotApplyAndOtherChecksArePassedOver) {
  Board board;
  board.Add("evaluate.accuracy", {Share("accuracy", 1, 100)});
  board.Add("inspect.lira", {}).not_applicable = check::Text{"no training data", ""};
  EXPECT_FALSE(board.Score().overall.has_value());
}

// Whatever the rule, a worse figure never raises the score, and scores stay in their range.
TEST(Scorecard, IsMonotoneInEveryMetric) {
  for (const Rule& rule : Rules()) {
    double last = 101;
    for (int step = 0; step <= 20; ++step) {
      const double harm = step / 20.0;
      const double value = rule.formula == Formula::kRobustAccuracy ? 1 - harm : harm;
      Board board;
      board.Add(rule.check, {{.name = std::string(rule.metric),
                              .value = value,
                              .interval = stats::Interval{value - 0.02, value + 0.02, 0.95, "x"}},
                             {.name = "flagged_classes", .value = 1}});
      const Scorecard card = board.Score();
      const double score = *card.overall;
      EXPECT_LE(score, last) << rule.check << " at harm " << harm;
      EXPECT_GE(score, 0);
      EXPECT_LE(score, 100);
      last = score;
    }
  }
}

TEST(Scorecard, JsonSaysWhatIsMissing) {
  Board board;
  board.Add("inspect.pgd", {Share("robust_accuracy", 36, 100)});
  const Json json = ToJson(board.Score());
  EXPECT_EQ(json["factors"].AsArray().size(), 7U);
  EXPECT_TRUE(json["factors"].AsArray()[1]["score"].IsNull());
  EXPECT_FALSE(json["complete"].AsBool());
  EXPECT_EQ(json["weakest"].AsString(), "white-box");
}

}  // namespace
}  // namespace cupel::algorithm::score
