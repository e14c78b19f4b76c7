// SPDX-License-Identifier: Apache-2.0
// Pictures that cameras, scanners and other programs make: every colour type and depth of PNG, transparency,
// Exif, thumbnails, damage.
#include "cupel/data/image/codec.h"

#include <gtest/gtest.h>

#include "cupel/data/image/picture_bytes_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::data::image {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::FloatEq;
using ::testing::HasSubstr;

/// The bytes' fractions, as a matcher of values.
std::vector<float> Of255(const Bytes& bytes) {
  std::vector<float> values;
  for (const std::uint8_t byte : bytes) values.push_back(static_cast<float>(byte) / 255.0f);
  return values;
}

TEST(Png, GreyOfEveryDepthStaysGrey) {
  struct Case {
    int depth;
    Bytes row;  // Two pixels.
    std::vector<float> values;
  };
  const Case cases[] = {{1, {0b01000000}, {0, 1}},
                        {2, {0b01100000}, Of255({85, 170})},
                        {4, {0x3f}, Of255({51, 255})},
                        {8, {7, 200}, Of255({7, 200})},
                        {16, {0x12, 0x34, 0xff, 0xfe}, {0x1234 / 65535.0f, 0xfffe / 65535.0f}}};
  for (const Case& each : cases) {
    CUPEL_ASSERT_OK(const Image image, DecodeImage(Png(2, each.depth, 0, {each.row})));
    EXPECT_EQ(image.channels, 1) << each.depth;
    EXPECT_THAT(image.values, ElementsAreArray(each.values)) << each.depth;
  }
}

TEST(Png, ColourOfBothDepthsIsRedGreenBlue) {
  CUPEL_ASSERT_OK(const Image bytes, DecodeImage(Png(1, 8, 2, {{10, 20, 30}})));
  EXPECT_THAT(bytes.values, ElementsAreArray(Of255({10, 20, 30})));
  CUPEL_ASSERT_OK(const Image words, DecodeImage(Png(1, 16, 2, {{0, 1, 0, 2, 1, 0}})));
  EXPECT_THAT(words.values, ElementsAre(1 / 65535.0f, 2 / 65535.0f, 256 / 65535.0f));
}

TEST(Png, PalettesAreLookedUp) {
  const Bytes palette = PngChunk("PLTE", Bytes{1, 2, 3, 40, 50, 60, 7, 7, 7, 255, 0, 128});
  CUPEL_ASSERT_OK(const Image two_bits, DecodeImage(Png(4, 2, 3, {{0b11100100}}, {palette})));
  EXPECT_THAT(two_bits.values, ElementsAreArray(Of255({255, 7, 40, 1, 0, 7, 50, 2, 128, 7, 60, 3})));
  CUPEL_ASSERT_OK(const Image eight_bits, DecodeImage(Png(2, 8, 3, {{1, 3}}, {palette})));
  EXPECT_THAT(eight_bits.values, ElementsAreArray(Of255({40, 255, 50, 0, 60, 128})));
  EXPECT_FALSE(DecodeImage(Png(2, 8, 3, {{1, 3}}))) << "no palette";
}

TEST(Png, OpaqueAlphaIsDroppedAndGreyStaysGrey) {
  CUPEL_ASSERT_OK(const Image colour, DecodeImage(Png(1, 8, 6, {{10, 20, 30, 255}})));
  EXPECT_THAT(colour.values, ElementsAreArray(Of255({10, 20, 30})));
  CUPEL_ASSERT_OK(const Image words, DecodeImage(Png(1, 16, 6, {{0, 1, 0, 2, 0, 3, 255, 255}})));
  EXPECT_THAT(words.values, ElementsAre(1 / 65535.0f, 2 / 65535.0f, 3 / 65535.0f));
  CUPEL_ASSERT_OK(const Image grey, DecodeImage(Png(2, 8, 4, {{7, 255, 9, 255}})));
  EXPECT_EQ(grey.channels, 1) << "as the header promises";
  EXPECT_THAT(grey.values, ElementsAreArray(Of255({7, 9})));
  CUPEL_ASSERT_OK(const Image deep, DecodeImage(Png(1, 16, 4, {{1, 0, 255, 255}})));
  EXPECT_THAT(deep.values, ElementsAre(256 / 65535.0f));
}

TEST(Png, AnyTransparencyIsRefused) {
  const Bytes palette = PngChunk("PLTE", Bytes{1, 2, 3, 40, 50, 60});
  const std::vector<std::pair<std::string, Bytes>> cases = {
      {"colour and alpha", Png(2, 8, 6, {{10, 20, 30, 255, 10, 20, 30, 254}})},
      {"colour and alpha, 16 bits", Png(1, 16, 6, {{0, 1, 0, 2, 0, 3, 255, 254}})},
      {"grey and alpha", Png(2, 8, 4, {{7, 255, 9, 0}})},
      {"an entry of the palette", Png(2, 8, 3, {{0, 1}}, {palette, PngChunk("tRNS", Bytes{255, 128})})},
      {"a shade of grey", Png(2, 8, 0, {{7, 9}}, {PngChunk("tRNS", Bytes{0, 9})})},
      {"a colour", Png(1, 8, 2, {{10, 20, 30}}, {PngChunk("tRNS", Bytes{0, 10, 0, 20, 0, 30})})},
  };
  for (const auto& [name, bytes] : cases)
    EXPECT_THAT(DecodeImage(bytes), HasError(ErrorCode::kUnsupported, HasSubstr("transparent"))) << name;
  EXPECT_THAT(DecodeImage(Png(2, 8, 3, {{0, 0}}, {palette, PngChunk("tRNS", Bytes{255, 128})})), IsOk())
      << "an entry that no pixel has";
}

TEST(Png, DamageIsAnError) {
  const Bytes good = Png(2, 8, 0, {{7, 9}, {8, 1}});
  ASSERT_THAT(DecodeImage(good), IsOk());
  // Behind the signature and the header: chunk lengths, types, data and checksums of IDAT.
  for (std::size_t at = 33; at < good.size() - 12; ++at) {
    Bytes flipped = good;
    flipped[at] ^= 0x10;
    const auto image = DecodeImage(flipped);
    EXPECT_FALSE(image.has_value()) << "byte " << at;
  }
  Bytes no_end(good.begin(), good.end() - 12);
  EXPECT_THAT(DecodeImage(no_end), HasError(ErrorCode::kCorrupt, HasSubstr("truncated")));
  EXPECT_FALSE(DecodeImage(Png(2, 8, 0, {{7}})).has_value()) << "a row that is too short";
  EXPECT_FALSE(DecodeImage(Png(2, 8, 5, {{7, 7}})).has_value()) << "a colour type that there is not";
  EXPECT_FALSE(DecodeImage(Png(2, 3, 0, {{7, 7}})).has_value()) << "a depth that there is not";
}

Image Corner() {
  Image image = FilledImage(1, 16, 32, 0.0f);
  for (std::int64_t y = 0; y < 8; ++y) {
    for (std::int64_t x = 0; x < 8; ++x) image.At(0, y, x) = 1.0f;
  }
  return image;
}

TEST(Jpeg, ExifNeverTurnsThePicture) {
  CUPEL_ASSERT_OK(const Bytes plain, EncodeJpeg(Corner(), 95));
  CUPEL_ASSERT_OK(const Image expected, DecodeImage(plain));
  for (int orientation = 1; orientation <= 8; ++orientation) {
    for (const std::int64_t channels : {0, 1, 3}) {
      CUPEL_ASSERT_OK(const Image image, DecodeImage(WithApp1(plain, Exif(orientation)), channels));
      EXPECT_EQ(ToGrey(image).height, 16);
      EXPECT_EQ(image.width, 32);
      EXPECT_GT(image.At(0, 2, 2), 0.9f) << orientation;
      EXPECT_LT(image.At(0, 14, 2), 0.1f) << orientation;
    }
  }
}

TEST(Jpeg, AThumbnailsEndIsNotThePicturesEnd) {
  CUPEL_ASSERT_OK(const Bytes plain, EncodeJpeg(Corner(), 95));
  CUPEL_ASSERT_OK(const Bytes thumbnail, EncodeJpeg(FilledImage(1, 8, 8, 0.5f), 50));
  const Bytes photo = WithApp1(plain, Exif(1, thumbnail));
  ASSERT_THAT(DecodeImage(photo), IsOk());
  for (std::size_t size = 0; size < photo.size(); ++size) {
    EXPECT_FALSE(DecodeImage(BytesView(photo).first(size)).has_value()) << size << " of " << photo.size();
  }
}

TEST(Jpeg, HeadersOfTheOddKind) {
  CUPEL_ASSERT_OK(const Bytes plain, EncodeJpeg(FilledImage(3, 8, 24, 0.5f), 90));
  Bytes filled = {0xff, 0xd8, 0xff, 0xff, 0xff};  // Fill bytes before a marker.
  AppendTo(filled, BytesView(plain).subspan(3));
  CUPEL_ASSERT_OK(const ImageHeader header, ReadImageHeader(filled));
  EXPECT_EQ(header.height, 8);
  EXPECT_EQ(header.width, 24);
  EXPECT_THAT(ReadImageHeader(Bytes{0xff, 0xd8, 0xff, 0xda, 0, 2, 0, 0}),
              HasError(ErrorCode::kCorrupt, HasSubstr("no frame header")));
  EXPECT_THAT(ReadImageHeader(Bytes{0xff, 0xd8, 0xff, 0xe0, 0, 1, 0, 0}),
              HasError(ErrorCode::kCorrupt, HasSubstr("no frame header")));
  EXPECT_THAT(ReadImageHeader(Bytes{0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 1, 2, 3, 4}),
              HasError(ErrorCode::kCorrupt, HasSubstr("marker at byte 8")));
  EXPECT_THAT(ReadImageHeader(Bytes{0xff, 0xd8, 0xff, 0xe0, 0xff, 0xff}),
              HasError(ErrorCode::kCorrupt, HasSubstr("truncated")));
  EXPECT_THAT(ReadImageHeader(Bytes{0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0, 0, 0, 1}),
              HasError(ErrorCode::kCorrupt, HasSubstr("0 x 1")));
}

TEST(Codec, ChannelsAreConvertedOrRefused) {
  const Bytes grey = Png(1, 8, 0, {{51}}), colour = Png(1, 8, 2, {{255, 0, 0}});
  CUPEL_ASSERT_OK(const Image three, DecodeImage(grey, 3));
  EXPECT_THAT(three.values, ElementsAre(0.2f, 0.2f, 0.2f));
  CUPEL_ASSERT_OK(const Image one, DecodeImage(colour, 1));
  EXPECT_THAT(one.values, ElementsAre(FloatEq(0.299f)));
  for (const std::int64_t channels : {-1, 2, 4}) {
    EXPECT_THAT(DecodeImage(grey, channels), HasError(ErrorCode::kInvalidArgument, HasSubstr("0, 1 or 3")))
        << channels;
  }
  EXPECT_THAT(EncodePng(Image{1, 1, 2, {0, 0}}), HasError(ErrorCode::kInvalidArgument, HasSubstr("1 or 3")));
  EXPECT_THAT(EncodeJpeg(FilledImage(1, 2, 2, 0), 101), HasError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace cupel::data::image
