// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/annotation/actev.h"

#include <gtest/gtest.h>

#include "cupel/testing/status_matchers.h"

namespace cupel::data::annotation {
namespace {

using ::cupel::testing::HasError;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr const char* kIndex = R"({"v.mp4":{"framerate":30.0,"selected":{"1":1,"4001":0}},)"
                               R"("w.mp4":{"framerate":25,"selected":{"0":1,"100":0,"200":1,"250":0}}})";

std::string Activities(const std::string& list) {
  return R"({"filesProcessed":["v.mp4"],"activities":[)" + list + "]}";
}

TEST(ActevTest, FramesBecomeSeconds) {
  CUPEL_ASSERT_OK(
      const Annotations read,
      ParseActev(Activities(R"({"activity":"Closing","activityID":4,"presenceConf":0.8,"alertFrame":3,)"
                            R"("localization":{"v.mp4":{"3000":1,"3030":0}}})"),
                 "s.json", kIndex, "i.json"));
  ASSERT_EQ(read.sources.size(), 2U);
  EXPECT_EQ(read.sources[0].frames, 4000);
  EXPECT_DOUBLE_EQ(read.sources[0].duration, 4000 / 30.0);
  EXPECT_EQ(read.sources[1].frames, 150);
  ASSERT_EQ(read.events.size(), 1U);
  EXPECT_EQ(read.events[0].start, 100);
  EXPECT_EQ(read.events[0].end, 101);
  EXPECT_EQ(read.events[0].score, 0.8);
  EXPECT_EQ(read.events[0].id, "4");
  EXPECT_EQ(read.categories[0], "Closing");
}

TEST(ActevTest, RefusesWhatItCannotHold) {
  const auto parse = [](const std::string& localization) {
    return ParseActev(Activities(R"({"activity":"a","localization":)" + localization + "}"), "s.json", kIndex,
                      "i.json");
  };
  EXPECT_THAT(parse(R"({"x.mp4":{"1":1,"2":0}})"),
              HasError(ErrorCode::kInvalidArgument, AllOf(HasSubstr("activities[0]"), HasSubstr("x.mp4"))));
  EXPECT_THAT(parse(R"({"v.mp4":{"1":1,"2":0},"w.mp4":{"1":1,"2":0}})"), HasError(ErrorCode::kUnsupported));
  EXPECT_THAT(parse(R"({"v.mp4":{"1":1,"2":0,"3":1,"4":0}})"), HasError(ErrorCode::kUnsupported));
  EXPECT_THAT(parse(R"({"v.mp4":{"1":1}})"), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(parse(R"({"v.mp4":{"one":1,"2":0}})"), HasError(ErrorCode::kCorrupt, HasSubstr("frame")));
  EXPECT_THAT(parse(R"({"v.mp4":{"1":0.5,"2":0}})"), HasError(ErrorCode::kCorrupt, HasSubstr("0 or 1")));
  EXPECT_THAT(ParseActev("{}", "s.json", kIndex, "i.json"), HasError(ErrorCode::kNotFound));
  EXPECT_THAT(ParseActev("{}", "s.json", R"({"v":{"framerate":0,"selected":{}}})", "i.json"),
              HasError(ErrorCode::kCorrupt, HasSubstr("i.json")));
}

}  // namespace
}  // namespace cupel::data::annotation
