// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <cmath>

#include "cupel/algorithm/gradient/central_differences.h"
#include "cupel/algorithm/gradient/operator_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::gradient {
namespace {

using cupel::testing::HasError;
using ::testing::ElementsAre;

// The definition: X_k = sum_t x_t exp(-2 pi i k t / n).
TEST(Dft, FollowsItsDefinition) {
  const std::vector<float> x = {1, -2, 0.5F, 4, 3};
  const auto y = Apply("DFT", {Floats({1, 5, 1}, x)})[0].AsDoubles();
  for (std::size_t k = 0; k < 5; ++k) {
    double real = 0, imaginary = 0;
    for (std::size_t t = 0; t < 5; ++t) {
      const double angle = -2 * M_PI * static_cast<double>(k * t) / 5;
      real += x[t] * std::cos(angle);
      imaginary += x[t] * std::sin(angle);
    }
    EXPECT_NEAR(y[2 * k], real, 1e-5);
    EXPECT_NEAR(y[2 * k + 1], imaginary, 1e-5);
  }
}

TEST(Dft, InverseUndoesIt) {
  const std::vector<float> x = {1, -2, 0.5F, 4, 3, 7};
  const auto y = Apply("DFT", {Floats({1, 6, 1}, x)})[0];
  const auto z = Apply("DFT", {y}, {{"inverse", Number(1)}})[0].AsDoubles();
  for (std::size_t t = 0; t < 6; ++t) EXPECT_NEAR(z[2 * t], x[t], 1e-6);
}

TEST(Dft, PadsToTheAskedLengthAndKeepsHalf) {
  const auto y =
      Apply("DFT", {Floats({1, 3, 1}, {1, 2, 3}), Integers({}, {8})}, {{"onesided", Number(1)}})[0];
  EXPECT_EQ(y.shape, graph::Shape({1, 5, 2}));
  EXPECT_NEAR(y.AsDoubles()[0], 6, 1e-6);
}

TEST(Stft, RefusesAFrameLongerThanTheSignal) {
  EXPECT_THAT(TryApply("STFT", {Floats({1, 3, 1}, {1, 2, 3}), Integers({}, {1}), {}, Integers({}, {4})}),
              HasError(ErrorCode::kInvalidArgument));
}

TEST(SignalOperators, GradientsAgreeWithCentralDifferences) {
  const auto scalar = [](std::int64_t value) { return graph::TensorValue::FromInt64s({}, {value}); };
  EXPECT_EQ(CompareWithCentralDifferences({"DFT", {Real{{2, 5, 1}}}}), "");
  EXPECT_EQ(CompareWithCentralDifferences({"DFT", {Real{{2, 4, 2}}, scalar(6)}, {{"inverse", Number(1)}}}),
            "");
  EXPECT_EQ(CompareWithCentralDifferences({"STFT", {Real{{1, 8, 1}}, scalar(2), Real{{4}}}}), "");
}

TEST(Windows, ArePeriodicUnlessToldOtherwise) {
  const auto hann = Apply("HannWindow", {Integers({}, {4})})[0].AsDoubles();
  EXPECT_NEAR(hann[0], 0, 1e-7);
  EXPECT_NEAR(hann[1], 0.5, 1e-7);
  EXPECT_NEAR(hann[2], 1, 1e-7);
  const auto symmetric = Apply("BlackmanWindow", {Integers({}, {5})},
                               {{"periodic", Number(0)}, {"output_datatype", Number(11)}})[0];
  EXPECT_EQ(symmetric.type, graph::DataType::kFloat64);
  EXPECT_NEAR(symmetric.AsDoubles()[2], 1, 1e-12);
  EXPECT_NEAR(symmetric.AsDoubles()[4], 0, 1e-12);
}

}  // namespace
}  // namespace cupel::algorithm::gradient
