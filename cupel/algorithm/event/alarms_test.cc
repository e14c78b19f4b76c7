// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/event/alarms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "cupel/algorithm/event/golden_for_test.h"

namespace cupel::algorithm::event {
namespace {

using ::testing::ElementsAre;

/// Two cameras. On "a" a fall from 100 to 110 s and one from 300 to 400 s; alarms, with W = 30 s:
///   50 false; 75 within 30 s of it: duplicate; 102 alarm, 2 s late; 104 in the same event: duplicate;
///   135 31 s after the last: false; 305 alarm, 5 s late; 390 in the same event: duplicate.
/// On "b" a fall from 10 to 20 s that nothing notices, and an alarm of a fire, which is another category.
std::unique_ptr<EventInput> Shift() {
  std::vector<TestEvent> alarms;
  for (const double at : {50.0, 75.0, 102.0, 104.0, 135.0, 305.0, 390.0}) {
    alarms.push_back({"a", "fall", at, at + 1});
  }
  alarms.push_back({"b", "fire", 12, 13});
  return InputOf({{"a", "fall", 100, 110}, {"a", "fall", 300, 400}, {"b", "fall", 10, 20}}, alarms,
                 {SourceOf("a", 3600), SourceOf("b", 3600)});
}

TEST(AlarmsTest, AHandWorkedShiftGivesTheseCounts) {
  const auto input = Shift();
  const AlarmOutcome outcome = CountAlarms(*input, {.merge = 30});
  const AlarmCounts& a = outcome.by_source[0];
  EXPECT_EQ(a.events, 2);
  EXPECT_EQ(a.alarmed, 2);
  EXPECT_EQ(a.alarms, 7);
  EXPECT_EQ(a.duplicates, 3);
  EXPECT_EQ(a.false_alarms, 2);
  const AlarmCounts& b = outcome.by_source[1];
  EXPECT_EQ(b.alarmed, 0);
  EXPECT_EQ(b.false_alarms, 1);
  EXPECT_EQ(outcome.truth_found, (std::vector<bool>{true, true, false}));
}

TEST(AlarmsTest, DelaysAreFromTheEventsStart) {
  const auto input = Shift();
  const AlarmOutcome outcome = CountAlarms(*input, {});
  EXPECT_THAT(outcome.by_source[0].delays, ElementsAre(2, 5));
  EXPECT_DOUBLE_EQ(DelayQuantile(outcome, Once(*input), 0.5), 3.5);
  EXPECT_DOUBLE_EQ(DelayQuantile(outcome, Once(*input), 0.95), 2 + 0.95 * 3);
  EXPECT_TRUE(std::isnan(DelayQuantile(outcome, std::vector<double>{0, 3}, 0.5)));
}

TEST(AlarmsTest, ToleranceBeforeAndAfterAnEventMakesAlarmsItsOwn) {
  const auto input = InputOf({{"a", "x", 100, 110}, {"a", "x", 200, 210}},
                             {{"a", "x", 98, 99}, {"a", "x", 213, 214}}, {SourceOf("a", 1000)});
  EXPECT_EQ(CountAlarms(*input, {}).by_source[0].false_alarms, 2);
  const AlarmOutcome tolerant = CountAlarms(*input, {.early = 2, .late = 3});
  EXPECT_EQ(tolerant.by_source[0].alarmed, 2);
  EXPECT_THAT(tolerant.by_source[0].delays, ElementsAre(-2, 13));
}

TEST(AlarmsTest, WithoutAMergeWindowEveryStrayAlarmIsFalse) {
  const auto input = Shift();
  const AlarmOutcome outcome = CountAlarms(*input, {.merge = 0});
  EXPECT_EQ(outcome.by_source[0].false_alarms, 3);
  EXPECT_EQ(outcome.by_source[0].duplicates, 2);
}

}  // namespace
}  // namespace cupel::algorithm::event
