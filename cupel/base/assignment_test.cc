// SPDX-License-Identifier: Apache-2.0
#include "cupel/base/assignment.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

#include "cupel/base/reproducible_stream.h"

namespace cupel {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

/// The least sum over all ways to pair the smaller side whole.
double BruteForce(const std::vector<double>& costs, std::size_t rows, std::size_t columns) {
  const std::size_t smaller = std::min(rows, columns);
  std::vector<std::size_t> order(std::max(rows, columns));
  std::iota(order.begin(), order.end(), std::size_t{0});
  double best = std::numeric_limits<double>::infinity();
  do {
    double sum = 0;
    for (std::size_t k = 0; k < smaller; ++k) {
      sum += rows <= columns ? costs[k * columns + order[k]] : costs[order[k] * columns + k];
    }
    best = std::min(best, sum);
  } while (std::next_permutation(order.begin(), order.end()));
  return best;
}

double SumOf(std::span<const std::int32_t> columns_of_rows, const std::vector<double>& costs,
             std::size_t columns) {
  double sum = 0;
  for (std::size_t i = 0; i < columns_of_rows.size(); ++i) {
    if (columns_of_rows[i] >= 0) sum += costs[i * columns + static_cast<std::size_t>(columns_of_rows[i])];
  }
  return sum;
}

std::size_t PairsOf(std::span<const std::int32_t> columns_of_rows) {
  std::set<std::int32_t> used;
  for (const std::int32_t column : columns_of_rows) {
    if (column >= 0) used.insert(column);
  }
  return used.size();
}

/// levels: 0 for continuous costs, else how many different ones there are (ties).
std::vector<double> RandomCosts(ReproducibleStream& stream, std::size_t count, std::uint64_t levels) {
  std::vector<double> costs(count);
  for (double& cost : costs) {
    cost = levels == 0 ? stream.UniformDouble() * 20 - 10 : static_cast<double>(stream.Below(levels));
  }
  return costs;
}

TEST(AssignmentTest, FindsTheLeastSumOfEverySmallShape) {
  Assigner assigner;
  for (std::size_t rows = 1; rows <= 6; ++rows) {
    for (std::size_t columns = 1; columns <= 6; ++columns) {
      for (std::uint64_t round = 0; round < 12; ++round) {
        ReproducibleStream stream(round, "assignment", rows * 10 + columns);
        const std::vector<double> costs = RandomCosts(stream, rows * columns, round % 4);
        const auto answer =
            assigner.Minimize(costs, static_cast<std::int64_t>(rows), static_cast<std::int64_t>(columns));
        ASSERT_EQ(answer.size(), rows);
        EXPECT_EQ(PairsOf(answer), std::min(rows, columns));
        EXPECT_NEAR(SumOf(answer, costs, columns), BruteForce(costs, rows, columns), 1e-12)
            << rows << " x " << columns << ", round " << round;
      }
    }
  }
}

TEST(AssignmentTest, TheLargestSumIsTheLeastOfTheNegative) {
  Assigner assigner;
  ReproducibleStream stream(3, "assignment");
  std::vector<double> scores = RandomCosts(stream, 12 * 9, 0);
  const auto largest = assigner.Maximize(scores, 12, 9);
  const std::vector<std::int32_t> kept(largest.begin(), largest.end());
  for (double& score : scores) score = -score;
  EXPECT_TRUE(std::ranges::equal(kept, assigner.Minimize(scores, 12, 9)));
}

/// Prices prove optimality without trying all pairings: here, for a large matrix, no swap of two pairs and no
/// move to a free column improves the sum, and adding a constant to a row changes nothing.
TEST(AssignmentTest, NoSwapImprovesALargeAssignment) {
  constexpr std::size_t kRows = 120, kColumns = 150;
  Assigner assigner;
  ReproducibleStream stream(7, "assignment");
  std::vector<double> costs = RandomCosts(stream, kRows * kColumns, 0);
  const auto answer = assigner.Minimize(costs, kRows, kColumns);
  const std::vector<std::int32_t> kept(answer.begin(), answer.end());
  std::set<std::int32_t> used(kept.begin(), kept.end());
  const auto cost = [&](std::size_t i, std::int32_t j) {
    return costs[i * kColumns + static_cast<std::size_t>(j)];
  };
  for (std::size_t i = 0; i < kRows; ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      EXPECT_LE(cost(i, kept[i]) + cost(k, kept[k]), cost(i, kept[k]) + cost(k, kept[i]) + 1e-12);
    }
    for (std::int32_t j = 0; j < static_cast<std::int32_t>(kColumns); ++j) {
      if (used.contains(j)) continue;
      EXPECT_LE(cost(i, kept[i]), cost(i, j) + 1e-12);
    }
    for (std::size_t j = 0; j < kColumns; ++j) costs[i * kColumns + j] += static_cast<double>(i);
  }
  EXPECT_TRUE(std::ranges::equal(kept, assigner.Minimize(costs, kRows, kColumns)));
}

/// Answers of scipy.optimize.linear_sum_assignment, scipy 1.10.1, on matrices with many optima.
TEST(AssignmentTest, TiesAreResolvedAsScipyDoes) {
  Assigner assigner;
  EXPECT_THAT(assigner.Minimize(std::vector<double>(9, 1.0), 3, 3), ElementsAre(0, 1, 2));
  EXPECT_THAT(assigner.Minimize(std::vector<double>(8, 0.0), 2, 4), ElementsAre(0, 1));
  EXPECT_THAT(assigner.Minimize(std::vector<double>(8, 0.0), 4, 2), ElementsAre(0, 1, -1, -1));
  struct Tied {
    std::size_t rows, columns, levels;
    std::vector<std::int32_t> answer;
  };
  const std::vector<Tied> cases = {
      {5, 5, 2, {0, 1, 2, 3, 4}},          {5, 7, 3, {1, 2, 0, 4, 5}},
      {7, 5, 3, {2, 0, 3, 4, 1, -1, -1}},  {8, 8, 2, {1, 0, 3, 2, 5, 4, 7, 6}},
      {6, 9, 2, {0, 1, 2, 3, 4, 5}},       {9, 6, 2, {1, 0, 3, 2, 5, 4, -1, -1, -1}},
      {8, 8, 3, {0, 2, 1, 3, 5, 4, 6, 7}}, {4, 10, 2, {1, 0, 3, 2}},
  };
  for (std::size_t k = 0; k < cases.size(); ++k) {
    const auto& [rows, columns, levels, answer] = cases[k];
    std::vector<double> costs;
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t j = 0; j < columns; ++j) {
        costs.push_back(static_cast<double>((i * 31 + j * 17 + k * 13 + i * j * (k + 2)) % levels));
      }
    }
    EXPECT_THAT(assigner.Minimize(costs, static_cast<std::int64_t>(rows), static_cast<std::int64_t>(columns)),
                ElementsAreArray(answer))
        << "case " << k;
  }
}

TEST(AssignmentTest, EitherSideMayBeEmpty) {
  Assigner assigner;
  EXPECT_THAT(assigner.Minimize({}, 0, 3), ElementsAre());
  EXPECT_THAT(assigner.Minimize({}, 2, 0), ElementsAre(-1, -1));
}

TEST(AssignmentDeathTest, ACostThatIsNotFiniteIsAProgrammersError) {
  Assigner assigner;
  const std::vector<double> costs = {1, std::numeric_limits<double>::quiet_NaN()};
  EXPECT_DEATH(assigner.Minimize(costs, 1, 2), "value - value == 0");
}

}  // namespace
}  // namespace cupel
