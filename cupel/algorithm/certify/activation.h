// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Functions of one number, and lines that bound them on an interval.
///
/// A line's slope is a choice that decides how tight it is; its intercept is then computed from the
/// function's extremes of f(x) - slope x on the interval, with a margin for double rounding, so the line is a
/// bound whatever the slope. Slopes are CROWN's (Zhang et al. 2018): chords, tangents, and for the lower line
/// of a rectifier 0 or 1, whichever leaves the smaller area.

#include <cstdint>
#include <memory>
#include <vector>

#include "cupel/algorithm/certify/step.h"

namespace cupel::algorithm::certify {

struct Line {
  double slope = 0;
  double intercept = 0;
  double At(double x) const { return slope * x + intercept; }
};

struct LinePair {
  Line lower;
  Line upper;
};

struct Extremes {
  double least = 0;
  double most = 0;
};

class Activation {
 public:
  virtual ~Activation() = default;
  /// The function, in double.
  virtual double operator()(double x) const = 0;
  /// Extremes of f(x) - slope x on [low, high], rounded outward.
  virtual Extremes ExtremesAgainst(double slope, double low, double high) const = 0;
  /// Slopes worth having on [low, high], low < high.
  virtual double LowerSlope(double low, double high) const = 0;
  virtual double UpperSlope(double low, double high) const = 0;
  /// The float32 function is at most this far from the exact one where the exact one is y.
  virtual double FloatError(double y) const = 0;
  /// Whether f is a line on [low, high].
  virtual bool IsLinear(double low, double high) const = 0;
};

std::unique_ptr<Activation> MakeRelu();
/// slope x below 0, x above; any finite slope.
std::unique_ptr<Activation> MakeLeakyRelu(double slope);
/// Precondition: low <= high. Either may be infinite.
std::unique_ptr<Activation> MakeClip(double low, double high);
std::unique_ptr<Activation> MakeSigmoid();
std::unique_ptr<Activation> MakeTanh();

/// Bounds f on [low, high]. Precondition: finite, low <= high.
LinePair Bound(const Activation& function, double low, double high);

/// Applies the functions element by element: one, or one an element.
std::unique_ptr<Step> MakeActivationStep(std::vector<std::shared_ptr<const Activation>> functions);

}  // namespace cupel::algorithm::certify
