// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/physical/view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cupel/algorithm/physical/corners_for_test.h"

namespace cupel::algorithm::physical {
namespace {

using ::testing::Each;
using ::testing::FloatNear;

// No change of light and no blur: what the warp alone does.
ConditionRanges Still() {
  return {.rotation = 0,
          .scale = 0,
          .tilt = 0,
          .translation = 0,
          .blur = 0,
          .brightness = 0,
          .contrast = 0,
          .noise = 0};
}

Sticker Noisy(std::int64_t channels, std::int64_t side, Outline outline) {
  Sticker sticker = PlainSticker(channels, side, side, outline, 0);
  ReproducibleStream stream(1, "noisy");
  for (float& value : sticker.light) value = stream.Uniform(0.2F, 0.8F);
  return sticker;
}

Placement Patch() { return {}; }
Placement Mask() { return {.moves_with_picture = true, .region = Region{0.25, 0.25, 0.5, 0.5}}; }
Placement Fixed() { return {.region = Region{0.25, 0.5, 0.25, 0.25}}; }

TEST(View, BackwardIsTheAdjointOfRender) {
  for (const Placement& placement : {Patch(), Mask(), Fixed()}) {
    for (const std::int64_t channels : {1, 3}) {
      const std::vector<std::int64_t> shape = {channels, 20, 24};
      const Sticker sticker = Noisy(channels, 7, Outline::kDisc);
      ReproducibleStream stream(4, "conditions", static_cast<std::uint64_t>(channels));
      const ConditionRanges ranges{.brightness = 0.02, .contrast = 0.05, .noise = 0.01};
      const View view(shape, sticker, placement, ranges, DrawCondition(ranges, stream), stream);
      const std::vector<float> picture(static_cast<std::size_t>(channels * 480), 0.5F);
      // The view is affine in the sticker: A d is the difference of two views.
      const std::vector<float> direction = Normals(sticker.light.size(), "direction");
      Sticker moved = sticker;
      for (std::size_t i = 0; i < direction.size(); ++i) moved.light[i] += 0.02F * direction[i];
      std::vector<float> before(picture.size()), after(picture.size()), kept(picture.size());
      view.Render(picture, &sticker, before, kept);
      view.Render(picture, &moved, after);
      EXPECT_THAT(kept, Each(1.0F));
      for (std::size_t i = 0; i < after.size(); ++i) after[i] = (after[i] - before[i]) / 0.02F;
      std::vector<float> cotangent = Normals(picture.size(), "cotangent");
      const double forward = Dot(after, cotangent);
      std::vector<float> back(sticker.light.size(), 0.0F);
      view.Backward(cotangent, kept, sticker, back);
      EXPECT_NEAR(forward, Dot(direction, back), 2e-3 * (1 + std::abs(forward)));
      EXPECT_GT(Dot(back, back), 0.1);
    }
  }
}

TEST(View, NoGradientPassesWhereTheCameraClips) {
  ConditionRanges bright = Still();
  bright.brightness = 1;
  const Sticker white = PlainSticker(1, 4, 4, Outline::kSquare, 1);
  Condition condition;
  condition.brightness = 0.5;
  ReproducibleStream stream(1, "none");
  const View view({1, 8, 8}, white, Fixed(), bright, condition, stream);
  std::vector<float> picture(64, 0.75F), seen(64), kept(64), gradient(64, 1.0F), back(16, 0.0F);
  view.Render(picture, &white, seen, kept);
  view.Backward(gradient, kept, white, back);
  EXPECT_THAT(back, Each(0.0F));
}

TEST(View, AStillCameraShowsTheStickerInItsRegionAndThePictureElsewhere) {
  const Sticker sticker = Noisy(1, 4, Outline::kSquare);
  ReproducibleStream stream(1, "still");
  const Condition condition;
  for (const Placement& placement :
       {Placement{.moves_with_picture = true, .region = Region{0.25, 0.5, 0.25, 0.25}}, Fixed()}) {
    const View view({1, 16, 16}, sticker, placement, Still(), condition, stream);
    const std::vector<float> picture = Normals(256, "picture");
    std::vector<float> light(picture);
    for (float& value : light) value = std::clamp(0.5F + 0.1F * value, 0.0F, 1.0F);
    std::vector<float> seen(256);
    view.Render(light, &sticker, seen);
    for (std::size_t y = 0; y < 16; ++y) {
      for (std::size_t x = 0; x < 16; ++x) {
        // A pixel on the edge is shared with the paper beyond it.
        const bool inside = y >= 4 && y < 8 && x >= 8 && x < 12;
        const bool far = y < 3 || y > 8 || x < 7 || x > 12;
        if (!inside && !far) continue;
        const float expected = inside ? sticker.light[(y - 4) * 4 + x - 8] : light[y * 16 + x];
        EXPECT_NEAR(seen[y * 16 + x], expected, 1e-5) << y << " " << x;
      }
    }
  }
}

TEST(View, APatchWithoutARegionStaysInsideThePicture) {
  const Sticker sticker = PlainSticker(1, 6, 6, Outline::kSquare, 1);
  const ConditionRanges ranges{.rotation = 45, .blur = 0, .brightness = 0, .contrast = 0, .noise = 0};
  double least = 1e9, most = 0, column = 0;
  for (std::uint64_t i = 0; i < 50; ++i) {
    ReproducibleStream stream(2, "inside", i);
    const Condition condition = DrawCondition(ranges, stream);
    const View view({1, 24, 24}, sticker, {.area = 36.0 / 576}, ranges, condition, stream);
    std::vector<float> picture(576, 0.0F), seen(576);
    view.Render(picture, &sticker, seen);
    double covered = 0, middle = 0;
    for (std::size_t p = 0; p < 576; ++p) {
      covered += seen[p];
      middle += seen[p] * static_cast<double>(p % 24);
    }
    least = std::min(least, covered);
    most = std::max(most, covered);
    column += middle / covered / 50;
  }
  // 36 pixels, times the square of a scale in 0.9 .. 1.1 and the cosines of two tilts of at most 20 degrees.
  EXPECT_GT(least, 36 * 0.81 * 0.85);
  EXPECT_LT(most, 36 * 1.21 * 1.15);
  EXPECT_NEAR(column, 11.5, 2.5);
}

TEST(View, TurnsCounterClockwise) {
  Sticker sticker = PlainSticker(1, 4, 4, Outline::kSquare, 0);
  for (std::size_t y = 0; y < 4; ++y) sticker.light[y * 4 + 3] = 1;  // Bright at the right.
  Condition condition;
  condition.rotation = 90;
  ReproducibleStream stream(1, "turn");
  const View view({1, 16, 16}, sticker, Fixed(), Still(), condition, stream);
  std::vector<float> picture(256, 0.0F), seen(256);
  view.Render(picture, &sticker, seen);
  EXPECT_NEAR(seen[4 * 16 + 9], 1, 1e-5);  // Bright at the top.
  EXPECT_NEAR(seen[7 * 16 + 9], 0, 1e-5);
}

TEST(View, ATiltedPlaneIsNarrowerAndItsNearSideTaller) {
  Condition condition;
  condition.tilt_y = 40;
  const auto map = SeenFrom(condition, 2, 2, 1);
  const auto left = map.Apply({0, 0}), left_below = map.Apply({0, 2}), right = map.Apply({2, 0}),
             right_below = map.Apply({2, 2});
  EXPECT_LT(right.x - left.x, 2 * std::cos(40 * 3.14159265 / 180) + 0.05);
  EXPECT_GT(std::abs((right_below.y - right.y) - (left_below.y - left.y)), 0.2);
  const auto middle = map.Apply({1, 1});
  EXPECT_NEAR(middle.x, 0, 1e-12);
  EXPECT_NEAR(middle.y, 0, 1e-12);
}

TEST(View, LightChangesAsTheFormulaSays) {
  const Sticker sticker = PlainSticker(1, 2, 2, Outline::kSquare, 0.5F);
  Condition condition;
  condition.contrast = 1.2;
  condition.brightness = 0.1;
  condition.blur = 1;
  ReproducibleStream stream(1, "light");
  const View view({1, 8, 8}, sticker, Fixed(), Still(), condition, stream);
  std::vector<float> picture(64, 0.75F), seen(64);
  view.Render(picture, nullptr, seen);
  EXPECT_THAT(seen, Each(FloatNear(1.2F * 0.25F + 0.6F, 1e-5F)));
}

TEST(DrawCondition, StaysInItsRangesAndFillsThem) {
  const ConditionRanges ranges;
  double low = 1e9, high = -1e9;
  for (std::uint64_t i = 0; i < 500; ++i) {
    ReproducibleStream stream(3, "draws", i);
    const Condition c = DrawCondition(ranges, stream);
    low = std::min(low, c.rotation);
    high = std::max(high, c.rotation);
    EXPECT_LE(std::abs(c.scale - 1), ranges.scale);
    EXPECT_LE(std::abs(c.tilt_x), ranges.tilt);
    EXPECT_TRUE(c.blur >= 0 && c.blur <= ranges.blur);
    EXPECT_TRUE(c.noise >= 0 && c.noise <= ranges.noise);
  }
  EXPECT_LT(low, -19);
  EXPECT_GT(high, 19);
  EXPECT_LE(high, 20);
}

}  // namespace
}  // namespace cupel::algorithm::physical
