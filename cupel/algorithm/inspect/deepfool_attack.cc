// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/deepfool_attack.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "cupel/algorithm/inspect/class_differences.h"

namespace cupel::algorithm::inspect {
namespace {

class DeepFoolWalk : public Walk {
 public:
  DeepFoolWalk(const DeepFoolOptions& options, const Sample& sample)
      : options_(options),
        sample_(sample),
        x_(sample.original.begin(), sample.original.end()),
        total_(sample.original.size()) {
    CUPEL_CHECK(!sample.goal.targeted() && sample.threat.norm != Norm::kL1);
  }

  bool Next(std::span<float> x) override {
    if (over_) return false;
    std::copy(x_.begin(), x_.end(), x.begin());
    return true;
  }

  bool WantsGradients(std::span<const float> logits) const override { return !IsLast(logits); }
  // Where less was left to go than the overshoot adds, the point is probably across.
  bool ExpectsGradients() const override { return !(left_ < options_.overshoot * moved_); }

  void OutputGradient(int k, std::span<const float> logits, std::span<float> gradient) override {
    if (rivals_.empty()) rivals_ = LikeliestRivals(logits, sample_.goal.label, options_.candidates - 1);
    DifferenceGradient(rivals_[static_cast<std::size_t>(k)], sample_.goal.label, gradient);
  }

  void See(std::span<const float> logits, std::span<const float> gradients) override {
    over_ = IsLast(logits);
    if (over_) return;
    const NearestClass nearest =
        FindNearestClass(sample_.threat.norm, logits, gradients, rivals_, sample_.goal.label);
    over_ = nearest.gradient.empty();  // flat in every direction: no step leads anywhere
    if (over_) return;
    const double width = double{sample_.threat.box_high} - sample_.threat.box_low;
    left_ = nearest.distance + options_.nudge * width;
    moved_ += left_;
    Add(nearest, left_);
    ++step_;
  }

  int step() const override { return step_; }

 private:
  bool IsLast(std::span<const float> logits) const {
    return sample_.goal.MarginOf(logits) > LogitRounding(logits) || step_ == options_.steps;
  }

  // A step of that length in the norm, which raises the class as fast as can be.
  void Add(const NearestClass& nearest, double length) {
    for (std::size_t i = 0; i < x_.size(); ++i) {
      const double w = nearest.gradient[i];
      total_[i] += sample_.threat.norm == Norm::kL2 ? length * w / nearest.steepness
                                                    : length * static_cast<double>((w > 0) - (w < 0));
      const auto moved = static_cast<float>(sample_.original[i] + (1 + options_.overshoot) * total_[i]);
      x_[i] = std::clamp(moved, sample_.threat.box_low, sample_.threat.box_high);
    }
  }

  const DeepFoolOptions options_;
  const Sample sample_;
  std::vector<std::int32_t> rivals_;
  std::vector<float> x_;
  std::vector<double> total_;
  double left_ = 0;   // the last step's length
  double moved_ = 0;  // all steps' lengths
  int step_ = 0;
  bool over_ = false;
};

class DeepFoolAttack : public Attack {
 public:
  explicit DeepFoolAttack(const DeepFoolOptions& options) : options_(options) {
    CUPEL_CHECK(options.steps >= 1 && options.candidates >= 2);
  }
  int gradients(std::int64_t class_count) const override {
    return static_cast<int>(std::min<std::int64_t>(options_.candidates, class_count)) - 1;
  }
  bool nearest() const override { return true; }
  std::unique_ptr<Walk> Begin(const Sample& sample) const override {
    return std::make_unique<DeepFoolWalk>(options_, sample);
  }

 private:
  DeepFoolOptions options_;
};

}  // namespace

std::unique_ptr<Attack> MakeDeepFoolAttack(const DeepFoolOptions& options) {
  return std::make_unique<DeepFoolAttack>(options);
}

}  // namespace cupel::algorithm::inspect
