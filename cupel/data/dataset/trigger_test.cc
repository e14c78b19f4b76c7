// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/dataset/trigger.h"

#include <gmock/gmock.h>

#include "cupel/base/file.h"
#include "cupel/crypto/hash.h"
#include "cupel/data/image/codec.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::data::dataset {
namespace {

using cupel::testing::HasError;
using ::testing::HasSubstr;

DatasetInfo Pictures(std::int64_t channels, std::int64_t height, std::int64_t width) {
  DatasetInfo info;
  info.name = "pictures";
  info.sample_shape = {channels, height, width};
  return info;
}

// Where the patch lands, as its four edges: counted from either side.
TEST(Trigger, APatchLandsWhereItsPositionSays) {
  struct Case {
    std::int64_t row, column, size, top, left;
  };
  for (const Case& c : {Case{0, 0, 2, 0, 0}, Case{3, 4, 2, 3, 4}, Case{-1, -1, 2, 3, 4},
                        Case{-2, -2, 3, 1, 2}, Case{1, -1, 1, 1, 5}, Case{-1, 0, 5, 0, 0}}) {
    TriggerSpec spec;
    spec.row = c.row;
    spec.column = c.column;
    spec.size = c.size;
    CUPEL_ASSERT_OK(const Trigger trigger, Trigger::Create(spec, Pictures(1, 5, 6)));
    for (std::int64_t y = 0; y < 5; ++y) {
      for (std::int64_t x = 0; x < 6; ++x) {
        const bool inside = y >= c.top && y < c.top + c.size && x >= c.left && x < c.left + c.size;
        EXPECT_EQ(trigger.mask()[static_cast<std::size_t>(y * 6 + x)], inside ? 1.0F : 0.0F)
            << c.row << "," << c.column << " at " << y << "," << x;
      }
    }
    EXPECT_EQ(trigger.MaskL1(), static_cast<double>(c.size * c.size));
  }
}

TEST(Trigger, AnOpaquePatchReplacesEveryChannelAndNothingElse) {
  TriggerSpec spec;
  spec.row = 0;
  spec.column = 1;
  spec.size = 1;
  spec.value = 0.5;
  DatasetInfo info = Pictures(3, 2, 2);
  info.box_low = -1;
  info.box_high = 3;  // Half-way up the box is 1.
  CUPEL_ASSERT_OK(const Trigger trigger, Trigger::Create(spec, info));
  std::vector<float> sample = {0.1F, 0.2F, 0.3F, 0.4F, -1, 3, 0, 0.5F, 2, 2.5F, 0.7F, -0.9F};
  trigger.Apply(sample);
  EXPECT_THAT(sample, ::testing::ElementsAre(0.1F, 1, 0.3F, 0.4F, -1, 1, 0, 0.5F, 2, 1, 0.7F, -0.9F));
}

TEST(Trigger, BlendingIsAWeightedMeanThatStaysInTheBox) {
  TriggerSpec spec;
  spec.kind = TriggerKind::kBlend;
  spec.alpha = 0.25;
  spec.seed = 9;
  CUPEL_ASSERT_OK(const Trigger trigger, Trigger::Create(spec, Pictures(1, 4, 4)));
  for (const float start : {0.0F, 0.3F, 1.0F}) {
    std::vector<float> sample(16, start);
    trigger.Apply(sample);
    for (std::size_t i = 0; i < 16; ++i) {
      EXPECT_NEAR(sample[i], 0.75F * start + 0.25F * trigger.pattern()[i], 1e-7F);
      EXPECT_GE(sample[i], 0);
      EXPECT_LE(sample[i], 1);
    }
  }
  EXPECT_DOUBLE_EQ(trigger.MaskL1(), 4);
}

TEST(Trigger, NoiseIsThatOfItsSeed) {
  TriggerSpec spec;
  spec.kind = TriggerKind::kBlend;
  const auto pattern = [&](std::uint64_t seed) {
    spec.seed = seed;
    return Trigger::Create(spec, Pictures(1, 3, 3)).value().pattern();
  };
  EXPECT_EQ(pattern(1), pattern(1));
  EXPECT_NE(pattern(1), pattern(2));
}

TEST(Trigger, APictureIsReadOnlyWithItsDigestAndInTheSamplesSize) {
  const cupel::testing::ScratchFolder folder;
  image::Image picture = image::FilledImage(1, 4, 4, 0);
  picture.At(0, 1, 2) = 1;
  CUPEL_ASSERT_OK(const Bytes png, image::EncodePng(picture));
  ASSERT_TRUE(WriteFileAtomic(folder / "p.png", png));
  TriggerSpec spec;
  spec.kind = TriggerKind::kBlend;
  spec.picture = folder / "p.png";
  EXPECT_THAT(Trigger::Create(spec, Pictures(1, 4, 4)),
              HasError(ErrorCode::kInvalidArgument, HasSubstr(crypto::Sha256(png).Hex())));
  spec.sha256 = Digest{};
  EXPECT_THAT(Trigger::Create(spec, Pictures(1, 4, 4)), HasError(ErrorCode::kVerificationFailed));
  spec.sha256 = crypto::Sha256(png);
  CUPEL_ASSERT_OK(const Trigger trigger, Trigger::Create(spec, Pictures(1, 4, 4)));
  EXPECT_EQ(trigger.pattern(), picture.values);
  EXPECT_THAT(Trigger::Create(spec, Pictures(1, 5, 4)),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("5x4")));
  EXPECT_EQ(spec.ToJson().Canonical(),
            "{\"alpha\":1,\"kind\":\"blend\",\"picture\":{\"file\":\"p.png\",\"sha256\":\"" +
                crypto::Sha256(png).Hex() + "\"}}");
}

TEST(Trigger, RefusesWhatCannotBe) {
  TriggerSpec spec;
  spec.size = 6;
  EXPECT_THAT(Trigger::Create(spec, Pictures(1, 5, 6)),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("inside 5x6")));
  spec = {};
  spec.row = 4;
  EXPECT_THAT(Trigger::Create(spec, Pictures(1, 5, 6)), HasError(ErrorCode::kInvalidArgument));
  for (const double bad : {0.0, 1.5, -1.0}) {
    spec = {};
    spec.alpha = bad;
    EXPECT_THAT(Trigger::Create(spec, Pictures(1, 9, 9)),
                HasError(ErrorCode::kInvalidArgument, HasSubstr("alpha")));
  }
  spec = {};
  spec.value = 255;
  EXPECT_THAT(Trigger::Create(spec, Pictures(1, 9, 9)),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("value")));
  DatasetInfo table = Pictures(1, 9, 9);
  table.sample_shape = {81};
  EXPECT_THAT(Trigger::Create({}, table), HasError(ErrorCode::kInvalidArgument, HasSubstr("rank 1")));
  EXPECT_THAT(Trigger::FromMask(Pictures(1, 2, 2), {0, 0, 0, 2}, {0, 0, 0, 0}),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("[0, 1]")));
  EXPECT_THAT(Trigger::FromMask(Pictures(1, 2, 2), {0, 0, 0}, {0, 0, 0, 0}),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("mask of 3")));
  EXPECT_THAT(ParseTriggerKind("pach"), HasError(ErrorCode::kInvalidArgument, HasSubstr("patch")));
}

}  // namespace
}  // namespace cupel::data::dataset
