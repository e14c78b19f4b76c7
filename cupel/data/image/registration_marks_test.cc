// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/image/registration_marks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "cupel/base/reproducible_stream.h"
#include "cupel/data/image/codec.h"
#include "cupel/data/image/plane_warp.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::data::image {
namespace {

using cupel::testing::HasError;
using ::testing::HasSubstr;

constexpr int kModule = 6;
const Quad kMiddles = {Point{60, 100}, Point{340, 100}, Point{340, 300}, Point{60, 300}};

// White paper, 400 x 400, with marks of 42 pixels at kMiddles and some print between them.
Image Sheet(std::size_t marks = 4) {
  Image sheet = FilledImage(1, 400, 400, 0.95F);
  for (std::size_t i = 0; i < marks; ++i) {
    for (int y = 0; y < kMarkModules * kModule; ++y) {
      for (int x = 0; x < kMarkModules * kModule; ++x) {
        if (!MarkIsBlack(y / kModule, x / kModule, i == 2)) continue;
        sheet.At(0, static_cast<std::int64_t>(kMiddles[i].y) - 21 + y,
                 static_cast<std::int64_t>(kMiddles[i].x) - 21 + x) = 0.1F;
      }
    }
  }
  ReproducibleStream stream(2, "print");
  for (std::int64_t y = 150; y < 250; y += 10) {
    for (std::int64_t x = 130; x < 270; x += 10) {
      const float light = stream.Uniform(0.1F, 1.0F);
      for (std::int64_t i = 0; i < 100; ++i) sheet.At(0, y + i / 10, x + i % 10) = light;
    }
  }
  return sheet;
}

void ExpectNear(const Quad& found, const Quad& expected, double tolerance) {
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(found[i].x, expected[i].x, tolerance) << i;
    EXPECT_NEAR(found[i].y, expected[i].y, tolerance) << i;
  }
}

TEST(FindMarks, FindsTheirMiddlesOnAStraightSheet) {
  CUPEL_ASSERT_OK(const Quad found, FindMarks(Sheet()));
  ExpectNear(found, kMiddles, 0.05);
}

TEST(FindMarks, TellsHowTheSheetIsTurned) {
  for (const double degrees : {90.0, 180.0, 270.0, 33.0, 200.0}) {
    CUPEL_ASSERT_OK(const Image turned, Rotate(Sheet(), degrees, Border::kReplicate));
    const double c = std::cos(degrees * 3.14159265358979 / 180),
                 s = std::sin(degrees * 3.14159265358979 / 180);
    Quad expected;
    for (std::size_t i = 0; i < 4; ++i) {
      const double dx = kMiddles[i].x - 200, dy = kMiddles[i].y - 200;
      expected[i] = {200 + c * dx + s * dy, 200 - s * dx + c * dy};
    }
    const auto found = FindMarks(turned);
    ASSERT_TRUE(found.has_value()) << degrees << " " << found.error().ToString();
    ExpectNear(*found, expected, 0.6);
  }
}

// A camera: perspective, light from one side, noise, JPEG.
TEST(FindMarks, FindsThemInAPhotograph) {
  const Quad seen = {Point{70, 50}, Point{520, 90}, Point{470, 420}, Point{110, 360}};
  CUPEL_ASSERT_OK(const Homography to_photo, Homography::FromQuads(RectangleQuad(400, 400), seen));
  CUPEL_ASSERT_OK(const Homography to_sheet, to_photo.Inverse());
  CUPEL_ASSERT_OK(Image photo, WarpPerspective(Sheet(), to_sheet, 480, 600, Border::kReplicate));
  CUPEL_ASSERT_OK(photo, GaussianBlur(photo, 1.2));
  ReproducibleStream stream(3, "camera");
  for (std::int64_t y = 0; y < 480; ++y) {
    for (std::int64_t x = 0; x < 600; ++x) {
      float& value = photo.At(0, y, x);
      value =
          value * (0.35F + 0.6F * static_cast<float>(x) / 600) + static_cast<float>(0.015 * stream.Normal());
    }
  }
  CUPEL_ASSERT_OK(photo, JpegRoundTrip(photo, 80));
  CUPEL_ASSERT_OK(const Quad found, FindMarks(photo));
  Quad expected;
  for (std::size_t i = 0; i < 4; ++i) expected[i] = to_photo.Apply(kMiddles[i]);
  ExpectNear(found, expected, 1.0);
}

TEST(FindMarks, SaysHowManyItFound) {
  EXPECT_THAT(FindMarks(Sheet(3)), HasError(ErrorCode::kNotFound, HasSubstr("3 of the 4")));
  EXPECT_THAT(FindMarks(FilledImage(3, 50, 50, 0.5F)),
              HasError(ErrorCode::kNotFound, HasSubstr("0 of the 4")));
  Image two = FilledImage(1, 800, 400, 0.95F);
  const Image sheet = Sheet();
  for (std::int64_t y = 0; y < 800; ++y) {
    for (std::int64_t x = 0; x < 400; ++x) two.At(0, y, x) = sheet.At(0, y % 400, x);
  }
  EXPECT_THAT(FindMarks(two), HasError(ErrorCode::kInvalidArgument, HasSubstr("8 registration marks")));
}

TEST(FindMarks, NoiseAndStripesAreNoMarks) {
  Image noise = FilledImage(1, 200, 200, 0.0F);
  ReproducibleStream stream(5, "noise");
  for (float& value : noise.values) value = stream.Uniform();
  EXPECT_THAT(FindMarks(noise), HasError(ErrorCode::kNotFound));
  Image stripes = FilledImage(1, 200, 200, 1.0F);
  for (std::int64_t y = 0; y < 200; ++y) {
    for (std::int64_t x = 0; x < 200; ++x) stripes.At(0, y, x) = x / 10 % 2 == 0 ? 0.0F : 1.0F;
  }
  EXPECT_THAT(FindMarks(stripes), HasError(ErrorCode::kNotFound));
}

}  // namespace
}  // namespace cupel::data::image
