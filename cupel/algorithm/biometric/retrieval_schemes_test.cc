// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <cmath>

#include "cupel/algorithm/biometric/galleries.h"
#include "cupel/algorithm/biometric/golden_for_test.h"
#include "cupel/algorithm/biometric/rankings.h"
#include "cupel/algorithm/biometric/verification.h"
#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::biometric {
namespace {

TEST(VerificationTest, TenFoldAccuracyEqualsInsightFace) {
  EXPECT_EQ(ExpectGolden("verification_accuracy", "comparisons.csv", 1e-14), 3);
}

TEST(VerificationTest, TarAtFarEqualsInsightFace) {
  EXPECT_EQ(ExpectGolden("tar_at_far", "comparisons.csv", 1e-15), 8);
}

// The threshold must come from the other folds: here each fold's own best is wrong for it.
TEST(VerificationTest, AFoldIsNotJudgedByItsOwnThreshold) {
  const std::vector<Pair> pairs = {{0.9, true}, {0.5, false}, {0.4, true}, {0.1, false}};
  const std::vector<FoldAccuracy> folds = CrossValidatedAccuracy(pairs, 2, false);
  EXPECT_EQ(folds[0].right, 1);  // at 0.4, best on the second fold, 0.5 is accepted
  EXPECT_EQ(folds[1].right, 1);  // at 0.9, best on the first, 0.4 is refused
}

// Single shot is a mean of 4000 random draws of torchreid's: five standard errors are 0.03.
TEST(GallerySchemesTest, EqualsFastReid) {
  EXPECT_EQ(ExpectGolden("reid_map", "galleries.csv", 1e-14), 1);
  EXPECT_EQ(ExpectGolden("reid_minp", "galleries.csv", 1e-14), 1);
  EXPECT_EQ(ExpectGolden("reid_cmc", "galleries.csv", 1e-7, "", "single"), 3);  // the reference has float32
  EXPECT_EQ(ExpectGolden("reid_cmc", "galleries.csv", 0.01), 5);
}

/// Every way to draw one image of each identity.
double SingleShotByEnumeration(const std::vector<RankedImage>& ranked, std::int64_t rank) {
  std::vector<std::vector<std::size_t>> places;
  std::vector<std::int32_t> identities;
  std::size_t matching = 0;
  for (std::size_t i = 0; i < ranked.size(); ++i) {
    const auto at = std::ranges::find(identities, ranked[i].identity);
    const auto number = static_cast<std::size_t>(at - identities.begin());
    if (at == identities.end()) {
      identities.push_back(ranked[i].identity);
      places.emplace_back();
    }
    places[number].push_back(i);
    if (ranked[i].is_match) matching = number;
  }
  std::size_t ways = 1;
  for (const auto& own : places) ways *= own.size();
  double hits = 0;
  for (std::size_t way = 0; way < ways; ++way) {
    std::size_t rest = way;
    std::vector<std::size_t> drawn;
    for (const auto& own : places) {
      drawn.push_back(own[rest % own.size()]);
      rest /= own.size();
    }
    const auto before =
        std::ranges::count_if(drawn, [&](std::size_t place) { return place < drawn[matching]; });
    hits += before < rank;
  }
  return hits / static_cast<double>(ways);
}

TEST(GallerySchemesTest, SingleShotEqualsTheEnumerationOfEveryDraw) {
  ReproducibleStream stream(1, "single-shot");
  for (int round = 0; round < 60; ++round) {
    std::vector<RankedImage> ranked;
    for (int i = 0; i < 9; ++i) {
      const auto identity = static_cast<std::int32_t>(stream.Below(4));
      ranked.push_back({identity, identity == 0});
    }
    ranked[static_cast<std::size_t>(stream.Below(9))] = {0, true};
    for (std::int64_t rank = 1; rank <= 4; ++rank) {
      ASSERT_NEAR(SingleShotHit(ranked, rank), SingleShotByEnumeration(ranked, rank), 1e-12);
    }
  }
}

TEST(RetrievalSchemesTest, EqualsTrecEval) {
  EXPECT_EQ(ExpectGolden("precision_at_k", "rankings.csv", 1e-14), 2);
  EXPECT_EQ(ExpectGolden("recall_at_k", "rankings.csv", 1e-14), 2);
  EXPECT_EQ(ExpectGolden("mrr", "rankings.csv", 1e-14), 1);
  EXPECT_EQ(ExpectGolden("retrieval_map", "rankings.csv", 1e-14), 1);
  EXPECT_EQ(ExpectGolden("r_precision", "rankings.csv", 1e-14), 1);
  EXPECT_EQ(ExpectGolden("ndcg", "rankings.csv", 1e-14), 3);
}

TEST(RetrievalSchemesTest, NdcgWithAveragedTiesEqualsScikitLearn) {
  EXPECT_EQ(ExpectGolden("ndcg", "rankings_full.csv", 1e-13, "full:"), 4);
}

TEST(RetrievalSchemesTest, QueriesWithoutARelevantDocumentCountZeroOrNotAtAll) {
  CUPEL_ASSERT_OK(const auto zero, Evaluate("mrr", GoldenFile("rankings.csv")));
  CUPEL_ASSERT_OK(const auto skip, Evaluate("mrr@empty=skip", GoldenFile("rankings.csv")));
  EXPECT_EQ(zero.metrics[0].n, 12);
  EXPECT_EQ(skip.metrics[0].n, 11);
  EXPECT_NEAR(skip.metrics[0].value * 11, zero.metrics[0].value * 12, 1e-12);
}

TEST(FamilyTest, EverySchemeIsComplete) {
  EXPECT_EQ(Family().schemes.size(), 31U);
  for (const scheme::Scheme& scheme : Family().schemes) {
    SCOPED_TRACE(scheme.id);
    EXPECT_FALSE(scheme.definition.empty());
    EXPECT_FALSE(scheme.reference.empty());
    EXPECT_NE(scheme.test.find("Test."), std::string_view::npos);
    EXPECT_FALSE(scheme.title.zh.empty());
    EXPECT_NE(scheme.evaluate, nullptr);
    EXPECT_NE(scheme.input, nullptr);
  }
}

}  // namespace
}  // namespace cupel::algorithm::biometric
