// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/event/family.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "cupel/algorithm/event/golden_for_test.h"
#include "cupel/algorithm/scheme/call.h"
#include "cupel/algorithm/scheme/figure_of_merit.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/data/annotation/jsonl.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::event {
namespace {

using ::cupel::testing::HasError;
using ::cupel::testing::IsOk;

/// Ten recordings of a minute; events one after another, answers near them with scores; boxes around.
std::unique_ptr<EventInput> Survey() {
  ReproducibleStream stream(7, "family_test");
  std::vector<TestEvent> truth;
  std::vector<TestEvent> answers;
  std::vector<Source> sources;
  for (int recording = 0; recording < 10; ++recording) {
    const std::string name = "cam" + std::to_string(recording);
    sources.push_back(SourceOf(name, 60, 10, 600));
    for (double at = 2 + 3 * stream.UniformDouble(); at < 50; at += 10) {
      const std::string category = stream.Below(2) == 0 ? "fall" : "fight";
      truth.push_back({name, category, at, at + 4});
      if (stream.Below(4) == 0) continue;
      const double start = at + 0.3 * (stream.UniformDouble() - 0.5);
      answers.push_back({name, category, start, start + 3.9, 0.3 + 0.7 * stream.UniformDouble()});
    }
    if (recording % 2 == 0) answers.push_back({name, "fall", 57, 59, 0.5 * stream.UniformDouble()});
  }
  auto input = InputOf(truth, answers, sources);
  for (std::int32_t source = 0; source < 10; ++source) {
    Object object;
    object.source = source;
    object.track = 1;
    object.box = {0, 0, 10, 10};
    input->truth.objects.push_back(object);
    object.box.x = source % 3 == 0 ? 50 : 1;
    object.score = 0.1 * source;
    input->answers.objects.push_back(object);
  }
  return input;
}

Result<scheme::Evaluation> RunScheme(const scheme::Scheme& scheme, const EventInput& input) {
  const scheme::Scheme* known = &scheme;
  CUPEL_TRY(const scheme::Call call, scheme::ParseCall(scheme.id, {&known, 1}));
  return scheme.evaluate(input, call.parameters, {.replicates = 100});
}

TEST(EventFamilyTest, EverySchemeGivesItsValueWithAnInterval) {
  const auto input = Survey();
  for (const scheme::Scheme& scheme : Family().schemes) {
    SCOPED_TRACE(scheme.id);
    CUPEL_ASSERT_OK(const scheme::Evaluation evaluation, RunScheme(scheme, *input));
    ASSERT_FALSE(evaluation.metrics.empty());
    EXPECT_EQ(evaluation.metrics.front().name, scheme::kValue);
    std::set<std::string> names;
    for (const check::Metric& metric : evaluation.metrics) {
      EXPECT_TRUE(names.insert(metric.name).second) << metric.name;
      EXPECT_TRUE(std::isfinite(metric.value)) << metric.name;
    }
    const check::Metric& value = evaluation.metrics.front();
    ASSERT_TRUE(value.interval.has_value());
    EXPECT_LE(value.interval->low, value.value + 1e-12);
    EXPECT_GE(value.interval->high, value.value - 1e-12);
    EXPECT_GT(value.n, 0);
  }
}

TEST(EventFamilyTest, RowsOfTheCatalogueAreCovered) {
  std::set<std::string_view> rows;
  for (const scheme::Scheme& scheme : Family().schemes) rows.insert(scheme.row);
  EXPECT_EQ(rows,
            (std::set<std::string_view>{"F01", "F02", "F03", "F04", "F05", "F06", "F07", "F08", "F09", "F10",
                                        "F11", "F12", "F14", "F15", "F17", "F18", "F19", "F21"}));
}

TEST(EventFamilyTest, ValuesAreSharesWhereNoUnitSaysOtherwise) {
  const auto input = Survey();
  for (const scheme::Scheme& scheme : Family().schemes) {
    SCOPED_TRACE(scheme.id);
    if (!scheme.unit.empty()) continue;
    CUPEL_ASSERT_OK(const scheme::Evaluation evaluation, RunScheme(scheme, *input));
    EXPECT_GE(evaluation.metrics.front().value, 0);
    EXPECT_LE(evaluation.metrics.front().value, 1);
  }
}

TEST(EventFamilyTest, AnAlgorithmThatSaysNothingIsNeverPraised) {
  auto input = Survey();
  input->answers = {};
  for (auto& of : input->answers_of) of.clear();
  for (const scheme::Scheme& scheme : Family().schemes) {
    SCOPED_TRACE(scheme.id);
    const Result<scheme::Evaluation> evaluation = RunScheme(scheme, *input);
    if (!evaluation || evaluation->metrics.empty() || evaluation->metrics[0].name != scheme::kValue) continue;
    const double value = evaluation->metrics[0].value;
    if (scheme.id == "false_alarms_per_hour" || scheme.id == "actev_time_false_alarm") {
      EXPECT_EQ(value, 0);  // Nothing said, nothing false; the misses are other schemes' figures.
    } else if (scheme.higher_is_better) {
      EXPECT_LE(value, scheme.id == "segment_accuracy" ? 1 : 0.5);
    } else {
      EXPECT_GE(value, 0.5);
    }
  }
}

TEST(EventFamilyTest, OneRecordingHasNoIntervalAndSaysSo) {
  const auto input = InputOf({{"a", "x", 1, 2}}, {{"a", "x", 1, 2}}, {SourceOf("a", 10, 10, 100)});
  for (const scheme::Scheme& scheme : Family().schemes) {
    if (scheme.id != "event_f_score") continue;
    CUPEL_ASSERT_OK(const scheme::Evaluation evaluation, RunScheme(scheme, *input));
    EXPECT_FALSE(evaluation.metrics[0].interval.has_value());
    EXPECT_FALSE(evaluation.notes.empty());
  }
}

TEST(EventFamilyTest, TimelinesShowWhatWasMissedAndInvented) {
  const auto input = InputOf({{"a", "x", 1, 2}, {"a", "x", 5, 6}}, {{"a", "x", 1, 2}, {"a", "x", 8, 9}},
                             {SourceOf("a", 10)});
  const auto scheme = std::ranges::find(Family().schemes, "event_f_score", &scheme::Scheme::id);
  CUPEL_ASSERT_OK(const scheme::Evaluation evaluation, RunScheme(*scheme, *input));
  const auto timeline = std::ranges::find_if(evaluation.figures,
                                             [](const Json& figure) { return figure["type"] == "timeline"; });
  ASSERT_NE(timeline, evaluation.figures.end());
  EXPECT_EQ((*timeline)["duration"], Json(10));
  std::string kinds;
  for (const Json& row : (*timeline)["rows"].AsArray()) {
    for (const Json& span : row["spans"].AsArray()) kinds += span["kind"].AsString() + " ";
  }
  EXPECT_EQ(kinds, "truth miss hit false-alarm ");
}

TEST(EventFamilyTest, TheExampleFilesCarryEverySchemeButSegmentation) {
  const auto folder = std::filesystem::path(CUPEL_SOURCE_DIR) / "examples" / "events";
  CUPEL_ASSERT_OK(const auto read, EventFormat().read({folder / "answers.jsonl", folder / "truth.jsonl"}));
  const auto& input = dynamic_cast<const EventInput&>(*read);
  for (const scheme::Scheme& scheme : Family().schemes) {
    SCOPED_TRACE(scheme.id);
    if (scheme.row == "F19") continue;  // Answers overlap.
    CUPEL_ASSERT_OK(const scheme::Evaluation evaluation, RunScheme(scheme, input));
    EXPECT_EQ(evaluation.metrics.front().name, scheme::kValue);
  }
}

TEST(EventFamilyTest, FilesOfBothSidesShareNames) {
  const testing::ScratchFolder folder;
  const auto write = [&](const char* name, const Annotations& annotations) {
    return WriteFileAtomic(folder / name, std::string_view(data::annotation::WriteJsonLines(annotations)));
  };
  ASSERT_THAT(write("truth.jsonl", AnnotationsOf({{"a", "x", 1, 2}, {"b", "y", 1, 2}}, {SourceOf("a", 9)})),
              IsOk());
  ASSERT_THAT(write("answers.jsonl", AnnotationsOf({{"b", "x", 1, 2, 0.5}, {"c", "z", 3, 4}})), IsOk());
  CUPEL_ASSERT_OK(const auto read, EventFormat().read({folder / "answers.jsonl", folder / "truth.jsonl"}));
  const auto& input = dynamic_cast<const EventInput&>(*read);
  EXPECT_EQ(input.categories, (std::vector<std::string>{"x", "y", "z"}));
  ASSERT_EQ(input.sources.size(), 3U);
  EXPECT_EQ(input.sources[0].duration, 9);
  EXPECT_EQ(input.sources[static_cast<std::size_t>(input.answers.events[0].source)].name, "b");
  EXPECT_EQ(input.categories[static_cast<std::size_t>(input.answers.events[1].category)], "z");
  EXPECT_THAT(EventFormat().read({folder / "answers.jsonl", std::nullopt}),
              HasError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace cupel::algorithm::event
