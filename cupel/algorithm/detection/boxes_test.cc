// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <cmath>

#include "cupel/algorithm/detection/best_match.h"
#include "cupel/algorithm/detection/generated_for_test.h"
#include "cupel/algorithm/detection/greedy_match.h"
#include "cupel/algorithm/detection/miss_rate.h"
#include "cupel/algorithm/detection/overlap.h"
#include "cupel/algorithm/detection/reference_golden_for_test.h"
#include "cupel/algorithm/detection/scheme_run_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::detection {
namespace {

using cupel::testing::HasError;
using test_support::RunScheme;
using test_support::ValueOf;
using ::testing::HasSubstr;

Detections SimpleSet() { return ParseFiles(test_support::Generator(test_support::SimpleSet()).Make()); }
Detections FaceSet() { return ParseFiles(test_support::Generator(test_support::FaceSet()).Make()); }

double Mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

/// The figures of classes 1 and 0 of the simple set: ids fall as names rise.
void ExpectClasses(const scheme::Evaluation& evaluation, const std::vector<double>& golden,
                   double tolerance) {
  ASSERT_EQ(golden.size(), 2U);
  EXPECT_NEAR(check::FindMetric(evaluation.metrics, "class.class 1")->value, golden[0], tolerance);
  EXPECT_NEAR(check::FindMetric(evaluation.metrics, "class.class 0")->value, golden[1], tolerance);
  EXPECT_NEAR(ValueOf(evaluation), Mean(golden), tolerance);
}

/// One class in `images` images; add objects and detections by hand.
class HandMade {
 public:
  explicit HandMade(std::size_t images) {
    detections.truth.sources.resize(images);
    detections.truth.categories = {"thing"};
  }
  Object& Truth(std::int32_t image, Box box) { return Add(detections.truth.objects, image, box, 1); }
  void Found(std::int32_t image, Box box, double score) { Add(detections.found, image, box, score); }
  Detections detections;

 private:
  static Object& Add(std::vector<Object>& to, std::int32_t image, Box box, double score) {
    Object& object = to.emplace_back();
    object.source = image;
    object.box = box;
    object.area = box.w * box.h;
    object.score = score;
    object.id = static_cast<std::int64_t>(to.size());
    return object;
  }
};

TEST(VocApTest, EqualsTheDevkitsPort) {
  CUPEL_ASSERT_OK(const auto area, RunScheme("voc_ap", SimpleSet(), {.replicates = 50}));
  ExpectClasses(area, test_support::kVocArea, 0);
  CUPEL_ASSERT_OK(const auto points, RunScheme("voc_ap@metric=11-point", SimpleSet(), {.replicates = 50}));
  ExpectClasses(points, test_support::kVoc11Points, 0);
  EXPECT_EQ(area.figures.size(), 2U);
}

TEST(VocApTest, LooksOnlyAtTheObjectWithTheLargestOverlap) {
  HandMade made(1);
  made.Truth(0, {0, 0, 100, 100});
  made.Truth(0, {0, 30, 100, 100});
  made.Found(0, {0, 0, 100, 100}, 0.9);
  made.Found(0, {0, 5, 100, 100}, 0.8);
  // The second also overlaps the second object enough, but the first more.
  CUPEL_ASSERT_OK(const auto voc, RunScheme("voc_ap", made.detections, {}));
  EXPECT_DOUBLE_EQ(ValueOf(voc), 0.5);
  CUPEL_ASSERT_OK(const auto coco, RunScheme("coco_ap@overlap=0.50", made.detections, {}));
  EXPECT_NEAR(ValueOf(coco), 1, 1e-12) << "COCO gives it the object that is free";
}

TEST(VocApTest, AnOverlapOfExactlyTheThresholdSuffices) {
  HandMade made(1);
  made.Truth(0, {0, 0, 10, 10});
  made.Found(0, {0, 0, 10, 5}, 0.9);
  CUPEL_ASSERT_OK(const auto evaluation, RunScheme("voc_ap", made.detections, {}));
  EXPECT_EQ(ValueOf(evaluation), 1);
  EXPECT_FALSE(evaluation.metrics[0].interval.has_value()) << "one image says nothing about others";
}

TEST(VocApTest, NoObjectMeansNoFigure) {
  HandMade made(1);
  made.Found(0, {0, 0, 10, 5}, 0.9);
  made.Truth(0, {0, 0, 10, 10}).ignore = true;
  for (const char* call : {"voc_ap", "log_average_miss_rate", "box_iou", "wider_face_ap"}) {
    CUPEL_ASSERT_OK(const auto evaluation, RunScheme(call, made.detections, {}));
    EXPECT_TRUE(evaluation.metrics.empty()) << call;
    EXPECT_EQ(evaluation.notes.size(), 1U) << call;
  }
}

TEST(MissRateTest, EqualsTheCaltechToolbox) {
  CUPEL_ASSERT_OK(const auto evaluation, RunScheme("log_average_miss_rate", SimpleSet(), {.replicates = 50}));
  ExpectClasses(evaluation, test_support::kMissRate, 1e-14);
}

TEST(MissRateTest, CountsTheLastDetectionWithinEachRate) {
  HandMade made(10);
  made.Truth(0, {0, 0, 10, 10});
  made.Truth(1, {0, 0, 10, 10});
  made.Found(0, {0, 0, 10, 10}, 0.9);  // Right at 0 false positives per image.
  made.Found(2, {0, 0, 10, 10}, 0.8);  // 0.1 from here on.
  made.Found(1, {0, 0, 10, 10}, 0.7);  // Right at 0.1.
  CUPEL_ASSERT_OK(const auto evaluation, RunScheme("log_average_miss_rate", made.detections, {}));
  // Four references below 0.1 see one of two missed; from 0.1 on nothing is missed (1e-10).
  EXPECT_NEAR(ValueOf(evaluation), std::exp((4 * std::log(0.5) + 5 * std::log(1e-10)) / 9), 1e-15);
  const Json& curve = evaluation.figures.at(0)["series"].AsArray().at(0);
  EXPECT_EQ(curve["x"].AsArray().size(), 3U);
  EXPECT_EQ(curve["y"].AsArray().at(1).AsNumber(), 0.5);
}

TEST(MissRateTest, NoDetectionMissesEverything) {
  HandMade made(2);
  made.Truth(0, {0, 0, 10, 10});
  CUPEL_ASSERT_OK(const auto evaluation, RunScheme("log_average_miss_rate", made.detections, {}));
  EXPECT_EQ(ValueOf(evaluation), 1);
}

TEST(MissRateTest, AnIgnoredRegionTakesManyDetections) {
  HandMade made(1);
  made.Truth(0, {0, 0, 10, 10});
  made.Truth(0, {100, 100, 200, 200}).ignore = true;
  made.Found(0, {110, 110, 20, 20}, 0.9);
  made.Found(0, {150, 150, 20, 20}, 0.8);
  made.Found(0, {0, 0, 10, 10}, 0.7);
  CUPEL_ASSERT_OK(const auto evaluation, RunScheme("log_average_miss_rate", made.detections, {}));
  EXPECT_NEAR(ValueOf(evaluation), 1e-10, 1e-20);
}

TEST(BoxQualityTest, PairsEqualTorchvision) {
  const std::vector<Object> objects = SimpleSet().truth.objects;
  ASSERT_EQ(test_support::kGiou.size(), 40U);
  for (std::size_t i = 0; i < 40; ++i) {
    const Box& truth = objects[i].box;
    const double shift = static_cast<double>(i % 9) - 4;
    const double wider = 0.75 + static_cast<double>(i % 5) / 8;
    const double higher = 0.75 + static_cast<double>(i % 3) / 8;
    const Box found = {truth.x + shift, truth.y + shift, truth.w * wider, truth.h * higher};
    EXPECT_NEAR(GeneralizedIou(found, truth), test_support::kGiou[i], 1e-12) << i;
    EXPECT_NEAR(DistanceIou(found, truth), test_support::kDiou[i], 1e-12) << i;
    EXPECT_NEAR(CompleteIou(found, truth), test_support::kCiou[i], 1e-12) << i;
  }
}

TEST(BoxQualityTest, IsTheMeanOverPairsAlone) {
  HandMade made(2);
  made.Truth(0, {0, 0, 10, 10});
  made.Truth(1, {0, 0, 10, 10});
  made.Truth(1, {500, 0, 10, 10});
  made.Found(0, {0, 0, 10, 10}, 0.9);
  made.Found(0, {0, 1, 10, 10}, 0.8);
  made.Found(1, {0, 0, 10, 8}, 0.7);
  CUPEL_ASSERT_OK(const auto evaluation, RunScheme("box_iou@kind=iou", made.detections, {}));
  EXPECT_NEAR(ValueOf(evaluation), 0.9, 1e-15);
  EXPECT_EQ(check::FindMetric(evaluation.metrics, "share_found")->count, 2);
  EXPECT_EQ(check::FindMetric(evaluation.metrics, "share_found")->n, 3);
  CUPEL_ASSERT_OK(const auto giou, RunScheme("box_iou", made.detections, {}));
  EXPECT_NEAR(ValueOf(giou), 0.9, 1e-15) << "no gap in the hull";
}

TEST(OverlapTest, GeneralizedIouOfDistantBoxesIsNegative) {
  EXPECT_NEAR(GeneralizedIou({0, 0, 1, 1}, {9, 0, 1, 1}), -0.8, 1e-15);
  EXPECT_EQ(Iou(Box{0, 0, 1, 1}, Box{1, 0, 1, 1}), 0) << "touching is not overlapping";
  EXPECT_EQ(ShareInside({0, 0, 2, 2}, {1, 0, 100, 100}), 0.5);
  EXPECT_EQ(Iou(Box{0, 0, 0, 5}, Box{0, 0, 0, 5}), 0) << "without area";
}

TEST(WiderFaceTest, EqualsTheEvaluationTool) {
  CUPEL_ASSERT_OK(const auto evaluation,
                  RunScheme("wider_face_ap@mode=compatible", FaceSet(), {.replicates = 50}));
  EXPECT_NEAR(ValueOf(evaluation), test_support::kWiderFace.at(0), 1e-14);
  EXPECT_GT(ValueOf(evaluation), 0.01);
}

TEST(WiderFaceTest, DetectionsInFacelessImagesAreWrongWhenCorrected) {
  HandMade made(2);
  made.Truth(0, {0, 0, 50, 50});
  made.Found(0, {0, 0, 50, 50}, 0.5);
  made.Found(1, {0, 0, 50, 50}, 0.9);
  CUPEL_ASSERT_OK(const auto compatible, RunScheme("wider_face_ap@mode=compatible", made.detections, {}));
  CUPEL_ASSERT_OK(const auto corrected, RunScheme("wider_face_ap", made.detections, {}));
  EXPECT_EQ(ValueOf(compatible), 1);
  EXPECT_EQ(ValueOf(corrected), 0.5);
}

TEST(WiderFaceTest, RefusesSeveralClasses) {
  EXPECT_THAT(RunScheme("wider_face_ap", SimpleSet(), {}),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("one class")));
}

TEST(IntervalTest, MatchingsAreKeptAndTheIntervalHoldsTheValue) {
  const Detections set = SimpleSet();
  for (const char* call : {"voc_ap", "log_average_miss_rate", "box_iou"}) {
    CUPEL_ASSERT_OK(const auto evaluation, RunScheme(call, set, {.replicates = 500}));
    CUPEL_ASSERT_OK(const auto again, RunScheme(call, set, {.replicates = 500}));
    const check::Metric& value = evaluation.metrics.at(0);
    ASSERT_TRUE(value.interval.has_value()) << call;
    EXPECT_LT(value.interval->low, value.value) << call;
    EXPECT_GT(value.interval->high, value.value) << call;
    EXPECT_EQ(value.interval->low, again.metrics.at(0).interval->low) << call;
  }
}

}  // namespace
}  // namespace cupel::algorithm::detection
