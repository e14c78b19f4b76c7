// SPDX-License-Identifier: Apache-2.0
// AIF360 at commit 3487791 on sample_for_test.h and on COMPAS: theil_index, generalized_entropy_index,
// between_group_theil_index, consistency_score, smoothed_edf.
#include "cupel/algorithm/fairness/inequality.h"

#include <gtest/gtest.h>

#include <cmath>

#include "cupel/algorithm/fairness/individual.h"
#include "cupel/algorithm/fairness/intersection.h"
#include "cupel/algorithm/fairness/sample_for_test.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/stats/distribution.h"

namespace cupel::algorithm::fairness {
namespace {

constexpr double kExact = 1e-13;
constexpr Cell kAll{2681, 1282, 1216, 2035}, kBlack{990, 805, 532, 1369}, kWhite{1139, 349, 461, 505};

TEST(InequalityTest, AgreesWithAif360) {
  const std::vector<Cell> groups = test_support::Sample().Cells();
  const Cell all = Sum(groups);
  EXPECT_NEAR(*BenefitEntropy(all, 1), 0.4390980470385408, kExact);
  EXPECT_NEAR(*BenefitEntropy(all, 2), 0.3230452674897121, kExact);
  EXPECT_NEAR(*BenefitEntropy(all, 0.5), 0.7404101800064632, kExact);
  EXPECT_NEAR(*BetweenGroupEntropy(groups, 2), 0.000685871056241405, kExact);
  const std::vector<Cell> two = {groups[0], Sum(std::span(groups).subspan(1))};
  EXPECT_NEAR(*BetweenGroupEntropy(two, 1), 0.00023054689791419047, kExact);
  EXPECT_NEAR(*BenefitEntropy(kAll, 1), 0.23501763386556843, kExact);
  EXPECT_NEAR(*BenefitEntropy(kAll, 2), 0.16996943303948794, kExact);
  EXPECT_NEAR(*BetweenGroupEntropy(std::vector{kBlack, kWhite}, 1), 0.0016398832028027271, kExact);
}

TEST(InequalityTest, CountsAndBenefitsAreTheSame) {
  const test_support::Sample sample;
  std::vector<double> benefits;
  for (std::size_t i = 0; i < 60; ++i) benefits.push_back(sample.decisions[i] - sample.labels[i] + 1);
  for (const double alpha : {0.5, 1.0, 2.0, 3.0}) {
    EXPECT_NEAR(GeneralisedEntropy(benefits, alpha), *BenefitEntropy(Sum(sample.Cells()), alpha), kExact);
  }
  EXPECT_DOUBLE_EQ(GeneralisedEntropy(std::vector{3.0, 3.0, 3.0}, 1), 0);
  EXPECT_FALSE(BenefitEntropy(Cell{}, 1).has_value());
  EXPECT_FALSE(BenefitEntropy(Cell{.fn = 4}, 1).has_value());
}

TEST(InequalityTest, TheIntervalCoversTheTrueIndex) {
  // Probabilities of fn, right, fp: 0.15, 0.7, 0.15.
  const double truth = *BenefitEntropy(Cell{.tn = 70, .fp = 15, .fn = 15, .tp = 0}, 1);
  constexpr int kTrials = 400;
  int covered = 0;
  for (std::uint64_t trial = 0; trial < kTrials; ++trial) {
    ReproducibleStream stream(6, "inequality_test", trial);
    Cell cell;
    for (int i = 0; i < 300; ++i) {
      const double u = stream.UniformDouble();
      ++(u < 0.15 ? cell.fn : u < 0.3 ? cell.fp : cell.tn);
    }
    const Theil theil = *TheilIndex(cell, 0.95);
    EXPECT_DOUBLE_EQ(theil.value, *BenefitEntropy(cell, 1));
    covered += theil.interval.low <= truth && truth <= theil.interval.high;
  }
  EXPECT_GE(covered, 0.95 * kTrials - 3 * std::sqrt(0.95 * 0.05 * kTrials));
}

TEST(ConsistencyTest, AgreesWithAif360) {
  const test_support::Sample sample;
  EXPECT_NEAR(Consistency(sample.features, 3, sample.decisions, 5, Neighbours::kCompatible),
              0.5933333333333335, kExact);
  // The definition without the sample itself, in integers in Python (two samples coincide: a tie).
  EXPECT_NEAR(Consistency(sample.features, 3, sample.decisions, 5, Neighbours::kCorrected), 0.51, kExact);
}

TEST(ConsistencyTest, OfOneAnswerForAllIsOne) {
  const test_support::Sample sample;
  EXPECT_DOUBLE_EQ(Consistency(sample.features, 3, std::vector(60, 1.0), 5, Neighbours::kCorrected), 1);
}

TEST(LipschitzTest, CountsThePairsOfNumPy) {
  const test_support::Sample sample;
  const stats::GroupCount pairs = LipschitzViolations(sample.features, 3, sample.scores, 1);
  EXPECT_EQ(pairs.k, 415);
  EXPECT_EQ(pairs.n, 1770);
  // Three pairs have equal features and different scores: no constant allows that.
  EXPECT_EQ(LipschitzViolations(sample.features, 3, sample.scores, 1e9).k, 3);
}

TEST(FlipsTest, CountsChangedAnswers) {
  const std::vector<std::int32_t> before = {0, 1, 1, 0}, after = {0, 0, 1, 1};
  EXPECT_EQ(Flips(before, after).k, 2);
  EXPECT_EQ(Flips(before, after).n, 4);
}

// ---- Intersections -------------------------------------------------------------------------------------

TEST(DifferentialFairnessTest, AgreesWithAif360) {
  std::vector<stats::GroupCount> counts;
  for (const Cell& cell : test_support::Sample().Cells()) counts.push_back(CountOf(cell, Rate::kSelection));
  EXPECT_NEAR(DifferentialFairness(counts, 1), 0.2682639865946793, kExact);
}

TEST(IntersectionTest, NamesTheGroupsThatOccur) {
  const data::dataset::GroupAttribute sex{"sex", {"f", "m"}, {0, 1, 0, -1, 1}};
  const data::dataset::GroupAttribute site{"site", {"a", "b"}, {1, 0, 1, 0, -1}};
  const auto crossed = Intersection(std::vector{sex, site});
  EXPECT_EQ(crossed.name, "sex x site");
  EXPECT_EQ(crossed.group_names, (std::vector<std::string>{"f & b", "m & a"}));
  EXPECT_EQ(crossed.group_of, (std::vector<std::int32_t>{0, 1, 0, -1, -1}));
}

TEST(ShrinkTest, SmallGroupsMoveFurtherAndLargeOnesStay) {
  const std::vector<stats::GroupCount> groups = {{300, 1000}, {500, 1000}, {2, 2}, {90, 300}};
  const auto prior = FitBetaPrior(groups);
  ASSERT_TRUE(prior.has_value());
  const ShrunkenRate small = Shrink({2, 2}, *prior, 0.95);
  EXPECT_LT(small.value, 0.75);
  EXPECT_GT(small.value, prior->mean);
  EXPECT_NEAR(Shrink({500, 1000}, *prior, 0.95).value, 0.5, 0.01);
  EXPECT_LT(small.interval.low, 0.4);
  EXPECT_FALSE(FitBetaPrior(std::vector<stats::GroupCount>{{0, 5}, {0, 9}}).has_value());
  EXPECT_FALSE(FitBetaPrior(std::vector<stats::GroupCount>{{3, 5}}).has_value());
}

// The purpose of shrinkage: over many groups of 20, shrunken rates are nearer to the truth than plain ones.
TEST(ShrinkTest, RecoversThePriorAndBeatsPlainRates) {
  ReproducibleStream stream(9, "shrink_test");
  std::vector<stats::GroupCount> groups;
  std::vector<double> truths;
  for (int g = 0; g < 400; ++g) {
    truths.push_back(stats::BetaQuantile(6, 14, 0.5 / 400 + g / 400.0));
    groups.push_back({stats::BinomialSampler(20, truths.back()).Draw(stream), 20});
  }
  const auto prior = FitBetaPrior(groups);
  EXPECT_NEAR(prior->mean, 0.3, 0.02);
  EXPECT_NEAR(prior->strength, 20, 6);
  double plain = 0, shrunken = 0;
  int covered = 0;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const ShrunkenRate rate = Shrink(groups[g], *prior, 0.95);
    plain += std::pow(static_cast<double>(groups[g].k) / 20 - truths[g], 2);
    shrunken += std::pow(rate.value - truths[g], 2);
    covered += rate.interval.low <= truths[g] && truths[g] <= rate.interval.high;
  }
  EXPECT_LT(shrunken, 0.65 * plain);
  EXPECT_GE(covered, 363);  // 95 % of 400 less four standard errors
}

}  // namespace
}  // namespace cupel::algorithm::fairness
