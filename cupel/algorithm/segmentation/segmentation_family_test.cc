// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "cupel/algorithm/scheme/call.h"
#include "cupel/algorithm/scheme/figure_of_merit.h"
#include "cupel/algorithm/segmentation/class_values.h"
#include "cupel/algorithm/segmentation/family.h"
#include "cupel/algorithm/segmentation/golden_for_test.h"
#include "cupel/algorithm/segmentation/keypoints.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::segmentation {
namespace {

using ::cupel::testing::HasError;
using test_support::Golden;
using test_support::GoldenFolder;
using ::testing::HasSubstr;

Result<scheme::Evaluation> Evaluate(std::string_view text, const std::string& files) {
  std::vector<const scheme::Scheme*> known;
  for (const scheme::Scheme& scheme : Family().schemes) known.push_back(&scheme);
  CUPEL_TRY(const scheme::Call call, scheme::ParseCall(text, known));
  const std::string ending = call.scheme->input == &kKeypoints ? ".json" : ".npy";
  CUPEL_TRY(const std::unique_ptr<scheme::Input> input,
            call.scheme->input->read({.predictions = GoldenFolder() + files + "-answer" + ending,
                                      .truth = GoldenFolder() + files + "-truth" + ending}));
  return call.scheme->evaluate(*input, call.parameters, {.replicates = 100});
}

std::string FilesOf(const scheme::Scheme& scheme) {
  if (scheme.input == &kKeypoints) return "keypoints";
  return scheme.row == "E05" ? "panoptic" : scheme.row == "E06" ? "objects" : "classes";
}

TEST(SegmentationFamilyTest, EverySchemeGivesItsFigureWithAnInterval) {
  for (const scheme::Scheme& scheme : Family().schemes) {
    SCOPED_TRACE(scheme.id);
    const std::string call =
        scheme.id == "mean_point_error" ? "mean_point_error@left=5@right=12" : std::string(scheme.id);
    CUPEL_ASSERT_OK(const scheme::Evaluation evaluation, Evaluate(call, FilesOf(scheme)));
    ASSERT_FALSE(evaluation.metrics.empty());
    EXPECT_EQ(evaluation.metrics.front().name, scheme::kValue);
    ASSERT_TRUE(evaluation.metrics.front().interval.has_value());
    EXPECT_LE(evaluation.metrics.front().interval->low, evaluation.metrics.front().interval->high);
  }
}

TEST(SegmentationFamilyTest, TheFigureOfAllPicturesIsTheReferences) {
  CUPEL_ASSERT_OK(const scheme::Evaluation iou, Evaluate("mean_iou@ignore=9", "classes"));
  EXPECT_NEAR(iou.metrics.front().value, Golden("region")["mean_iou"].AsNumber(), 1e-12);
  CUPEL_ASSERT_OK(const scheme::Evaluation quality, Evaluate("panoptic_quality", "panoptic"));
  EXPECT_NEAR(quality.metrics.front().value, Golden("panoptic")["pq"].AsNumber(), 1e-12);
}

TEST(SegmentationFamilyTest, EmptyPicturesAreLeftOutOrCountedAsTheRuleSays) {
  CUPEL_ASSERT_OK(const scheme::Evaluation skip, Evaluate("dice@ignore=9", "classes"));
  CUPEL_ASSERT_OK(const scheme::Evaluation one, Evaluate("dice@ignore=9@empty=one", "classes"));
  EXPECT_EQ(skip.metrics.front().n, 6);
  EXPECT_EQ(one.metrics.front().n, 8);
  ASSERT_EQ(skip.notes.size(), 1U);
  EXPECT_THAT(skip.notes.front().en, HasSubstr("2 of 8"));
  EXPECT_TRUE(one.notes.empty());
}

TEST(SegmentationFamilyTest, AMissedClassCostsTheDiagonalWhereThatIsAsked) {
  CUPEL_ASSERT_OK(const scheme::Evaluation skip, Evaluate("hausdorff", "classes"));
  CUPEL_ASSERT_OK(const scheme::Evaluation diagonal, Evaluate("hausdorff@empty=diagonal", "classes"));
  EXPECT_GT(diagonal.metrics.front().value, skip.metrics.front().value);
}

TEST(SegmentationFamilyTest, VolumesHaveAContourOnlyAsPixels) {
  CUPEL_ASSERT_OK(const scheme::Evaluation pixels, Evaluate("hausdorff@spacing=2.5+0.8+0.8", "volumes"));
  EXPECT_GT(pixels.metrics.front().value, 0);
  EXPECT_THAT(Evaluate("hausdorff@mode=contour", "volumes"), HasError(ErrorCode::kUnsupported));
  EXPECT_THAT(Evaluate("boundary_iou", "volumes"), HasError(ErrorCode::kUnsupported));
  EXPECT_THAT(Evaluate("hausdorff@spacing=1+2", "volumes"),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("spacing")));
}

TEST(SegmentationFamilyTest, ClassesAreAveragedWithinAPictureFirst) {
  const ClassValues values = {.classes = {1, 2}, .values = {{1.0, std::nullopt}, {0.0, 0.5}, {{}, {}}}};
  CUPEL_ASSERT_OK(const scheme::Evaluation evaluation, AverageOverImages("x", values, {.replicates = 20}));
  EXPECT_DOUBLE_EQ(evaluation.metrics[0].value, (1.0 + 0.25) / 2);
  EXPECT_DOUBLE_EQ(evaluation.metrics[1].value, 0.5);
  EXPECT_DOUBLE_EQ(evaluation.metrics[2].value, 0.5);
  EXPECT_EQ(evaluation.metrics[2].n, 1);
  EXPECT_THAT(AverageOverImages("x", {.classes = {1}, .values = {{std::nullopt}}}, {}),
              HasError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace cupel::algorithm::segmentation
