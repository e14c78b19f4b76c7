// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/explain/players.h"

#include <algorithm>
#include <numeric>

namespace cupel::algorithm::explain {

Players MakePlayers(const std::vector<std::int64_t>& sample_shape, std::int64_t patch) {
  Players players;
  std::int64_t d = 1;
  for (const std::int64_t length : sample_shape) d *= length;
  players.of_feature.resize(static_cast<std::size_t>(d));
  if (sample_shape.size() != 3) {
    std::iota(players.of_feature.begin(), players.of_feature.end(), 0);
    players.count = d;
    return players;
  }
  const std::int64_t height = sample_shape[1];
  const std::int64_t width = sample_shape[2];
  const std::int64_t across = (width + patch - 1) / patch;
  for (std::int64_t i = 0; i < d; ++i) {
    const std::int64_t place = i % (height * width);
    players.of_feature[static_cast<std::size_t>(i)] =
        static_cast<std::int32_t>(place / width / patch * across + place % width / patch);
  }
  players.count = (height + patch - 1) / patch * across;
  return players;
}

// Batches of a fixed number of coalitions keep memory bounded; TiledLogits cuts them the same way.
Game LogitGame(const ExplainedModel& model, const Question& question, Players players) {
  return [&model, question, players = std::move(players)](
             std::span<const std::uint8_t> coalitions) -> Result<std::vector<double>> {
    const auto count = static_cast<std::size_t>(players.count);
    const std::size_t d = players.of_feature.size();
    constexpr auto kTile = static_cast<std::size_t>(executor::kTileSize);
    const std::size_t total = coalitions.size() / count;
    std::vector<double> values;
    values.reserve(total);
    std::vector<float> inputs;
    for (std::size_t from = 0; from < total; from += kTile) {
      const std::size_t rows = std::min(kTile, total - from);
      inputs.resize(rows * d);
      for (std::size_t row = 0; row < rows; ++row) {
        const std::uint8_t* present = coalitions.data() + (from + row) * count;
        for (std::size_t i = 0; i < d; ++i) {
          inputs[row * d + i] = present[static_cast<std::size_t>(players.of_feature[i])] != 0
                                    ? question.x[i]
                                    : question.baseline[i];
        }
      }
      CUPEL_TRY(const std::vector<double> part,
                ClassLogits(model, inputs, static_cast<std::int64_t>(rows), question.target_class));
      values.insert(values.end(), part.begin(), part.end());
    }
    return values;
  };
}

Explanation Spread(const Players& players, const Shapley& shapley) {
  std::vector<double> sizes(static_cast<std::size_t>(players.count), 0.0);
  for (const std::int32_t player : players.of_feature) sizes[static_cast<std::size_t>(player)] += 1;
  Explanation explanation{{}, shapley.evaluations, {}};
  for (const std::int32_t player : players.of_feature) {
    const auto j = static_cast<std::size_t>(player);
    explanation.values.push_back(shapley.values[j] / sizes[j]);
  }
  explanation.completeness = CompletenessOf(explanation.values, shapley.difference);
  return explanation;
}

}  // namespace cupel::algorithm::explain
