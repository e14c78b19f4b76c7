// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/detection/tables_for_test.h"

#include <gmock/gmock.h>

#include "cupel/algorithm/detection/attributes.h"
#include "cupel/algorithm/detection/lesions.h"
#include "cupel/algorithm/detection/plates.h"
#include "cupel/algorithm/detection/reference_golden_for_test.h"
#include "cupel/algorithm/detection/rotated.h"
#include "cupel/algorithm/detection/scheme_run_for_test.h"
#include "cupel/base/file.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::detection {
namespace {

using cupel::testing::HasError;
using test_support::RunScheme;
using test_support::TableFiles;
using test_support::ValueOf;
using ::testing::HasSubstr;

/// The files as the format reads them.
Result<std::unique_ptr<scheme::Input>> ReadTables(const scheme::InputFormat& format,
                                                  const TableFiles& files) {
  const cupel::testing::ScratchFolder folder;
  CUPEL_TRY_STATUS(WriteFileAtomic(folder / "predictions.csv", files.predictions));
  CUPEL_TRY_STATUS(WriteFileAtomic(folder / "truth.csv", files.truth));
  scheme::Sources sources;
  sources.predictions = folder / "predictions.csv";
  if (format.needs_truth) sources.truth = folder / "truth.csv";
  return format.read(sources);
}

double Figure(const scheme::Evaluation& evaluation, std::string_view name) {
  const check::Metric* metric = check::FindMetric(evaluation.metrics, name);
  EXPECT_NE(metric, nullptr) << name;
  return metric == nullptr ? -1 : metric->value;
}

TEST(RotatedApTest, EqualsTheDotaDevkit) {
  CUPEL_ASSERT_OK(const auto input, ReadTables(kRotatedBoxes, test_support::RotatedTables()));
  CUPEL_ASSERT_OK(const auto area, RunScheme("rotated_ap@metric=area", *input, {.replicates = 20}));
  CUPEL_ASSERT_OK(const auto points, RunScheme("rotated_ap", *input, {.replicates = 20}));
  ASSERT_EQ(test_support::kDotaArea.size(), 2U);
  for (const int kind : {0, 1}) {
    const auto at = static_cast<std::size_t>(kind);
    const std::string name = fmt::format("class.class {}", kind);
    EXPECT_NEAR(Figure(area, name), test_support::kDotaArea[at], 1e-9);
    EXPECT_NEAR(Figure(points, name), test_support::kDota11Points[at], 1e-9);
  }
  EXPECT_EQ(area.metrics.at(0).n, 12);
}

TEST(RotatedApTest, OverlapOfSquareAndDiamond) {
  const Quadrilateral square = {{{0, 0}, {2, 0}, {2, 2}, {0, 2}}};
  const Quadrilateral diamond = {{{1, -1}, {3, 1}, {1, 3}, {-1, 1}}};
  EXPECT_NEAR(Iou(square, diamond), 0.5, 1e-15) << "the square lies inside";
  const Quadrilateral clockwise = {{{0, 2}, {2, 2}, {2, 0}, {0, 0}}};
  EXPECT_NEAR(Iou(square, clockwise), 1, 1e-15);
  const Quadrilateral apart = {{{5, 5}, {6, 5}, {6, 6}, {5, 6}}};
  EXPECT_EQ(Iou(square, apart), 0);
  const Quadrilateral far = {{{1e6, 1e6}, {1e6 + 2, 1e6}, {1e6 + 2, 1e6 + 2}, {1e6, 1e6 + 2}}};
  const Quadrilateral half = {{{1e6 + 1, 1e6}, {1e6 + 3, 1e6}, {1e6 + 3, 1e6 + 2}, {1e6 + 1, 1e6 + 2}}};
  EXPECT_NEAR(Iou(far, half), 1.0 / 3, 1e-12) << "far from zero";
  EXPECT_FALSE(IsConvex({{{0, 0}, {2, 2}, {2, 0}, {0, 2}}})) << "crosses itself";
  EXPECT_FALSE(IsConvex({{{0, 0}, {2, 0}, {4, 0}, {6, 0}}})) << "without area";
}

TEST(RotatedApTest, RefusesBadRows) {
  const std::string truth = "image,class,x1,y1,x2,y2,x3,y3,x4,y4\na,c,0,0,2,0,2,2,0,2\n";
  const std::string header = "image,class,score,x1,y1,x2,y2,x3,y3,x4,y4\n";
  const auto read = [&](const std::string& row) { return ReadTables(kRotatedBoxes, {truth, header + row}); };
  EXPECT_THAT(read("b,c,1,0,0,2,0,2,2,0,2\n"), HasError(ErrorCode::kCorrupt, HasSubstr("image \"b\"")));
  EXPECT_THAT(read("a,d,1,0,0,2,0,2,2,0,2\n"), HasError(ErrorCode::kCorrupt, HasSubstr("class \"d\"")));
  EXPECT_THAT(read("a,c,1,0,0,2,2,2,0,0,2\n"), HasError(ErrorCode::kCorrupt, HasSubstr("convex")));
  EXPECT_THAT(read("a,c,nan,0,0,2,0,2,2,0,2\n"), HasError(ErrorCode::kCorrupt, HasSubstr("csv:2")));
  EXPECT_THAT(ReadTables(kRotatedBoxes, {truth, "image,class\n"}),
              HasError(ErrorCode::kCorrupt, HasSubstr("\"score\" is missing")));
}

void ExpectSensitivities(const scheme::Evaluation& evaluation, const std::vector<double>& golden) {
  const std::vector<std::string> rates = {"0.125", "0.25", "0.5", "1", "2", "4", "8"};
  ASSERT_EQ(golden.size(), rates.size());
  double sum = 0;
  for (std::size_t i = 0; i < rates.size(); ++i) {
    EXPECT_NEAR(Figure(evaluation, "sensitivity_at_" + rates[i]), golden[i], 1e-12) << rates[i];
    sum += golden[i];
  }
  EXPECT_NEAR(ValueOf(evaluation), sum / 7, 1e-12);
}

TEST(FrocTest, EqualsTheLuna16Script) {
  CUPEL_ASSERT_OK(const auto input, ReadTables(kLesions, test_support::LesionTables()));
  CUPEL_ASSERT_OK(const auto all, RunScheme("froc", *input, {.replicates = 20}));
  ExpectSensitivities(all, test_support::kSensitivity);
  CUPEL_ASSERT_OK(const auto ten, RunScheme("froc@max_candidates=10", *input, {.replicates = 20}));
  ExpectSensitivities(ten, test_support::kSensitivityOf10);
  EXPECT_NE(ValueOf(ten), ValueOf(all)) << "the limit must bite";
  EXPECT_EQ(all.figures.size(), 1U);
}

TEST(FrocTest, ALesionCountsOnceAndIgnoredLesionsAreSilent) {
  const TableFiles files = {"image,x,y,diameter,ignore\na,0,0,10,\na,50,50,10,1\nb,0,0,10,0\nc,,,,\n",
                            "image,x,y,score\na,1,1,0.9\na,2,2,0.8\na,50,50,0.7\nc,0,0,0.6\nb,5,0,0.5\n"};
  CUPEL_ASSERT_OK(const auto input, ReadTables(kLesions, files));
  CUPEL_ASSERT_OK(const auto evaluation, RunScheme("froc", *input, {.replicates = 20}));
  // One of two lesions found (the mark at distance 5 is not nearer than the radius); two false positives
  // in three images.
  EXPECT_EQ(ValueOf(evaluation), 0.5);
}

TEST(FrocTest, NoLesionNoSensitivity) {
  CUPEL_ASSERT_OK(const auto input,
                  ReadTables(kLesions, {"image,x,y,diameter\na,,,\n", "image,x,y,score\n"}));
  CUPEL_ASSERT_OK(const auto evaluation, RunScheme("froc", *input, {}));
  EXPECT_TRUE(evaluation.metrics.empty());
  EXPECT_EQ(evaluation.notes.size(), 1U);
}

TEST(FrocTest, NothingFoundIsZeroNotNan) {
  CUPEL_ASSERT_OK(const auto input,
                  ReadTables(kLesions, {"image,x,y,diameter\na,0,0,4\nb,0,0,4\n", "image,x,y,score\n"}));
  CUPEL_ASSERT_OK(const auto evaluation, RunScheme("froc", *input, {.replicates = 20}));
  EXPECT_EQ(ValueOf(evaluation), 0);
}

const char* const kPlateTruth =
    "image,text,x,y,w,h\n"
    "1,\u4eacA12345,0,0,100,30\n"
    "1,\u6caaB67890,200,0,100,30\n"
    "2,\u7ca4C11111,0,0,100,30\n"
    "3,\u5dddD22222,0,0,100,30\n"
    "4,,,,,\n";

TEST(PlateTest, EqualsTheHandCount) {
  const std::string predictions =
      "image,text,score,x,y,w,h\n"
      "1,\u4eacA12345,0.9,0,0,100,30\n"    // Right.
      "1,\u6caaB67899,0.8,200,0,100,30\n"  // One character wrong.
      "2,\u7ca4C11111,0.7,0,0,60,30\n"     // IoU is 0.6, not above it: not found.
      "2,\u7ca4C11111,0.6,0,0,61,30\n"     // Right.
      "3,D22222,0.5,0,0,100,30\n"          // A character is missing: every place is shifted but "2222".
      "4,\u4eacA12345,0.4,0,0,100,30\n";   // No plate there.
  CUPEL_ASSERT_OK(const auto input, ReadTables(kPlates, {kPlateTruth, predictions}));
  CUPEL_ASSERT_OK(const auto evaluation, RunScheme("plate_read_rate", *input, {.replicates = 50}));
  EXPECT_EQ(ValueOf(evaluation), 2.0 / 4);
  EXPECT_EQ(Figure(evaluation, "found"), 1);
  EXPECT_EQ(Figure(evaluation, "read_of_found"), 2.0 / 4);
  EXPECT_EQ(Figure(evaluation, "character_accuracy"), (7 + 6 + 7 + 4) / 28.0);
  EXPECT_TRUE(evaluation.metrics.at(0).interval.has_value());
}

TEST(PlateTest, WithoutBoxesAnImageHasOnePlate) {
  const std::string truth = "image,text\n1,AB1\n2,CD2\n";
  CUPEL_ASSERT_OK(const auto input, ReadTables(kPlates, {truth, "image,text\n1,AB1\n2,CD3\n"}));
  CUPEL_ASSERT_OK(const auto evaluation, RunScheme("plate_read_rate", *input, {.replicates = 5}));
  EXPECT_EQ(ValueOf(evaluation), 0.5);
  EXPECT_EQ(Figure(evaluation, "character_accuracy"), 5.0 / 6);
  EXPECT_THAT(ReadTables(kPlates, {truth, "image,text\n1,AB1\n1,AB2\n"}),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("two plates")));
  EXPECT_THAT(ReadTables(kPlates, {truth, "image,text,x,y,w,h\n1,AB1,0,0,5,5\n"}),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("all plates have boxes or none")));
  EXPECT_THAT(ReadTables(kPlates, {truth, "image,text\n1,\xff\n"}),
              HasError(ErrorCode::kCorrupt, HasSubstr("UTF-8")));
}

TEST(AttributeTest, EqualsTheRapEvaluation) {
  CUPEL_ASSERT_OK(const auto input, ReadTables(kAttributes, {"", test_support::AttributeTable()}));
  CUPEL_ASSERT_OK(const auto evaluation, RunScheme("attribute_ma", *input, {.replicates = 50}));
  double sum = 0;
  ASSERT_EQ(test_support::kAttributeAccuracy.size(), 6U);
  for (std::size_t a = 0; a < 6; ++a) {
    EXPECT_NEAR(Figure(evaluation, fmt::format("attribute.a{}", a)), test_support::kAttributeAccuracy[a],
                1e-15);
    sum += test_support::kAttributeAccuracy[a];
  }
  EXPECT_NEAR(ValueOf(evaluation), sum / 6, 1e-15);
  const std::vector<std::string> figures = {"accuracy", "precision", "recall", "f1"};
  for (std::size_t i = 0; i < figures.size(); ++i) {
    CUPEL_ASSERT_OK(const auto instance,
                    RunScheme("attribute_instance@figure=" + figures[i], *input, {.replicates = 50}));
    EXPECT_NEAR(ValueOf(instance), test_support::kInstance.at(i), 1e-13) << figures[i];
    EXPECT_TRUE(instance.metrics.at(0).interval.has_value());
  }
}

TEST(AttributeTest, AnAttributeThatAllHaveIsLeftOutWithANote) {
  CUPEL_ASSERT_OK(
      const auto input,
      ReadTables(kAttributes, {"", "truth_hat,score_hat,truth_bag,score_bag\n1,1,1,1\n1,0,0,1\n"}));
  CUPEL_ASSERT_OK(const auto evaluation, RunScheme("attribute_ma", *input, {.replicates = 5}));
  EXPECT_EQ(ValueOf(evaluation), 0.5);
  ASSERT_EQ(evaluation.notes.size(), 1U);
  EXPECT_THAT(evaluation.notes[0].en, HasSubstr("hat"));
}

TEST(AttributeTest, RefusesColumnsThatDoNotPair) {
  EXPECT_THAT(ReadTables(kAttributes, {"", "truth_hat\n1\n"}),
              HasError(ErrorCode::kCorrupt, HasSubstr("score_hat")));
  EXPECT_THAT(ReadTables(kAttributes, {"", "hat\n1\n"}), HasError(ErrorCode::kCorrupt, HasSubstr("truth_")));
  EXPECT_THAT(ReadTables(kAttributes, {"", "truth_a,score_a\n2,1\n"}),
              HasError(ErrorCode::kCorrupt, HasSubstr("0 or 1")));
  EXPECT_THAT(ReadTables(kAttributes, {"", "truth_a,score_a\n"}), HasError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace cupel::algorithm::detection
