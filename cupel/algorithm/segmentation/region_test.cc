// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/segmentation/region.h"

#include <gmock/gmock.h>

#include <cmath>

#include "cupel/algorithm/segmentation/golden_for_test.h"

namespace cupel::algorithm::segmentation {
namespace {

using test_support::ExpectSaid;
using test_support::Golden;
using test_support::GoldenPairs;
using test_support::kDoubleTolerance;
using test_support::kFloatTolerance;

constexpr std::int32_t kIgnored = 9;
const std::vector<std::int32_t> kObjects = {1, 2, 3};

TEST(RegionTest, AgreesWithScikitLearn) {
  const std::vector<std::int32_t> classes = {0, 1, 2, 3};
  std::vector<ClassArea> sums(classes.size());
  for (const LabelPair& pair : GoldenPairs("classes")) {
    const std::vector<ClassArea> areas = CountAreas(pair, classes, kIgnored);
    for (std::size_t k = 0; k < sums.size(); ++k) {
      sums[k].both += areas[k].both;
      sums[k].truth += areas[k].truth;
      sums[k].answer += areas[k].answer;
    }
  }
  const Json said = Golden("region");
  const RegionFigures figures = ComputeRegion(sums);
  ExpectSaid(said["mean_iou"], figures.mean_iou, kDoubleTolerance);
  ExpectSaid(said["pixel_accuracy"], figures.pixel_accuracy, kDoubleTolerance);
  ExpectSaid(said["mean_class_accuracy"], figures.mean_class_accuracy, kDoubleTolerance);
  ExpectSaid(said["frequency_weighted_iou"], figures.frequency_weighted_iou, kDoubleTolerance);
  for (std::size_t k = 0; k < sums.size(); ++k) {
    ExpectSaid(said["iou"].AsArray()[k], ClassIou(sums[k]), kDoubleTolerance);
  }
}

TEST(RegionTest, DiceAgreesWithMonai) {
  const std::vector<LabelPair> pairs = GoldenPairs("classes");
  const Json said = Golden("dice");
  int without = 0;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const std::vector<ClassArea> areas = CountAreas(pairs[i], kObjects, kIgnored);
    for (std::size_t k = 0; k < areas.size(); ++k) {
      SCOPED_TRACE(::testing::Message() << "picture " << i << ", class " << kObjects[k]);
      ExpectSaid(said["skip"].AsArray()[i].AsArray()[k], ClassDice(areas[k], EmptyRule::kSkip),
                 kFloatTolerance);
      ExpectSaid(said["one"].AsArray()[i].AsArray()[k], ClassDice(areas[k], EmptyRule::kOne),
                 kFloatTolerance);
      without += said["skip"].AsArray()[i].AsArray()[k].IsNull() ? 1 : 0;
    }
  }
  EXPECT_GT(without, 5) << "the pictures must try the rule for empty classes";
}

TEST(RegionTest, GeneralisedDiceAgreesWithMonai) {
  const std::vector<LabelPair> pairs = GoldenPairs("classes");
  const Json said = Golden("dice")["generalised"];
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    SCOPED_TRACE(i);
    ExpectSaid(said.AsArray()[i].AsArray()[0], GeneralisedDice(CountAreas(pairs[i], kObjects, kIgnored)),
               kFloatTolerance);
  }
}

TEST(RegionTest, AnIgnoredAnswerIsAnErrorOfTheTruthsClass) {
  LabelPair pair;
  pair.truth.labels = {1, 1, 9, 2};
  pair.answer.labels = {1, 9, 1, 2};
  const std::vector<std::int32_t> classes = {1, 2};
  const std::vector<ClassArea> areas = CountAreas(pair, classes, kIgnored);
  EXPECT_EQ(areas[0].both, 1);
  EXPECT_EQ(areas[0].truth, 2);
  EXPECT_EQ(areas[0].answer, 1) << "where the truth is ignored, the answer does not count";
  EXPECT_EQ(ClassIou(areas[1]), 1);
}

TEST(RegionTest, NothingCountedIsNoFigure) {
  EXPECT_TRUE(std::isnan(ComputeRegion({}).mean_iou));
  EXPECT_TRUE(std::isnan(ClassIou({})));
}

}  // namespace
}  // namespace cupel::algorithm::segmentation
