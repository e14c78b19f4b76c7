// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/fmn_attack.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>
#include <vector>

#include "cupel/algorithm/inspect/class_differences.h"

namespace cupel::algorithm::inspect {
namespace {

constexpr double kLastGamma = 0.001;
constexpr double kUnbounded = std::numeric_limits<double>::infinity();

class FmnWalk : public Walk {
 public:
  FmnWalk(const FmnOptions& options, const Sample& sample)
      : options_(options),
        sample_(sample),
        width_(double{sample.threat.box_high} - sample.threat.box_low),
        x_(sample.original.begin(), sample.original.end()),
        moved_(sample.original.size()),
        farthest_(Farthest()) {
    CUPEL_CHECK(sample.threat.norm != Norm::kL1);
  }

  bool Next(std::span<float> x) override {
    if (over_ || step_ == options_.steps) return false;
    std::copy(x_.begin(), x_.end(), x.begin());
    return true;
  }

  void OutputGradient(int, std::span<const float> logits, std::span<float> gradient) override {
    LossGradient(Loss::kMargin, logits, sample_.goal, gradient);
  }

  void See(std::span<const float> logits, std::span<const float> gradients) override {
    const double length = DualNorm(Norm::kL2, gradients);
    over_ = !std::isfinite(length) || (length == 0 && nearest_ == kUnbounded);  // flat: nowhere to go
    if (over_) return;
    SetRadius(logits, gradients);
    Climb(gradients, length);
    ++step_;
  }

  int step() const override { return step_; }

 private:
  double Farthest() const {
    std::vector<float> corner(x_.size());
    const auto [low, high] = std::pair(sample_.threat.box_low, sample_.threat.box_high);
    for (std::size_t i = 0; i < x_.size(); ++i) corner[i] = x_[i] - low > high - x_[i] ? low : high;
    return Measure(sample_.original, corner).In(sample_.threat.norm);
  }

  // From `first` to `last` along half a cosine.
  double Annealed(double first, double last) const {
    return last + (first - last) * (1 + std::cos(std::numbers::pi * step_ / options_.steps)) / 2;
  }

  void SetRadius(std::span<const float> logits, std::span<const float> gradient) {
    const double margin = sample_.goal.MarginOf(logits);
    const double distance = Measure(sample_.original, x_).In(sample_.threat.norm);
    const double gamma = Annealed(options_.gamma, kLastGamma);
    if (margin > 0) {
      nearest_ = std::min(nearest_, distance);
      radius_ = std::min(radius_ * (1 - gamma), nearest_);
    } else if (nearest_ < kUnbounded) {
      radius_ *= 1 + gamma;
    } else {
      const double missing = std::max(-margin, LogitRounding(logits));
      const double beyond = distance + (1 + gamma) * missing / DualNorm(sample_.threat.norm, gradient);
      radius_ = radius_ < kUnbounded ? std::max(beyond, radius_ * (1 + gamma)) : beyond;
    }
    radius_ = std::min(radius_, farthest_);
  }

  // A step along the gradient, back into the ball, then into the box.
  void Climb(std::span<const float> gradient, double length) {
    const double step = width_ * Annealed(options_.max_stepsize, options_.min_stepsize);
    double squares = 0;
    for (std::size_t i = 0; i < x_.size(); ++i) {
      const double along = length > 0 ? step * (gradient[i] / length) : 0;
      moved_[i] = double{x_[i]} - sample_.original[i] + along;
      squares += moved_[i] * moved_[i];
    }
    const bool linf = sample_.threat.norm == Norm::kLinf;
    const double distance = std::sqrt(squares);
    const double shrink = !linf && distance > radius_ ? radius_ / distance : 1;
    for (std::size_t i = 0; i < x_.size(); ++i) {
      const double kept = linf ? std::clamp(moved_[i], -radius_, radius_) : moved_[i] * shrink;
      const auto value = static_cast<float>(sample_.original[i] + kept);
      x_[i] = std::clamp(value, sample_.threat.box_low, sample_.threat.box_high);
    }
  }

  const FmnOptions options_;
  const Sample sample_;
  const double width_;
  std::vector<float> x_;
  std::vector<double> moved_;
  const double farthest_;  // of any point of the box
  double radius_ = kUnbounded;
  double nearest_ = kUnbounded;
  int step_ = 0;
  bool over_ = false;
};

class FmnAttack : public Attack {
 public:
  explicit FmnAttack(const FmnOptions& options) : options_(options) {
    CUPEL_CHECK(options.steps >= 1 && options.min_stepsize <= options.max_stepsize);
  }
  int gradients(std::int64_t) const override { return 1; }
  bool nearest() const override { return true; }
  std::unique_ptr<Walk> Begin(const Sample& sample) const override {
    return std::make_unique<FmnWalk>(options_, sample);
  }

 private:
  FmnOptions options_;
};

}  // namespace

std::unique_ptr<Attack> MakeFmnAttack(const FmnOptions& options) {
  return std::make_unique<FmnAttack>(options);
}

}  // namespace cupel::algorithm::inspect
