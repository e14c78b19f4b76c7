// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/annotation/mask.h"

#include <gmock/gmock.h>

#include "cupel/base/reproducible_stream.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::data::annotation {
namespace {

using ::cupel::testing::HasError;
using ::cupel::testing::IsOkAndHolds;
using ::testing::HasSubstr;

constexpr std::int64_t kHeight = 12, kWidth = 17;

/// The masks of the golden numbers: blobs, columns, an empty and a full one.
std::vector<std::uint8_t> Picture(int which) {
  std::vector<std::uint8_t> pixels;
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      const bool set[] = {(x - 6) * (x - 6) + (y - 5) * (y - 5) < 20, x % 5 < 2 && y > 3, false, true,
                          (x * 7 + y * 13) % 11 < 4};
      pixels.push_back(set[which]);
    }
  }
  return pixels;
}

Mask Golden(int which) { return EncodeMask(kHeight, kWidth, Picture(which)); }

/// Made with cocoapi's common/maskApi.c, commit 8c9bcc3c (rleEncode, rleToString, rleArea, rleIou,
/// rleToBbox), built with gcc -O1 and called from Python.
TEST(MaskTest, AgreesWithTheMaskApi) {
  struct Said {
    std::string text;
    std::int64_t area;
    Box box;
  };
  const std::vector<Said> said = {
      {"l0374N0O2O0001N102LV2", 61, {2, 1, 9, 9}},
      {"4840T10lN0T10lN0T10lN0", 64, {0, 4, 17, 8}},
      {"\\6", 0, {0, 0, 0, 0}},
      {"0\\6", 204, {0, 0, 17, 12}},
      {"0240OOO120NO1110M02040L0OO21O0N03020N0M0201ON11040L0N030OOO120NO1110M02040L0OO21O0",
       75,
       {0, 0, 17, 12}},
  };
  // [mask][other], plain and with the other as a crowd.
  const std::vector<double> iou = {1.0,
                                   0.13636363636363635,
                                   0.0,
                                   0.29901960784313725,
                                   0.22522522522522523,
                                   0.13636363636363635,
                                   1.0,
                                   0.0,
                                   0.3137254901960784,
                                   0.21929824561403508,
                                   0.0,
                                   0.0,
                                   0.0,
                                   0.0,
                                   0.0,
                                   0.29901960784313725,
                                   0.3137254901960784,
                                   0.0,
                                   1.0,
                                   0.36764705882352944,
                                   0.22522522522522523,
                                   0.21929824561403508,
                                   0.0,
                                   0.36764705882352944,
                                   1.0};
  const std::vector<double> crowd = {1.0,
                                     0.2459016393442623,
                                     0.0,
                                     1.0,
                                     0.4098360655737705,
                                     0.234375,
                                     1.0,
                                     0.0,
                                     1.0,
                                     0.390625,
                                     0.0,
                                     0.0,
                                     0.0,
                                     0.0,
                                     0.0,
                                     0.29901960784313725,
                                     0.3137254901960784,
                                     0.0,
                                     1.0,
                                     0.36764705882352944,
                                     0.3333333333333333,
                                     0.3333333333333333,
                                     0.0,
                                     1.0,
                                     1.0};
  for (int k = 0; k < 5; ++k) {
    SCOPED_TRACE(k);
    const Mask mask = Golden(k);
    const Said& one = said[static_cast<std::size_t>(k)];
    EXPECT_EQ(MaskText(mask), one.text);
    EXPECT_THAT(MaskFromText(kHeight, kWidth, one.text), IsOkAndHolds(mask));
    EXPECT_EQ(MaskArea(mask), one.area);
    const Box box = MaskBox(mask);
    EXPECT_EQ(box.x, one.box.x);
    EXPECT_EQ(box.y, one.box.y);
    EXPECT_EQ(box.w, one.box.w);
    EXPECT_EQ(box.h, one.box.h);
    for (int j = 0; j < 5; ++j) {
      const auto cell = static_cast<std::size_t>(5 * k + j);
      EXPECT_EQ(MaskIou(mask, Golden(j)), iou[cell]) << j;
      EXPECT_EQ(MaskIou(mask, Golden(j), true), crowd[cell]) << j;
    }
  }
}

TEST(MaskTest, EveryFormGivesTheMaskBack) {
  for (std::uint64_t round = 0; round < 200; ++round) {
    ReproducibleStream stream(round, "mask");
    const auto height = static_cast<std::int64_t>(1 + stream.Below(20));
    const auto width = static_cast<std::int64_t>(1 + stream.Below(20));
    const double share = stream.UniformDouble();
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(height * width));
    for (std::uint8_t& pixel : pixels) pixel = stream.UniformDouble() < share ? 1 : 0;
    const Mask mask = EncodeMask(height, width, pixels);

    EXPECT_EQ(DecodeMask(mask), pixels);
    CUPEL_ASSERT_OK(const Mask from_text, MaskFromText(height, width, MaskText(mask)));
    EXPECT_EQ(from_text, mask);
    Json object;
    object["size"] = Json::Array{height, width};
    for (const std::uint32_t run : mask.runs) object["counts"].Append(std::int64_t{run});
    CUPEL_ASSERT_OK(const Mask from_json, MaskFromJson(object));
    EXPECT_EQ(from_json, mask);
    EXPECT_EQ(MaskIou(mask, mask), MaskArea(mask) > 0 ? 1 : 0);
  }
}

TEST(MaskTest, RunsOfLengthZeroMeanNothing) {
  CUPEL_ASSERT_OK(const Mask plain, MaskFromRuns(2, 3, std::vector<std::uint32_t>{1, 4, 1}));
  CUPEL_ASSERT_OK(const Mask split, MaskFromRuns(2, 3, std::vector<std::uint32_t>{1, 2, 0, 2, 1}));
  EXPECT_EQ(DecodeMask(split), DecodeMask(plain));
  EXPECT_EQ(MaskIou(plain, split), 1);
  EXPECT_EQ(MaskArea(split), 4);
}

TEST(MaskTest, RefusesRunsThatDoNotFillTheMask) {
  EXPECT_THAT(MaskFromRuns(2, 3, std::vector<std::uint32_t>{1, 4}),
              HasError(ErrorCode::kCorrupt, HasSubstr("sum up")));
  EXPECT_THAT(MaskFromText(2, 3, "P"), HasError(ErrorCode::kCorrupt, HasSubstr("end")));
  EXPECT_THAT(MaskFromText(2, 3, "\x01"), HasError(ErrorCode::kCorrupt, HasSubstr("strange")));
  EXPECT_THAT(MaskFromText(2, 3, "oooooooooooo"), HasError(ErrorCode::kCorrupt, HasSubstr("long")));
  EXPECT_THAT(MaskFromText(2, 3, "O"), HasError(ErrorCode::kCorrupt, HasSubstr("run of")));
  EXPECT_THAT(MaskFromText(1 << 20, 1 << 20, ""), HasError(ErrorCode::kResourceLimit));
  EXPECT_THAT(MaskFromJson(*Json::Parse(R"({"size":[2],"counts":""})")),
              HasError(ErrorCode::kCorrupt, HasSubstr("size")));
  EXPECT_THAT(MaskFromJson(*Json::Parse(R"({"size":[2,3],"counts":[-1,7]})")),
              HasError(ErrorCode::kCorrupt, HasSubstr("counts")));
  EXPECT_THAT(MaskFromJson(*Json::Parse(R"({"size":[2,3]})")),
              HasError(ErrorCode::kCorrupt, HasSubstr("counts")));
}

}  // namespace
}  // namespace cupel::data::annotation
