// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/explain/shapley.h"

#include <gmock/gmock.h>

#include <cmath>
#include <numeric>

#include "cupel/algorithm/explain/players.h"
#include "cupel/algorithm/explain/methods.h"
#include "cupel/algorithm/explain/small_network_for_test.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::explain {
namespace {

using cupel::testing::HasError;
using ::testing::DoubleNear;
using ::testing::Pointwise;

/// v(S) = constant + sum of the members' weights + pairs * sum over neighbouring members w_i w_{i+1}.
Game Neighbours(std::vector<double> weights, double pairs, std::int64_t* asked = nullptr) {
  return [=](std::span<const std::uint8_t> rows) -> Result<std::vector<double>> {
    const std::size_t p = weights.size();
    std::vector<double> values;
    for (std::size_t at = 0; at < rows.size(); at += p) {
      double value = 0.7;
      for (std::size_t j = 0; j < p; ++j) {
        if (rows[at + j] == 0) continue;
        value += weights[j];
        if (j + 1 < p && rows[at + j + 1] != 0) value += pairs * weights[j] * weights[j + 1];
      }
      values.push_back(value);
    }
    if (asked != nullptr) *asked += static_cast<std::int64_t>(values.size());
    return values;
  };
}

std::vector<double> Weights(std::size_t p) {
  ReproducibleStream stream(5, "weights");
  std::vector<double> weights(p);
  for (double& weight : weights) weight = stream.Normal();
  return weights;
}

/// Half of each pair goes to either partner.
std::vector<double> KnownValues(const std::vector<double>& weights, double pairs) {
  std::vector<double> values = weights;
  for (std::size_t j = 0; j + 1 < weights.size(); ++j) {
    values[j] += pairs * weights[j] * weights[j + 1] / 2;
    values[j + 1] += pairs * weights[j] * weights[j + 1] / 2;
  }
  return values;
}

/// A game without structure: a random value for each coalition.
Game Unstructured(std::size_t p) {
  ReproducibleStream stream(9, "game");
  std::vector<double> table(std::size_t{1} << p);
  for (double& value : table) value = stream.Normal();
  return [=](std::span<const std::uint8_t> rows) -> Result<std::vector<double>> {
    std::vector<double> values;
    for (std::size_t at = 0; at < rows.size(); at += p) {
      std::size_t mask = 0;
      for (std::size_t j = 0; j < p; ++j) mask |= static_cast<std::size_t>(rows[at + j]) << j;
      values.push_back(table[mask]);
    }
    return values;
  };
}

TEST(ExactShapley, EqualsTheClosedFormOfPairs) {
  for (const std::size_t p : {1U, 2U, 5U, 12U}) {
    const std::vector<double> weights = Weights(p);
    CUPEL_ASSERT_OK(const Shapley exact, ExactShapley(static_cast<std::int64_t>(p), Neighbours(weights, 2)));
    EXPECT_THAT(exact.values, Pointwise(DoubleNear(1e-10), KnownValues(weights, 2)));
    EXPECT_EQ(exact.evaluations, 1 << p);
  }
}

// The three-player glove game: a left glove alone against two right ones gets 2/3.
TEST(ExactShapley, SharesTheGloveGameAsTextbooksDo) {
  const Game gloves = [](std::span<const std::uint8_t> rows) -> Result<std::vector<double>> {
    std::vector<double> values;
    for (std::size_t at = 0; at < rows.size(); at += 3)
      values.push_back(rows[at] != 0 && (rows[at + 1] != 0 || rows[at + 2] != 0) ? 1 : 0);
    return values;
  };
  CUPEL_ASSERT_OK(const Shapley exact, ExactShapley(3, gloves));
  EXPECT_THAT(exact.values, Pointwise(DoubleNear(1e-12), std::vector<double>{2.0 / 3, 1.0 / 6, 1.0 / 6}));
}

TEST(ExactShapley, RefusesMoreThanTwentyPlayers) {
  EXPECT_THAT(ExactShapley(21, Unstructured(2)), HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(ExactShapley(0, Unstructured(2)), HasError(ErrorCode::kInvalidArgument));
}

TEST(KernelShapley, IsExactForAdditiveGamesWhateverIsSampled) {
  for (const std::size_t p : {13U, 30U, 64U}) {
    const std::vector<double> weights = Weights(p);
    const auto players = static_cast<std::int64_t>(p);
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
      CUPEL_ASSERT_OK(const Shapley kernel,
                      KernelShapley(players, Neighbours(weights, 0), {8 * players, seed, 0}));
      EXPECT_THAT(kernel.values, Pointwise(DoubleNear(1e-9), weights));
    }
  }
}

TEST(KernelShapley, IsExactForEveryGameWhenAllCoalitionsAreAffordable) {
  for (const std::size_t p : {1U, 2U, 3U, 7U, 10U}) {
    const Game game = Unstructured(p);
    const auto players = static_cast<std::int64_t>(p);
    CUPEL_ASSERT_OK(const Shapley exact, ExactShapley(players, game));
    CUPEL_ASSERT_OK(const Shapley kernel, KernelShapley(players, game, {1 << p, 1, 0}));
    EXPECT_THAT(kernel.values, Pointwise(DoubleNear(1e-9), exact.values)) << p << " players";
    EXPECT_LE(kernel.evaluations, 1 << p);
  }
}

TEST(KernelShapley, ComesNearerWithMoreCoalitionsAndAlwaysAddsUp) {
  const Game game = Unstructured(12);
  CUPEL_ASSERT_OK(const Shapley exact, ExactShapley(12, game));
  std::vector<double> errors;
  for (const std::int64_t coalitions : {60, 2000}) {
    double error = 0;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      CUPEL_ASSERT_OK(const Shapley kernel, KernelShapley(12, game, {coalitions, seed, 0}));
      const double sum = std::accumulate(kernel.values.begin(), kernel.values.end(), 0.0);
      EXPECT_NEAR(sum, exact.difference, 1e-9);
      EXPECT_LE(kernel.evaluations, coalitions);
      for (std::size_t j = 0; j < 12; ++j)
        error += (kernel.values[j] - exact.values[j]) * (kernel.values[j] - exact.values[j]);
    }
    errors.push_back(error);
  }
  EXPECT_LT(errors[1], errors[0] / 10);
}

TEST(KernelShapley, RefusesTooFewCoalitions) {
  EXPECT_THAT(KernelShapley(20, Unstructured(3), {41, 0, 0}), HasError(ErrorCode::kInvalidArgument));
}

// Over many seeds, the estimate lies around the exact values as its own standard error says: mean z^2 of 1.
TEST(PermutationShapley, ConvergesToExactEnumeration) {
  for (const std::size_t p : {3U, 5U, 12U}) {
    const Game game = Unstructured(p);
    const auto players = static_cast<std::int64_t>(p);
    CUPEL_ASSERT_OK(const Shapley exact, ExactShapley(players, game));
    double squares = 0;
    double coarse = 0;
    double fine = 0;
    constexpr int kSeeds = 60;
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      CUPEL_ASSERT_OK(const Shapley few, PermutationShapley(players, game, {25, 0, seed, 0}));
      CUPEL_ASSERT_OK(const Shapley many, PermutationShapley(players, game, {400, 0, seed, 0}));
      for (std::size_t j = 0; j < p; ++j) {
        const double error = many.values[j] - exact.values[j];
        const double z = error / many.standard_errors[j];
        squares += z * z / static_cast<double>(p * kSeeds);
        coarse += std::pow(few.values[j] - exact.values[j], 2);
        fine += error * error;
      }
    }
    EXPECT_GT(squares, 0.7) << p << " players";
    EXPECT_LT(squares, 1.4) << p << " players";
    EXPECT_NEAR(std::sqrt(coarse / fine), 4, 0.8) << p << " players";  // 16 times the orders.
  }
}

TEST(PermutationShapley, AnOrderOfTwoAndItsReverseAreAllThereIs) {
  CUPEL_ASSERT_OK(const Shapley exact, ExactShapley(2, Unstructured(2)));
  CUPEL_ASSERT_OK(const Shapley found, PermutationShapley(2, Unstructured(2), {1, 0, 0, 0}));
  EXPECT_THAT(found.values, Pointwise(DoubleNear(1e-12), exact.values));
}

// In a game of pairs, an order and its reverse give each partner exactly half: one order is enough.
TEST(PermutationShapley, AntitheticOrdersAreExactForPairs) {
  const std::vector<double> weights = Weights(12);
  CUPEL_ASSERT_OK(const Shapley found, PermutationShapley(12, Neighbours(weights, 2), {1, 0, 0, 0}));
  EXPECT_THAT(found.values, Pointwise(DoubleNear(1e-10), KnownValues(weights, 2)));
  EXPECT_EQ(found.evaluations, 2 + 2 * 11);
}

TEST(PermutationShapley, StopsEarlyWhenTheErrorIsSmall) {
  std::int64_t asked = 0;
  CUPEL_ASSERT_OK(const Shapley found,
                  PermutationShapley(12, Neighbours(Weights(12), 2, &asked), {1000, 0.01, 0, 0}));
  EXPECT_EQ(found.evaluations, 2 + 4 * 2 * 11);
  EXPECT_EQ(asked, found.evaluations);
  CUPEL_ASSERT_OK(const Shapley rough, PermutationShapley(12, Unstructured(12), {1000, 0.01, 0, 0}));
  EXPECT_GT(rough.evaluations, found.evaluations);
}

TEST(Players, CutPicturesIntoSquaresOverAllChannels) {
  const Players players = MakePlayers({2, 3, 4}, 2);
  EXPECT_EQ(players.count, 4);
  EXPECT_EQ(players.of_feature, (std::vector<std::int32_t>{0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 3, 3,  //
                                                           0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 3, 3}));
  EXPECT_EQ(MakePlayers({5}, 2).count, 5);
}

// The methods on a real network with 4 players: both sampling methods against enumeration.
TEST(ShapMethods, AgreeWithEnumerationOnANetwork) {
  CUPEL_ASSERT_OK(const auto classifier, SmallClassifier(SmallGraph()));
  const ClassifierExecutor search(*classifier);
  const ExplainedModel model = search.model();
  const std::vector<float> x = SmallPicture(1);
  const std::vector<float> baseline(64, 0.0F);
  const Question question{x, baseline, 2, 7};
  const Players players = MakePlayers({1, 8, 8}, 4);
  CUPEL_ASSERT_OK(const Shapley exact, ExactShapley(4, LogitGame(model, question, players)));
  MethodOptions options;
  options.patch = 4;
  options.permutations = 3000;
  options.permutation_tolerance = 0;
  CUPEL_ASSERT_OK(const auto kernel, KernelShapMethod().prepare(model, options));
  CUPEL_ASSERT_OK(const Explanation by_kernel, kernel->Explain(question));
  CUPEL_ASSERT_OK(const auto permutation, PermutationShapMethod().prepare(model, options));
  CUPEL_ASSERT_OK(const Explanation by_orders, permutation->Explain(question));
  for (std::size_t i = 0; i < 64; ++i) {
    const double expected = exact.values[static_cast<std::size_t>(players.of_feature[i])] / 16;
    EXPECT_NEAR(by_kernel.values[i], expected, 1e-6);
    EXPECT_NEAR(by_orders.values[i], expected, 0.02 * std::abs(exact.difference) / 16 + 1e-3);
  }
  EXPECT_TRUE(by_kernel.Holds());
  EXPECT_TRUE(by_orders.Holds());
  EXPECT_EQ(by_kernel.evaluations, 16);
}

}  // namespace
}  // namespace cupel::algorithm::explain
