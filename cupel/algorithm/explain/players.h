// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The game that Shapley values explain: groups of features are present (as in x) or absent (as in the
/// baseline), and a coalition is worth the class's logit.

#include "cupel/algorithm/explain/attribution.h"
#include "cupel/algorithm/explain/shapley.h"

namespace cupel::algorithm::explain {

struct Players {
  std::vector<std::int32_t> of_feature;  ///< [d]
  std::int64_t count = 0;
};

/// Pictures: squares of `patch` pixels over all channels, cut at the lower and right edge. Other samples:
/// every feature is a player. Precondition: patch >= 1.
Players MakePlayers(const std::vector<std::int64_t>& sample_shape, std::int64_t patch);

/// The game of a question. Everything it refers to must outlive it. `players` are copied.
Game LogitGame(const ExplainedModel& model, const Question& question, Players players);

/// [d]: each player's value in equal shares on its features, and what the division did not give away.
Explanation Spread(const Players& players, const Shapley& shapley);

}  // namespace cupel::algorithm::explain
