// SPDX-License-Identifier: Apache-2.0
#pragma once

/// HopSkipJump: the nearest adversarial input in L2 or Linf from decisions alone.
///
/// From a point on the boundary: probe `init_eval` * sqrt(t) points around it and estimate the boundary's
/// normal from their decisions; step along it, the step halved until the point is adversarial (geometric
/// progression); search the line (Linf: the nested balls) towards the original for the boundary by halving.
/// The start is blended_start.h's. Of an answer the attack uses only whether the goal is reached.
///
/// As the authors' code and Foolbox 3.3.4, with guards that they lack:
/// - the search stops at gamma / d^1.5 (Linf: gamma / d^2) of the way as theirs, but at 0.001 at the latest
///   (small d) and at 1e-5 at the earliest, as float32 tells no more apart (large d);
/// - probes are far enough away for float32: at least 4 * 2^-24 of the box a feature;
/// - the last estimate takes what is left of the budget, less 30 looks for its step and search;
/// - after 40 halvings of a step the point stays and a new normal is estimated; theirs go on for ever.
///
/// Does not promise a success: where no noise is adversarial, nothing is found (a target is seldom what noise
/// is taken for: there is no start image to be given). Does not promise that an iteration comes closer; the
/// caller keeps the nearest.
///
/// Source: Chen, Jordan, Wainwright: HopSkipJumpAttack, IEEE S&P 2020, algorithms 1 and 2.

#include <cstdint>
#include <memory>

#include "cupel/algorithm/inspect/attack.h"

namespace cupel::algorithm::inspect {

struct HopSkipJumpOptions {
  std::int64_t queries = 25000;   ///< At most so many looks, >= 1.
  int max_iter = 64;              ///< At most so many estimates of the normal, >= 0.
  std::int64_t init_eval = 100;   ///< Probes of the first estimate, >= 1; the t-th has sqrt(t) times as many,
  std::int64_t max_eval = 10000;  ///< but never more than so many, >= 1.
  double gamma = 1.0;             ///< Scales the precision of the search and the probes' distance, > 0.
};

/// A nearest-point attack in the norm of the sample's threat model: L2 or Linf, its epsilon is not used.
/// Preconditions: options in their ranges.
std::unique_ptr<Attack> MakeHopSkipJumpAttack(const HopSkipJumpOptions& options);

}  // namespace cupel::algorithm::inspect
