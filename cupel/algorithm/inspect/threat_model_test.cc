// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/threat_model.h"

#include <cmath>
#include <limits>
#include <vector>

#include "cupel/base/reproducible_stream.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::inspect {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;

constexpr double kEpsilon = 8.0 / 255;

TEST(ThreatModel, InnerBoundsNeverLeaveTheBallOrTheBoxAndLoseAtMostOneGridStep) {
  const ThreatModel threat{.norm = Norm::kLinf, .epsilon = kEpsilon, .box_low = 0, .box_high = 1};
  const double grid = GridSpacing(0, 1);
  ReproducibleStream stream(1, "bounds");
  std::vector<float> x;
  for (int b = 0; b <= 255; ++b) x.push_back(static_cast<float>(b) / 255.0F);
  for (int i = 0; i < 20000; ++i) x.push_back(stream.Uniform());
  std::vector<float> low(x.size());
  std::vector<float> high(x.size());
  InnerBounds(threat, x, low, high);
  EXPECT_THAT(CheckWithin(threat, x, low), IsOk());
  EXPECT_THAT(CheckWithin(threat, x, high), IsOk());
  for (std::size_t i = 0; i < x.size(); ++i) {
    EXPECT_TRUE(x[i] <= kEpsilon || double{x[i]} - low[i] >= kEpsilon - grid);
    EXPECT_TRUE(x[i] >= 1 - kEpsilon || double{high[i]} - x[i] >= kEpsilon - grid);
  }
}

TEST(ThreatModel, BoundsAndStepsAreMultiplesOfTheGrid) {
  const ThreatModel threat{.norm = Norm::kLinf, .epsilon = kEpsilon, .box_low = 0, .box_high = 1};
  const double grid = GridSpacing(0, 1);
  EXPECT_EQ(grid, 0x1p-24);
  const std::vector<float> x = {0.1F, 0.3F, 0.77F};
  std::vector<float> low(3);
  std::vector<float> high(3);
  InnerBounds(threat, x, low, high);
  for (float value : {low[0], low[1], high[2], StepOnGrid(kEpsilon / 4, grid)}) {
    EXPECT_EQ(std::remainder(double{value}, grid), 0);
  }
  EXPECT_GT(StepOnGrid(1e-12, grid), 0);
}

TEST(ThreatModel, AnInputOneFloatBeyondTheBallIsCaught) {
  const ThreatModel threat{.norm = Norm::kLinf, .epsilon = 0.25, .box_low = 0, .box_high = 1};
  const std::vector<float> x = {0.5F, 0.5F};
  EXPECT_THAT(CheckWithin(threat, x, std::vector<float>{0.75F, 0.25F}), IsOk());
  EXPECT_THAT(CheckWithin(threat, x, std::vector<float>{std::nextafter(0.75F, 1.0F), 0.25F}),
              HasError(ErrorCode::kVerificationFailed, ::testing::HasSubstr("more than epsilon")));
}

TEST(ThreatModel, LeavingTheBoxIsCaught) {
  const ThreatModel threat{.norm = Norm::kL2, .epsilon = 1, .box_low = 0, .box_high = 1};
  EXPECT_THAT(CheckWithin(threat, std::vector<float>{0.9F}, std::vector<float>{1.1F}),
              HasError(ErrorCode::kVerificationFailed, ::testing::HasSubstr("outside the box")));
}

TEST(ThreatModel, NotANumberNeverHolds) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (Norm norm : {Norm::kLinf, Norm::kL2}) {
    const ThreatModel threat{.norm = norm, .epsilon = 1, .box_low = 0, .box_high = 1};
    EXPECT_THAT(CheckWithin(threat, std::vector<float>{0.5F, 0.5F}, std::vector<float>{nan, 0.5F}),
                HasError(ErrorCode::kVerificationFailed));
  }
}

TEST(ThreatModel, MeasuresBothNorms) {
  const Perturbation moved = Measure(std::vector<float>{0, 0, 1}, std::vector<float>{3, 0, 5});
  EXPECT_EQ(moved.linf, 4);
  EXPECT_EQ(moved.l2, 5);
}

}  // namespace
}  // namespace cupel::algorithm::inspect
