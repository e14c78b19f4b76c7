// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Shapley values of a game: how to divide v(all) - v(none) among players, exactly and by sampling.
///
/// phi_j is player j's mean marginal contribution over all orders in which players can join. Exact: all 2^p
/// coalitions. KernelSHAP: weighted least squares on sampled coalitions, with the sum held to v(all) -
/// v(none); equals the exact values for an additive game whatever is sampled, and for every game when all
/// coalitions are affordable. Permutation sampling: marginals along random orders, each with its reverse;
/// unbiased, with a standard error. All three are complete by construction.
///
/// Sources: Shapley 1953; Lundberg and Lee: A unified approach to interpreting model predictions, NeurIPS
/// 2017; Covert and Lee: Improving KernelSHAP, AISTATS 2021 (paired sampling, constrained solution); Mitchell
/// et al.: Sampling permutations for Shapley value estimation, JMLR 2022 (antithetic orders).

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "cupel/base/error.h"

namespace cupel::algorithm::explain {

/// Values of coalitions [m, players], 1 where the player takes part; returns [m].
using Game = std::function<Result<std::vector<double>>(std::span<const std::uint8_t> coalitions)>;

struct Shapley {
  std::vector<double> values;           ///< [players]
  std::vector<double> standard_errors;  ///< [players]; empty where the method has none.
  double difference = 0;                ///< v(all) - v(none).
  std::int64_t evaluations = 0;         ///< Coalitions asked for.
};

/// 2^players evaluations. Errors: kInvalidArgument unless 1 <= players <= 20; those of the game.
Result<Shapley> ExactShapley(std::int64_t players, const Game& game);

struct KernelOptions {
  std::int64_t coalitions = 512;  ///< Evaluations at most, v(all) and v(none) included.
  std::uint64_t seed = 0;
  std::uint64_t sample = 0;  ///< Of the random stream.
};

/// All coalitions, with the kernel's weights, when they fit; else sizes drawn by the kernel and a uniform
/// coalition of each, with its complement. Errors: kInvalidArgument when the coalitions cannot determine the
/// values (fewer than 2 players + 2, or a singular system); those of the game.
Result<Shapley> KernelShapley(std::int64_t players, const Game& game, const KernelOptions& options);

struct PermutationOptions {
  std::int64_t permutations = 64;  ///< At most so many orders, each with its reverse; >= 1.
  /// Stops after 4 orders or more when the largest standard error is at most so much of the larger of
  /// |v(all) - v(none)| and the largest |phi|; 0: never before the last.
  double tolerance = 0.02;
  std::uint64_t seed = 0;
  std::uint64_t sample = 0;
};

/// 2 (players - 1) evaluations an order, and two. Errors: those of the game.
Result<Shapley> PermutationShapley(std::int64_t players, const Game& game, const PermutationOptions& options);

}  // namespace cupel::algorithm::explain
