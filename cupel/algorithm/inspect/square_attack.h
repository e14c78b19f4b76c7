// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Square: random search with square windows, on scores alone.
///
/// Every query repaints one window of the best point so far; the window shrinks by a fixed schedule. The
/// change stays when the loss falls. Linf: the window takes one corner of the ball for each channel, from a
/// start of vertical stripes. L2: the window takes the perturbation of a second window and what is left of
/// the budget, shaped as two bumps of opposite sign, from a start of a grid of such bumps.
///
/// As the official code (github.com/fra31/auto-attack, AutoAttack's last stage), with these differences:
/// - each sample has windows of its own (the official batch shares one a step);
/// - a window may touch the last row and column, as the paper says (the official code never puts it there);
/// - L2 with several channels: the budget of the two windows is kept for each channel, as in the authors'
///   first code; the official one spreads it over all channels before it normalises;
/// - the start counts as the first query, so `queries` is all there is.
///
/// A table (shape {d}) has no squares: a window is a random set of as many features, each with a sign of its
/// own. That is the paper's random search, but not a published attack.
///
/// Promises: every point obeys the threat model by the exact rule; at most `queries` points are looked at; a
/// point depends only on the sample and on the answers so far. Does not promise a near point: a success lies
/// on the surface of the ball.
///
/// Source: Andriushchenko, Croce, Flammarion, Hein: Square Attack, ECCV 2020, algorithms 1 to 3.

#include <cstdint>
#include <memory>

#include "cupel/algorithm/inspect/attack.h"

namespace cupel::algorithm::inspect {

/// The defaults are those of AutoAttack's standard version.
struct SquareOptions {
  std::int64_t queries = 5000;  ///< >= 1, the start included.
  double p_init = 0.8;          ///< Share of the features that the first windows cover, in (0, 1].
  /// The schedule is made for 10000 queries. False: kept as it is, so that fewer queries end with larger
  /// windows. True: rescaled to `queries`.
  bool resc_schedule = false;
  Loss loss = Loss::kMargin;  ///< What must fall: kMargin, or kCrossEntropy. Not kDlr.
};

/// Preconditions: options in their ranges; samples with norm Linf or L2 and a finite epsilon, shape {c, h, w}
/// or {d}. Targeted when the sample's goal is.
std::unique_ptr<Attack> MakeSquareAttack(const SquareOptions& options);

}  // namespace cupel::algorithm::inspect
