// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/event/line_counts.h"

#include <gtest/gtest.h>

#include "cupel/algorithm/event/golden_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::event {
namespace {

using ::cupel::testing::HasError;

std::vector<TestEvent> Crossings(const std::string& direction, const std::vector<double>& times) {
  std::vector<TestEvent> events;
  for (const double at : times) events.push_back({"street", direction, at, at});
  return events;
}

/// 150 s in intervals of 60 s, so three of them. In: true 2, 1, 0; answered 3, 1, 2. Out: true 0, 4, 1;
/// answered 0, 2, 1; the last crossing of each lies beyond the duration and counts in the third interval.
TEST(LineCountsTest, AHandWorkedStreetGivesTheseErrors) {
  std::vector<TestEvent> truth = Crossings("in", {1, 59.9, 60});
  std::vector<TestEvent> answers = Crossings("in", {1, 2, 59, 61, 130, 400});
  for (const TestEvent& event : Crossings("out", {61, 62, 63, 119, 150})) truth.push_back(event);
  for (const TestEvent& event : Crossings("out", {61, 62, 151})) answers.push_back(event);
  const auto input = InputOf(truth, answers, {SourceOf("street", 150)});
  CUPEL_ASSERT_OK(const auto errors, CompareCounts(*input, 60));
  ASSERT_EQ(input->categories, (std::vector<std::string>{"in", "out"}));
  EXPECT_EQ(errors[0].intervals, 3);
  EXPECT_DOUBLE_EQ(errors[0].relative, 1.0 / 2 + 0 + 2);
  EXPECT_EQ(errors[0].absolute, 3);
  EXPECT_EQ(errors[0].squared, 5);
  EXPECT_DOUBLE_EQ(errors[1].relative, 0 + 2.0 / 4 + 0);
  EXPECT_EQ(errors[1].truths, 5);
  EXPECT_EQ(errors[1].answers, 3);
}

TEST(LineCountsTest, NeedsDurationsOfSensibleSize) {
  const auto unknown = InputOf({{"a", "in", 0, 0}}, {});
  EXPECT_THAT(CompareCounts(*unknown, 60), HasError(ErrorCode::kInvalidArgument));
  const auto vast = InputOf({{"a", "in", 0, 0}}, {}, {SourceOf("a", 1e300)});
  EXPECT_THAT(CompareCounts(*vast, 60), HasError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace cupel::algorithm::event
