// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Boundary attack: a random walk along the boundary that comes ever nearer to the original in L2, from
/// decisions alone.
///
/// A step draws a direction at right angles to the way to the original, goes `spherical_step` times the
/// distance along it, back onto the sphere (the spherical candidate), and `source_step` times the distance
/// towards the original (the candidate). An adversarial candidate that is nearer is where the walk goes on.
/// Every tenth step the spherical candidate is looked at too. When the last 100 of those were adversarial in
/// more than half (less than a fifth) of the cases, both steps grow (shrink) by `step_adaptation`; when the
/// last 30 candidates looked at beside them were in more than a quarter (less than a tenth), the source step
/// does. The walk ends when the source step is below `source_step_convergence`. The start is
/// blended_start.h's.
///
/// As Foolbox 3.3.4 (which tracks every tenth step and relaxes the thresholds of the paper), except that
/// samples of one batch share nothing and arithmetic is in double.
///
/// Does not promise a success: where no noise is adversarial, nothing is found.
///
/// Source: Brendel, Rauber, Bethge: Decision-based adversarial attacks, ICLR 2018, algorithm 1.

#include <cstdint>
#include <memory>

#include "cupel/algorithm/inspect/attack.h"

namespace cupel::algorithm::inspect {

/// The defaults are Foolbox 3.3.4's.
struct BoundaryOptions {
  std::int64_t queries = 25000;           ///< At most so many looks, >= 1.
  double spherical_step = 0.01;           ///< Share of the distance, > 0.
  double source_step = 0.01;              ///< Share of the distance, > 0.
  double source_step_convergence = 1e-7;  ///< >= 0.
  double step_adaptation = 1.5;           ///< > 1.
  std::int64_t update_stats_every = 10;   ///< Steps between two looks at a spherical candidate, >= 1.
};

/// A nearest-point attack in L2; the sample's epsilon is not used. Preconditions: options in their ranges.
std::unique_ptr<Attack> MakeBoundaryAttack(const BoundaryOptions& options);

}  // namespace cupel::algorithm::inspect
