// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What an attacker may do to one input: move it by at most epsilon in a norm, inside the data set's box.
///
/// The rule is exact: |adversarial - original| <= epsilon with both read as double and the norm summed in
/// double, and box_low <= adversarial <= box_high. There is no tolerance. Attacks keep to it by rounding
/// their bounds inward, so the reachable set is smaller than the true ball by at most one grid step (2^-24 of
/// the box) in Linf and by 2^-20 of epsilon, and one float step a feature, in L2
/// and L1.
///
/// The grid: positions, bounds and steps of an Linf walk are multiples of one power of two, so float32 sums
/// are exact and an iterate that returns to a place returns to the same bits. That makes the cycle stop work
/// without waiting for rounding to settle.

#include <span>
#include <string_view>

#include "cupel/base/error.h"

namespace cupel::algorithm::inspect {

enum class Norm { kLinf, kL2, kL1 };

std::string_view NormName(Norm norm);           ///< "linf", "l2", "l1"
Result<Norm> ParseNorm(std::string_view text);  ///< Errors: kInvalidArgument.

struct ThreatModel {
  Norm norm = Norm::kLinf;
  double epsilon = 0;  ///< > 0, in the data's own unit.
  float box_low = 0;
  float box_high = 1;
};

/// How far one input was moved.
struct Perturbation {
  double linf = 0;
  double l2 = 0;
  double l1 = 0;
  double In(Norm norm) const { return norm == Norm::kLinf ? linf : norm == Norm::kL2 ? l2 : l1; }
};

/// original, adversarial: [d] each. Computed in double.
Perturbation Measure(std::span<const float> original, std::span<const float> adversarial);

/// Errors: kVerificationFailed when the exact rule above does not hold, with the amount; NaN never holds.
Status CheckWithin(const ThreatModel& threat, std::span<const float> original,
                   std::span<const float> adversarial);

/// 2^-24 of the box's largest magnitude, rounded up to a power of two.
double GridSpacing(float box_low, float box_high);

/// The multiple of the grid nearest to `step`, at least one grid step.
float StepOnGrid(double step, double spacing);

/// For each feature the smallest and the largest allowed value (Linf ball and box), rounded inward to the
/// grid but never past the original. original, low, high: [d]. Precondition: norm is kLinf; the original lies
/// in the box.
void InnerBounds(const ThreatModel& threat, std::span<const float> original, std::span<float> low,
                 std::span<float> high);

/// The radius an L2 or L1 attack projects to, so that the rounding of the norm cannot leave the ball.
double InnerRadius(double epsilon);

/// original + offset as a float that is no farther from the original than the offset says: rounding goes
/// towards the original where the nearest float lies beyond.
float RoundInward(float original, double offset);

}  // namespace cupel::algorithm::inspect
