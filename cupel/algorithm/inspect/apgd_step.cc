// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/apgd_step.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "cupel/algorithm/inspect/projected_point.h"

namespace cupel::algorithm::inspect {
namespace {

constexpr double kTowardsStep = 0.75;  // what is left is momentum

class MomentumMover : public ApgdMover {
 public:
  MomentumMover(const ThreatModel& threat, std::span<const float> original)
      : point_(threat, original), last_(original.size()), here_(original.size()), wanted_(original.size()) {}

  std::span<const float> x() const override { return point_.x(); }

  void Start(std::span<const float> start) override {
    point_.Enter(start, false);
    Remember(last_);
    first_ = true;
  }

  void Return(std::span<const float> x) override { point_.Enter(x, false); }

  bool Move(std::span<const float> gradient, double step, double) override {
    Remember(here_);
    point_.Step(gradient, step);
    if (!first_) AddMomentum();
    first_ = false;
    std::swap(last_, here_);  // last_ is where this step began
    return !std::ranges::equal(point_.x(), last_);
  }

 private:
  void Remember(std::vector<float>& where) const {
    std::copy(point_.x().begin(), point_.x().end(), where.begin());
  }

  void AddMomentum() {
    const float* z = point_.x().data();
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
      const double here = here_[i];
      wanted_[i] = here + kTowardsStep * (z[i] - here) + (1 - kTowardsStep) * (here - last_[i]);
    }
    point_.MoveTo(wanted_);
  }

  ProjectedPoint point_;
  std::vector<float> last_;  // where the step before began
  std::vector<float> here_;
  std::vector<double> wanted_;
  bool first_ = true;
};

class SparseMover : public ApgdMover {
 public:
  SparseMover(const ThreatModel& threat, std::span<const float> original)
      : point_(threat, original), last_(original.size()), size_(original.size()), wanted_(original.size()) {}

  std::span<const float> x() const override { return point_.x(); }
  void Start(std::span<const float> start) override { point_.Enter(start, false); }
  void Return(std::span<const float> x) override { point_.Enter(x, false); }

  // All features whose gradient is at least as large as that of the last one in the share; equal parts of the
  // step for each.
  bool Move(std::span<const float> gradient, double step, double sparsity) override {
    const std::size_t d = gradient.size();
    for (std::size_t i = 0; i < d; ++i) size_[i] = std::abs(gradient[i]);
    const double below = std::clamp((1 - sparsity) * static_cast<double>(d), 0.0, static_cast<double>(d - 1));
    const auto place = size_.begin() + static_cast<std::ptrdiff_t>(below);
    std::nth_element(size_.begin(), place, size_.end());
    const float least = *place;
    double moving = 0;
    for (const float g : gradient) moving += std::abs(g) >= least && g != 0 ? 1 : 0;
    std::copy(point_.x().begin(), point_.x().end(), last_.begin());
    if (moving == 0) return false;
    const double part = step / moving;
    for (std::size_t i = 0; i < d; ++i) {
      const float g = gradient[i];
      const double sign = std::abs(g) >= least ? (g > 0 ? 1.0 : 0.0) - (g < 0 ? 1.0 : 0.0) : 0;
      wanted_[i] = last_[i] + part * sign;
    }
    point_.MoveTo(wanted_);
    return !std::ranges::equal(point_.x(), last_);
  }

 private:
  ProjectedPoint point_;
  std::vector<float> last_;
  std::vector<float> size_;
  std::vector<double> wanted_;
};

}  // namespace

std::unique_ptr<ApgdMover> MakeApgdMover(const ThreatModel& threat, std::span<const float> original) {
  if (threat.norm == Norm::kL1) return std::make_unique<SparseMover>(threat, original);
  return std::make_unique<MomentumMover>(threat, original);
}

}  // namespace cupel::algorithm::inspect
