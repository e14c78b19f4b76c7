// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/segmentation/boundary.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "cupel/algorithm/segmentation/golden_for_test.h"

namespace cupel::algorithm::segmentation {
namespace {

using test_support::ExpectSaid;
using test_support::Golden;
using test_support::GoldenPairs;

TEST(BoundaryTest, AgreesWithTheBoundaryIouApi) {
  const std::vector<LabelPair> pairs = GoldenPairs("classes");
  const Json said = Golden("boundary");
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    for (std::int32_t label = 1; label <= 3; ++label) {
      SCOPED_TRACE(::testing::Message() << "picture " << i << ", class " << label);
      ExpectSaid(said.AsArray()[i].AsArray()[static_cast<std::size_t>(label - 1)],
                 BoundaryIou(PixelsOf(pairs[i].truth, label), PixelsOf(pairs[i].answer, label), 0.05),
                 test_support::kDoubleTolerance);
    }
  }
}

TEST(BoundaryTest, TheEdgeOfThePictureIsABorder) {
  const Grid full{.depth = 1, .height = 5, .width = 6, .set = std::vector<std::uint8_t>(30, 1)};
  const std::vector<std::uint8_t> region = BoundaryRegion(full, 1);
  EXPECT_EQ(std::count(region.begin(), region.end(), 1), 30 - 3 * 4);
  EXPECT_EQ(region[1 * 6 + 1], 0);
  EXPECT_EQ(region[0], 1);
}

TEST(BoundaryTest, TheWidthIsRoundedHalfToEven) {
  EXPECT_EQ(BoundaryDistance(3, 4, 0.5), 2);  // 2.5
  EXPECT_EQ(BoundaryDistance(3, 4, 0.7), 4);  // 3.5
  EXPECT_EQ(BoundaryDistance(3, 4, 0.02), 1);
}

}  // namespace
}  // namespace cupel::algorithm::segmentation
