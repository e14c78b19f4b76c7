// SPDX-License-Identifier: Apache-2.0
// Losses, quantisation and optimizer steps against hand-worked values.
#include <gmock/gmock.h>

#include <cmath>

#include "cupel/algorithm/gradient/operator_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::gradient {
namespace {

using cupel::testing::HasError;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(NegativeLogLikelihoodLoss, IgnoresALabelOutsideTheClasses) {
  const auto x = Floats({3, 2}, {-1, -2, -3, -4, -5, -6});
  const Attributes ignore = {{"ignore_index", Number(-100)}};
  EXPECT_THAT(Apply("NegativeLogLikelihoodLoss", {x, Integers({0, -100, 1})}, ignore)[0].AsDoubles(),
              ElementsAre(3.5));
  EXPECT_THAT(TryApply("NegativeLogLikelihoodLoss", {x, Integers({0, 2, 1})}),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("labels must be in [0, 2)")));
}

TEST(SoftmaxCrossEntropyLoss, AnswersLogProbabilitiesToo) {
  const auto y = Apply("SoftmaxCrossEntropyLoss", {Floats({1, 2}, {0, 0}), Integers({1})});
  EXPECT_NEAR(y[0].AsDoubles()[0], std::log(2.0), 1e-6);
  EXPECT_NEAR(y[1].AsDoubles()[0], -std::log(2.0), 1e-6);
}

TEST(QuantizeLinear, RoundsHalfToEvenAndSaturates) {
  const auto y =
      Apply("QuantizeLinear", {Floats({6}, {0.5F, 1.5F, 2.5F, -0.5F, 300, -1}), Floats({}, {1})})[0];
  EXPECT_EQ(y.type, graph::DataType::kUint8);
  EXPECT_THAT(y.AsInt64s(), ElementsAre(0, 2, 2, 0, 255, 0));
}

TEST(DequantizeLinear, UndoesQuantisationWithinHalfAStep) {
  const auto x = Floats({2, 2}, {-1, 0.2F, 0.7F, 3});
  const auto scale = Floats({2}, {0.02F, 0.05F});
  const auto zero = Apply("Cast", {Integers({64, 100})}, {{"to", Number(2)}})[0];
  const auto q = Apply("QuantizeLinear", {x, scale, zero})[0];
  const auto back = Apply("DequantizeLinear", {q, scale, zero})[0].AsDoubles();
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(back[i], x.AsDoubles()[i], i % 2 == 0 ? 0.0101 : 0.0251);
}

TEST(DynamicQuantizeLinear, AnswersZeroForZeros) {
  const auto y = Apply("DynamicQuantizeLinear", {Floats({2}, {0, 0})});
  EXPECT_THAT(y[0].AsInt64s(), ElementsAre(0, 0));
}

TEST(Momentum, TakesTheNesterovStep) {
  const auto scalar = [](float value) { return Floats({}, {value}); };
  const Attributes attributes = {
      {"alpha", 0.5F}, {"beta", 1.0F}, {"norm_coefficient", 0.0F}, {"mode", Text("nesterov")}};
  const auto y = Apply("Momentum", {scalar(0.1F), Integers({}, {1}), scalar(1), scalar(2), scalar(4)},
                       attributes, 1, "ai.onnx.preview.training");
  EXPECT_NEAR(y[1].AsDoubles()[0], 0.5 * 4 + 2, 1e-6);
  EXPECT_NEAR(y[0].AsDoubles()[0], 1 - 0.1 * (2 + 0.5 * 4), 1e-6);
}

TEST(Gradient, SaysThatItIsNotSupported) {
  EXPECT_THAT(TryApply("Gradient", {}, {}, 1, "ai.onnx.preview.training"), HasError(ErrorCode::kUnsupported));
}

}  // namespace
}  // namespace cupel::algorithm::gradient
