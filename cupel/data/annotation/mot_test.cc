// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/annotation/mot.h"

#include <gmock/gmock.h>

#include "cupel/base/file.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::data::annotation {
namespace {

using ::cupel::testing::HasError;
using ::testing::HasSubstr;

TEST(MotTest, ReadsATruth) {
  CUPEL_ASSERT_OK(const Annotations truth,
                  ParseMot("1,7,10,20,30,40,1,1,0.5\n3, 8, 1.5, -2, 3, 4, 0, 12\r\n\n2 7 11 20 30 40\n",
                           "gt.txt", MotRole::kTruth));
  ASSERT_EQ(truth.objects.size(), 3U);
  EXPECT_EQ(truth.objects[0].frame, 0);
  EXPECT_EQ(truth.objects[0].track, 7);
  EXPECT_EQ(truth.objects[0].box.h, 40);
  EXPECT_FALSE(truth.objects[0].ignore);
  EXPECT_EQ(truth.objects[1].frame, 2);
  EXPECT_EQ(truth.objects[1].box.y, -2);
  EXPECT_TRUE(truth.objects[1].ignore);
  EXPECT_EQ(truth.categories[static_cast<std::size_t>(truth.objects[1].category)], "reflection");
  EXPECT_EQ(truth.objects[2].category, 0);
  EXPECT_EQ(truth.sources.front().frames, 3);
}

TEST(MotTest, ReadsAnswersWhoseEighthFieldIsAPointInTheWorld) {
  CUPEL_ASSERT_OK(const Annotations answers,
                  ParseMot("1,7,10,20,30,40,0.25,-1,-1,-1\n1,8,0,0,1,1\n", "a.txt", MotRole::kAnswer));
  EXPECT_EQ(answers.objects[0].score, 0.25);
  EXPECT_EQ(answers.objects[1].score, 1);
  EXPECT_FALSE(answers.objects[0].ignore);
}

TEST(MotTest, AnEmptyFileIsAVideoWithoutObjects) {
  CUPEL_ASSERT_OK(const Annotations answers, ParseMot("", "a.txt", MotRole::kAnswer));
  EXPECT_TRUE(answers.objects.empty());
  EXPECT_EQ(answers.sources.size(), 1U);
}

TEST(MotTest, RefusesWhatIsNoBoxAndSaysWhere) {
  const auto error = [](std::string_view text) { return ParseMot(text, "a.txt", MotRole::kTruth); };
  EXPECT_THAT(error("1,1,0,0,5\n"), HasError(ErrorCode::kCorrupt, HasSubstr("a.txt:1")));
  EXPECT_THAT(error("1,1,0,0,5,5\n0,1,0,0,5,5\n"), HasError(ErrorCode::kCorrupt, HasSubstr("a.txt:2")));
  EXPECT_THAT(error("1.5,1,0,0,5,5\n"), HasError(ErrorCode::kCorrupt, HasSubstr("frame")));
  EXPECT_THAT(error("99999999,1,0,0,5,5\n"), HasError(ErrorCode::kCorrupt, HasSubstr("frame")));
  EXPECT_THAT(error("1,-1,0,0,5,5\n"), HasError(ErrorCode::kCorrupt, HasSubstr("id")));
  EXPECT_THAT(error("1,1,x,0,5,5\n"), HasError(ErrorCode::kCorrupt, HasSubstr("left")));
  EXPECT_THAT(error("1,1,nan,0,5,5\n"), HasError(ErrorCode::kCorrupt, HasSubstr("left")));
  EXPECT_THAT(error("1,1,0,0,-5,5\n"), HasError(ErrorCode::kCorrupt, HasSubstr("width")));
  EXPECT_THAT(error("1,1,0,0,5,5,1,14\n"), HasError(ErrorCode::kCorrupt, HasSubstr("class")));
}

TEST(MotTest, AnIdStandsOnceInAFrame) {
  EXPECT_THAT(ParseMot("1,1,0,0,5,5\n2,1,0,0,5,5\n1,1,9,9,5,5\n", "a.txt", MotRole::kAnswer),
              HasError(ErrorCode::kCorrupt, HasSubstr("a.txt:3")));
}

TEST(MotTest, ReadsFoldersOfEitherLayout) {
  const testing::ScratchFolder folder;
  ASSERT_TRUE(MakeFolder(folder.path() / "b" / "gt").has_value());
  ASSERT_TRUE(WriteFileAtomic(folder.path() / "a.txt", std::string_view("1,1,0,0,5,5\n")).has_value());
  ASSERT_TRUE(
      WriteFileAtomic(folder.path() / "b" / "gt" / "gt.txt", std::string_view("2,1,0,0,5,5\n")).has_value());
  ASSERT_TRUE(WriteFileAtomic(folder.path() / "b" / "seqinfo.ini",
                              std::string_view("[Sequence]\nseqLength=30\nframeRate = 25\n"))
                  .has_value());

  CUPEL_ASSERT_OK(const Annotations all, ReadMot(folder.path(), MotRole::kTruth));
  ASSERT_EQ(all.sources.size(), 2U);
  EXPECT_EQ(all.sources[0].name, "a");
  EXPECT_EQ(all.sources[1].frames, 30);
  EXPECT_EQ(all.sources[1].frame_rate, 25);
  EXPECT_EQ(all.objects[1].source, 1);
}

TEST(MotTest, SaysWhatIsNotThere) {
  const testing::ScratchFolder folder;
  EXPECT_THAT(ReadMot(folder.path(), MotRole::kTruth), HasError(ErrorCode::kNotFound, HasSubstr("video")));
  EXPECT_THAT(ReadMot(folder.path() / "none.txt", MotRole::kTruth), HasError(ErrorCode::kNotFound));
}

}  // namespace
}  // namespace cupel::data::annotation
