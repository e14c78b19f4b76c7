// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/annotation/read.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "cupel/base/file.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::data::annotation {
namespace {

using ::cupel::testing::HasError;
using ::cupel::testing::IsOk;
using ::testing::HasSubstr;

constexpr std::string_view kJsonLines =
    "{\"format\":\"cupel-annotations/1\"}\n"
    "{\"type\":\"event\",\"source\":\"a\",\"category\":\"b\",\"start\":1,\"end\":2}\n";
constexpr std::string_view kDcase = "filename\tonset\toffset\tevent_label\na\t1\t2\tb\n";
constexpr std::string_view kActev =
    "{\n \"filesProcessed\": [\"a\"],\n \"activities\": [{\"activity\": \"b\",\n"
    "   \"localization\": {\"a\": {\"10\": 1, \"20\": 0}}}]}\n";
constexpr std::string_view kIndex = R"({"a":{"framerate":10,"selected":{"0":1,"100":0}}})";

constexpr std::string_view kCoco =
    R"({"images":[{"id":1,"width":10,"height":10,"file_name":"a"}],"categories":[{"id":3,"name":"b"}],)"
    R"("annotations":[{"id":1,"image_id":1,"category_id":3,"bbox":[1,2,3,4],"area":12,"iscrowd":0}]})";

TEST(ReadAnnotationsTest, CocoTruthIsRecognised) {
  CUPEL_ASSERT_OK(const Annotations read, Parse({std::string(kCoco), "c.json"}, std::nullopt));
  ASSERT_EQ(read.objects.size(), 1U);
  EXPECT_EQ(read.objects[0].box.h, 4);
}

TEST(ReadAnnotationsTest, ContentDecidesAndNotTheName) {
  const testing::ScratchFolder folder;
  ASSERT_THAT(WriteFileAtomic(folder / "one.json", kJsonLines), IsOk());
  ASSERT_THAT(WriteFileAtomic(folder / "two.json", kDcase), IsOk());
  ASSERT_THAT(WriteFileAtomic(folder / "three.tsv", kActev), IsOk());
  ASSERT_THAT(WriteFileAtomic(folder / "three.file-index.json", kIndex), IsOk());
  for (const char* name : {"one.json", "two.json", "three.tsv"}) {
    SCOPED_TRACE(name);
    CUPEL_ASSERT_OK(const Annotations read, Read(folder / name));
    ASSERT_EQ(read.events.size(), 1U);
    EXPECT_EQ(read.events[0].start, 1);
    EXPECT_EQ(read.events[0].end, 2);
  }
}

TEST(ReadAnnotationsTest, AtMostOneFormatRecognisesAFile) {
  for (const std::string_view text : {kJsonLines, kDcase, kActev, kCoco}) {
    EXPECT_EQ(std::ranges::count_if(Formats(), [&](const Format& f) { return f.recognises(text); }), 1);
  }
}

TEST(ReadAnnotationsTest, CompanionBesideTheFileGivesDurations) {
  const testing::ScratchFolder folder;
  ASSERT_THAT(WriteFileAtomic(folder / "t.tsv", kDcase), IsOk());
  ASSERT_THAT(WriteFileAtomic(folder / "t.durations.tsv", std::string_view("filename\tduration\na\t30\n")),
              IsOk());
  CUPEL_ASSERT_OK(const Annotations read, Read(folder / "t.tsv"));
  EXPECT_EQ(read.sources[0].duration, 30);
}

TEST(ReadAnnotationsTest, SaysWhatIsMissing) {
  EXPECT_THAT(Parse({std::string(kActev), "s.json"}, std::nullopt),
              HasError(ErrorCode::kInvalidArgument, HasSubstr(".file-index.json")));
  EXPECT_THAT(Parse({"hello", "s.txt"}, std::nullopt), HasError(ErrorCode::kUnsupported, HasSubstr("dcase")));
  EXPECT_THAT(Parse({"", "s.txt"}, std::nullopt), HasError(ErrorCode::kUnsupported));
}

}  // namespace
}  // namespace cupel::data::annotation
