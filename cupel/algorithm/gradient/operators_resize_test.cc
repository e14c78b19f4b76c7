// SPDX-License-Identifier: Apache-2.0
// What ONNX's backend tests leave open. Expected values are worked out by hand.
#include <gmock/gmock.h>

#include "cupel/algorithm/gradient/operator_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::gradient {
namespace {

using cupel::testing::HasError;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pointwise;

const graph::TensorValue kOmitted;

MATCHER_P(Near, bound, "") { return std::abs(std::get<0>(arg) - std::get<1>(arg)) <= bound; }

TEST(Resize, IsAsymmetricAndFloorsInOpset10) {
  const auto y = Apply("Resize", {Floats({1, 1, 1, 2}, {1, 2}), Floats({4}, {1, 1, 1, 2.5F})}, {}, 10)[0];
  EXPECT_THAT(y.AsDoubles(), ElementsAre(1, 1, 1, 2, 2));
}

TEST(Resize, ResamplesTheNamedAxesAlone) {
  const Attributes attributes = {{"axes", std::vector<std::int64_t>{2}}, {"mode", Text("linear")}};
  const auto y =
      Apply("Resize", {Floats({1, 1, 2}, {0, 4}), kOmitted, kOmitted, Integers({4})}, attributes, 18)[0];
  EXPECT_EQ(y.shape, graph::Shape({1, 1, 4}));
  EXPECT_THAT(y.AsDoubles(), ElementsAre(0, 1, 3, 4));
}

TEST(Resize, KeepsTheAspectRatio) {
  const auto x = Floats({2, 4}, {1, 2, 3, 4, 5, 6, 7, 8});
  const auto shape = [&](const char* policy) {
    return Apply("Resize", {x, kOmitted, kOmitted, Integers({6, 8})},
                 {{"keep_aspect_ratio_policy", Text(policy)}}, 18)[0]
        .shape;
  };
  EXPECT_EQ(shape("stretch"), graph::Shape({6, 8}));
  EXPECT_EQ(shape("not_larger"), graph::Shape({4, 8}));
  EXPECT_EQ(shape("not_smaller"), graph::Shape({6, 12}));
}

// Cubic convolution reproduces a straight line away from the border, whatever its coefficient.
TEST(Resize, CubicKeepsAStraightLine) {
  const auto x = Floats({8}, {0, 1, 2, 3, 4, 5, 6, 7});
  const auto y =
      Apply("Resize", {x, kOmitted, Floats({1}, {2})}, {{"mode", Text("cubic")}, {"cubic_coeff_a", -0.5F}})[0]
          .AsDoubles();
  const std::vector<double> inner(y.begin() + 4, y.begin() + 12);
  EXPECT_THAT(inner, Pointwise(Near(1e-5), {1.75, 2.25, 2.75, 3.25, 3.75, 4.25, 4.75, 5.25}));
}

TEST(Resize, FillsOutsideTheRegion) {
  const Attributes attributes = {{"coordinate_transformation_mode", Text("tf_crop_and_resize")},
                                 {"extrapolation_value", -1.0F},
                                 {"mode", Text("linear")}};
  const auto y = Apply("Resize", {Floats({3}, {1, 2, 3}), Floats({2}, {0.5F, 1.5F}), kOmitted, Integers({3})},
                       attributes)[0];
  EXPECT_THAT(y.AsDoubles(), ElementsAre(2, 3, -1));
}

TEST(Resize, SaysWhatItDoesNotKnow) {
  const auto x = Floats({2}, {1, 2});
  EXPECT_THAT(TryApply("Resize", {x, kOmitted, Floats({1}, {2})}, {{"antialias", Number(1)}}, 18),
              HasError(ErrorCode::kUnsupported));
  EXPECT_THAT(TryApply("Resize", {x, kOmitted, Floats({1}, {2})}, {{"mode", Text("lanczos")}}),
              HasError(ErrorCode::kUnsupported, HasSubstr("lanczos")));
  EXPECT_THAT(TryApply("Resize", {x, kOmitted, Floats({2}, {2, 2})}),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("scales")));
  EXPECT_THAT(TryApply("Resize", {x, kOmitted, Floats({1}, {-1})}),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("> 0")));
}

TEST(GridSample, IsTheIdentityOnTheIdentityGrid) {
  const auto x = Floats({1, 1, 2, 3}, {1, 2, 3, 4, 5, 6});
  const auto grid =
      Apply("AffineGrid", {Floats({1, 2, 3}, {1, 0, 0, 0, 1, 0}), Integers({1, 1, 2, 3})}, {}, 20)[0];
  EXPECT_THAT(Apply("GridSample", {x, grid})[0].AsDoubles(), Pointwise(Near(1e-5), x.AsDoubles()));
}

}  // namespace
}  // namespace cupel::algorithm::gradient
