// SPDX-License-Identifier: Apache-2.0
// Each sign on verdicts written by hand: flagged just above its threshold, not at it.
#include "cupel/algorithm/masking/signs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

namespace cupel::algorithm::masking {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// n samples 0 .. n-1, of which `broken` are broken.
Verdicts Of(std::int64_t n, std::initializer_list<std::int64_t> broken) {
  Verdicts verdicts;
  verdicts.samples.resize(static_cast<std::size_t>(n));
  std::iota(verdicts.samples.begin(), verdicts.samples.end(), 0);
  verdicts.broken.resize(static_cast<std::size_t>(n));
  for (const std::int64_t sample : broken) verdicts.broken[static_cast<std::size_t>(sample)] = true;
  return verdicts;
}

GradientProbe ProbeOf(std::size_t n) {
  GradientProbe probe;
  for (std::size_t i = 0; i < n; ++i) {
    probe.samples.push_back(static_cast<std::int64_t>(i));
    probe.cross_entropy_norm.push_back(1);
    probe.margin_norm.push_back(1);
    probe.cosine.push_back(0.99);
    probe.gain.push_back(0.5);
  }
  return probe;
}

TEST(Verdicts, CountAndUnionAreThoseOfTheSets) {
  const std::vector<Verdicts> both = {Of(10, {1, 2, 3}), Of(10, {3, 4})};
  EXPECT_EQ(both[0].Count(), 3);
  EXPECT_DOUBLE_EQ(both[0].Standing(), 0.7);
  EXPECT_EQ(UnionOf(both).Count(), 4);
  EXPECT_THAT(BrokenOnlyBy(both[0], both[1]), ElementsAre(1, 2));
  EXPECT_EQ(Of(0, {}).Standing(), 1);
}

TEST(OneStepBeatsIterative, CountsImagesAndNotTheDifferenceOfRates) {
  // As many broken by each, but others: no rate shows it.
  const Sign sign = OneStepBeatsIterative(Of(100, {1, 2, 3}), Of(100, {3, 4, 5}));
  EXPECT_TRUE(sign.flagged);
  EXPECT_DOUBLE_EQ(sign.value, 0.02);
  EXPECT_THAT(sign.samples, ElementsAre(1, 2));
  EXPECT_FALSE(OneStepBeatsIterative(Of(100, {1, 3}), Of(100, {3, 4, 5})).flagged);
  EXPECT_FALSE(OneStepBeatsIterative(Of(10, {1}), Of(10, {})).flagged) << "one image may be a rounding";
}

TEST(MoreEffort, IsFlaggedWhenItBreaksMoreThanOneInAHundred) {
  EXPECT_FALSE(MoreStepsBreakMore(Of(200, {0}), Of(200, {0, 1, 2})).flagged);
  const Sign steps = MoreStepsBreakMore(Of(200, {0}), Of(200, {0, 1, 2, 3}));
  EXPECT_TRUE(steps.flagged);
  EXPECT_THAT(steps.samples, ElementsAre(1, 2, 3));
  EXPECT_TRUE(MoreRestartsBreakMore(Of(50, {}), Of(50, {7, 8, 9})).flagged);
  EXPECT_FALSE(MoreRestartsBreakMore(Of(50, {}), Of(50, {7, 8})).flagged);
  EXPECT_EQ(MoreRestartsBreakMore(Of(50, {1, 2, 3}), Of(50, {7})).value, 0);
}

TEST(LargerBudgetIsWeaker, TakesTheSteepestRise) {
  const std::vector<Verdicts> falling = {Of(100, {1}), Of(100, {1, 2}), Of(100, {1, 2, 3})};
  EXPECT_FALSE(LargerBudgetIsWeaker(falling).flagged);
  EXPECT_EQ(LargerBudgetIsWeaker(falling).value, 0);
  const std::vector<Verdicts> rising = {Of(100, {1, 2}), Of(100, {1}), Of(100, {1, 2, 3, 4}), Of(100, {1})};
  const Sign sign = LargerBudgetIsWeaker(rising);
  EXPECT_TRUE(sign.flagged);
  EXPECT_DOUBLE_EQ(sign.value, 0.03);
  EXPECT_THAT(sign.samples, ElementsAre(2, 3, 4));
}

TEST(UnboundedAttackFails, IsMeasuredAgainstChance) {
  EXPECT_FALSE(UnboundedAttackFails(Of(10, {0, 1, 2, 3, 4}), 2).flagged);
  EXPECT_TRUE(UnboundedAttackFails(Of(10, {0, 1, 2, 3}), 2).flagged);
  EXPECT_TRUE(UnboundedAttackFails(Of(10, {0, 1, 2, 3, 4}), 10).flagged);
}

TEST(WeakerSearch, MustNotBreakWhatGradientsDoNot) {
  EXPECT_TRUE(RandomSearchSucceeds(Of(100, {5}), Of(100, {1})).flagged);
  EXPECT_FALSE(RandomSearchSucceeds(Of(100, {1}), Of(100, {1})).flagged);
  EXPECT_FALSE(QueriesBeatGradients(Of(100, {5}), Of(100, {1})).flagged);
  EXPECT_TRUE(QueriesBeatGradients(Of(100, {5, 6}), Of(100, {1})).flagged);
  EXPECT_FALSE(QueriesBeatGradients(Of(1000, {5, 6}), Of(1000, {1})).flagged);
  EXPECT_TRUE(QueriesBeatGradients(Of(1000, {5, 6, 7}), Of(1000, {1})).flagged);
}

TEST(Probe, NothingIsFlaggedOnAnHonestGradient) {
  const GradientProbe probe = ProbeOf(20);
  for (const Sign& sign :
       {GradientVanishes(probe), LossSaturates(probe), GradientMisleads(probe), LossIsFlat(probe),
        AnswersAreRandom(probe, {}), AnswersDependOnTheBatch(probe), PathIsNotDifferentiable({})}) {
    EXPECT_FALSE(sign.flagged) << sign.id;
    EXPECT_THAT(sign.samples, IsEmpty()) << sign.id;
    EXPECT_FALSE(sign.because.en.empty());
    EXPECT_FALSE(sign.because.zh.empty());
  }
}

TEST(Probe, AVanishingMarginAndASaturatedLossAreToldApart) {
  GradientProbe probe = ProbeOf(20);
  probe.cross_entropy_norm[3] = 0;
  EXPECT_FALSE(GradientVanishes(probe).flagged);
  EXPECT_THAT(LossSaturates(probe).samples, ElementsAre(3));
  probe.margin_norm[3] = 0;
  EXPECT_THAT(GradientVanishes(probe).samples, ElementsAre(3));
  EXPECT_FALSE(LossSaturates(probe).flagged);
}

TEST(Probe, TheMedianCosineDecidesAndMissingOnesAreLeftOut) {
  GradientProbe probe = ProbeOf(5);
  probe.cosine = {0.2, 0.95, 0.96, std::numeric_limits<double>::quiet_NaN(), 0.97};
  EXPECT_FALSE(GradientMisleads(probe).flagged);
  EXPECT_THAT(GradientMisleads(probe).samples, ElementsAre(0));
  probe.cosine = {0.2, 0.5, 0.6, 0.95, 0.97};
  EXPECT_TRUE(GradientMisleads(probe).flagged);
  probe.cosine.assign(5, std::numeric_limits<double>::quiet_NaN());
  EXPECT_FALSE(GradientMisleads(probe).flagged);
}

TEST(Probe, AGainThatIsNotANumberCountsAsFlat) {
  GradientProbe probe = ProbeOf(20);
  probe.gain[0] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(LossIsFlat(probe).flagged);
  probe.gain[1] = 0;
  EXPECT_TRUE(LossIsFlat(probe).flagged);
}

TEST(Probe, RandomOperatorsAreFlaggedThoughTheirDrawsRepeat) {
  GradientProbe probe = ProbeOf(3);
  EXPECT_TRUE(AnswersAreRandom(probe, {"RandomNormalLike"}).flagged);
  probe.random_difference = 1e-3;
  EXPECT_TRUE(AnswersAreRandom(probe, {}).flagged);
  probe.position_difference = 1e-3;
  EXPECT_TRUE(AnswersDependOnTheBatch(probe).flagged);
}

TEST(Path, NamesEachKindOnce) {
  const Sign sign = PathIsNotDifferentiable({"Round", "Floor", "Round"});
  EXPECT_TRUE(sign.flagged);
  EXPECT_EQ(sign.value, 3);
  EXPECT_THAT(sign.because.en, ::testing::HasSubstr("Floor, Round"));
}

}  // namespace
}  // namespace cupel::algorithm::masking
