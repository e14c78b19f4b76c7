// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/segmentation/panoptic.h"

#include <gmock/gmock.h>

#include "cupel/algorithm/segmentation/golden_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::segmentation {
namespace {

using ::cupel::testing::HasError;
using test_support::ExpectSaid;
using test_support::Golden;
using test_support::GoldenPairs;
using test_support::kDoubleTolerance;

TEST(PanopticTest, AgreesWithPanopticapi) {
  PanopticByCategory sums;
  for (const LabelPair& pair : GoldenPairs("panoptic")) {
    CUPEL_ASSERT_OK(const PanopticByCategory picture, CountPanoptic(CountShared(pair), 1000, 0));
    for (const auto& [category, counts] : picture) {
      sums[category].tp += counts.tp;
      sums[category].fp += counts.fp;
      sums[category].fn += counts.fn;
      sums[category].iou += counts.iou;
    }
  }
  const Json said = Golden("panoptic");
  for (const auto& [category, counts] : sums) {
    SCOPED_TRACE(category);
    const Json::Array& they = said["counts"][std::to_string(category)].AsArray();
    EXPECT_EQ(counts.tp, they[0].AsNumber());
    EXPECT_EQ(counts.fp, they[1].AsNumber());
    EXPECT_EQ(counts.fn, they[2].AsNumber());
    EXPECT_NEAR(counts.iou, they[3].AsNumber(), kDoubleTolerance);
    ExpectSaid(said["by_category"][std::to_string(category)], ComputePanoptic(counts).pq, kDoubleTolerance);
  }
  const PanopticFigures mean = MeanPanoptic(sums);
  ExpectSaid(said["pq"], mean.pq, kDoubleTolerance);
  ExpectSaid(said["sq"], mean.sq, kDoubleTolerance);
  ExpectSaid(said["rq"], mean.rq, kDoubleTolerance);
}

TEST(PanopticTest, AnAnswerMostlyOnVoidIsNotCounted) {
  LabelPair pair;
  pair.truth.labels = {0, 0, 0, 1000};
  pair.answer.labels = {2000, 2000, 2000, 2000};
  CUPEL_ASSERT_OK(const PanopticByCategory picture, CountPanoptic(CountShared(pair), 1000, 0));
  EXPECT_FALSE(picture.contains(2));
  EXPECT_EQ(picture.at(1).fn, 1);
}

TEST(PanopticTest, RefusesNegativeLabels) {
  LabelPair pair;
  pair.truth.labels = {-1, 1000};
  pair.answer.labels = {1000, 1000};
  EXPECT_THAT(CountPanoptic(CountShared(pair), 1000, 0), HasError(ErrorCode::kInvalidArgument));
  EXPECT_TRUE(CountPanoptic(CountShared(pair), 1000, -1).has_value());
}

}  // namespace
}  // namespace cupel::algorithm::segmentation
