// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/objective.h"

#include <cmath>
#include <limits>
#include <vector>

#include "cupel/base/reproducible_stream.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::inspect {
namespace {

// The loss by its definition, in double.
double Value(Loss loss, const std::vector<double>& z, std::size_t y) {
  std::vector<double> sorted = z;
  std::sort(sorted.rbegin(), sorted.rend());
  double rival = -std::numeric_limits<double>::infinity();
  double sum = 0;
  for (std::size_t j = 0; j < z.size(); ++j) {
    if (j != y) rival = std::max(rival, z[j]);
    sum += std::exp(z[j]);
  }
  if (loss == Loss::kCrossEntropy) return std::log(sum) - z[y];
  if (loss == Loss::kMargin) return rival - z[y];
  return (rival - z[y]) / (sorted[0] - sorted[2] + 1e-12);
}

TEST(Objective, GradientsEqualCentralDifferences) {
  for (Loss loss : {Loss::kCrossEntropy, Loss::kMargin, Loss::kDlr}) {
    for (std::uint64_t trial = 0; trial < 200; ++trial) {
      ReproducibleStream stream(3, "objective", trial);
      const std::size_t c = 3 + stream.Below(6);
      const auto y = static_cast<std::int32_t>(stream.Below(c));
      std::vector<float> logits;
      for (std::size_t j = 0; j < c; ++j) logits.push_back(static_cast<float>(3 * stream.Normal()));
      std::vector<float> gradient(c);
      LossGradient(loss, logits, y, gradient);
      for (std::size_t j = 0; j < c; ++j) {
        std::vector<double> z(logits.begin(), logits.end());
        z[j] += 1e-6;
        const double above = Value(loss, z, static_cast<std::size_t>(y));
        z[j] -= 2e-6;
        const double below = Value(loss, z, static_cast<std::size_t>(y));
        EXPECT_NEAR(gradient[j], (above - below) / 2e-6, 1e-4 * (1 + std::abs(gradient[j])))
            << "loss " << static_cast<int>(loss);
      }
    }
  }
}

TEST(Objective, AConfidentModelDoesNotHideItsCrossEntropyGradient) {
  const std::vector<float> logits = {40, 0, 1};
  std::vector<float> gradient(3);
  LossGradient(Loss::kCrossEntropy, logits, 0, gradient);
  EXPECT_LT(gradient[0], 0);  // p_0 - 1 in float32 would be exactly 0
  EXPECT_GT(gradient[1], 0);
  EXPECT_GT(gradient[2], gradient[1]);
}

TEST(Objective, MarginIsPositiveExactlyWhenTheAnswerIsWrong) {
  EXPECT_EQ(Margin(std::vector<float>{1, 3, 2}, 1), -1);
  EXPECT_EQ(Margin(std::vector<float>{1, 3, 2}, 0), 2);
  EXPECT_EQ(Margin(std::vector<float>{2, 2}, 0), 0);
  EXPECT_TRUE(std::isnan(Margin(std::vector<float>{1, std::numeric_limits<float>::infinity()}, 0)));
}

TEST(Objective, CrossEntropyDoesNotOverflow) {
  EXPECT_DOUBLE_EQ(CrossEntropy(std::vector<float>{1000, 0}, 1), 1000);
  EXPECT_DOUBLE_EQ(CrossEntropy(std::vector<float>{0, 0}, 1), std::log(2.0));
}

TEST(Objective, UnknownLossIsRefused) {
  EXPECT_THAT(ParseLoss("hinge"), cupel::testing::HasError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace cupel::algorithm::inspect
