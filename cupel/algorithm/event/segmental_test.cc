// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/event/segmental.h"

#include <gtest/gtest.h>

#include <cmath>

#include "cupel/algorithm/event/golden_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::event {
namespace {

using ::cupel::testing::HasError;
using ::testing::HasSubstr;

/// One event a frame that shows something; AllSegments joins them.
std::vector<TestEvent> FrameEvents(const std::string& source, const Json& labels) {
  std::vector<TestEvent> events;
  const Json::Array& frames = labels.AsArray();
  for (std::size_t i = 0; i < frames.size(); ++i) {
    if (frames[i].AsString() == "background") continue;
    events.push_back({source, frames[i].AsString(), static_cast<double>(i), static_cast<double>(i + 1)});
  }
  return events;
}

TEST(SegmentalTest, AgreesWithMsTcn) {
  for (const Json& golden : GoldenCases("ms_tcn.json")) {
    for (const Json& video : golden["videos"].AsArray()) {
      const auto input = InputOf(FrameEvents("v", video["truth"]), FrameEvents("v", video["answers"]));
      CUPEL_ASSERT_OK(const auto segments, AllSegments(*input));
      ExpectGolden(100 * EditScore(segments[0]), video["edit"], "edit");
      for (std::size_t i = 0; i < golden["overlaps"].AsArray().size(); ++i) {
        const SegmentHits hits = CountSegmentHits(segments[0], golden["overlaps"].AsArray()[i].AsNumber());
        const Json::Array& counts = video["counts"].AsArray()[i].AsArray();
        ExpectGolden(hits.right, counts[0], "tp", 0);
        ExpectGolden(hits.wrong, counts[1], "fp", 0);
        ExpectGolden(hits.missed, counts[2], "fn", 0);
      }
    }
  }
}

TEST(SegmentalTest, OverlappingLabelsAreRefused) {
  const auto input = InputOf({{"a", "x", 0, 5}, {"a", "y", 4, 6}}, {});
  EXPECT_THAT(AllSegments(*input), HasError(ErrorCode::kInvalidArgument, HasSubstr("truth, a")));
}

TEST(SegmentalTest, NothingAgainstNothingHasNoScore) {
  EXPECT_TRUE(std::isnan(EditScore({})));
  const auto input = InputOf({}, {{"a", "x", 0, 5}});
  CUPEL_ASSERT_OK(const auto segments, AllSegments(*input));
  EXPECT_EQ(EditScore(segments[0]), 0);
  EXPECT_EQ(CountSegmentHits(segments[0], 0.1).wrong, 1);
}

}  // namespace
}  // namespace cupel::algorithm::event
