// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/explain/shapley.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "cupel/algorithm/explain/linear_system.h"
#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::explain {
namespace {

using Coalitions = std::vector<std::uint8_t>;

// Coalition number `mask` as a row.
void AppendMask(std::uint64_t mask, std::size_t players, Coalitions& rows) {
  for (std::size_t j = 0; j < players; ++j) rows.push_back(static_cast<std::uint8_t>(mask >> j & 1));
}

struct Ends {
  double none = 0;
  double all = 0;
};

Result<Ends> ValueEnds(std::size_t players, const Game& game) {
  Coalitions rows(2 * players, 0);
  std::fill(rows.begin() + static_cast<std::ptrdiff_t>(players), rows.end(), std::uint8_t{1});
  CUPEL_TRY(const std::vector<double> values, game(rows));
  return Ends{values[0], values[1]};
}

struct Sampled {
  Coalitions rows;
  std::vector<double> weights;
};

// Every coalition but none and all. Those of size s share the kernel's (p - 1) / (s (p - s)) among C(p, s).
Sampled Enumerated(std::size_t players) {
  std::vector<double> weight_of(players, 0.0);
  double ways = 1;
  for (std::size_t s = 1; s < players; ++s) {
    ways *= static_cast<double>(players - s + 1) / static_cast<double>(s);
    weight_of[s] = 1 / (ways * static_cast<double>(s) * static_cast<double>(players - s));
  }
  Sampled sampled;
  for (std::uint64_t mask = 1; mask + 1 < std::uint64_t{1} << players; ++mask) {
    AppendMask(mask, players, sampled.rows);
    sampled.weights.push_back(weight_of[static_cast<std::size_t>(std::popcount(mask))]);
  }
  return sampled;
}

// Pairs of a coalition and its complement.
Sampled Drawn(std::size_t players, const KernelOptions& options) {
  std::vector<double> cumulative;
  double total = 0;
  for (std::size_t s = 1; s < players; ++s) {
    total += 1 / (static_cast<double>(s) * static_cast<double>(players - s));
    cumulative.push_back(total);
  }
  Sampled sampled;
  const std::int64_t pairs = (options.coalitions - 2) / 2;
  for (std::int64_t pair = 0; pair < pairs; ++pair) {
    ReproducibleStream stream(options.seed, "explain.kernel-shap", options.sample,
                              static_cast<std::uint32_t>(pair));
    const double at = stream.UniformDouble() * total;
    const auto size = static_cast<std::size_t>(
        std::upper_bound(cumulative.begin(), cumulative.end() - 1, at) - cumulative.begin() + 1);
    const std::vector<std::int64_t> order = stream.Permutation(static_cast<std::int64_t>(players));
    Coalitions row(players, 0);
    for (std::size_t k = 0; k < size; ++k) row[static_cast<std::size_t>(order[k])] = 1;
    sampled.rows.insert(sampled.rows.end(), row.begin(), row.end());
    for (const std::uint8_t inside : row) sampled.rows.push_back(static_cast<std::uint8_t>(1 - inside));
    sampled.weights.insert(sampled.weights.end(), 2, 1.0);
  }
  return sampled;
}

// Minimises sum w (v(S) - v(none) - sum_{j in S} phi_j)^2 with sum phi = difference: the last player's value
// is what the others leave, which makes it an ordinary least squares problem.
Result<std::vector<double>> Solve(std::size_t players, const Sampled& sampled,
                                  const std::vector<double>& values, const Ends& ends) {
  const std::size_t free = players - 1;
  const double difference = ends.all - ends.none;
  std::vector<double> matrix(free * free, 0.0);
  std::vector<double> right(free, 0.0);
  std::vector<double> row(free);
  for (std::size_t m = 0; m < values.size(); ++m) {
    const std::uint8_t* coalition = sampled.rows.data() + m * players;
    const double last = coalition[free];
    for (std::size_t j = 0; j < free; ++j) row[j] = coalition[j] - last;
    const double target = values[m] - ends.none - last * difference;
    for (std::size_t i = 0; i < free; ++i) {
      if (row[i] == 0) continue;
      const double scaled = sampled.weights[m] * row[i];
      for (std::size_t j = 0; j <= i; ++j) matrix[i * free + j] += scaled * row[j];
      right[i] += scaled * target;
    }
  }
  CUPEL_TRY_STATUS(SolvePositiveDefinite(matrix, right));
  double rest = difference;
  for (const double value : right) rest -= value;
  right.push_back(rest);
  return right;
}

// Marginal contributions along an order, added to `marginals`. `inner` are the values after 1, 2, ...
// players.
void AddMarginals(const std::vector<std::int64_t>& order, std::span<const double> inner, const Ends& ends,
                  std::vector<double>& marginals) {
  double before = ends.none;
  for (std::size_t k = 0; k < order.size(); ++k) {
    const double after = k + 1 < order.size() ? inner[k] : ends.all;
    marginals[static_cast<std::size_t>(order[k])] += after - before;
    before = after;
  }
}

// The prefixes of an order that are neither none nor all.
void AppendPrefixes(const std::vector<std::int64_t>& order, Coalitions& rows) {
  Coalitions row(order.size(), 0);
  for (std::size_t k = 0; k + 1 < order.size(); ++k) {
    row[static_cast<std::size_t>(order[k])] = 1;
    rows.insert(rows.end(), row.begin(), row.end());
  }
}

bool IsExactEnough(const Shapley& shapley, double tolerance) {
  double scale = std::abs(shapley.difference);
  for (const double value : shapley.values) scale = std::max(scale, std::abs(value));
  return *std::max_element(shapley.standard_errors.begin(), shapley.standard_errors.end()) <=
         tolerance * scale;
}

}  // namespace

Result<Shapley> ExactShapley(std::int64_t players, const Game& game) {
  if (players < 1 || players > 20) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("exact Shapley values take 1 to 20 players, got {}", players), "",
                "make the patches larger, or sample");
  }
  const auto p = static_cast<std::size_t>(players);
  const std::uint64_t count = std::uint64_t{1} << p;
  Coalitions rows;
  for (std::uint64_t mask = 0; mask < count; ++mask) AppendMask(mask, p, rows);
  CUPEL_TRY(const std::vector<double> values, game(rows));
  std::vector<double> weight(p);  // s! (p - s - 1)! / p!
  weight[0] = 1 / static_cast<double>(p);
  for (std::size_t s = 1; s < p; ++s)
    weight[s] = weight[s - 1] * static_cast<double>(s) / static_cast<double>(p - s);
  Shapley shapley{
      std::vector<double>(p, 0.0), {}, values.back() - values.front(), static_cast<std::int64_t>(count)};
  for (std::uint64_t mask = 0; mask < count; ++mask) {
    for (std::size_t j = 0; j < p; ++j) {
      if (mask >> j & 1) continue;
      shapley.values[j] += weight[static_cast<std::size_t>(std::popcount(mask))] *
                           (values[mask | std::uint64_t{1} << j] - values[mask]);
    }
  }
  return shapley;
}

Result<Shapley> KernelShapley(std::int64_t players, const Game& game, const KernelOptions& options) {
  const auto p = static_cast<std::size_t>(players);
  CUPEL_TRY(const Ends ends, ValueEnds(p, game));
  Shapley shapley{{}, {}, ends.all - ends.none, 2};
  if (players == 1) {
    shapley.values = {shapley.difference};
    return shapley;
  }
  const bool all = players < 20 && (std::int64_t{1} << players) <= options.coalitions;
  if (!all && options.coalitions < 2 * players + 2) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{} coalitions cannot determine {} players", options.coalitions, players), "",
                fmt::format("allow {} or more, or make the patches larger", 2 * players + 2));
  }
  const Sampled sampled = all ? Enumerated(p) : Drawn(p, options);
  CUPEL_TRY(const std::vector<double> values, game(sampled.rows));
  shapley.evaluations += static_cast<std::int64_t>(values.size());
  CUPEL_TRY(shapley.values, Solve(p, sampled, values, ends));
  return shapley;
}

Result<Shapley> PermutationShapley(std::int64_t players, const Game& game,
                                   const PermutationOptions& options) {
  const auto p = static_cast<std::size_t>(players);
  CUPEL_TRY(const Ends ends, ValueEnds(p, game));
  Shapley shapley{std::vector<double>(p, 0.0), std::vector<double>(p, 0.0), ends.all - ends.none, 2};
  std::vector<double> squares(p, 0.0);
  for (std::int64_t r = 0; r < options.permutations; ++r) {
    ReproducibleStream stream(options.seed, "explain.permutation-shap", options.sample,
                              static_cast<std::uint32_t>(r));
    const std::vector<std::int64_t> order = stream.Permutation(players);
    const std::vector<std::int64_t> reverse(order.rbegin(), order.rend());
    Coalitions rows;
    AppendPrefixes(order, rows);
    AppendPrefixes(reverse, rows);
    std::vector<double> values;
    if (!rows.empty()) {
      CUPEL_TRY(values, game(rows));
    }
    shapley.evaluations += static_cast<std::int64_t>(values.size());
    std::vector<double> sums(p, 0.0);
    AddMarginals(order, std::span(values).first(p - 1), ends, sums);
    AddMarginals(reverse, std::span(values).subspan(p - 1), ends, sums);
    // Welford's update of mean and squared deviations.
    const auto n = static_cast<double>(r + 1);
    for (std::size_t j = 0; j < p; ++j) {
      const double delta = sums[j] / 2 - shapley.values[j];
      shapley.values[j] += delta / n;
      squares[j] += delta * (sums[j] / 2 - shapley.values[j]);
      if (r > 0) shapley.standard_errors[j] = std::sqrt(squares[j] / (n - 1) / n);
    }
    if (r >= 3 && options.tolerance > 0 && IsExactEnough(shapley, options.tolerance)) break;
  }
  return shapley;
}

}  // namespace cupel::algorithm::explain
