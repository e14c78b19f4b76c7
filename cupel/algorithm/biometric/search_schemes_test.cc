// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "cupel/algorithm/biometric/golden_for_test.h"
#include "cupel/algorithm/biometric/presentations.h"
#include "cupel/algorithm/biometric/searches.h"
#include "cupel/stats/proportion.h"

namespace cupel::algorithm::biometric {
namespace {

using ::cupel::testing::HasError;
using ::testing::HasSubstr;

class SearchSchemesTest : public FilesTest {};
class AttackSchemesTest : public FilesTest {};

TEST_F(SearchSchemesTest, RatesEqualNumPy) {
  EXPECT_EQ(ExpectGolden("fpir", "searches.csv", 1e-15), 1);
  EXPECT_EQ(ExpectGolden("fnir", "searches.csv", 1e-15), 3);
  EXPECT_EQ(ExpectGolden("rank_hit", "searches.csv", 1e-15), 3);
  EXPECT_EQ(ExpectGolden("dir_at_fpir", "searches.csv", 1e-15), 2);
}

TEST_F(SearchSchemesTest, AConstantScoreEarnsNothing) {
  const auto path =
      Write("search,enrolled,mate,score\na,1,1,0.5\na,1,0,0.5\nb,1,0,0.5\nb,1,1,0.5\nc,0,0,0.5\nd,0,,\n");
  CUPEL_ASSERT_OK(const auto first, Evaluate("rank_hit@rank=1", path));
  EXPECT_EQ(first.metrics[0].value, 0);
  CUPEL_ASSERT_OK(const auto second, Evaluate("rank_hit@rank=2", path));
  EXPECT_EQ(second.metrics[0].value, 1);
  CUPEL_ASSERT_OK(const auto fpir, Evaluate("fpir@threshold=0.5", path));
  EXPECT_EQ(fpir.metrics[0].value, 0.5);
}

TEST_F(SearchSchemesTest, RefusesContradictions) {
  EXPECT_THAT(ReadSearches(Write("search,enrolled,mate,score\na,0,1,0.5\n")),
              HasError(ErrorCode::kCorrupt, HasSubstr("input.csv:2")));
  EXPECT_THAT(ReadSearches(Write("search,enrolled,mate,score\na,0,0,0.5\na,1,0,0.4\n")),
              HasError(ErrorCode::kCorrupt, HasSubstr("input.csv:3")));
  EXPECT_THAT(Evaluate("fpir", Write("search,enrolled,mate,score\na,1,1,0.5\n")),
              HasError(ErrorCode::kInvalidArgument));
}

TEST_F(AttackSchemesTest, RatesEqualNumPy) {
  EXPECT_EQ(ExpectGolden("apcer", "presentations.csv", 1e-15), 4);
  EXPECT_EQ(ExpectGolden("bpcer", "presentations.csv", 1e-15), 2);
  EXPECT_EQ(ExpectGolden("bpcer_at_apcer", "presentations.csv", 1e-15), 2);
  EXPECT_EQ(ExpectGolden("apcer_at_bpcer", "presentations.csv", 1e-15), 2);
  EXPECT_EQ(ExpectGolden("acer", "presentations.csv", 1e-15), 1);
  EXPECT_EQ(ExpectGolden("iapar", "presentations.csv", 1e-15), 4);
}

TEST_F(AttackSchemesTest, TheWorstSpeciesCountsNotTheAverage) {
  std::string text = "kind,species,score\nbona-fide,,0.9\n";
  for (int i = 0; i < 99; ++i) text += "attack,print,0.1\n";
  text += "attack,mask,0.9\n";
  CUPEL_ASSERT_OK(const auto evaluation, Evaluate("apcer", Write(text)));
  EXPECT_EQ(evaluation.metrics[0].value, 1);
  // One mask says little: the interval of the worst reaches down to what one trial leaves open at 97.5 %.
  EXPECT_NEAR(evaluation.metrics[0].interval->low, stats::Wilson(1, 1, 0.975).low, 1e-12);
  EXPECT_EQ(evaluation.metrics[0].interval->method, "worst-of-bonferroni");
}

TEST_F(AttackSchemesTest, NonResponsesAreCountedApart) {
  const auto path =
      Write("kind,species,score\nattack,print,\nattack,print,0.1\nattack,print,0.9\nbona-fide,,\n");
  CUPEL_ASSERT_OK(const auto evaluation, Evaluate("apcer", path));
  EXPECT_EQ(evaluation.metrics[0].value, 0.5);
  EXPECT_EQ(evaluation.metrics[0].n, 2);
  EXPECT_NEAR(check::FindMetric(evaluation.metrics, "apnrr")->value, 1.0 / 3, 1e-15);
  EXPECT_THAT(Evaluate("bpcer", path), HasError(ErrorCode::kInvalidArgument));
}

TEST_F(AttackSchemesTest, RefusesContradictions) {
  EXPECT_THAT(ReadPresentations(Write("kind,species,score\nbona-fide,print,0.5\n")),
              HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(ReadPresentations(Write("kind,species,score\nattack,,0.5\n")), HasError(ErrorCode::kCorrupt));
}

}  // namespace
}  // namespace cupel::algorithm::biometric
