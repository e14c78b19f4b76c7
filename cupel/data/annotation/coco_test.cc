// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/annotation/coco.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>

#include "cupel/base/file.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::data::annotation {
namespace {

using ::cupel::testing::HasError;
using ::testing::HasSubstr;

constexpr std::string_view kTruth = R"({
  "info": {"year": 2026},
  "annotations": [
    {"id": 7, "image_id": 20, "category_id": 3, "bbox": [1, 2.5, 30, 40], "area": 600.5, "iscrowd": 0,
     "segmentation": [[1, 2, 31, 2, 31, 42]]},
    {"id": 0, "image_id": 10, "category_id": 1, "bbox": [0, 0, 5, 6], "iscrowd": 1, "ignore": true}],
  "images": [{"id": 20, "width": 640, "height": 480}, {"id": 10}],
  "categories": [{"id": 3, "name": "dog"}, {"id": 1, "name": "cat"}]
})";

Annotations Truth() { return *ParseCocoTruth(kTruth, "truth.json"); }

/// The truth with one part replaced.
std::string With(std::string_view part, std::string_view other) {
  std::string text(kTruth);
  text.replace(text.find(part), part.size(), other);
  return text;
}

TEST(CocoTest, ImagesAndCategoriesComeByRisingId) {
  CUPEL_ASSERT_OK(const Annotations truth, ParseCocoTruth(kTruth, "truth.json"));

  ASSERT_EQ(truth.sources.size(), 2U);
  EXPECT_EQ(truth.sources[0].name, "10");
  EXPECT_EQ(truth.sources[1].width, 640);
  EXPECT_EQ(truth.categories, (std::vector<std::string>{"cat", "dog"}));
  EXPECT_EQ(truth.category_ids, (std::vector<std::int64_t>{1, 3}));
}

TEST(CocoTest, ObjectsKeepTheOrderOfTheFile) {
  const Annotations truth = Truth();
  ASSERT_EQ(truth.objects.size(), 2U);

  const Object& dog = truth.objects[0];
  EXPECT_EQ(dog.id, 7);
  EXPECT_EQ(dog.source, 1);
  EXPECT_EQ(dog.category, 1);
  EXPECT_EQ(dog.box.y, 2.5);
  EXPECT_EQ(dog.area, 600.5);
  EXPECT_FALSE(dog.crowd || dog.ignore);
  const Object& cats = truth.objects[1];
  EXPECT_TRUE(cats.crowd && cats.ignore);
  EXPECT_EQ(cats.area, 30) << "of the box where the file has none";
}

TEST(CocoTest, ResultsIndexIntoTheTruth) {
  CUPEL_ASSERT_OK(const std::vector<Object> found,
                  ParseCocoResults(
                      R"([{"image_id":20,"category_id":1,"bbox":[1,2,3,4],"score":0.5},
                          {"image_id":10,"category_id":3,"bbox":[1,2,3,4],"score":-2e1}])",
                      "results.json", Truth()));

  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].source, 1);
  EXPECT_EQ(found[0].category, 0);
  EXPECT_EQ(found[0].area, 12);
  EXPECT_EQ(found[0].id, 1);
  EXPECT_EQ(found[1].score, -20);
}

TEST(CocoTest, AnEmptyFileOfResultsIsNoError) {
  CUPEL_ASSERT_OK(const std::vector<Object> found, ParseCocoResults(" [ ] ", "results.json", Truth()));
  EXPECT_TRUE(found.empty());
}

TEST(CocoTest, ReadsFromFiles) {
  const cupel::testing::ScratchFolder folder;
  ASSERT_TRUE(WriteFileAtomic(folder / "truth.json", kTruth).has_value());
  CUPEL_ASSERT_OK(const Annotations truth, ReadCocoTruth(folder / "truth.json"));
  EXPECT_EQ(truth.objects.size(), 2U);
  EXPECT_THAT(ReadCocoResults(folder / "absent.json", truth), HasError(ErrorCode::kNotFound));
}

TEST(CocoTest, RefusesATruthThatContradictsItself) {
  const std::array<std::array<std::string_view, 3>, 11> cases = {{
      {R"("image_id": 10)", R"("image_id": 11)", "image_id 11"},
      {R"("category_id": 1)", R"("category_id": 2)", "category_id 2"},
      {R"("id": 0)", R"("id": 7)", "id 7"},
      {R"({"id": 10})", R"({"id": 20})", "two images"},
      {R"({"id": 1, "name")", R"({"id": 3, "name")", "two categories"},
      {R"("name": "cat")", R"("name": 4)", "name"},
      {"[0, 0, 5, 6]", "[0, 0, -5, 6]", "width and height"},
      {"[0, 0, 5, 6]", "[0, 0, 5]", "four numbers"},
      {"[0, 0, 5, 6]", "[0, 2e9, 5, 6]", "1e9"},
      {R"("iscrowd": 1)", R"("iscrowd": 2)", "iscrowd"},
      {R"("area": 600.5)", R"("area": -1)", "area"},
  }};
  for (const auto& [part, other, message] : cases) {
    EXPECT_THAT(ParseCocoTruth(With(part, other), "truth.json"),
                HasError(ErrorCode::kCorrupt, HasSubstr(std::string(message))))
        << other;
  }
}

TEST(CocoTest, RefusesWhatIsNoStrictJson) {
  const std::array<std::pair<std::string_view, std::string_view>, 9> cases = {{
      {R"({"year": 2026})", R"({"year": 2026)"},
      {R"({"year": 2026})", R"({"year": })"},
      {R"("id": 10})", R"("id": 10],)"},
      {R"("id": 10})", R"("id": 10},)"},
      {R"("info":)", R"("images":)"},
      {R"("info":)", R"("info")"},
      {R"("info":)", R"(info:)"},
      {R"("name": "cat"}])", R"("name": "cat"}] 5)"},
      {R"("name": "cat"}])", R"("name": "cat}])"},
  }};
  for (const auto& [part, other] : cases) {
    EXPECT_THAT(ParseCocoTruth(With(part, other), "truth.json"), HasError(ErrorCode::kCorrupt)) << other;
  }
  EXPECT_THAT(ParseCocoTruth("", "truth.json"), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(ParseCocoTruth(std::string(kTruth) + "x", "truth.json"), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(ParseCocoTruth(R"({"images": []})", "truth.json"),
              HasError(ErrorCode::kCorrupt, HasSubstr("categories")));
}

TEST(CocoTest, EveryTruncationIsRefused) {
  for (std::size_t length = 0; length < kTruth.size(); ++length) {
    EXPECT_THAT(ParseCocoTruth(kTruth.substr(0, length), "truth.json"), HasError(ErrorCode::kCorrupt))
        << length;
  }
}

TEST(CocoTest, ErrorsNameFileLineAndElement) {
  EXPECT_THAT(ParseCocoTruth(With("[0, 0, 5, 6]", "[0]"), "truth.json"),
              HasError(ErrorCode::kCorrupt, HasSubstr("truth.json:6: annotations[1]")));
}

TEST(CocoTest, RefusesResultsOfAnotherDataSet) {
  const Annotations truth = Truth();
  const auto results = [&](std::string_view element) {
    return ParseCocoResults(fmt::format("[{}]", element), "results.json", truth);
  };
  EXPECT_THAT(results(R"({"image_id":10,"category_id":9,"bbox":[1,2,3,4],"score":1})"),
              HasError(ErrorCode::kCorrupt, HasSubstr("category_id 9")));
  EXPECT_THAT(results(R"({"image_id":1,"category_id":1,"bbox":[1,2,3,4],"score":1})"),
              HasError(ErrorCode::kCorrupt, HasSubstr("image_id 1")));
  EXPECT_THAT(results(R"({"image_id":10,"category_id":1,"bbox":[1,2,3,4]})"),
              HasError(ErrorCode::kCorrupt, HasSubstr("score")));
  EXPECT_THAT(results(R"({"image_id":10,"category_id":1,"bbox":[1,2,3,4],"score":1e999})"),
              HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(ParseCocoResults("{}", "results.json", truth), HasError(ErrorCode::kCorrupt));
}

}  // namespace
}  // namespace cupel::data::annotation
