// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/apgd_loss.h"

#include <gmock/gmock.h>

#include <cmath>
#include <vector>

#include "cupel/base/reproducible_stream.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::inspect {
namespace {

using Logits = std::vector<float>;
using cupel::testing::HasError;
using cupel::testing::IsOkAndHolds;

constexpr Goal kFirst{.label = 0};

TEST(ApgdLossNames, AreThoseOfTheOfficialCode) {
  EXPECT_THAT(ParseApgdLoss("ce"), IsOkAndHolds(ApgdLoss::kCrossEntropy));
  EXPECT_THAT(ParseApgdLoss("dlr"), IsOkAndHolds(ApgdLoss::kDlr));
  EXPECT_THAT(ParseApgdLoss("dlr-targeted"), IsOkAndHolds(ApgdLoss::kDlrTargeted));
  EXPECT_THAT(ParseApgdLoss("margin"), HasError(ErrorCode::kInvalidArgument));
}

// By hand. Right: -(5 - 3) / (5 - 1); wrong: -(1 - 5) / (5 - 1).
TEST(Dlr, IsTheMarginOverTheLargestMinusTheThird) {
  const Logits z = {5, 3, 1, 0};
  EXPECT_NEAR(ApgdLossValue(ApgdLoss::kDlr, z, kFirst, -1), -0.5, 1e-12);
  EXPECT_NEAR(ApgdLossValue(ApgdLoss::kDlr, z, {.label = 2}, -1), 1, 1e-12);
}

// By hand: -(5 - 1) / (5 - (1 + 0) / 2).
TEST(DlrTargeted, HasTheThirdAndTheFourthBelow) {
  const Logits z = {5, 3, 1, 0};
  EXPECT_NEAR(ApgdLossValue(ApgdLoss::kDlrTargeted, z, kFirst, 2), -4 / 4.5, 1e-12);
  EXPECT_NEAR(ApgdLossValue(ApgdLoss::kDlrTargeted, z, kFirst, 3), -5 / 4.5, 1e-12);
}

TEST(ApgdLoss, ATargetOfTheGoalIsClimbedTowards) {
  const Logits z = {5, 3, 1, 0};
  const Goal goal{.label = 0, .target = 3};
  EXPECT_NEAR(ApgdLossValue(ApgdLoss::kDlr, z, goal, -1), -5 / 4.5, 1e-12);
  EXPECT_NEAR(ApgdLossValue(ApgdLoss::kDlrTargeted, z, goal, 1), -5 / 4.5, 1e-12);
  EXPECT_DOUBLE_EQ(ApgdLossValue(ApgdLoss::kCrossEntropy, z, goal, -1), -CrossEntropy(z, 3));
  EXPECT_DOUBLE_EQ(ApgdLossValue(ApgdLoss::kCrossEntropy, z, kFirst, -1), CrossEntropy(z, 0));
}

TEST(ApgdLoss, FewClassesLeaveTheMarginUpToAFactor) {
  EXPECT_NEAR(ApgdLossValue(ApgdLoss::kDlrTargeted, Logits{5, 3, 1}, kFirst, 1), -2 / 4.0, 1e-12);
  EXPECT_NEAR(ApgdLossValue(ApgdLoss::kDlrTargeted, Logits{5, 3}, kFirst, 1), -2, 1e-12);
  EXPECT_NEAR(ApgdLossValue(ApgdLoss::kDlr, Logits{5, 3}, kFirst, -1), -2, 1e-12);
  std::vector<float> gradient(2);
  ApgdLossGradient(ApgdLoss::kDlr, Logits{5, 3}, kFirst, -1, gradient);
  EXPECT_EQ(gradient, (std::vector<float>{-1, 1}));
}

TEST(ApgdLoss, DoesNotSeeTheScaleOfTheLogits) {
  const Logits z = {2.5F, 1.25F, -0.5F, 0.75F, 1};
  Logits large = z;
  for (float& value : large) value *= 1024;
  for (const ApgdLoss loss : {ApgdLoss::kDlr, ApgdLoss::kDlrTargeted})
    EXPECT_NEAR(ApgdLossValue(loss, z, kFirst, 4), ApgdLossValue(loss, large, kFirst, 4), 1e-9);
}

// A positive value is an error and an error is a positive value, for the class that is climbed towards.
TEST(ApgdLoss, IsPositiveExactlyWhenTheRivalWins) {
  ReproducibleStream stream(3, "logits");
  for (int trial = 0; trial < 500; ++trial) {
    Logits z(2 + stream.Below(6));
    for (float& value : z) value = static_cast<float>(stream.Normal());
    EXPECT_EQ(ApgdLossValue(ApgdLoss::kDlr, z, kFirst, -1) > 0, Margin(z, 0) > 0);
    EXPECT_EQ(ApgdLossValue(ApgdLoss::kDlrTargeted, z, kFirst, 1) > 0, z[1] > z[0]);
  }
}

// Losses are piecewise smooth; random logits keep away from the seams.
TEST(ApgdLoss, GradientsAreThoseOfTheValues) {
  ReproducibleStream stream(5, "logits");
  int tried = 0;
  for (int trial = 0; trial < 200; ++trial) {
    Logits z(2 + stream.Below(7));
    for (float& value : z) value = std::round(64 * static_cast<float>(stream.Normal())) / 16;
    const Goal goal{.label = 0, .target = trial % 3 == 0 ? 1 : -1};
    bool close = false;
    for (std::size_t i = 0; i < z.size(); ++i)
      for (std::size_t j = 0; j < i; ++j) close = close || std::abs(z[i] - z[j]) < 0.05F;
    if (close) continue;
    ++tried;
    for (const ApgdLoss loss : {ApgdLoss::kCrossEntropy, ApgdLoss::kDlr, ApgdLoss::kDlrTargeted}) {
      std::vector<float> gradient(z.size());
      ApgdLossGradient(loss, z, goal, 1, gradient);
      for (std::size_t j = 0; j < z.size(); ++j) {
        const float h = 0x1p-7F;
        Logits up = z;
        Logits down = z;
        up[j] += h;
        down[j] -= h;
        const double slope =
            (ApgdLossValue(loss, up, goal, 1) - ApgdLossValue(loss, down, goal, 1)) / (2 * double{h});
        EXPECT_NEAR(gradient[j], slope, 2e-4 + 2e-3 * std::abs(slope)) << "trial " << trial << " class " << j;
      }
    }
  }
  EXPECT_GT(tried, 60);
}

TEST(Rivals, AreAllOthersByRank) {
  EXPECT_EQ(RivalsByRank(Logits{1, 5, 3, 4}, 1), (std::vector<std::int32_t>{3, 2, 0}));
  EXPECT_EQ(RivalsByRank(Logits{1, 5, 3, 4}, 3), (std::vector<std::int32_t>{1, 2, 0}));
  EXPECT_EQ(RivalsByRank(Logits{2, 2, 9, 2}, 2), (std::vector<std::int32_t>{0, 1, 3}));
}

}  // namespace
}  // namespace cupel::algorithm::inspect
