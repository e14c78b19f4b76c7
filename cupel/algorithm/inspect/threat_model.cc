// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/threat_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace cupel::algorithm::inspect {

std::string_view NormName(Norm norm) {
  return norm == Norm::kLinf ? "linf" : norm == Norm::kL2 ? "l2" : "l1";
}

Result<Norm> ParseNorm(std::string_view text) {
  if (text == "linf") return Norm::kLinf;
  if (text == "l2") return Norm::kL2;
  if (text == "l1") return Norm::kL1;
  return Fail(ErrorCode::kInvalidArgument, fmt::format("norm must be linf, l2 or l1, got \"{}\"", text));
}

Perturbation Measure(std::span<const float> original, std::span<const float> adversarial) {
  CUPEL_CHECK(original.size() == adversarial.size());
  double largest = 0;
  double squares = 0;
  double sum = 0;
  for (std::size_t i = 0; i < original.size(); ++i) {
    const double moved = std::abs(double{adversarial[i]} - double{original[i]});
    if (!(moved <= largest || std::isnan(largest)))
      largest = moved;  // NaN is kept, so that no comparison with it holds
    squares += moved * moved;
    sum += moved;
  }
  return {largest, std::sqrt(squares), sum};
}

Status CheckWithin(const ThreatModel& threat, std::span<const float> original,
                   std::span<const float> adversarial) {
  const double moved = Measure(original, adversarial).In(threat.norm);
  if (!(moved <= threat.epsilon)) {
    return Fail(ErrorCode::kVerificationFailed,
                fmt::format("the input was moved by {:.9g} in {}, more than epsilon {:.9g}", moved,
                            NormName(threat.norm), threat.epsilon));
  }
  for (std::size_t i = 0; i < adversarial.size(); ++i) {
    if (!(adversarial[i] >= threat.box_low && adversarial[i] <= threat.box_high)) {
      return Fail(ErrorCode::kVerificationFailed,
                  fmt::format("feature {} is {:.9g}, outside the box [{:.9g}, {:.9g}]", i, adversarial[i],
                              threat.box_low, threat.box_high));
    }
  }
  return {};
}

double GridSpacing(float box_low, float box_high) {
  const double reach = std::max(std::abs(double{box_low}), std::abs(double{box_high}));
  return std::ldexp(1.0, static_cast<int>(std::ceil(std::log2(reach))) - 24);
}

float StepOnGrid(double step, double spacing) {
  return static_cast<float>(std::max(1.0, std::round(step / spacing)) * spacing);
}

void InnerBounds(const ThreatModel& threat, std::span<const float> original, std::span<float> low,
                 std::span<float> high) {
  const double grid = GridSpacing(threat.box_low, threat.box_high);
  for (std::size_t i = 0; i < original.size(); ++i) {
    const double x = original[i];
    double bottom = std::ceil((x - threat.epsilon) / grid) * grid;
    double top = std::floor((x + threat.epsilon) / grid) * grid;
    // The sums above round in double; the promise is about the difference, so it is tested as such.
    while (x - bottom > threat.epsilon) bottom += grid;
    while (top - x > threat.epsilon) top -= grid;
    low[i] = std::min(original[i], std::max(threat.box_low, static_cast<float>(bottom)));
    high[i] = std::max(original[i], std::min(threat.box_high, static_cast<float>(top)));
  }
}

double InnerRadius(double epsilon) { return epsilon * (1 - 0x1p-20); }

float RoundInward(float original, double offset) {
  const auto nearest = static_cast<float>(original + offset);
  return std::abs(double{nearest} - original) > std::abs(offset) ? std::nextafter(nearest, original)
                                                                 : nearest;
}

}  // namespace cupel::algorithm::inspect
