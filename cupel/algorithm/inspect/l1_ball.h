// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The nearest point of an L1 ball inside a box.
///
/// Projecting onto the ball and then onto the box loses strength: what the box takes away is not given to
/// other features. The nearest point of the intersection is
///
///   z_i = sign(y_i) * min(u_i, max(|y_i| - shrink, 0)),   u_i: room to the box on the side of y_i,
///
/// with the one shrink >= 0 for which the sum of |z_i| is the radius (0 when there is room for all).
///
/// Source: Croce and Hein, "Mind the box: l1-APGD for sparse adversarial attacks on image classifiers", ICML
/// 2021, proposition 2.1. They find the shrink by sorting; here it is the root of a falling, piecewise linear
/// function, found by bracketed Newton steps, each one pass over the features.

#include <span>

#include "cupel/algorithm/inspect/threat_model.h"

namespace cupel::algorithm::inspect {

/// Replaces `offset`, from `original`, by the offset of the nearest point, to a relative 1e-13.
/// original, offset: [d]. radius: > 0. Precondition: the original lies in the box; offsets are finite.
void ProjectOntoL1BallInBox(double radius, float box_low, float box_high, std::span<const float> original,
                            std::span<double> offset);

}  // namespace cupel::algorithm::inspect
