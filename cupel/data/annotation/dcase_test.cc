// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/annotation/dcase.h"

#include <gtest/gtest.h>

#include "cupel/testing/status_matchers.h"

namespace cupel::data::annotation {
namespace {

using ::cupel::testing::HasError;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(DcaseTest, ReadsColumnsByNameAndRowsWithoutEvents) {
  CUPEL_ASSERT_OK(const Annotations read, ParseDcase("event_label\tfilename\tonset\toffset\tscore\n"
                                                     "Speech\ta.wav\t1.5\t2\t0.25\r\n"
                                                     "\n"
                                                     "\tb.wav\t\t\t\n"
                                                     "Dog\ta.wav\t0\t0.5\t0.75",
                                                     "t.tsv"));
  ASSERT_EQ(read.sources.size(), 2U);
  EXPECT_EQ(read.sources[1].name, "b.wav");
  EXPECT_THAT(read.categories, ElementsAre("Speech", "Dog"));
  ASSERT_EQ(read.events.size(), 2U);
  EXPECT_EQ(read.events[0].start, 1.5);
  EXPECT_EQ(read.events[0].score, 0.25);
  EXPECT_EQ(read.events[1].category, 1);
}

TEST(DcaseTest, WithoutAHeaderTheNumberOfFieldsDecides) {
  CUPEL_ASSERT_OK(const Annotations three, ParseDcase("0\t1\tcar\n2\t3\tdog\n", "t.tsv"));
  EXPECT_EQ(three.sources[0].name, "recording");
  EXPECT_EQ(three.events[1].end, 3);
  CUPEL_ASSERT_OK(const Annotations four, ParseDcase("a.wav\t0\t1\tcar\n", "t.tsv"));
  EXPECT_EQ(four.sources[0].name, "a.wav");
  CUPEL_ASSERT_OK(const Annotations five, ParseDcase("a.wav\tstreet\t0\t1\tcar\n", "t.tsv"));
  EXPECT_THAT(five.categories, ElementsAre("car"));
  EXPECT_EQ(five.events[0].end, 1);
}

TEST(DcaseTest, AFileNameAloneIsARecordingWithoutEvents) {
  CUPEL_ASSERT_OK(const Annotations read, ParseDcase("a.wav\t  0.1\t  2.2\tcar\nb.wav\n", "t.tsv"));
  ASSERT_EQ(read.sources.size(), 2U);
  EXPECT_EQ(read.events.size(), 1U);
  EXPECT_EQ(read.events[0].start, 0.1);
}

TEST(DcaseTest, DurationsComeFromTheSecondTable) {
  CUPEL_ASSERT_OK(const Annotations read,
                  ParseDcase("a.wav\t0\t1\tcar\n", "t.tsv",
                             "filename\tduration\na.wav\t10\nb.wav\t9.5\na.wav\t10\n", "d.tsv"));
  ASSERT_EQ(read.sources.size(), 2U);
  EXPECT_EQ(read.sources[0].duration, 10);
  EXPECT_EQ(read.sources[1].duration, 9.5);
  EXPECT_EQ(read.events.size(), 1U);
}

TEST(DcaseTest, ErrorsNameFileAndLine) {
  const auto corrupt = [](const char* text) {
    return HasError(ErrorCode::kCorrupt, AllOf(HasSubstr("t.tsv:2"), HasSubstr(text)));
  };
  EXPECT_THAT(ParseDcase("a\t0\t1\tcar\nb\t1\tdog\n", "t.tsv"), corrupt("4 columns"));
  EXPECT_THAT(ParseDcase("a\t0\t1\tcar\nb\tx\t1\tdog\n", "t.tsv"), corrupt("onset"));
  EXPECT_THAT(ParseDcase("a\t0\t1\tcar\nb\t2\t1\tdog\n", "t.tsv"), corrupt("onset <= offset"));
  EXPECT_THAT(ParseDcase("a\t0\t1\tcar\nb\t0\tnan\tdog\n", "t.tsv"), corrupt("offset"));
  EXPECT_THAT(ParseDcase("a\t0\t1\tcar\nb\t0\t1\t\n", "t.tsv"), corrupt("empty"));
  EXPECT_THAT(ParseDcase("a\t0\t1\tcar\na\xFF\t0\t1\tcar\n", "t.tsv"), corrupt("UTF-8"));
  EXPECT_THAT(ParseDcase("a\t0\t1\tcar\n" + std::string(5000, 'b') + "\t0\t1\tcar\n", "t.tsv"),
              corrupt("4096"));
  EXPECT_THAT(ParseDcase("a\t0\n", "t.tsv"), HasError(ErrorCode::kCorrupt, HasSubstr("3, 4 or 5")));
  EXPECT_THAT(ParseDcase("", "t.tsv", "filename\tlength\na\t3\n", "d.tsv"),
              HasError(ErrorCode::kCorrupt, HasSubstr("d.tsv:1")));
  EXPECT_THAT(ParseDcase("", "t.tsv", "filename\tduration\na\t3\na\t4\n", "d.tsv"),
              HasError(ErrorCode::kCorrupt, HasSubstr("two durations")));
  EXPECT_THAT(ParseDcase("", "t.tsv", "filename\tduration\na\t0\n", "d.tsv"),
              HasError(ErrorCode::kCorrupt, HasSubstr("> 0")));
}

}  // namespace
}  // namespace cupel::data::annotation
