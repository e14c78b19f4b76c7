// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Attacks on the models of linear_model_for_test.h, and the optimum they must reach: for this module's tests
/// only.

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "cupel/algorithm/inspect/attack_piece.h"
#include "cupel/algorithm/inspect/linear_model_for_test.h"
#include "cupel/algorithm/inspect/pgd_attack.h"

namespace cupel::algorithm::inspect {

inline constexpr std::int64_t kFeatures = 12;

struct Piece {
  std::vector<float> features;
  std::vector<AttackJob> jobs;
};

inline Piece AllOf(const data::dataset::Dataset& data) {
  Piece piece;
  for (std::int64_t i = 0; i < data.size(); ++i) {
    const std::vector<float> x = SampleOf(data, i);
    piece.features.insert(piece.features.end(), x.begin(), x.end());
    piece.jobs.push_back({data.OriginalIndex(i), {.label = data.labels()[static_cast<std::size_t>(i)]}});
  }
  return piece;
}

/// A projected gradient attack at one budget, as these tests run it.
struct AttackOptions {
  ThreatModel threat;
  PgdOptions pgd;
  std::uint64_t seed = 0;
  std::string stream = "test";
};

inline AttackOptions Fgsm(Norm norm, double epsilon) {
  return {.threat = {.norm = norm, .epsilon = epsilon, .box_low = 0, .box_high = 1}, .pgd = {}};
}

inline AttackOptions Pgd(Norm norm, double epsilon, int steps) {
  return {.threat = {.norm = norm, .epsilon = epsilon, .box_low = 0, .box_high = 1},
          .pgd = {.steps = steps, .relative_step = 0.25, .random_start = true},
          .seed = 11};
}

inline Result<std::vector<AttackOutcome>> TryAttack(const AttackTarget& target, const Piece& piece,
                                                    const AttackOptions& options,
                                                    const Stability& stability = {}) {
  return AttackPiece(target, *MakePgdAttack(options.pgd),
                     {.threat = options.threat, .seed = options.seed, .stream = options.stream}, stability,
                     piece.features, piece.jobs, SilentProgress());
}

inline std::vector<AttackOutcome> AttackAll(const RowModel& search, const RowModel& exact, const Piece& piece,
                                            const AttackOptions& options, const Stability& stability = {}) {
  const auto target =
      TargetOf(search, exact, static_cast<std::int64_t>(exact.layers().back().bias.size()), {kFeatures});
  auto outcomes = TryAttack(*target, piece, options, stability);
  EXPECT_TRUE(outcomes.has_value()) << outcomes.error().ToString();
  return outcomes ? *std::move(outcomes) : std::vector<AttackOutcome>{};
}

// Largest margin a two-class linear model can be driven to: exact, feature by feature (Linf) or along the
// weights (L2).
inline double BestMargin(const RowModel& model, std::span<const float> x, std::int32_t label,
                         const ThreatModel& threat) {
  const auto& layer = model.layers()[0];
  const auto rival = static_cast<std::size_t>(1 - label);
  const auto y = static_cast<std::size_t>(label);
  double margin = double{layer.bias[rival]} - layer.bias[y];
  double squares = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double w = double{layer.weights[rival][i]} - layer.weights[y][i];
    squares += w * w;
    const double low = std::max(x[i] - threat.epsilon, double{threat.box_low});
    const double high = std::min(x[i] + threat.epsilon, double{threat.box_high});
    margin += w * (threat.norm == Norm::kL2 ? double{x[i]} : w > 0 ? high : low);
  }
  return threat.norm == Norm::kL2 ? margin + threat.epsilon * std::sqrt(squares) : margin;
}

// How many samples the two-class linear classifier answers rightly whatever an attacker does: those whose
// best margin is not positive. A sample too close to the boundary to call in float32 fails the test.
inline std::int64_t ExactRobust(const RowModel& model, const data::dataset::Dataset& data, Norm norm,
                                double epsilon) {
  const ThreatModel threat{.norm = norm, .epsilon = epsilon, .box_low = 0, .box_high = 1};
  std::int64_t robust = 0;
  for (std::int64_t i = 0; i < data.size(); ++i) {
    const std::vector<float> x = SampleOf(data, i);
    const double best = BestMargin(model, x, data.labels()[static_cast<std::size_t>(i)], threat);
    EXPECT_GT(std::abs(best), 2e-6) << "sample " << i << " is too close to call; use another seed";
    robust += best <= 0;
  }
  return robust;
}

}  // namespace cupel::algorithm::inspect
