// SPDX-License-Identifier: Apache-2.0
// Printed, photographed, put straight, scored: with a simulated camera.
#include "cupel/algorithm/physical/captured.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cupel/algorithm/physical/corners_for_test.h"
#include "cupel/base/file.h"
#include "cupel/data/image/codec.h"
#include "cupel/data/image/plane_warp.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::physical {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::ScratchFolder;
using data::image::Border;
using data::image::Homography;
using data::image::Image;
using data::image::Point;
using data::image::Quad;
using ::testing::HasSubstr;

Image Printed(std::int64_t channels, std::int64_t side) {
  Image image = data::image::FilledImage(channels, side, side, 0);
  ReproducibleStream stream(6, "printed");
  for (float& value : image.values) value = std::round(stream.Uniform(0.2F, 1.0F) * 255) / 255;
  return image;
}

// Where the camera sees the page's corners, in a picture of 900 x 1100.
const Quad kSlanted = {Point{120, 70}, Point{800, 110}, Point{850, 1040}, Point{60, 980}};

// Perspective, defocus, light that falls from 1 to `darkest` across the page, noise, JPEG.
Result<Image> Photographed(const Image& page, const Quad& seen, float darkest, std::uint64_t seed) {
  CUPEL_TRY(const Homography to_photo,
            Homography::FromQuads(
                data::image::RectangleQuad(static_cast<double>(page.width), static_cast<double>(page.height)),
                seen));
  CUPEL_TRY(const Homography to_page, to_photo.Inverse());
  CUPEL_TRY(Image photo, data::image::WarpPerspective(page, to_page, 1100, 900, Border::kReplicate));
  CUPEL_TRY(photo, data::image::GaussianBlur(photo, 1.0));
  ReproducibleStream stream(seed, "camera");
  for (std::int64_t c = 0; c < photo.channels; ++c) {
    for (std::int64_t y = 0; y < photo.height; ++y) {
      for (std::int64_t x = 0; x < photo.width; ++x) {
        const float light = 1 - (1 - darkest) * static_cast<float>(x) / 900;
        photo.At(c, y, x) = photo.At(c, y, x) * light + static_cast<float>(0.01 * stream.Normal());
      }
    }
  }
  return data::image::JpegRoundTrip(photo, 90);
}

TEST(Sheet, PutsAPhotographedPictureStraightAgain) {
  for (const std::int64_t channels : {1, 3}) {
    const Image picture = Printed(channels, 12);
    CUPEL_ASSERT_OK(const Sheet sheet, MakeSheet(picture, Outline::kSquare, 100));
    CUPEL_ASSERT_OK(const Image page, DrawSheet(sheet, picture, 150));
    CUPEL_ASSERT_OK(const Image photo, Photographed(page, kSlanted, 1.0F, 1));
    CUPEL_ASSERT_OK(const Image straight, Straighten(photo, sheet, 12, 12));
    // Chroma is stored at half the resolution, and edges between squares are blurred.
    EXPECT_LT(ColourError(straight, picture, sheet), 0.03);
    // A picture turned by a quarter is far from what was printed: the measure tells.
    CUPEL_ASSERT_OK(const Image turned, data::image::Rotate(picture, 90));
    EXPECT_GT(ColourError(straight, turned, sheet), 0.15);
  }
}

TEST(Sheet, IsFoundUpsideDownAndInUnevenLight) {
  const Image picture = Printed(1, 8);
  CUPEL_ASSERT_OK(const Sheet sheet, MakeSheet(picture, Outline::kSquare, 80));
  CUPEL_ASSERT_OK(const Image page, DrawSheet(sheet, picture, 150));
  const Quad upside_down = {kSlanted[2], kSlanted[3], kSlanted[0], kSlanted[1]};
  CUPEL_ASSERT_OK(const Image photo, Photographed(page, upside_down, 0.5F, 2));
  CUPEL_ASSERT_OK(const Image straight, Straighten(photo, sheet, 8, 8));
  double brightness = 0;
  for (std::size_t i = 0; i < 64; ++i) brightness += straight.values[i] / picture.values[i] / 64;
  EXPECT_NEAR(brightness, 0.75, 0.08);
  for (std::size_t i = 0; i < 64; ++i) EXPECT_NEAR(straight.values[i], 0.75 * picture.values[i], 0.15) << i;
}

TEST(Sheet, ThePageHasItsSizeAndThePictureItsPlace) {
  const Image picture = Printed(1, 10);
  CUPEL_ASSERT_OK(const Sheet sheet, MakeSheet(picture, Outline::kSquare, 50));
  CUPEL_ASSERT_OK(const Image page, DrawSheet(sheet, picture, 254));  // Ten dots a millimetre.
  EXPECT_EQ(page.width, 2100);
  EXPECT_EQ(page.height, 2970);
  // 50 mm in the middle of 210: from 80 mm; each of ten pixels is five wide.
  EXPECT_EQ(page.At(0, 1235 + 25, 800 + 25), picture.At(0, 0, 0));
  EXPECT_EQ(page.At(0, 1235 + 475, 800 + 425), picture.At(0, 9, 8));
  EXPECT_EQ(page.At(0, 1235 + 25, 799), 1);
  EXPECT_EQ(page.At(0, 1235 - 100, 800 - 100), 0);              // The middle of the first mark, 10 mm away.
  EXPECT_EQ(page.At(0, 1235 + 500 + 100, 800 + 500 + 100), 1);  // The last one's middle is white.
}

TEST(Sheet, RefusesWhatDoesNotFit) {
  const Image picture = Printed(1, 4);
  EXPECT_THAT(MakeSheet(picture, Outline::kSquare, 150),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("150 mm")));
  EXPECT_THAT(MakeSheet(picture, Outline::kSquare, 0), HasError(ErrorCode::kInvalidArgument));
  CUPEL_ASSERT_OK(const Sheet sheet, MakeSheet(picture, Outline::kSquare, 50));
  EXPECT_THAT(DrawSheet(sheet, picture, 1200), HasError(ErrorCode::kInvalidArgument, HasSubstr("dpi")));
}

TEST(Sheet, ItsDescriptionComesBack) {
  CUPEL_ASSERT_OK(const Sheet sheet, MakeSheet(Printed(3, 7), Outline::kDisc, 61.5));
  CUPEL_ASSERT_OK(const Json json, Json::Parse(sheet.ToJson().Indented()));
  CUPEL_ASSERT_OK(const Sheet back, Sheet::FromJson(json));
  EXPECT_EQ(back.ToJson(), sheet.ToJson());
  EXPECT_THAT(Sheet::FromJson(Json::Object{{"format", "cupel-sheet/9"}}), HasError(ErrorCode::kUnsupported));
  Json other = sheet.ToJson();
  other["outline"] = "star";
  EXPECT_THAT(Sheet::FromJson(other), HasError(ErrorCode::kInvalidArgument, HasSubstr("star")));
  Json without = sheet.ToJson();
  without.AsObject().erase("mark");
  EXPECT_THAT(Sheet::FromJson(without), HasError(ErrorCode::kNotFound, HasSubstr("mark")));
}

TEST(Sheet, ThePdfsTablePointsAtItsObjects) {
  const Image picture = Printed(3, 4);
  CUPEL_ASSERT_OK(const Sheet sheet, MakeSheet(picture, Outline::kSquare, 60));
  const Bytes bytes = SheetPdf(sheet, picture);
  const std::string pdf(AsText(bytes));
  EXPECT_TRUE(pdf.starts_with("%PDF-1.4\n"));
  EXPECT_TRUE(pdf.ends_with("%%EOF\n"));
  const std::size_t start = std::stoul(pdf.substr(pdf.find("startxref\n") + 10));
  ASSERT_EQ(pdf.substr(start, 9), "xref\n0 6\n");
  for (std::size_t object = 1; object <= 5; ++object) {
    const std::size_t offset = std::stoul(pdf.substr(start + 9 + 20 * object, 10));
    EXPECT_EQ(pdf.substr(offset, 8), std::to_string(object) + " 0 obj\n");
  }
  // 210 x 297 mm; 60 mm are 170.0787 points; the pixels are there byte by byte.
  EXPECT_THAT(pdf, HasSubstr("/MediaBox [0 0 595.2756 841.8898]"));
  EXPECT_THAT(pdf, HasSubstr("q 170.0787 0 0 170.0787 "));
  std::string pixels;
  for (std::size_t i = 0; i < 16; ++i) {
    for (std::int64_t c = 0; c < 3; ++c)
      pixels.push_back(static_cast<char>(std::lround(picture.Plane(c)[i] * 255)));
  }
  EXPECT_NE(pdf.find("stream\n" + pixels + "\nendstream"), std::string::npos);
}

class CapturedTest : public ::testing::Test {
 protected:
  CapturedTest()
      : data_(Corners(24, 7)),
        model_(Trained(*Corners(80, 3))),
        target_(inspect::TargetOf(model_, model_, 4, {1, kSide, kSide})) {
    plan_.how.placement = {.region = Region{0.55, 0.05, 0.4, 0.4}};
    plan_.how.ranges = {.blur = 0, .brightness = 0, .contrast = 0, .noise = 0};
    plan_.how.stream = "physical.score";
    plan_.target_class = 2;
  }

  // A patch towards class 2, as inspect.physical makes one.
  Image MakePatch() {
    OptimiseOptions options;
    options.placement = plan_.how.placement;
    options.steps = 60;
    options.stream = "test";
    Pictures pictures;
    const auto training = Corners(24, 5);
    for (std::int64_t i = 0; i < training->size(); ++i) {
      const std::vector<float> x = inspect::SampleOf(*training, i);
      pictures.light.insert(pictures.light.end(), x.begin(), x.end());
      pictures.goals.push_back({training->labels()[static_cast<std::size_t>(i)], 2});
    }
    Optimisation state = BeginOptimisation(PlainSticker(1, 7, 7, Outline::kSquare, 0.5F));
    EXPECT_THAT(Optimise(*target_, pictures, options, 0, 1, SilentProgress(), nullptr, state), IsOk());
    RoundToBytes(state.sticker);
    return data::image::MakeImage(1, 7, 7, state.sticker.light).value();
  }

  void Save(const std::filesystem::path& file, const Image& image) {
    CUPEL_ASSERT_OK(const Bytes jpeg, data::image::EncodeJpeg(image, 92));
    ASSERT_THAT(WriteFileAtomic(file, jpeg), IsOk());
  }

  data::dataset::DatasetPointer data_;
  inspect::RowModel model_;
  std::unique_ptr<inspect::AttackTarget> target_;
  CapturedPlan plan_;
  ScratchFolder folder_;
};

TEST_F(CapturedTest, APrintedAndPhotographedPatchStillSucceeds) {
  const Image patch = MakePatch();
  CUPEL_ASSERT_OK(const Sheet sheet, MakeSheet(patch, Outline::kSquare, 90));
  CUPEL_ASSERT_OK(const Image page, DrawSheet(sheet, patch, 150));
  for (std::uint64_t i = 0; i < 2; ++i) {
    CUPEL_ASSERT_OK(const Image photo, Photographed(page, kSlanted, i == 0 ? 1.0F : 0.8F, i));
    Save(folder_ / (i == 0 ? "a.jpg" : "b.JPG"), photo);
  }
  ASSERT_THAT(WriteFileAtomic(folder_ / "notes.txt", std::string_view("lamp on")), IsOk());
  CUPEL_ASSERT_OK(const std::vector<Photograph> photographs, ReadPhotographs(folder_.path(), sheet, 1, 7, 7));
  ASSERT_EQ(photographs.size(), 2u);
  EXPECT_LT(ColourError(photographs[0].straight, patch, sheet), 0.04);
  CUPEL_ASSERT_OK(const CapturedResult result, TryPhotographs(*target_, *data_, photographs, sheet, plan_));
  EXPECT_EQ(result.trials.size(), 18u);  // Not those of the target class.
  EXPECT_GT(result.metrics[0].value, 0.6);
  EXPECT_LT(result.metrics[1].value, 0.2);
  EXPECT_LT(result.metrics[2].value, 0.3);
  ASSERT_EQ(result.by_photograph.size(), 2u);
  EXPECT_EQ(result.by_photograph[1].name, "b.JPG");
  EXPECT_NEAR((result.by_photograph[0].value + result.by_photograph[1].value) / 2, result.metrics[0].value,
              1e-9);
  plan_.workers = 3;
  CUPEL_ASSERT_OK(const CapturedResult again, TryPhotographs(*target_, *data_, photographs, sheet, plan_));
  EXPECT_EQ(again.metrics[0].value, result.metrics[0].value);
}

TEST_F(CapturedTest, AnUnprintedSheetDoesNot) {
  const Image grey = data::image::FilledImage(1, 7, 7, 0.5F);
  CUPEL_ASSERT_OK(const Sheet sheet, MakeSheet(grey, Outline::kSquare, 90));
  CUPEL_ASSERT_OK(const CapturedResult result,
                  TryPhotographs(*target_, *data_, {{"grey", grey}}, sheet, plan_));
  EXPECT_LT(result.metrics[0].value, 0.2);
  EXPECT_EQ(result.metrics[0].value, result.metrics[1].value);  // It is the baseline.
}

TEST_F(CapturedTest, SaysWhichPhotographShowsNoSheet) {
  CUPEL_ASSERT_OK(const Sheet sheet, MakeSheet(Printed(1, 7), Outline::kSquare, 90));
  EXPECT_THAT(ReadPhotographs(folder_.path(), sheet, 1, 7, 7),
              HasError(ErrorCode::kNotFound, HasSubstr("holds no photograph")));
  Save(folder_ / "wall.jpg", data::image::FilledImage(1, 200, 300, 0.6F));
  EXPECT_THAT(ReadPhotographs(folder_.path(), sheet, 1, 7, 7),
              HasError(ErrorCode::kNotFound, HasSubstr("wall.jpg: 0 of the 4 registration marks")));
  EXPECT_THAT(ReadPhotographs(folder_ / "none.jpg", sheet, 1, 7, 7), HasError(ErrorCode::kNotFound));
  ASSERT_THAT(WriteFileAtomic(folder_ / "wall.jpg", std::string_view("GIF89a")), IsOk());
  EXPECT_THAT(ReadPhotographs(folder_.path(), sheet, 1, 7, 7),
              HasError(ErrorCode::kUnsupported, HasSubstr("wall.jpg")));
}

}  // namespace
}  // namespace cupel::algorithm::physical
