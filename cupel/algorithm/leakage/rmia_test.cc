// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/leakage/rmia.h"

#include <cmath>

#include "cupel/algorithm/leakage/leakage_for_test.h"
#include "cupel/algorithm/leakage/signals.h"
#include "cupel/stats/roc.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::leakage {
namespace {

/// Samples of many difficulties; training on one raises its log-odds by `gain`.
ShadowScores Draw(std::size_t pairs, std::size_t reference, std::size_t models, double gain,
                  std::uint64_t seed = 1) {
  ShadowScores scores;
  scores.pairs = pairs;
  scores.reference = reference;
  scores.models = models;
  scores.queries = 1;
  scores.target.resize(scores.rows());
  scores.shadows.resize(models * scores.rows());
  for (std::size_t row = 0; row < scores.rows(); ++row) {
    ReproducibleStream stream(seed, "toy", row);
    const double difficulty = 3 * stream.Normal();
    std::vector<bool> drawn(models);
    if (row < 2 * pairs) {
      drawn = DrawnInto(static_cast<std::int64_t>(row), models, seed);
      scores.inside.insert(scores.inside.end(), drawn.begin(), drawn.end());
    }
    scores.target[row] = difficulty + 0.5 * stream.Normal() + (row < pairs ? gain : 0);
    for (std::size_t model = 0; model < models; ++model)
      scores.shadows[model * scores.rows() + row] =
          difficulty + 0.5 * stream.Normal() + (drawn[model] ? gain : 0);
  }
  return scores;
}

double Area(const AttackScores& attack) {
  return stats::DeLongAuc(attack.members, attack.others, 0.95).value;
}

// Every pair of a sample and a population sample, as the paper defines the score.
TEST(RmiaScores, EqualTheDefinitionPairByPair) {
  const ShadowScores scores = Draw(40, 30, 6, 1);
  for (const bool online : {false, true}) {
    for (const double gamma : {1.0, 2.0}) {
      const RmiaOptions options{.online = online, .gamma = gamma, .offline_a = 0.4};
      const auto ratio = [&](std::size_t row) {
        double in = 0, out = 0, in_count = 0, out_count = 0;
        for (std::size_t model = 0; model < scores.models; ++model) {
          const double p = 1 / (1 + std::exp(-scores.shadows[model * scores.rows() + row]));
          const bool trained = row < 80 && scores.inside[row * scores.models + model];
          (trained ? in : out) += p;
          (trained ? in_count : out_count) += 1;
        }
        out /= out_count;
        const double overall = online && row < 80 ? (in / in_count + out) / 2 : 0.5 * (1.4 * out + 0.6);
        return 1 / (1 + std::exp(-scores.target[row])) / overall;
      };
      const AttackScores attack = RmiaScores(scores, options);
      for (std::size_t row = 0; row < 80; ++row) {
        double share = 0;
        for (std::size_t z = 80; z < 110; ++z) share += (ratio(row) / ratio(z) >= gamma) / 30.0;
        EXPECT_NEAR(row < 40 ? attack.members[row] : attack.others[row - 40], share, 1e-12) << row;
      }
    }
  }
}

TEST(RmiaScores, FindMembersWithFourModels) {
  const ShadowScores scores = Draw(3000, 500, 4, 1.5);
  AttackScores raw;
  for (std::size_t row = 0; row < 6000; ++row)
    (row < 3000 ? raw.members : raw.others).push_back(scores.target[row]);
  for (const bool online : {false, true}) {
    const double area = Area(RmiaScores(scores, {.online = online, .gamma = 1}));
    EXPECT_GT(area, Area(raw) + 0.05) << online;
    EXPECT_GT(area, 0.7) << online;
  }
}

TEST(RmiaScores, FindNothingWhereNothingIs) {
  EXPECT_NEAR(Area(RmiaScores(Draw(3000, 500, 4, 0), {})), 0.5, 0.025);
}

// A twin that forgets to divide by the reference models is blind to difficulty.
TEST(RmiaScores, WithoutReferenceModelsAreNoBetterThanAThreshold) {
  ShadowScores scores = Draw(3000, 500, 4, 1.5);
  const double with = Area(RmiaScores(scores, {.gamma = 1}));
  std::fill(scores.shadows.begin(), scores.shadows.end(), 0.0);
  EXPECT_LT(Area(RmiaScores(scores, {.gamma = 1})), with - 0.05);
}

TEST(RmiaScores, SurviveProbabilitiesOfZero) {
  ShadowScores scores = Draw(5, 5, 4, 1);
  std::fill(scores.shadows.begin(), scores.shadows.end(), -2000.0);
  std::fill(scores.target.begin(), scores.target.end(), -2000.0);
  for (const double score : RmiaScores(scores, {.gamma = 2, .offline_a = 1}).members)
    EXPECT_TRUE(std::isfinite(score));
}

}  // namespace
}  // namespace cupel::algorithm::leakage
