// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/annotation/jsonl.h"

#include <gtest/gtest.h>

#include "cupel/base/reproducible_stream.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::data::annotation {
namespace {

using ::cupel::testing::HasError;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kHead = "{\"format\":\"cupel-annotations/1\"}\n";

TEST(JsonLinesTest, ReadsEveryKindOfRecord) {
  CUPEL_ASSERT_OK(
      const Annotations read,
      ParseJsonLines(kHead +
                         R"({"type":"source","name":"cam1","duration":120.5,"frame_rate":25,"frames":3012,)"
                         R"("width":1920,"height":1080})"
                         "\n"
                         R"({"type":"category","name":"person","id":7})"
                         "\n"
                         R"({"type":"object","source":"cam1","frame":3,"track":2,"category":"person",)"
                         R"("box":[10,20.5,30,40],"score":0.5,"crowd":true,"ignore":true,"id":9})"
                         "\n\n"
                         R"({"type":"event","source":"cam1","category":"person","start":1.5,"end":2,)"
                         R"("tracks":[2,4],"id":"e1"})"
                         "\r\n"
                         R"({"type":"frame","source":"cam2","frame":5,"category":"person"})",
                     "a.jsonl"));

  ASSERT_EQ(read.sources.size(), 2U);
  EXPECT_EQ(read.sources[0].duration, 120.5);
  EXPECT_EQ(read.sources[0].frames, 3012);
  EXPECT_EQ(read.sources[0].height, 1080);
  EXPECT_EQ(read.sources[1].name, "cam2");
  EXPECT_THAT(read.categories, ElementsAre("person"));
  EXPECT_THAT(read.category_ids, ElementsAre(7));
  ASSERT_EQ(read.objects.size(), 1U);
  EXPECT_EQ(read.objects[0].track, 2);
  EXPECT_EQ(read.objects[0].box.y, 20.5);
  EXPECT_EQ(read.objects[0].area, 1200);
  EXPECT_TRUE(read.objects[0].crowd && read.objects[0].ignore);
  ASSERT_EQ(read.events.size(), 1U);
  EXPECT_EQ(read.events[0].end, 2);
  EXPECT_EQ(read.events[0].score, 1);
  EXPECT_THAT(read.events[0].tracks, ElementsAre(2, 4));
  ASSERT_EQ(read.frames.size(), 1U);
  EXPECT_EQ(read.frames[0].source, 1);
  EXPECT_EQ(read.frames[0].frame, 5);
}

/// Anything that the types can hold, drawn at random.
Annotations RandomAnnotations(std::uint64_t seed) {
  ReproducibleStream stream(seed, "jsonl_test");
  Annotations made;
  for (int i = 0; i < 3; ++i) {
    Source& source = made.sources.emplace_back();
    source.name = "source \"" + std::to_string(i) + "\"\t\xE7\x9F\xB3";
    source.duration = stream.Below(2) == 0 ? 0 : stream.UniformDouble() * 1e4;
    source.frame_rate = static_cast<double>(stream.Below(60));
    source.frames = static_cast<std::int64_t>(stream.Below(1000));
    made.categories.push_back("category" + std::to_string(i));
    if (seed % 2 == 0) made.category_ids.push_back(static_cast<std::int64_t>(stream.Below(100)));
  }
  const auto name = [&] { return static_cast<std::int32_t>(stream.Below(3)); };
  for (int i = 0; i < 20; ++i) {
    Object object;
    object.source = name();
    object.category = name();
    object.frame = static_cast<std::int64_t>(stream.Below(5));
    object.track = static_cast<std::int64_t>(stream.Below(4)) - 1;
    object.box = {stream.UniformDouble() - 0.5, stream.UniformDouble(), stream.UniformDouble(), 3};
    object.area = stream.Below(2) == 0 ? object.box.w * object.box.h : stream.UniformDouble();
    object.score = stream.Below(3) == 0 ? 1 : stream.Normal();
    object.crowd = stream.Below(2) == 0;
    object.ignore = stream.Below(2) == 0;
    object.id = static_cast<std::int64_t>(stream.Below(9)) - 4;
    made.objects.push_back(object);

    Event event;
    event.source = name();
    event.category = name();
    event.start = stream.UniformDouble() * 100;
    event.end = event.start + stream.UniformDouble();
    event.score = stream.UniformDouble();
    if (stream.Below(2) == 0) event.tracks = {1, 5};
    if (stream.Below(2) == 0) event.id = "e" + std::to_string(i);
    made.events.push_back(event);

    made.frames.push_back({name(), static_cast<std::int64_t>(stream.Below(99)), name(), stream.Normal()});
  }
  return made;
}

TEST(JsonLinesTest, WhatIsWrittenIsReadBackEqual) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Annotations made = RandomAnnotations(seed);
    const std::string text = WriteJsonLines(made);
    CUPEL_ASSERT_OK(const Annotations read, ParseJsonLines(text, "a.jsonl"));

    EXPECT_EQ(WriteJsonLines(read), text);
    EXPECT_EQ(read.categories, made.categories);
    EXPECT_EQ(read.category_ids, made.category_ids);
    ASSERT_EQ(read.events.size(), made.events.size());
    for (std::size_t i = 0; i < made.events.size(); ++i) {
      EXPECT_EQ(read.events[i].start, made.events[i].start);
      EXPECT_EQ(read.events[i].score, made.events[i].score);
      EXPECT_EQ(read.events[i].tracks, made.events[i].tracks);
      EXPECT_EQ(read.objects[i].area, made.objects[i].area);
      EXPECT_EQ(read.objects[i].box.x, made.objects[i].box.x);
      EXPECT_EQ(read.objects[i].track, made.objects[i].track);
      EXPECT_EQ(read.frames[i].frame, made.frames[i].frame);
    }
  }
}

TEST(JsonLinesTest, ErrorsNameFileAndLine) {
  const auto parse = [](const std::string& line) { return ParseJsonLines(kHead + line, "a.jsonl"); };
  const auto corrupt = [](const char* text) {
    return HasError(ErrorCode::kCorrupt, AllOf(HasSubstr("a.jsonl:2"), HasSubstr(text)));
  };
  EXPECT_THAT(parse(R"({"type":"evnt"})"), corrupt("event"));
  EXPECT_THAT(parse(R"({"type":"event","source":"a","category":"b","start":2,"end":1})"), corrupt("start"));
  EXPECT_THAT(parse(R"({"type":"event","source":"a","category":"b","start":-1,"end":1})"), corrupt("start"));
  EXPECT_THAT(parse(R"({"type":"event","source":"a","category":"b","start":1,"end":2,"scor":1})"),
              corrupt("score"));
  EXPECT_THAT(parse(R"({"type":"event","source":"","category":"b","start":1,"end":2})"), corrupt("empty"));
  EXPECT_THAT(parse(R"({"type":"object","source":"a","category":"b","box":[1,2,3]})"), corrupt("four"));
  EXPECT_THAT(parse(R"({"type":"object","source":"a","category":"b","box":[1,2,-3,4]})"), corrupt("width"));
  EXPECT_THAT(parse(R"({"type":"frame","source":"a","category":"b","frame":-1})"), corrupt("frame"));
  EXPECT_THAT(parse("[]"), corrupt("object"));
  EXPECT_THAT(parse("{"), corrupt(""));
  EXPECT_THAT(parse(R"({"type":"source","name":"a"})"
                    "\n"
                    R"({"type":"source","name":"a"})"),
              HasError(ErrorCode::kCorrupt, HasSubstr("a.jsonl:3")));
  EXPECT_THAT(parse(R"({"type":"category","name":"a","id":1})"
                    "\n"
                    R"({"type":"category","name":"b"})"),
              HasError(ErrorCode::kCorrupt, HasSubstr("id")));
  EXPECT_THAT(ParseJsonLines("{\"format\":\"cupel-annotations/2\"}\n", "a.jsonl"),
              HasError(ErrorCode::kCorrupt, HasSubstr("cupel-annotations/1")));
  EXPECT_THAT(ParseJsonLines("", "a.jsonl"), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(parse("\"" + std::string((1 << 20) + 1, 'x') + "\""), HasError(ErrorCode::kResourceLimit));
}

}  // namespace
}  // namespace cupel::data::annotation
