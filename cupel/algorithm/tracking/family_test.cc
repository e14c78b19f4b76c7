// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/tracking/family.h"

#include <gmock/gmock.h>

#include "cupel/algorithm/scheme/call.h"
#include "cupel/algorithm/scheme/figure_of_merit.h"
#include "cupel/base/file.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::tracking {
namespace {

using ::cupel::testing::HasError;
using ::testing::HasSubstr;

const std::string kFolder = std::string(CUPEL_SOURCE_DIR) + "/tests/golden/tracking/";

std::vector<const scheme::Scheme*> Known() {
  std::vector<const scheme::Scheme*> known;
  for (const scheme::Scheme& scheme : Family().schemes) known.push_back(&scheme);
  return known;
}

Result<scheme::Evaluation> Evaluate(std::string_view text, const scheme::Sources& sources) {
  const std::vector<const scheme::Scheme*> known = Known();
  CUPEL_TRY(const scheme::Call call, scheme::ParseCall(text, known));
  CUPEL_TRY(const std::unique_ptr<scheme::Input> input, call.scheme->input->read(sources));
  return call.scheme->evaluate(*input, call.parameters, {.replicates = 200});
}

TEST(TrackingFamilyTest, EverySchemeGivesItsFigureWithAnInterval) {
  for (const scheme::Scheme& scheme : Family().schemes) {
    SCOPED_TRACE(scheme.id);
    const std::string folder = kFolder + (scheme.row == "G09" ? "single/" : "");
    CUPEL_ASSERT_OK(const scheme::Evaluation evaluation,
                    Evaluate(scheme.id, {.predictions = folder + "answer", .truth = folder + "truth"}));
    ASSERT_FALSE(evaluation.metrics.empty());
    EXPECT_EQ(evaluation.metrics.front().name, scheme::kValue);
    for (const check::Metric& metric : evaluation.metrics) {
      SCOPED_TRACE(metric.name);
      ASSERT_TRUE(metric.interval.has_value());
      EXPECT_LE(metric.interval->low, metric.interval->high);
      EXPECT_GT(metric.n, 0);
    }
    EXPECT_TRUE(evaluation.notes.empty());
  }
}

TEST(TrackingFamilyTest, OneVideoIsResampledByBlocksAndANoteSaysSo) {
  CUPEL_ASSERT_OK(const scheme::Evaluation evaluation,
                  Evaluate("hota", {.predictions = kFolder + "answer/street.txt",
                                    .truth = kFolder + "truth/street.txt"}));
  ASSERT_TRUE(evaluation.metrics.front().interval.has_value());
  ASSERT_EQ(evaluation.notes.size(), 1U);
  EXPECT_THAT(evaluation.notes.front().en, HasSubstr("50 blocks"));
  EXPECT_EQ(evaluation.figures.front()["series"].AsArray().size(), 4U);
}

TEST(TrackingFamilyTest, AnswersAndTruthAreOfTheSameVideos) {
  EXPECT_THAT(Evaluate("idf1", {.predictions = kFolder + "answer", .truth = kFolder + "single/truth"}),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("deer")));
  EXPECT_THAT(Evaluate("idf1", {.predictions = kFolder + "answer", .truth = std::nullopt}),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("--truth")));
}

TEST(TrackingFamilyTest, ATruthWithoutABoxIsRefused) {
  const testing::ScratchFolder folder;
  ASSERT_TRUE(WriteFileAtomic(folder / "t.txt", std::string_view("1,1,0,0,9,9,0\n")).has_value());
  EXPECT_THAT(Evaluate("mota", {.predictions = folder / "t.txt", .truth = folder / "t.txt"}),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("no box")));
}

}  // namespace
}  // namespace cupel::algorithm::tracking
