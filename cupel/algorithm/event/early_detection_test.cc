// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/event/early_detection.h"

#include <gtest/gtest.h>

#include <cmath>

#include "cupel/algorithm/event/golden_for_test.h"

namespace cupel::algorithm::event {
namespace {

std::vector<FrameTable::Row> RowsOf(const Json& recording) {
  std::vector<FrameTable::Row> rows;
  for (const Json& score : recording["scores"].AsArray()) rows.push_back({score.AsNumber(), 0, false});
  for (const Json& window : recording["windows"].AsArray()) {
    for (std::int64_t i = window.AsArray()[0].AsInteger(); i <= window.AsArray()[1].AsInteger(); ++i) {
      rows[static_cast<std::size_t>(i)].positive = true;
    }
  }
  return rows;
}

TEST(EarlyDetectionTest, NabAgreesWithNumenta) {
  for (const Json& golden : GoldenCases("nab.json")) {
    const Json& costs = golden["costs"];
    const NabProfile profile{.true_positive = costs["tpWeight"].AsNumber(),
                             .false_positive = costs["fpWeight"].AsNumber(),
                             .false_negative = costs["fnWeight"].AsNumber()};
    std::vector<NabParts> parts;
    double raw = 0;
    double windows = 0;
    const Json::Array& recordings = golden["recordings"].AsArray();
    for (std::size_t i = 0; i < recordings.size(); ++i) {
      parts.push_back(NabOfRecording(RowsOf(recordings[i]), golden["threshold"].AsNumber(), profile));
      ExpectGolden(parts.back().raw, golden["raw"].AsArray()[i], "raw");
      raw += golden["raw"].AsArray()[i].AsNumber();
      windows += parts.back().windows;
    }
    const double silent = -profile.false_negative * windows;
    EXPECT_NEAR(NabScore(parts, std::vector<double>{1, 1, 1}, profile), (raw - silent) / (windows - silent),
                1e-12);
  }
}

TEST(EarlyDetectionTest, NabIsZeroForSilenceAndOneForTheFirstFrames) {
  std::vector<FrameTable::Row> rows(100, {0, 0, false});
  for (std::size_t i = 40; i < 50; ++i) rows[i].positive = true;
  const NabParts silent = NabOfRecording(rows, 0.5, {});
  rows[40].score = 1;
  const NabParts perfect = NabOfRecording(rows, 0.5, {});
  const std::vector<double> once = {1};
  EXPECT_EQ(NabScore(std::vector{silent}, once, {}), 0);
  EXPECT_NEAR(NabScore(std::vector{perfect}, once, {}), 1, 1e-15);
}

TEST(EarlyDetectionTest, ErdeFollowsItsFormula) {
  EXPECT_EQ(ErdeOfRecording(false, false, 0, 5, 0.1), 0);
  EXPECT_EQ(ErdeOfRecording(false, true, 3, 5, 0.1), 0.1);
  EXPECT_EQ(ErdeOfRecording(true, false, 0, 5, 0.1), 1);
  EXPECT_DOUBLE_EQ(ErdeOfRecording(true, true, 5, 5, 0.1), 0.5);
  EXPECT_NEAR(ErdeOfRecording(true, true, 1, 5, 0.1), 0.01798620996209155803, 1e-16);
  EXPECT_NEAR(ErdeOfRecording(true, true, 1000, 5, 0.1), 1, 1e-15);
}

TEST(EarlyDetectionTest, TimeToDetectIsTakenAtTheFalsePositiveRate) {
  // Ten frames a second: 90 quiet frames scored 0 to 0.89, ten of an event that reach 0.8 at the third and
  // 0.95 at the sixth.
  FrameTable table;
  for (int i = 0; i < 90; ++i) table.rows.push_back({i / 100.0, 0, false});
  for (int i = 0; i < 10; ++i) table.rows.push_back({i < 2 ? 0.1 : i < 5 ? 0.8 : 0.95, 0, true});
  table.first = {0, 100};
  const FrameRanking ranking(table);
  EXPECT_EQ(ranking.ThresholdAt(0), 0.95);
  EXPECT_EQ(ranking.ThresholdAt(1.0 / 90), 0.89);
  EXPECT_EQ(ranking.ThresholdAt(10.0 / 90), 0.8);
  const Noticed late = NoticedInRecording(table.rows, ranking.ThresholdAt(0), 10);
  EXPECT_DOUBLE_EQ(late.seconds, 0.5);
  const Noticed early = NoticedInRecording(table.rows, ranking.ThresholdAt(10.0 / 90), 10);
  EXPECT_DOUBLE_EQ(early.seconds, 0.2);
  EXPECT_EQ(NoticedInRecording(table.rows, 0.99, 10).noticed, 0);
  EXPECT_EQ(NoticedInRecording(table.rows, 0.99, 10).windows, 1);
}

}  // namespace
}  // namespace cupel::algorithm::event
