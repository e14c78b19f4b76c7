// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/projected_point.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "cupel/algorithm/inspect/l1_ball.h"
#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::inspect {

ProjectedPoint::ProjectedPoint(const ThreatModel& threat, std::span<const float> original)
    : threat_(threat),
      grid_(GridSpacing(threat.box_low, threat.box_high)),
      original_(original),
      x_(original.begin(), original.end()) {
  if (threat_.norm != Norm::kLinf) {
    moved_.resize(original.size());
    return;
  }
  low_.resize(original.size());
  high_.resize(original.size());
  InnerBounds(threat_, original, low_, high_);
}

void ProjectedPoint::Enter(std::span<const float> start, bool on_grid) {
  std::copy(start.begin(), start.end(), x_.begin());
  if (threat_.norm != Norm::kLinf) return;
  for (std::size_t i = 0; i < x_.size(); ++i) {
    const float point = on_grid ? static_cast<float>(std::round(x_[i] / grid_) * grid_) : x_[i];
    x_[i] = std::clamp(point, low_[i], high_[i]);
  }
}

void ProjectedPoint::Step(std::span<const float> gradient, double step) {
  CUPEL_CHECK(threat_.norm != Norm::kL1);
  if (threat_.norm == Norm::kLinf) return StepLinf(gradient, StepOnGrid(step, grid_));
  double squares = 0;
  for (const float g : gradient) squares += double{g} * g;
  const double length = std::max(std::sqrt(squares), std::numeric_limits<double>::min());
  for (std::size_t i = 0; i < x_.size(); ++i) moved_[i] = x_[i] + step * (gradient[i] / length);
  MoveTo(moved_);
}

void ProjectedPoint::StepLinf(std::span<const float> gradient, float step) {
  for (std::size_t i = 0; i < x_.size(); ++i) {
    const float sign = static_cast<float>(gradient[i] > 0) - static_cast<float>(gradient[i] < 0);
    x_[i] = std::min(std::max(x_[i] + step * sign, low_[i]), high_[i]);
  }
}

// L2 and L1 in double, where a small ball is not lost in the rounding of the positions in it; only the last
// step rounds to float32, towards the original.
void ProjectedPoint::MoveTo(std::span<const double> wanted) {
  if (threat_.norm == Norm::kLinf) {
    for (std::size_t i = 0; i < x_.size(); ++i)
      x_[i] = std::clamp(static_cast<float>(wanted[i]), low_[i], high_[i]);
    return;
  }
  if (threat_.norm == Norm::kL1) return MoveToInL1(wanted);
  double squares = 0;
  for (std::size_t i = 0; i < x_.size(); ++i) {
    const double offset = wanted[i] - original_[i];
    squares += offset * offset;
  }
  const double distance = std::sqrt(squares);
  const double radius = InnerRadius(threat_.epsilon);
  const double shrink = distance > radius ? radius / distance : 1;
  for (std::size_t i = 0; i < x_.size(); ++i) {
    const float moved = RoundInward(original_[i], (wanted[i] - original_[i]) * shrink);
    x_[i] = std::clamp(moved, threat_.box_low, threat_.box_high);
  }
}

void ProjectedPoint::MoveToInL1(std::span<const double> wanted) {
  for (std::size_t i = 0; i < x_.size(); ++i) moved_[i] = wanted[i] - original_[i];
  ProjectOntoL1BallInBox(InnerRadius(threat_.epsilon), threat_.box_low, threat_.box_high, original_, moved_);
  for (std::size_t i = 0; i < x_.size(); ++i)
    x_[i] = std::clamp(RoundInward(original_[i], moved_[i]), threat_.box_low, threat_.box_high);
}

IterateHasher::IterateHasher(std::size_t features) : weights_(2 * features) {
  ReproducibleStream stream(0, "inspect.iterate-hash");
  for (std::uint64_t& weight : weights_) weight = stream.Next64() | 1;
}

IterateHash IterateHasher::operator()(std::span<const float> x) const {
  CUPEL_CHECK(2 * x.size() == weights_.size());
  IterateHash hash{};
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::uint64_t bits = std::bit_cast<std::uint32_t>(x[i]);
    hash[0] += bits * weights_[2 * i];
    hash[1] += bits * weights_[2 * i + 1];
  }
  return hash;
}

}  // namespace cupel::algorithm::inspect
