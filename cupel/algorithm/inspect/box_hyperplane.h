// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The shortest way from a point of a box to a hyperplane without leaving the box, in Linf, L2 or L1.
///
/// Minimises |m|_p subject to normal . m = gap and low <= x + m <= high. When no point of the box lies on the
/// hyperplane, m leads to a corner that comes closest to it. Features whose normal is zero stay.
///
/// Exact but for the rounding of double. Linf and L2: the sum |w_i| min(t r_i, room_i), with r_i = 1 or
/// |w_i|, is concave and piecewise linear in t, so Newton's method climbs to the wanted t from below and ends
/// in finitely many rounds of O(d), mostly fewer than ten. L1: features are used up in the order of |w_i|,
/// the lower index first in a tie; O(d log d). Source: Croce and Hein, Minimally distorted adversarial
/// examples with a fast adaptive boundary attack, ICML 2020, section 2.1 and appendix A (there by sorting).

#include <span>

#include "cupel/algorithm/inspect/threat_model.h"

namespace cupel::algorithm::inspect {

/// x: [d], inside the box of `threat`, whose norm counts and whose epsilon does not. normal: [d], finite.
/// gap: how far normal . x must rise (fall, when negative). move: [d], overwritten.
void MoveOntoHyperplane(const ThreatModel& threat, std::span<const float> x, std::span<const float> normal,
                        double gap, std::span<double> move);

}  // namespace cupel::algorithm::inspect
