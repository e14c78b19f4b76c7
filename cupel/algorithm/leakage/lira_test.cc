// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/leakage/lira.h"

#include <cmath>

#include "cupel/algorithm/leakage/leakage_for_test.h"
#include "cupel/stats/distribution.h"
#include "cupel/stats/roc.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::leakage {
namespace {

struct Toy {
  std::size_t pairs = 500;
  std::size_t models = 64;
  std::size_t reference = 0;
  double gain = 1;     ///< By how much training on a sample moves its score, in standard deviations.
  double spread = 10;  ///< How much samples differ in difficulty.
  std::uint64_t seed = 1;
};

/// Scores whose law is known: sample i has difficulty mu_i; a model gives mu_i + noise, and gain more when it
/// was trained on the sample. So the likelihood ratio is that of two normals one `gain` apart.
ShadowScores Draw(const Toy& toy) {
  ShadowScores scores;
  scores.pairs = toy.pairs;
  scores.reference = toy.reference;
  scores.models = toy.models;
  scores.queries = 1;
  scores.target.resize(scores.rows());
  scores.shadows.resize(toy.models * scores.rows());
  for (std::size_t row = 0; row < scores.rows(); ++row) {
    ReproducibleStream stream(toy.seed, "toy", row);
    const double difficulty = toy.spread * stream.Normal();
    const bool audited = row < 2 * toy.pairs;
    std::vector<bool> drawn(toy.models);
    if (audited) {
      drawn = DrawnInto(static_cast<std::int64_t>(row), toy.models, toy.seed);
      scores.inside.insert(scores.inside.end(), drawn.begin(), drawn.end());
    }
    scores.target[row] = difficulty + stream.Normal() + (row < toy.pairs ? toy.gain : 0);
    for (std::size_t model = 0; model < toy.models; ++model)
      scores.shadows[model * scores.rows() + row] =
          difficulty + stream.Normal() + (drawn[model] ? toy.gain : 0);
  }
  return scores;
}

double Area(const AttackScores& attack) {
  return stats::DeLongAuc(attack.members, attack.others, 0.95).value;
}

AttackScores RawScores(const ShadowScores& scores) {
  AttackScores attack;
  for (std::size_t row = 0; row < 2 * scores.pairs; ++row)
    (row < scores.pairs ? attack.members : attack.others).push_back(scores.target[row]);
  return attack;
}

// The best attack there is on the toy has the area Phi(gain / sqrt 2). A threshold on the raw score, blind to
// difficulty, has Phi(gain / sqrt(2 (1 + spread^2))).
TEST(LiraScores, ReachTheKnownOptimumWhereAThresholdCannot) {
  const Toy toy{.pairs = 4000, .models = 128};
  const ShadowScores scores = Draw(toy);
  const double best = stats::NormalCdf(1 / std::sqrt(2.0));
  for (const bool online : {true, false}) {
    const double area = Area(LiraScores(scores, {.online = online, .global_variance = true}));
    EXPECT_NEAR(area, best, 0.02) << online;  // the means are known to 1/8 standard deviation
  }
  EXPECT_LT(Area(RawScores(scores)), 0.55);
}

// The score itself, sample by sample, comes near the true log likelihood ratio gain x - gain^2 / 2.
TEST(LiraScores, AreTheLogLikelihoodRatio) {
  const Toy toy{.pairs = 50, .models = 20000};
  const ShadowScores scores = Draw(toy);
  for (const bool global : {true, false}) {
    const AttackScores attack = LiraScores(scores, {.online = true, .global_variance = global});
    for (std::size_t row = 0; row < 50; ++row) {
      ReproducibleStream stream(toy.seed, "toy", row);
      const double x = scores.target[row] - toy.spread * stream.Normal();
      EXPECT_NEAR(attack.members[row], x - 0.5, 0.3) << row;
    }
  }
}

TEST(LiraScores, EqualTheFormulaOnFourModels) {
  ShadowScores scores;
  scores.pairs = 1;
  scores.models = 4;
  scores.queries = 1;
  scores.inside = {true, true, false, false, false, true, false, true};
  scores.target = {3, 1};
  scores.shadows = {2, 0, 4, 5, 0, 2, 1, 9};  // [model][row]
  // Row 0: IN {2, 4}: mean 3, variance 2; OUT {0, 1}: 0.5, 0.5. Row 1: IN {5, 9}: 7, 8; OUT {0, 2}: 1, 2.
  const auto log_normal = [](double x, double mean, double variance) {
    return -0.5 * std::log(2 * M_PI * variance) - (x - mean) * (x - mean) / (2 * variance);
  };
  const AttackScores each = LiraScores(scores, {.online = true, .global_variance = false});
  EXPECT_NEAR(each.members[0], log_normal(3, 3, 2) - log_normal(3, 0.5, 0.5), 1e-12);
  EXPECT_NEAR(each.others[0], log_normal(1, 7, 8) - log_normal(1, 1, 2), 1e-12);
  const AttackScores global = LiraScores(scores, {.online = true, .global_variance = true});
  EXPECT_NEAR(global.members[0], log_normal(3, 3, 5) - log_normal(3, 0.5, 1.25), 1e-12);
  EXPECT_NEAR(global.others[0], log_normal(1, 7, 5) - log_normal(1, 1, 1.25), 1e-12);
  const AttackScores offline = LiraScores(scores, {.online = false, .global_variance = false});
  EXPECT_NEAR(offline.members[0], 2.5 / std::sqrt(0.5), 1e-12);
  EXPECT_NEAR(offline.others[0], 0, 1e-12);
}

TEST(LiraScores, AverageOverQueries) {
  ShadowScores one = Draw({.pairs = 30, .models = 8});
  ShadowScores two = one;
  two.queries = 2;
  two.target.clear();
  two.shadows.clear();
  for (const double x : one.target) two.target.insert(two.target.end(), {x, x});
  for (const double x : one.shadows) two.shadows.insert(two.shadows.end(), {x, x});
  const AttackScores a = LiraScores(one, {});
  const AttackScores b = LiraScores(two, {});
  for (std::size_t i = 0; i < 30; ++i) EXPECT_NEAR(a.members[i], b.members[i], 1e-12);
}

// With few models a variance for each sample is mostly noise: the rule of the paper.
TEST(LiraScores, OneVarianceIsBetterForFewModels) {
  const ShadowScores scores = Draw({.pairs = 4000, .models = 8});
  EXPECT_GT(Area(LiraScores(scores, {.online = true, .global_variance = true})),
            Area(LiraScores(scores, {.online = true, .global_variance = false})) + 0.02);
}

TEST(LiraScores, FindNothingInATargetThatWasNotTrained) {
  ShadowScores scores = Draw({.pairs = 2000});
  for (std::size_t row = 0; row < scores.pairs; ++row) scores.target[row] -= 1;
  EXPECT_NEAR(Area(LiraScores(scores, {})), 0.5, 0.03);
}

// A twin that takes OUT for IN is worse than a coin.
TEST(LiraScores, MixedUpMembershipIsCaught) {
  ShadowScores scores = Draw({.pairs = 500});
  scores.inside.flip();
  EXPECT_LT(Area(LiraScores(scores, {})), 0.4);
}

TEST(UntrainedScores, TellWhenTheTwoSetsDifferInThemselves) {
  ShadowScores scores = Draw({.pairs = 500});
  check::CheckResult fair;
  AddControl(scores, fair);
  EXPECT_TRUE(Covers(fair.metrics[0], 0.5));
  EXPECT_TRUE(fair.notes.empty());
  // Members from easier data: every model, trained on them or not, is surer of them.
  for (std::size_t model = 0; model < scores.models; ++model) {
    for (std::size_t row = 0; row < scores.pairs; ++row) scores.shadows[model * scores.rows() + row] += 5;
  }
  check::CheckResult shifted;
  AddControl(scores, shifted);
  EXPECT_GT(shifted.metrics[0].interval->low, 0.5);
  ASSERT_EQ(shifted.notes.size(), 1U);
  EXPECT_FALSE(shifted.notes[0].zh.empty());
}

}  // namespace
}  // namespace cupel::algorithm::leakage
