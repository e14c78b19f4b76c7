// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/segmentation/instances.h"

#include <gmock/gmock.h>

#include "cupel/algorithm/segmentation/golden_for_test.h"
#include "cupel/algorithm/segmentation/object_hausdorff.h"

namespace cupel::algorithm::segmentation {
namespace {

using test_support::ExpectSaid;
using test_support::Golden;
using test_support::GoldenPairs;
using test_support::kDoubleTolerance;

std::optional<double> Aji(const Contingency& counts, AjiPairing pairing) {
  const AjiSums sums = SumAji(counts, 0, pairing);
  return sums.intersection / sums.together;
}

TEST(InstancesTest, AgreesWithHoverNetAndFullNet) {
  const std::vector<LabelPair> pairs = GoldenPairs("objects");
  ASSERT_EQ(pairs.size(), 4U);
  const Json said = Golden("instances");
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    SCOPED_TRACE(i);
    const Contingency counts = CountShared(pairs[i]);
    ExpectSaid(said["aji"].AsArray()[i], Aji(counts, AjiPairing::kLargest), kDoubleTolerance);
    ExpectSaid(said["aji_plus"].AsArray()[i], Aji(counts, AjiPairing::kOneToOne), kDoubleTolerance);
    ExpectSaid(said["object_dice"].AsArray()[i], ObjectDice(counts, 0), kDoubleTolerance);
    ExpectSaid(said["object_hausdorff"].AsArray()[i], ObjectHausdorff(pairs[i], 0), kDoubleTolerance);
  }
}

TEST(InstancesTest, SharedAreasAddUpToThePicture) {
  for (const LabelPair& pair : GoldenPairs("objects")) {
    const Contingency counts = CountShared(pair);
    std::int64_t shared = 0, truth = 0, answer = 0;
    for (const auto& cell : counts.shared) shared += cell.pixels;
    for (const std::int64_t pixels : counts.truth_pixels) truth += pixels;
    for (const std::int64_t pixels : counts.answer_pixels) answer += pixels;
    EXPECT_EQ(shared, static_cast<std::int64_t>(pair.truth.size()));
    EXPECT_EQ(truth, shared);
    EXPECT_EQ(answer, shared);
  }
}

TEST(InstancesTest, OneSideWithoutObjectsIsAllWrong) {
  LabelPair pair;
  pair.truth.height = pair.answer.height = 1;
  pair.truth.width = pair.answer.width = 3;
  pair.truth.labels = {0, 4, 4};
  pair.answer.labels = {0, 0, 0};
  const Contingency counts = CountShared(pair);
  EXPECT_EQ(ObjectDice(counts, 0), 0);
  EXPECT_EQ(Aji(counts, AjiPairing::kLargest), 0);
  EXPECT_EQ(ObjectHausdorff(pair, 0), std::nullopt);
  pair.truth.labels = {0, 0, 0};
  EXPECT_EQ(ObjectDice(CountShared(pair), 0), std::nullopt);
}

}  // namespace
}  // namespace cupel::algorithm::segmentation
