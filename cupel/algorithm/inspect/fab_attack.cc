// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/fab_attack.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "cupel/algorithm/inspect/box_hyperplane.h"
#include "cupel/algorithm/inspect/class_differences.h"
#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::inspect {
namespace {

constexpr double kShortest = 1e-8;  // of the box's width: below this a way to the boundary counts as none

double Length(Norm norm, std::span<const double> move) {
  double sum = 0;
  for (const double value : move) {
    const double m = std::abs(value);
    sum = norm == Norm::kLinf ? std::max(sum, m) : sum + (norm == Norm::kL2 ? m * m : m);
  }
  return norm == Norm::kL2 ? std::sqrt(sum) : sum;
}

class FabWalk : public Walk {
 public:
  FabWalk(const FabOptions& options, const Sample& sample)
      : options_(options),
        sample_(sample),
        width_(double{sample.threat.box_high} - sample.threat.box_low),
        x_(sample.original.begin(), sample.original.end()),
        from_x_(sample.original.size()),
        from_original_(sample.original.size()) {
    CUPEL_CHECK(!sample.goal.targeted());
  }

  bool Next(std::span<float> x) override {
    if (!rivals_.empty() && walk_ >= Walks()) return false;
    std::copy(x_.begin(), x_.end(), x.begin());
    return true;
  }

  // A success is only stepped back from.
  bool WantsGradients(std::span<const float> logits) const override {
    return starts_here_ || !(sample_.goal.MarginOf(logits) > 0);
  }
  bool ExpectsGradients() const override { return starts_here_; }

  void OutputGradient(int k, std::span<const float> logits, std::span<float> gradient) override {
    if (rivals_.empty()) {
      const auto all = static_cast<int>(logits.size()) - 1;
      rivals_ = LikeliestRivals(logits, sample_.goal.label,
                                options_.targeted ? std::min(all, options_.target_classes) : all);
    }
    DifferenceGradient(Candidates()[static_cast<std::size_t>(k)], sample_.goal.label, gradient);
  }

  void See(std::span<const float> logits, std::span<const float> gradients) override {
    if (!starts_here_ && sample_.goal.MarginOf(logits) > 0) {
      nearest_ = std::min(nearest_, Measure(sample_.original, x_).In(sample_.threat.norm));
      if (step_ == options_.steps) return BeginWalk();
      return StepBack();
    }
    if (step_ == options_.steps) return BeginWalk();
    const NearestClass boundary =
        FindNearestClass(sample_.threat.norm, logits, gradients, Candidates(), sample_.goal.label);
    if (boundary.gradient.empty()) return BeginWalk();  // flat: no boundary is in sight
    StepTo(boundary);
  }

  int restart() const override { return walk_; }
  int step() const override { return step_; }

 private:
  int Walks() const { return options_.restarts * (options_.targeted ? static_cast<int>(rivals_.size()) : 1); }
  std::span<const std::int32_t> Candidates() const {
    const std::span<const std::int32_t> all = rivals_;
    return options_.targeted ? all.subspan(static_cast<std::size_t>(walk_ / options_.restarts), 1) : all;
  }

  void StepTo(const NearestClass& boundary) {
    double back = 0;  // how much farther the hyperplane is from the original than from x, along its normal
    for (std::size_t i = 0; i < x_.size(); ++i)
      back += double{boundary.gradient[i]} * (double{x_[i]} - sample_.original[i]);
    MoveOntoHyperplane(sample_.threat, x_, boundary.gradient, -boundary.difference, from_x_);
    MoveOntoHyperplane(sample_.threat, sample_.original, boundary.gradient, back - boundary.difference,
                       from_original_);
    const double d1 = std::max(Length(sample_.threat.norm, from_x_), kShortest * width_);
    const double d2 = std::max(Length(sample_.threat.norm, from_original_), kShortest * width_);
    const double alpha = std::min(d1 / (d1 + d2), options_.alpha_max);
    for (std::size_t i = 0; i < x_.size(); ++i) {
      const double here = x_[i] + options_.eta * from_x_[i];
      const double there = sample_.original[i] + options_.eta * from_original_[i];
      Set(i, (1 - alpha) * here + alpha * there);
    }
    ++step_;
    starts_here_ = false;
  }

  void StepBack() {
    for (std::size_t i = 0; i < x_.size(); ++i) {
      const double original = sample_.original[i];
      Set(i, original + options_.beta * (x_[i] - original));
    }
    starts_here_ = true;
  }

  void Set(std::size_t i, double value) {
    x_[i] = std::clamp(static_cast<float>(value), sample_.threat.box_low, sample_.threat.box_high);
  }

  void BeginWalk() {
    ++walk_;
    step_ = 0;
    starts_here_ = true;
    std::copy(sample_.original.begin(), sample_.original.end(), x_.begin());
    if (walk_ % options_.restarts != 0 && walk_ < Walks()) StartAtRandom();
  }

  // A random direction (a box's corner-to-corner one in Linf), half the radius away.
  void StartAtRandom() {
    ReproducibleStream stream(sample_.seed, sample_.stream,
                              static_cast<std::uint64_t>(sample_.original_index),
                              static_cast<std::uint32_t>(walk_));
    const bool linf = sample_.threat.norm == Norm::kLinf;
    for (double& value : from_x_) value = linf ? 2 * stream.UniformDouble() - 1 : stream.Normal();
    const double scale = 0.5 * Radius() / Length(sample_.threat.norm, from_x_);
    for (std::size_t i = 0; i < x_.size(); ++i) Set(i, sample_.original[i] + scale * from_x_[i]);
  }

  double Radius() const {
    const double limit = std::min(sample_.threat.epsilon, nearest_);
    if (std::isfinite(limit)) return limit;
    const Norm norm = sample_.threat.norm;
    return width_ * (norm == Norm::kLinf ? 0.3 : norm == Norm::kL2 ? 1.0 : 5.0);
  }

  const FabOptions options_;
  const Sample sample_;
  const double width_;
  std::vector<std::int32_t> rivals_;  // likeliest first; empty before the first look
  std::vector<float> x_;
  std::vector<double> from_x_;         // d1
  std::vector<double> from_original_;  // d2
  double nearest_ = std::numeric_limits<double>::infinity();
  int walk_ = 0;
  int step_ = 0;
  bool starts_here_ = true;  // x is a start or a step back: go on from it, whatever the model says
};

class FabAttack : public Attack {
 public:
  explicit FabAttack(const FabOptions& options) : options_(options) {
    CUPEL_CHECK(options.steps >= 1 && options.restarts >= 1 && options.target_classes >= 1);
  }
  int gradients(std::int64_t class_count) const override {
    return options_.targeted ? 1 : static_cast<int>(class_count) - 1;
  }
  bool nearest() const override { return true; }
  std::unique_ptr<Walk> Begin(const Sample& sample) const override {
    return std::make_unique<FabWalk>(options_, sample);
  }

 private:
  FabOptions options_;
};

}  // namespace

std::unique_ptr<Attack> MakeFabAttack(const FabOptions& options) {
  return std::make_unique<FabAttack>(options);
}

}  // namespace cupel::algorithm::inspect
