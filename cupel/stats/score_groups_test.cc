// SPDX-License-Identifier: Apache-2.0
#include "cupel/stats/score_groups.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "cupel/base/reproducible_stream.h"
#include "cupel/stats/roc.h"

namespace cupel::stats {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<double> ScoresFor(std::uint64_t seed, std::size_t n, bool tied) {
  ReproducibleStream stream(seed, "score-groups");
  std::vector<double> scores(n);
  for (double& score : scores) {
    score = tied ? static_cast<double>(stream.Below(7)) - 3 : std::exp(40 * stream.Normal());
    if (stream.Below(3) == 0) score = -score;
  }
  return scores;
}

TEST(ScoreGroupsTest, KeysFallAsScoresRiseAndComeBack) {
  const std::vector<double> rising = {-kInfinity, -1e300, -1, -5e-324, 0, 5e-324, 1, 1e300, kInfinity};
  for (std::size_t i = 0; i < rising.size(); ++i) {
    EXPECT_EQ(ScoreOfKey(FallingKey(rising[i])), rising[i]);
    if (i > 0) {
      EXPECT_LT(FallingKey(rising[i]), FallingKey(rising[i - 1]));
    }
  }
  EXPECT_EQ(FallingKey(-0.0), FallingKey(0.0));
}

TEST(ScoreGroupsTest, OrderIsTheStableSortsOrder) {
  for (const std::size_t n : {0U, 1U, 50U, 5000U}) {
    for (const bool tied : {false, true}) {
      const std::vector<double> scores = ScoresFor(n, n, tied);
      std::vector<std::uint32_t> expected(n);
      std::iota(expected.begin(), expected.end(), 0U);
      std::ranges::stable_sort(expected, [&](auto a, auto b) { return scores[a] > scores[b]; });
      EXPECT_EQ(FallingOrder(scores), expected);
    }
  }
}

TEST(ScoreGroupsTest, GroupsEqualAMapOfSums) {
  for (const std::size_t n : {1U, 300U, 4000U, 60000U}) {
    for (const bool weighted : {false, true}) {
      const std::vector<double> scores = ScoresFor(n + 1, n, n < 4000);
      ReproducibleStream stream(n, "classes");
      std::vector<std::uint8_t> positive(n);
      std::vector<double> weights(weighted ? n : 0);
      for (auto& one : positive) one = static_cast<std::uint8_t>(stream.Below(2));
      for (double& weight : weights) weight = static_cast<double>(stream.Below(3));
      std::map<double, ScoreGroup, std::greater<>> expected;
      for (std::size_t i = 0; i < n; ++i) {
        const double weight = weighted ? weights[i] : 1;
        if (weight == 0) continue;
        (positive[i] != 0 ? expected[scores[i]].positive : expected[scores[i]].negative) += weight;
      }
      const std::vector<ScoreGroup> groups = GroupScores(scores, positive, weights);
      ASSERT_EQ(groups.size(), expected.size());
      std::size_t at = 0;
      for (const auto& [score, group] : expected) {
        EXPECT_EQ(groups[at].score, score);
        EXPECT_EQ(groups[at].positive, group.positive);
        EXPECT_EQ(groups[at].negative, group.negative);
        ++at;
      }
    }
  }
}

TEST(ScoreGroupsTest, DeLongOfGroupsIsDeLongOfSamples) {
  for (const bool tied : {false, true}) {
    const std::vector<double> scores = ScoresFor(11, 900, tied);
    std::vector<std::uint8_t> positive(scores.size(), 0);
    std::fill_n(positive.begin(), 400, std::uint8_t{1});
    const Auc expected = DeLongAuc(std::span(scores).first(400), std::span(scores).subspan(400), 0.95);
    const Auc auc = DeLongAuc(GroupScores(scores, positive, {}), 0.95);
    EXPECT_NEAR(auc.value, expected.value, 1e-14);
    EXPECT_NEAR(auc.variance, expected.variance, 1e-15);
    EXPECT_EQ(auc.interval.method, "delong");
    EXPECT_NEAR(auc.interval.low, expected.interval.low, 1e-12);
  }
  const Auc perfect = DeLongAuc(std::vector<ScoreGroup>{{.score = 2, .positive = 3, .negative = 0},
                                                        {.score = 1, .positive = 0, .negative = 4}},
                                0.95);
  EXPECT_EQ(perfect.value, 1);
  EXPECT_EQ(perfect.interval.method, "clopper-pearson-pairs");
}

}  // namespace
}  // namespace cupel::stats
