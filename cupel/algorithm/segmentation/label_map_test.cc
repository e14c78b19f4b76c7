// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/segmentation/label_map.h"

#include <gmock/gmock.h>

#include "cupel/base/file.h"
#include "cupel/data/image/picture_bytes_for_test.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::segmentation {
namespace {

using ::cupel::testing::HasError;
using data::image::Png;
using data::image::PngChunk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(LabelMapTest, GreyIsTheLabelWhateverItsDepth) {
  CUPEL_ASSERT_OK(const LabelMap byte, DecodeLabelPng(Png(3, 8, 0, {{0, 7, 255}, {1, 2, 3}})));
  EXPECT_THAT(byte.labels, ElementsAre(0, 7, 255, 1, 2, 3));
  EXPECT_EQ(byte.height, 2);
  EXPECT_EQ(byte.width, 3);
  CUPEL_ASSERT_OK(const LabelMap wide, DecodeLabelPng(Png(2, 16, 0, {{0x12, 0x34, 0xff, 0xff}})));
  EXPECT_THAT(wide.labels, ElementsAre(0x1234, 0xffff));
  CUPEL_ASSERT_OK(const LabelMap nibble, DecodeLabelPng(Png(2, 4, 0, {{0x3f}})));
  EXPECT_THAT(nibble.labels, ElementsAre(3, 15));
}

TEST(LabelMapTest, APaletteGivesItsIndex) {
  const Bytes palette = PngChunk("PLTE", Bytes{0, 0, 0, 128, 0, 0, 0, 128, 0, 9, 9, 9});
  CUPEL_ASSERT_OK(const LabelMap map, DecodeLabelPng(Png(4, 8, 3, {{0, 1, 2, 3}}, {palette})));
  EXPECT_THAT(map.labels, ElementsAre(0, 1, 2, 3));
  const Bytes twice = PngChunk("PLTE", Bytes{0, 0, 0, 5, 5, 5, 5, 5, 5});
  EXPECT_THAT(DecodeLabelPng(Png(2, 8, 3, {{0, 1}}, {twice})),
              HasError(ErrorCode::kUnsupported, HasSubstr("twice")));
}

TEST(LabelMapTest, ColoursArePanopticIds) {
  CUPEL_ASSERT_OK(const LabelMap map, DecodeLabelPng(Png(2, 8, 2, {{1, 2, 3, 232, 3, 0}})));
  EXPECT_THAT(map.labels, ElementsAre(1 + 256 * 2 + 65536 * 3, 1000));
}

TEST(LabelMapTest, RefusesWhatCannotHoldLabels) {
  EXPECT_THAT(DecodeLabelPng(Png(1, 16, 2, {{0, 1, 0, 2, 0, 3}})), HasError(ErrorCode::kUnsupported));
  EXPECT_THAT(DecodeLabelPng(AsBytes("no picture")), HasError(ErrorCode::kUnsupported));
}

Status Write(const std::filesystem::path& path, const Bytes& bytes) {
  return WriteFileAtomic(path, BytesView(bytes));
}

TEST(LabelMapTest, FoldersArePairedByName) {
  const testing::ScratchFolder folder;
  ASSERT_TRUE(MakeFolder(folder / "truth").has_value());
  ASSERT_TRUE(MakeFolder(folder / "answer").has_value());
  ASSERT_TRUE(Write(folder / "truth" / "a.png", Png(2, 8, 0, {{1, 2}})).has_value());
  const scheme::Sources sources = {.predictions = folder / "answer", .truth = folder / "truth"};
  EXPECT_THAT(kLabelMaps.read(sources).map([](const auto&) { return 0; }),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("a.png")));
  ASSERT_TRUE(Write(folder / "answer" / "a.png", Png(1, 8, 0, {{1}})).has_value());
  EXPECT_THAT(kLabelMaps.read(sources).map([](const auto&) { return 0; }),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("1 x 1")));
  ASSERT_TRUE(Write(folder / "answer" / "a.png", Png(2, 8, 0, {{1, 3}})).has_value());
  CUPEL_ASSERT_OK(const std::unique_ptr<scheme::Input> input, kLabelMaps.read(sources));
  EXPECT_EQ(input->size(), 1);
  EXPECT_THAT(LabelsOf(dynamic_cast<const LabelsInput&>(*input).pairs()), ElementsAre(1, 2, 3));
}

}  // namespace
}  // namespace cupel::algorithm::segmentation
