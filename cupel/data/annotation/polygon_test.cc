// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/annotation/polygon.h"

#include <gmock/gmock.h>

#include <limits>
#include <string>
#include <vector>

#include "cupel/testing/status_matchers.h"

namespace cupel::data::annotation {
namespace {

using ::cupel::testing::HasError;

constexpr std::int64_t kHeight = 12, kWidth = 17;

/// Made with cocoapi's common/maskApi.c, commit 8c9bcc3c (rleFrPoly, rleMerge, rleToString), built with gcc
/// -O1 and called from Python: triangles, the whole picture, corners outside, doubled corners, a crossing
/// outline, lines, points, and random outlines.
TEST(PolygonTest, AgreesWithTheMaskApi) {
  struct Said {
    std::vector<double> corners;
    std::string text;
  };
  const std::vector<Said> said = {
      {{2, 2, 12.5, 3, 9, 10.25}, "V12:1O1O100O2NO1N2Nk1"},
      {{0, 0, 17, 0, 17, 12, 0, 12}, "0\\6"},
      {{-4, -3, 8.5, 20, 25, 1}, "0572N2N2N`40"},
      {{3, 3, 3, 3, 11, 3, 11, 3, 11, 9.5, 3, 9.5}, "W1750000000000000U2"},
      {{2, 2, 14, 10, 14, 2, 2, 10}, "j085N2N101Ni00WO2O0O2N2Q1"},
      {{5.5, 1, 6, 11}, "\\6"},
      {{8, 6}, "\\6"},
      {{1, 1, 15, 1, 15, 4, 5, 4, 5, 8, 15, 8, 15, 11, 1, 11},
       "=:2000000I20N020N020N020N020N020N020N020N020N020e0"},
      {{16.4, 0.6, 16.9, 11.9, 0.1, 11.2, 0.3, 0.2}, "0;1000000000000a10_N0000001O"},
      {{10.63, -0.65, 18.07, 5.53, 10.36, 7.9, 17.9, 5.45, 9.67, 0.45, 13.49, 6.74}, "i31:0G090H070?0L"},
      {{7.96, 8.5,   0.46,  8.43, 16.97, 6.42,  14.05, 9.09,  -1.53, 10.65, 10.6,
        2.42, -2.29, 12.58, 7.87, 9.94,  17.21, 9.85,  18.19, 4.11,  15.42, 5.0},
       "9390ONI070J070H080H050L050L07010F0:000M0J060J051J060J06OJ21"},
      {{17.21, -1.25, 0.13, 0.91, 19.21, 4.85, 11.41, 2.42, 8.67, 3.95}, "U11:100000001O000000O1OH060J0n0"},
      {{9.28, 4.34, 2.34, 3.06, 18.06, -2.48, 3.43, 7.9, 13.0, 9.58, 4.51, 6.75, 10.15, -1.13, 12.08, 8.39},
       "b114021KO0053KN30MO2080H00000320ON0003OK0]1"},
      {{3.14,  -0.76, 8.09, 8.5,  8.12, 3.19,  -1.47, 13.15, -2.54, 4.69,  6.55,  -0.86,
        10.91, 10.71, 5.69, 7.55, 9.67, 13.59, 3.42,  1.25,  -2.17, -2.87, -0.51, 6.64},
       "0323OL051JO6212IL340LM54KL0041O023LL524No1"},
      {{19.34, 2.25, 3.06, 9.42, 19.54, 3.12, 5.28, -0.51, 16.82, 3.78, 17.01, 3.95},
       "k2140i00YO050H05030F080H0800"},
  };
  for (const auto& [corners, text] : said) {
    SCOPED_TRACE(::testing::PrintToString(corners));
    CUPEL_ASSERT_OK(const Mask mask, MaskFromPolygon(kHeight, kWidth, corners));
    EXPECT_EQ(MaskText(mask), text);
  }
  std::vector<Mask> parts;
  for (const std::size_t k : {0, 7, 4}) {
    CUPEL_ASSERT_OK(Mask mask, MaskFromPolygon(kHeight, kWidth, said[k].corners));
    parts.push_back(std::move(mask));
  }
  EXPECT_EQ(MaskText(MaskUnion(parts)), "=:200000000LOM170000000000000I20e0");
}

TEST(PolygonTest, RefusesWhatIsNoPolygon) {
  const auto draw = [](std::vector<double> corners) { return MaskFromPolygon(kHeight, kWidth, corners); };
  EXPECT_THAT(draw({}), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(draw({1, 2, 3}), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(draw({1, 2, 3, std::numeric_limits<double>::quiet_NaN()}), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(draw({1, 2, 3e5, 4}), HasError(ErrorCode::kCorrupt));
  std::vector<double> long_outline;
  for (int k = 0; k < 400; ++k) long_outline.insert(long_outline.end(), {k % 2 == 0 ? -1e5 : 1e5, 1});
  EXPECT_THAT(draw(long_outline), HasError(ErrorCode::kResourceLimit));
  EXPECT_THAT(MaskFromPolygon(1 << 20, 1 << 20, std::vector<double>{1, 2, 3, 4, 5, 6}),
              HasError(ErrorCode::kResourceLimit));
}

}  // namespace
}  // namespace cupel::data::annotation
