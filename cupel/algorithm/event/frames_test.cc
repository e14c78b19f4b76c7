// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/event/frames.h"

#include <gtest/gtest.h>

#include <cmath>

#include "cupel/algorithm/event/golden_for_test.h"
#include "cupel/algorithm/event/recording_trials.h"
#include "cupel/algorithm/event/tally.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::event {
namespace {

using ::cupel::testing::HasError;
using ::testing::HasSubstr;

/// Frames of one recording with a truth of 0 and 1 and a score each.
std::unique_ptr<EventInput> FramesInput(const Json& golden) {
  Annotations truth;
  truth.sources = {SourceOf("a", 0)};
  truth.categories = {"x"};
  Annotations answers = truth;
  const Json::Array& labels = golden["labels"].AsArray();
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto frame = static_cast<std::int64_t>(i);
    if (labels[i].AsInteger() == 1) truth.frames.push_back({0, frame, 0, 1});
    answers.frames.push_back({0, frame, 0, golden["scores"].AsArray()[i].AsNumber()});
  }
  Result<std::unique_ptr<EventInput>> input = EventInput::Create(std::move(truth), std::move(answers));
  CUPEL_CHECK(input.has_value());
  return *std::move(input);
}

TEST(FramesTest, AgreesWithScikitLearn) {
  for (const Json& golden : GoldenCases("sklearn.json")) {
    const auto input = FramesInput(golden);
    CUPEL_ASSERT_OK(const FrameTable table, TabulateFrames(*input, "x"));
    const FrameRanking ranking(table);
    ExpectGolden(ranking.Auc(Once(*input)), golden["auc"], "auc");
    ExpectGolden(ranking.EqualErrorRate(Once(*input)), golden["eer"], "eer");
    Counts counts;
    for (const FrameTable::Row& row : table.rows) {
      counts.truth += row.positive;
      counts.answers += row.score >= 0.5;
      counts.hits += row.positive && row.score >= 0.5;
    }
    ExpectGolden(FScore(counts, Silence::kZero), golden["f"], "f");
    ExpectGolden(Precision(counts, Silence::kZero), golden["precision"], "precision");
    ExpectGolden(Recall(counts), golden["recall"], "recall");
  }
}

TEST(FramesTest, EventsLabelFramesWhereNoFrameIsLabelled) {
  const auto input = InputOf({{"a", "x", 0.4, 1.2}}, {{"a", "x", 0.8, 1.2, 0.7}, {"a", "y", 1.2, 1.6, 0.9}},
                             {SourceOf("a", 2, 5)});
  CUPEL_ASSERT_OK(const FrameTable table, TabulateFrames(*input, "x"));
  std::string truth;
  for (const FrameTable::Row& row : table.rows) truth += row.positive ? '1' : '0';
  EXPECT_EQ(truth, "0011110000");
  EXPECT_EQ(table.rows[4].score, 0.7);
  EXPECT_TRUE(std::isinf(table.rows[6].score));
  CUPEL_ASSERT_OK(const FrameTable any, TabulateFrames(*input, ""));
  EXPECT_EQ(any.rows[6].score, 0.9);
}

TEST(FramesTest, WeightsAreRepetitionsOfRecordings) {
  Annotations truth;
  truth.sources = {SourceOf("a", 0, 0, 3), SourceOf("b", 0, 0, 2), SourceOf("c", 0, 0, 2)};
  truth.categories = {"x"};
  truth.frames = {{0, 1, 0, 1}, {1, 0, 0, 1}, {2, 0, 0, 1}};
  Annotations answers = truth;
  answers.frames = {{0, 0, 0, 0.5},  {0, 1, 0, 0.4}, {0, 2, 0, 0.1}, {1, 0, 0, 0.3},
                    {1, 1, 0, 0.35}, {2, 0, 0, 0.3}, {2, 1, 0, 0.35}};
  CUPEL_ASSERT_OK(const auto input, EventInput::Create(truth, answers));
  CUPEL_ASSERT_OK(const FrameTable table, TabulateFrames(*input, "x"));
  const FrameRanking ranking(table);
  EXPECT_DOUBLE_EQ(ranking.Auc(std::vector<double>{1, 1, 1}), ranking.Auc(std::vector<double>{1, 2, 0}));
  EXPECT_DOUBLE_EQ(ranking.EqualErrorRate(std::vector<double>{1, 1, 1}),
                   ranking.EqualErrorRate(std::vector<double>{1, 0, 2}));
  EXPECT_TRUE(std::isnan(ranking.Auc(std::vector<double>{0, 0, 0})));
}

TEST(FramesTest, SaysWhatIsMissing) {
  const auto no_rate = InputOf({{"a", "x", 0, 1}}, {}, {SourceOf("a", 10)});
  EXPECT_THAT(TabulateFrames(*no_rate, "x"), HasError(ErrorCode::kInvalidArgument, HasSubstr("frame rate")));
  EXPECT_THAT(TabulateFrames(*no_rate, "y"), HasError(ErrorCode::kInvalidArgument, HasSubstr("category")));
  const auto vast = InputOf({{"a", "x", 0, 1}}, {}, {SourceOf("a", 1e12, 30)});
  EXPECT_THAT(TabulateFrames(*vast, "x"), HasError(ErrorCode::kInvalidArgument, HasSubstr("2^27")));
}

/// One recording a trial, with the labels and scores of the frames' goldens.
TEST(RecordingTrialsTest, LeastCostAgreesWithScikitLearn) {
  for (const Json& golden : GoldenCases("sklearn.json")) {
    std::vector<TestEvent> truth;
    std::vector<TestEvent> answers;
    std::vector<Source> sources;
    const Json::Array& labels = golden["labels"].AsArray();
    for (std::size_t i = 0; i < labels.size(); ++i) {
      const std::string name = "r" + std::to_string(i);
      sources.push_back(SourceOf(name, 10));
      if (labels[i].AsInteger() == 1) truth.push_back({name, "x", 1, 2});
      answers.push_back({name, "x", 1, 2, golden["scores"].AsArray()[i].AsNumber()});
      answers.push_back({name, "x", 3, 4, -1});
    }
    const auto input = InputOf(truth, answers, sources);
    const std::vector<Trial> trials = RecordingTrials(*input);
    const std::vector<DetPoint> curve = DetCurve(trials, Once(*input));
    ExpectGolden(LeastCost(curve, {}), golden["least_cost"], "least cost");
    ExpectGolden(CostAt(curve, 0.5, {}), golden["actual_cost"], "actual cost");
  }
}

TEST(RecordingTrialsTest, OneKindOfTrialHasNoCurve) {
  const auto input = InputOf({{"a", "x", 0, 1}}, {});
  EXPECT_TRUE(DetCurve(RecordingTrials(*input), Once(*input)).empty());
  EXPECT_TRUE(std::isnan(LeastCost({}, {})));
}

TEST(RecordingTrialsTest, LookingAtNothingCostsOne) {
  const auto input = InputOf({{"a", "x", 0, 1}}, {}, {SourceOf("a", 5), SourceOf("b", 5)});
  EXPECT_DOUBLE_EQ(LeastCost(DetCurve(RecordingTrials(*input), Once(*input)), {}), 1);
}

}  // namespace
}  // namespace cupel::algorithm::event
