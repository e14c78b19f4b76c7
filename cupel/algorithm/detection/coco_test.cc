// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/detection/coco.h"

#include <gmock/gmock.h>

#include <cstdlib>

#include "cupel/algorithm/detection/coco_average.h"
#include "cupel/algorithm/detection/coco_golden_for_test.h"
#include "cupel/algorithm/detection/generated_for_test.h"
#include "cupel/algorithm/detection/greedy_match.h"
#include "cupel/algorithm/detection/scheme_run_for_test.h"
#include "cupel/algorithm/detection/tables_for_test.h"
#include "cupel/base/file.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::detection {
namespace {

using test_support::CocoGolden;
using test_support::RunScheme;
using test_support::ValueOf;

Detections SetNamed(std::string_view name) {
  // More values than NumPy's buffer holds, so the order of summation shows.
  if (name == "large") return ParseFiles(test_support::Generator(test_support::LargeSet()).Make());
  for (const test_support::GeneratedOptions& options : test_support::GoldenSets()) {
    if (options.name == name) return ParseFiles(test_support::Generator(options).Make());
  }
  ADD_FAILURE() << "no set " << name;
  return {};
}

Status WriteSet(const std::filesystem::path& folder, const test_support::GeneratedOptions& options) {
  const test_support::GeneratedFiles files = test_support::Generator(options).Make();
  CUPEL_TRY_STATUS(WriteFileAtomic(folder / (options.name + ".truth.json"), files.truth));
  return WriteFileAtomic(folder / (options.name + ".results.json"), files.results);
}

TEST(CocoGoldenTest, WritesTheSetsForTheReference) {
  const char* folder = std::getenv("CUPEL_DETECTION_SETS");
  if (folder == nullptr) GTEST_SKIP() << "set CUPEL_DETECTION_SETS to a folder to write the sets there";
  for (const auto& options : test_support::GoldenSets()) {
    EXPECT_THAT(WriteSet(folder, options), cupel::testing::IsOk());
  }
  for (const auto& options : {test_support::SimpleSet(), test_support::FaceSet(), test_support::LargeSet()}) {
    EXPECT_THAT(WriteSet(folder, options), cupel::testing::IsOk());
  }
  const std::filesystem::path root = folder;
  const test_support::TableFiles rotated = test_support::RotatedTables();
  const test_support::TableFiles lesions = test_support::LesionTables();
  EXPECT_THAT(WriteFileAtomic(root / "rotated.truth.csv", rotated.truth), cupel::testing::IsOk());
  EXPECT_THAT(WriteFileAtomic(root / "rotated.results.csv", rotated.predictions), cupel::testing::IsOk());
  EXPECT_THAT(WriteFileAtomic(root / "lesions.truth.csv", lesions.truth), cupel::testing::IsOk());
  EXPECT_THAT(WriteFileAtomic(root / "lesions.results.csv", lesions.predictions), cupel::testing::IsOk());
  EXPECT_THAT(WriteFileAtomic(root / "attributes.csv", test_support::AttributeTable()),
              cupel::testing::IsOk());
}

TEST(CocoGoldenTest, TwelveStatisticsAreBitEqualToPycocotools) {
  std::size_t compared = 0;
  for (const CocoGolden& golden : test_support::kCocoGolden) {
    if (golden.max_detections != 100) continue;
    SCOPED_TRACE(golden.set);
    const auto statistics = CocoStatistics(SetNamed(golden.set), true);
    for (std::size_t i = 0; i < 12; ++i, ++compared) {
      EXPECT_EQ(statistics[i].value_or(-1), golden.statistics[i]) << "statistic " << i;
    }
  }
  EXPECT_EQ(compared, 12 * (test_support::GoldenSets().size() + 1)) << "and the large set";
}

TEST(CocoGoldenTest, SchemesGiveTheStatistics) {
  const Detections set = SetNamed("all-1");
  const auto statistics = CocoStatistics(set, true);
  const std::vector<std::pair<std::string, std::size_t>> calls = {
      {"coco_ap@mode=compatible", 0},
      {"coco_ap@overlap=0.50@mode=compatible", 1},
      {"coco_ap@overlap=0.75@mode=compatible", 2},
      {"coco_ap_size@size=small@mode=compatible", 3},
      {"coco_ap_size@size=medium@mode=compatible", 4},
      {"coco_ap_size@size=large@mode=compatible", 5},
      {"coco_ar@max_detections=1@mode=compatible", 6},
      {"coco_ar@max_detections=10@mode=compatible", 7},
      {"coco_ar@mode=compatible", 8},
      {"coco_ar@size=small@mode=compatible", 9},
      {"coco_ar@size=medium@mode=compatible", 10},
      {"coco_ar@size=large@mode=compatible", 11}};
  for (const auto& [call, at] : calls) {
    CUPEL_ASSERT_OK(const scheme::Evaluation evaluation, RunScheme(call, set, {.replicates = 400}));
    EXPECT_EQ(ValueOf(evaluation), statistics[at].value()) << call;
    const auto& interval = evaluation.metrics[0].interval;
    ASSERT_TRUE(interval.has_value()) << call;
    EXPECT_LE(interval->low, ValueOf(evaluation)) << call;
    EXPECT_GE(interval->high, ValueOf(evaluation)) << call;
  }
}

TEST(CocoGoldenTest, TheAverageAtOtherLimitsIsAbsentOnlyInCompatibleMode) {
  const Detections set = SetNamed("dense");
  const auto golden = std::ranges::find(test_support::kCocoGolden, 300, &CocoGolden::max_detections);
  ASSERT_NE(golden, test_support::kCocoGolden.end());
  EXPECT_EQ(golden->statistics[0], -1) << "the reference's fault";

  CUPEL_ASSERT_OK(const scheme::Evaluation compatible,
                  RunScheme("coco_ap@max_detections=300@mode=compatible", set, {.replicates = 5}));
  EXPECT_EQ(check::FindMetric(compatible.metrics, scheme::kValue), nullptr);
  EXPECT_EQ(compatible.notes.size(), 1U);
  EXPECT_EQ(check::FindMetric(compatible.metrics, "ap50")->value, golden->statistics[1]);
  CUPEL_ASSERT_OK(const scheme::Evaluation corrected,
                  RunScheme("coco_ap@max_detections=300", set, {.replicates = 5}));
  EXPECT_GT(ValueOf(corrected), 0);
}

TEST(CocoTest, CorrectedModeHeedsIgnoreAndFindsTheObjectWithIdZero) {
  Detections set;
  set.truth.sources.resize(2);
  set.truth.categories = {"cat"};
  for (const std::int32_t image : {0, 1}) {
    Object object{.source = image, .box = {10, 10, 40, 40}, .area = 1600, .id = image};
    set.truth.objects.push_back(object);
    object.score = 0.9 - image;
    set.found.push_back(object);
  }
  EXPECT_LT(*CocoStatistics(set, true)[0], 0.6) << "the detection of id 0 counts as wrong";
  EXPECT_GT(*CocoStatistics(set, false)[0], 0.999);

  set.truth.objects[0].ignore = true;
  set.found.erase(set.found.begin());
  EXPECT_LT(*CocoStatistics(set, true)[8], 0.6);
  EXPECT_EQ(*CocoStatistics(set, false)[8], 1);
}

TEST(CocoTest, WeightsCountImagesAsIfTheyWereRepeated) {
  const Detections once = SetNamed("all-2");
  Detections repeated = once;
  std::vector<double> weights(once.images(), 1.0);
  for (std::size_t image = 0; image < 10; ++image) {
    weights[image] = 2;
    const auto copy = static_cast<std::int32_t>(repeated.truth.sources.size());
    repeated.truth.sources.push_back(once.truth.sources[image]);
    const auto append = [&](const std::vector<Object>& from, std::vector<Object>& to) {
      for (Object object : from) {
        if (object.source != static_cast<std::int32_t>(image)) continue;
        object.source = copy;
        to.push_back(object);
      }
    };
    append(once.truth.objects, repeated.truth.objects);
    append(once.found, repeated.found);
  }
  const GreedyRules rules = {.thresholds = CocoThresholds()};
  // Equal scores are the reason for the tolerance: there the order of images decides.
  std::vector<Ranking> own = MatchGreedily(once, rules);
  std::vector<Ranking> longer = MatchGreedily(repeated, rules);
  EXPECT_EQ(CocoAverage(own, {0, 10}, 100).Recall(weights),
            CocoAverage(longer, {0, 10}, 100).Recall(OnePerImage(repeated.images())));
  EXPECT_NEAR(CocoAverage(own, {0, 10}, 100).Precision(weights),
              CocoAverage(longer, {0, 10}, 100).Precision(OnePerImage(repeated.images())), 5e-3);
}

TEST(CocoTest, NoObjectMeansNoFigure) {
  Detections set;
  set.truth.sources.resize(1);
  set.truth.categories = {"cat"};
  set.found.push_back({.box = {0, 0, 5, 5}, .area = 25, .score = 0.5});
  for (const char* call : {"coco_ap", "coco_ap_size", "coco_ar"}) {
    CUPEL_ASSERT_OK(const scheme::Evaluation evaluation, RunScheme(call, set, {}));
    EXPECT_TRUE(evaluation.metrics.empty());
    EXPECT_EQ(evaluation.notes.size(), 1U);
  }
}

TEST(CocoTest, ObjectsWithoutDetectionsGiveZero) {
  Detections set;
  set.truth.sources.resize(2);
  set.truth.categories = {"cat"};
  set.truth.objects.push_back({.box = {0, 0, 50, 50}, .area = 2500, .id = 1});
  CUPEL_ASSERT_OK(const scheme::Evaluation evaluation, RunScheme("coco_ap", set, {.replicates = 10}));
  EXPECT_EQ(ValueOf(evaluation), 0);
}

TEST(CocoTest, EveryClassThatHasObjectsHasAFigureAndABar) {
  CUPEL_ASSERT_OK(const scheme::Evaluation evaluation,
                  RunScheme("coco_ap", SetNamed("empty"), {.replicates = 5}));
  EXPECT_NE(check::FindMetric(evaluation.metrics, "ap.class 0"), nullptr);
  EXPECT_EQ(check::FindMetric(evaluation.metrics, "ap.class 11"), nullptr);
  ASSERT_EQ(evaluation.figures.size(), 2U);
  EXPECT_EQ(evaluation.figures[0]["series"].AsArray().size(), 8U);
  EXPECT_EQ(evaluation.figures[1]["series"].AsArray().size(), 3U);
}

TEST(NumpySumTest, SumsBlocksOf128ByEight) {
  std::vector<double> values(1000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i);
  EXPECT_EQ(NumpySum(values), 499500);
  EXPECT_EQ(NumpySum({}), 0);
  // Eight running sums: the small numbers meet before the large one swallows them.
  std::vector<double> mixed(16, 0x1p-53);
  mixed[0] = 1;
  mixed[8] = 0;
  EXPECT_GT(NumpySum(mixed), 1);
}

}  // namespace
}  // namespace cupel::algorithm::detection
