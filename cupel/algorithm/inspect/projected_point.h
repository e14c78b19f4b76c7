// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A point that moves inside the ball and the box of a threat model: the arithmetic of every projected
/// gradient attack.
///
/// Linf: positions lie on the grid of threat_model.h (when asked), sums are exact, and the bounds are rounded
/// inward, so the exact rule holds and a position that returns has the same bits. L2 and L1: steps and
/// projections are taken in double and rounded inward once. In L2 a point outside both is brought to the ball
/// first and to the box then, as all published attacks do; in L1 to the nearest point of the two together.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "cupel/algorithm/inspect/threat_model.h"

namespace cupel::algorithm::inspect {

/// Exact budgets of one sample. original: [d], must outlive it.
class ProjectedPoint {
 public:
  ProjectedPoint(const ThreatModel& threat, std::span<const float> original);

  /// Moves to `start`. Linf: brought inside the inner bounds and, when `on_grid`, to the nearest point of the
  /// grid. L2, L1: `start` must obey the threat model.
  void Enter(std::span<const float> start, bool on_grid);

  /// One ascent step of length `step` (> 0) along `gradient` [d] (its sign in Linf, its direction in L2),
  /// back into the ball and the box. Not in L1, where an attack chooses the features it moves: MoveTo.
  void Step(std::span<const float> gradient, double step);

  /// Moves to the nearest point of the ball and the box to `wanted` [d].
  void MoveTo(std::span<const double> wanted);

  std::span<const float> x() const { return x_; }  ///< [d]

 private:
  void StepLinf(std::span<const float> gradient, float step);
  void MoveToInL1(std::span<const double> wanted);

  ThreatModel threat_;
  double grid_ = 0;
  std::span<const float> original_;
  std::vector<float> x_;
  std::vector<float> low_;   ///< Linf: smallest allowed values.
  std::vector<float> high_;  ///< Linf: largest allowed values.
  std::vector<double> moved_;
};

/// 128 bits of an iterate: two sums of its 32-bit patterns times fixed random odd 64-bit numbers, modulo
/// 2^64. Two different iterates agree with probability at most 2^-66 (multilinear hashing; Carter and Wegman
/// 1979).
using IterateHash = std::array<std::uint64_t, 2>;

class IterateHasher {
 public:
  explicit IterateHasher(std::size_t features);
  IterateHash operator()(std::span<const float> x) const;

 private:
  std::vector<std::uint64_t> weights_;  ///< [d][2]
};

}  // namespace cupel::algorithm::inspect
