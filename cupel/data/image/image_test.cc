// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/image/image.h"

#include <cmath>
#include <limits>

#include "cupel/base/reproducible_stream.h"
#include "cupel/data/image/codec.h"
#include "cupel/data/image/draw.h"
#include "cupel/data/image/warp.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::data::image {
namespace {

using cupel::testing::HasError;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::FloatEq;
using ::testing::FloatNear;
using ::testing::HasSubstr;

/// Random bytes, as floats.
Image RandomBytes(std::int64_t channels, std::int64_t height, std::int64_t width) {
  ReproducibleStream stream(7, "image_test");
  Image image = FilledImage(channels, height, width, 0.0f);
  for (float& value : image.values) value = static_cast<float>(stream.Below(256)) / 255.0f;
  return image;
}

TEST(Image, RefusesWhatIsNoPicture) {
  const std::vector<float> four = {0, 0, 0, 0};
  EXPECT_THAT(MakeImage(2, 1, 2, four), HasError(ErrorCode::kInvalidArgument, HasSubstr("1 or 3 channels")));
  EXPECT_THAT(MakeImage(1, 2, 3, four), HasError(ErrorCode::kInvalidArgument, HasSubstr("6 values, got 4")));
  EXPECT_THAT(MakeImage(1, 0, 3, four), HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(MakeImage(1, kMaxPixels, kMaxPixels, four), HasError(ErrorCode::kInvalidArgument));
  const std::vector<float> nan = {0, std::numeric_limits<float>::quiet_NaN()};
  EXPECT_THAT(MakeImage(1, 1, 2, nan),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("value 1 is not finite")));
}

TEST(Image, GreyIsTheLumaOfBt601) {
  CUPEL_ASSERT_OK(const Image colour, MakeImage(3, 1, 1, std::vector<float>{1.0f, 0.5f, 0.25f}));
  EXPECT_THAT(ToGrey(colour).values, ElementsAre(FloatEq(0.299f + 0.2935f + 0.0285f)));
  EXPECT_THAT(ToColour(ToGrey(colour)).values.size(), 3u);
}

TEST(Codec, PngKeepsEveryByte) {
  for (std::int64_t channels : {1, 3}) {
    const Image image = RandomBytes(channels, 5, 9);
    CUPEL_ASSERT_OK(const Bytes bytes, EncodePng(image));
    CUPEL_ASSERT_OK(const Image back, DecodeImage(bytes));
    EXPECT_EQ(back, image);
  }
}

TEST(Codec, KeepsRedGreenBlueInOrder) {
  CUPEL_ASSERT_OK(const Image red, MakeImage(3, 1, 1, std::vector<float>{1.0f, 0.0f, 0.2f}));
  CUPEL_ASSERT_OK(const Bytes bytes, EncodePng(red));
  CUPEL_ASSERT_OK(const Image back, DecodeImage(bytes));
  EXPECT_THAT(back.values, ElementsAre(1.0f, 0.0f, FloatEq(51 / 255.0f)));
  CUPEL_ASSERT_OK(const Image grey, DecodeImage(bytes, 1));
  EXPECT_EQ(grey.channels, 1);
}

TEST(Codec, EncodingClampsAndRounds) {
  CUPEL_ASSERT_OK(const Image image, MakeImage(1, 1, 4, std::vector<float>{-3.0f, 7.0f, 0.5f, 0.4f / 255}));
  CUPEL_ASSERT_OK(const Bytes bytes, EncodePng(image));
  CUPEL_ASSERT_OK(const Image back, DecodeImage(bytes));
  EXPECT_THAT(back.values, ElementsAre(0.0f, 1.0f, 128 / 255.0f, 0.0f));
}

TEST(Codec, JpegLosesLittleAtHighQualityAndMoreAtLow) {
  Image smooth = FilledImage(1, 16, 16, 0.0f);
  for (std::int64_t y = 0; y < 16; ++y) {
    for (std::int64_t x = 0; x < 16; ++x) smooth.At(0, y, x) = static_cast<float>(x * y) / 225.0f;
  }
  const auto worst = [&](int quality) {
    const auto back = JpegRoundTrip(smooth, quality);
    EXPECT_TRUE(back.has_value());
    float most = 0;
    for (std::size_t i = 0; i < smooth.values.size(); ++i) {
      most = std::max(most, std::abs(back->values[i] - smooth.values[i]));
    }
    return most;
  };
  EXPECT_LT(worst(100), 0.01f);
  EXPECT_GT(worst(5), 0.02f);
  EXPECT_THAT(EncodeJpeg(smooth, 0), HasError(ErrorCode::kInvalidArgument, HasSubstr("got 0")));
}

TEST(Codec, RefusesEveryTruncation) {
  const Image image = RandomBytes(3, 6, 6);
  CUPEL_ASSERT_OK(const Bytes png, EncodePng(image));
  CUPEL_ASSERT_OK(const Bytes jpeg, EncodeJpeg(image, 90));
  for (const Bytes& bytes : {png, jpeg}) {
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_FALSE(DecodeImage(BytesView(bytes).first(size)).has_value()) << size << " of " << bytes.size();
    }
  }
}

TEST(Codec, SurvivesEveryFlippedByte) {
  const Image image = RandomBytes(1, 4, 4);
  CUPEL_ASSERT_OK(const Bytes png, EncodePng(image));
  CUPEL_ASSERT_OK(const Bytes jpeg, EncodeJpeg(image, 90));
  for (Bytes bytes : {png, jpeg}) {
    for (std::uint8_t& byte : bytes) {
      byte ^= 0x55;
      static_cast<void>(DecodeImage(bytes, 0, 4096));
      byte ^= 0x55;
    }
  }
}

TEST(Codec, RefusesAPictureThatClaimsTooMuch) {
  CUPEL_ASSERT_OK(Bytes png, EncodePng(FilledImage(1, 2, 2, 0.5f)));
  png[16] = 0x7f;  // The width's first byte: 2^31 - 2^24 columns.
  EXPECT_THAT(DecodeImage(png), HasError(ErrorCode::kResourceLimit, HasSubstr("more than the limit")));
  CUPEL_ASSERT_OK(const Bytes jpeg, EncodeJpeg(FilledImage(1, 9, 9, 0.5f), 90));
  EXPECT_THAT(DecodeImage(jpeg, 0, 80), HasError(ErrorCode::kResourceLimit, HasSubstr("9 x 9")));
  EXPECT_THAT(DecodeImage(AsBytes("GIF89a")), HasError(ErrorCode::kUnsupported));
}

TEST(Warp, BlurKeepsAConstantPictureAndTheSum) {
  CUPEL_ASSERT_OK(const Image flat, GaussianBlur(FilledImage(3, 7, 5, 0.25f), 2.0));
  EXPECT_THAT(flat.values, Each(FloatNear(0.25f, 1e-6f)));
  Image point = FilledImage(1, 21, 21, 0.0f);
  point.At(0, 10, 10) = 1.0f;
  CUPEL_ASSERT_OK(const Image blurred, GaussianBlur(point, 1.0));
  // Weights of the sampled Gaussian: g(0) = 1/sum exp(-i*i/2) over i = -4..4.
  double sum = 0;
  for (int i = -4; i <= 4; ++i) sum += std::exp(-i * i / 2.0);
  EXPECT_NEAR(blurred.At(0, 10, 10), 1 / (sum * sum), 1e-6);
  EXPECT_NEAR(blurred.At(0, 10, 12), std::exp(-2.0) / (sum * sum), 1e-6);
  EXPECT_THAT(GaussianBlur(point, 0), HasError(ErrorCode::kInvalidArgument, HasSubstr("sigma")));
}

TEST(Warp, QuarterTurnsAreExact) {
  CUPEL_ASSERT_OK(const Image image, MakeImage(1, 2, 2, std::vector<float>{1, 2, 3, 4}));
  CUPEL_ASSERT_OK(const Image quarter, Rotate(image, 90));
  EXPECT_THAT(quarter.values, ElementsAre(2, 4, 1, 3));  // Counter-clockwise.
  CUPEL_ASSERT_OK(const Image half, Rotate(image, 180));
  EXPECT_THAT(half.values, ElementsAre(4, 3, 2, 1));
  CUPEL_ASSERT_OK(const Image back, Rotate(image, -270));
  EXPECT_EQ(back, quarter);
  CUPEL_ASSERT_OK(const Image same, Rotate(image, 720));
  EXPECT_EQ(same, image);
}

TEST(Warp, TurningInterpolatesAndFillsTheCorners) {
  const Image flat = FilledImage(1, 9, 9, 1.0f);
  CUPEL_ASSERT_OK(const Image filled, Rotate(flat, 45, Border::kConstant, 0.0f));
  EXPECT_EQ(filled.At(0, 0, 0), 0.0f);
  EXPECT_EQ(filled.At(0, 4, 4), 1.0f);
  CUPEL_ASSERT_OK(const Image replicated, Rotate(flat, 45, Border::kReplicate));
  EXPECT_EQ(replicated, flat);
  // On a ramp bilinear interpolation is exact: the value is the column that a pixel came from.
  Image ramp = FilledImage(1, 9, 9, 0.0f);
  for (std::int64_t y = 0; y < 9; ++y) {
    for (std::int64_t x = 0; x < 9; ++x) ramp.At(0, y, x) = static_cast<float>(x);
  }
  CUPEL_ASSERT_OK(const Image turned, Rotate(ramp, 30));
  EXPECT_NEAR(turned.At(0, 4, 6), 4 + 2 * std::cos(30 * 3.14159265358979 / 180), 1e-5);
  EXPECT_NEAR(turned.At(0, 6, 4), 4 - 2 * 0.5, 1e-5);
}

TEST(Warp, ResizeTakesMeansWhenShrinking) {
  CUPEL_ASSERT_OK(const Image image, MakeImage(1, 2, 4, std::vector<float>{1, 3, 5, 7, 1, 3, 5, 7}));
  CUPEL_ASSERT_OK(const Image half, Resize(image, 1, 2));
  EXPECT_THAT(half.values, ElementsAre(2, 6));
  CUPEL_ASSERT_OK(const Image large, Resize(half, 2, 4));
  EXPECT_THAT(large.values, ElementsAre(2, 3, 5, 6, 2, 3, 5, 6));
  EXPECT_THAT(Resize(image, 0, 1), HasError(ErrorCode::kInvalidArgument));
}

TEST(Warp, EnlargeRepeatsPixels) {
  CUPEL_ASSERT_OK(const Image image, MakeImage(1, 1, 2, std::vector<float>{0.1f, 0.9f}));
  CUPEL_ASSERT_OK(const Image large, Enlarge(image, 2));
  EXPECT_THAT(large.values, ElementsAre(0.1f, 0.1f, 0.9f, 0.9f, 0.1f, 0.1f, 0.9f, 0.9f));
  EXPECT_THAT(Enlarge(image, 0), HasError(ErrorCode::kInvalidArgument));
}

TEST(Draw, DifferenceIsRedWhereBrighterBlueWhereDarker) {
  CUPEL_ASSERT_OK(const Image before, MakeImage(1, 1, 3, std::vector<float>{0.5f, 0.5f, 0.5f}));
  CUPEL_ASSERT_OK(const Image after, MakeImage(1, 1, 3, std::vector<float>{0.4f, 0.5f, 0.9f}));
  CUPEL_ASSERT_OK(const Image shown, SignedDifference(before, after, 0.1f));
  EXPECT_THAT(shown.values, ElementsAre(FloatNear(0x05 / 255.0f, 1e-4f), FloatNear(0xf7 / 255.0f, 1e-4f),
                                        FloatNear(0x67 / 255.0f, 1e-4f), FloatNear(0x30 / 255.0f, 1e-4f),
                                        FloatNear(0xf7 / 255.0f, 1e-4f), FloatNear(0x00 / 255.0f, 1e-4f),
                                        FloatNear(0x61 / 255.0f, 1e-4f), FloatNear(0xf7 / 255.0f, 1e-4f),
                                        FloatNear(0x1f / 255.0f, 1e-4f)));
  EXPECT_THAT(SignedDifference(before, after, 0.0f),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("full_scale")));
  EXPECT_THAT(SignedDifference(before, FilledImage(1, 2, 2, 0), 1.0f), HasError(ErrorCode::kInvalidArgument));
}

TEST(Draw, SequentialColoursGrowLighter) {
  float last = -1;
  for (int i = 0; i <= 100; ++i) {
    const Colour colour = SequentialColour(static_cast<float>(i) / 100.0f);
    const float luma = 0.299f * colour[0] + 0.587f * colour[1] + 0.114f * colour[2];
    EXPECT_GT(luma, last);
    last = luma;
  }
}

TEST(Draw, HeatMapLiesOverTheGreyPicture) {
  const Image image = FilledImage(1, 1, 2, 0.5f);
  const std::vector<float> map = {0.0f, 2.0f};
  CUPEL_ASSERT_OK(const Image none, HeatMap(image, map, 2.0f, Palette::kSequential, 0.0f));
  EXPECT_THAT(none.values, Each(0.5f));
  CUPEL_ASSERT_OK(const Image full, HeatMap(image, map, 2.0f, Palette::kSequential, 1.0f));
  EXPECT_FLOAT_EQ(full.At(0, 0, 0), 0x44 / 255.0f);
  EXPECT_FLOAT_EQ(full.At(0, 0, 1), 0xfd / 255.0f);
  EXPECT_THAT(HeatMap(image, std::vector<float>{1.0f}, 1.0f, Palette::kDiverging),
              HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(HeatMap(image, std::vector<float>{1.0f, NAN}, 1.0f, Palette::kDiverging),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("not finite")));
}

TEST(Draw, RowPlacesPicturesSideBySide) {
  const std::vector<Image> images = {FilledImage(1, 1, 1, 0.2f), FilledImage(3, 2, 1, 0.4f)};
  CUPEL_ASSERT_OK(const Image row, ComposeRow(images, 1, 0.9f));
  EXPECT_EQ(row.channels, 3);
  EXPECT_THAT(row.Plane(1), ElementsAre(0.2f, 0.9f, 0.4f, 0.9f, 0.9f, 0.4f));
  EXPECT_THAT(ComposeRow({}, 1), HasError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace cupel::data::image
