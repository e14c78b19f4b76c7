// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "cupel/base/reproducible_stream.h"
#include "cupel/data/image/homography.h"
#include "cupel/data/image/plane_warp.h"
#include "cupel/data/image/separable_filter.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::data::image {
namespace {

using cupel::testing::HasError;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::FloatNear;

std::vector<float> Normals(std::int64_t count, const char* name) {
  ReproducibleStream stream(3, name);
  std::vector<float> values;
  for (std::int64_t i = 0; i < count; ++i) values.push_back(static_cast<float>(stream.Normal()));
  return values;
}

double Dot(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += double{a[i]} * b[i];
  return sum;
}

const Quad kSeen = {Point{3, 2}, Point{17, 4}, Point{15, 14}, Point{1, 11}};

TEST(Homography, TakesFourPointsWhereTheyBelong) {
  const Quad from = RectangleQuad(8, 5);
  CUPEL_ASSERT_OK(const Homography map, Homography::FromQuads(from, kSeen));
  CUPEL_ASSERT_OK(const Homography back, map.Inverse());
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(map.Apply(from[i]).x, kSeen[i].x, 1e-9);
    EXPECT_NEAR(map.Apply(from[i]).y, kSeen[i].y, 1e-9);
    EXPECT_NEAR(back.Apply(kSeen[i]).x, from[i].x, 1e-9);
    EXPECT_NEAR(map.Then(back).Apply({2.5, 1.25}).y, 1.25, 1e-9);
  }
  // Straight lines stay straight: the crossing of the diagonals goes to the crossing of the diagonals.
  const Point middle = map.Apply({4, 2.5});
  EXPECT_NEAR((middle.x - 3) * (14 - 2) - (middle.y - 2) * (15 - 3), 0, 1e-9);
  EXPECT_NEAR((middle.x - 17) * (11 - 4) - (middle.y - 4) * (1 - 17), 0, 1e-9);
}

TEST(Homography, RefusesCornersOnALine) {
  EXPECT_THAT(
      Homography::FromQuads(RectangleQuad(1, 1), {Point{0, 0}, Point{1, 1}, Point{2, 2}, Point{0, 5}}),
      HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Homography({1, 1, 0, 1, 1, 0, 0, 0, 1}).Inverse(), HasError(ErrorCode::kInvalidArgument));
}

TEST(PlaneWarp, TransposeIsTheAdjoint) {
  CUPEL_ASSERT_OK(const Homography map, Homography::FromQuads(RectangleQuad(8, 5), kSeen));
  CUPEL_ASSERT_OK(const Homography to_source, map.Inverse());
  for (const Border border : {Border::kConstant, Border::kReplicate}) {
    const PlaneWarp warp(to_source, {5, 8}, {16, 19}, border);
    const std::vector<float> a = Normals(40, "a"), b = Normals(16 * 19, "b");
    std::vector<float> forward(16 * 19), backward(40, 0.0F);
    warp.Apply(a, forward);
    warp.ApplyTransposed(b, backward);
    EXPECT_NEAR(Dot(forward, b), Dot(a, backward), 1e-4 * std::sqrt(Dot(forward, forward) * Dot(b, b)));
    EXPECT_GT(Dot(forward, forward), 1.0);
  }
}

TEST(PlaneWarp, IdentityAndWholePixelMovesAreExact) {
  const std::vector<float> plane = {1, 2, 3, 4, 5, 6};
  std::vector<float> out(6);
  PlaneWarp({}, {2, 3}, {2, 3}, Border::kConstant).Apply(plane, out);
  EXPECT_EQ(out, plane);
  PlaneWarp(Homography::ScaleAndMove(1, 1, 1, 0), {2, 3}, {2, 3}, Border::kConstant).Apply(plane, out);
  EXPECT_THAT(out, ElementsAre(2, 3, 0, 5, 6, 0));
  PlaneWarp(Homography::ScaleAndMove(1, 1, 9, 0), {2, 3}, {2, 3}, Border::kReplicate).Apply(plane, out);
  EXPECT_THAT(out, ElementsAre(3, 3, 3, 6, 6, 6));
}

TEST(PlaneWarp, ShrinkingTakesTheMeanOfWhatIsCovered) {
  const std::vector<float> stripes = {0, 1, 0, 1, 0, 1, 0, 1};
  std::vector<float> out(1);
  PlaneWarp(Homography::ScaleAndMove(8, 1, 0, 0), {1, 8}, {1, 1}, Border::kReplicate).Apply(stripes, out);
  EXPECT_FLOAT_EQ(out[0], 0.5F);
}

TEST(PlaneWarp, CoverageIsTheAreaOfTheSeenQuad) {
  CUPEL_ASSERT_OK(const Homography map, Homography::FromQuads(RectangleQuad(40, 40), kSeen));
  CUPEL_ASSERT_OK(const Homography to_source, map.Inverse());
  const std::vector<float> ones(1600, 1.0F);
  std::vector<float> coverage(16 * 19);
  PlaneWarp(to_source, {40, 40}, {16, 19}, Border::kConstant, 16).Apply(ones, coverage);
  double area = 0, covered = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    area += (kSeen[i].x * kSeen[(i + 1) % 4].y - kSeen[(i + 1) % 4].x * kSeen[i].y) / 2;
  }
  for (const float share : coverage) covered += share;
  EXPECT_NEAR(covered, area, 0.02 * area);
}

TEST(SeparableFilter, TransposeIsTheAdjointAndWeightsSumToOne) {
  for (const Border border : {Border::kConstant, Border::kReplicate}) {
    const SeparableFilter filter(SeparableFilter::GaussianTaps(1.3, 4), border);
    std::vector<float> a = Normals(7 * 5, "a"), b = Normals(7 * 5, "b");
    const std::vector<float> a0 = a, b0 = b;
    filter.Apply(a, {7, 5});
    filter.ApplyTransposed(b, {7, 5});
    EXPECT_NEAR(Dot(a, b0), Dot(a0, b), 1e-5);
    EXPECT_NE(a, a0);
  }
  std::vector<float> flat(35, 0.25F);
  SeparableFilter(SeparableFilter::GaussianTaps(2, 6), Border::kReplicate).Apply(flat, {5, 7});
  EXPECT_THAT(flat, Each(FloatNear(0.25F, 1e-6F)));
  EXPECT_THAT(SeparableFilter::GaussianTaps(0, 1), ElementsAre(0, 1, 0));
}

TEST(SeparableFilter, APointBecomesTheKernel) {
  std::vector<float> plane(9, 0.0F);
  plane[4] = 1;
  SeparableFilter({0.25F, 0.5F, 0.25F}, Border::kConstant).Apply(plane, {3, 3});
  EXPECT_THAT(plane, ElementsAre(0.0625F, 0.125F, 0.0625F, 0.125F, 0.25F, 0.125F, 0.0625F, 0.125F, 0.0625F));
}

TEST(WarpPerspective, RefusesSizesBeyondTheLimit) {
  EXPECT_THAT(WarpPerspective(FilledImage(1, 2, 2, 0), {}, kMaxPixels, 2, Border::kConstant),
              HasError(ErrorCode::kInvalidArgument));
  CUPEL_ASSERT_OK(const Image same,
                  WarpPerspective(FilledImage(3, 2, 2, 0.5F), {}, 2, 2, Border::kReplicate));
  EXPECT_EQ(same, FilledImage(3, 2, 2, 0.5F));
}

}  // namespace
}  // namespace cupel::data::image
