// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "cupel/algorithm/gradient/operator_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::gradient {
namespace {

using cupel::testing::HasError;
using ::testing::ElementsAre;

// On a plane x + 10 y the mean of a bin is the plane's value at the bin's centre.
TEST(RoiAlign, AveragesAPlaneExactly) {
  std::vector<float> plane;
  for (int i = 0; i < 36; ++i) plane.push_back(static_cast<float>(i % 6 + 10 * (i / 6)));
  const Attributes attributes = {{"output_width", Number(2)}, {"sampling_ratio", Number(2)}};
  const auto y = Apply("RoiAlign",
                       {Floats({1, 1, 6, 6}, plane), Floats({1, 4}, {1.5F, 1.5F, 3.5F, 4.5F}), Integers({0})},
                       attributes)[0];
  // Region x in [1, 3], y in [1, 4] after the shift by half a pixel: centres at x = 1.5 and 2.5, y = 2.5.
  EXPECT_EQ(y.shape, graph::Shape({1, 1, 1, 2}));
  EXPECT_THAT(y.AsDoubles(), ElementsAre(26.5, 27.5));
}

TEST(RoiAlign, RefusesRegionsAndImagesThatDoNotExist) {
  const auto x = Floats({1, 1, 2, 2}, {1, 2, 3, 4});
  EXPECT_THAT(TryApply("RoiAlign", {x, Floats({1, 4}, {0, 0, 1e30F, 1}), Integers({0})}),
              HasError(ErrorCode::kInvalidArgument));
  EXPECT_FALSE(TryApply("RoiAlign", {x, Floats({1, 4}, {0, 0, 1, 1}), Integers({3})}));
}

}  // namespace
}  // namespace cupel::algorithm::gradient
