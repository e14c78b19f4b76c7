// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/carlini_wagner_attack.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace cupel::algorithm::inspect {
namespace {

constexpr double kUnbounded = std::numeric_limits<double>::infinity();
constexpr double kLargestConst = 1e10;
constexpr double kInside = 0.999999;

// Adam, in double, on a point that starts at zero.
class Adam {
 public:
  explicit Adam(std::size_t size) : first_(size), second_(size) {}
  void Restart() {
    std::fill(first_.begin(), first_.end(), 0.0);
    std::fill(second_.begin(), second_.end(), 0.0);
    first_share_ = second_share_ = 1;
  }
  void BeginStep() {
    first_share_ *= kFirst;
    second_share_ *= kSecond;
  }
  // What coordinate i is to be lowered by, in units of the learning rate.
  double Step(std::size_t i, double gradient) {
    first_[i] = kFirst * first_[i] + (1 - kFirst) * gradient;
    second_[i] = kSecond * second_[i] + (1 - kSecond) * gradient * gradient;
    return first_[i] / (1 - first_share_) / (std::sqrt(second_[i] / (1 - second_share_)) + 1e-8);
  }

 private:
  static constexpr double kFirst = 0.9;
  static constexpr double kSecond = 0.999;
  std::vector<double> first_;
  std::vector<double> second_;
  double first_share_ = 1;   // kFirst to the number of steps
  double second_share_ = 1;  // kSecond to the number of steps
};

class CarliniWagnerWalk : public Walk {
 public:
  CarliniWagnerWalk(const CarliniWagnerOptions& options, const Sample& sample)
      : options_(options),
        sample_(sample),
        middle_((double{sample.threat.box_high} + sample.threat.box_low) / 2),
        half_((double{sample.threat.box_high} - sample.threat.box_low) / 2),
        w0_(sample.original.size()),
        start_(sample.original.size()),
        w_(sample.original.size()),
        tanh_(sample.original.size()),
        adam_(sample.original.size()),
        const_(options.initial_const) {
    for (std::size_t i = 0; i < w0_.size(); ++i) {
      w0_[i] = std::atanh((sample.original[i] - middle_) / half_ * kInside);
      start_[i] = std::tanh(w0_[i]);
    }
    BeginRound();
  }

  bool Next(std::span<float> x) override {
    if (round_ >= options_.binary_search_steps) return false;
    for (std::size_t i = 0; i < w_.size(); ++i) {
      tanh_[i] = std::tanh(w_[i]);
      const auto value = static_cast<float>(middle_ + half_ * tanh_[i]);
      x[i] = std::clamp(value, sample_.threat.box_low, sample_.threat.box_high);
    }
    return true;
  }

  bool WantsGradients(std::span<const float> logits) const override {
    return sample_.goal.MarginOf(logits) < options_.confidence;
  }
  bool ExpectsGradients() const override { return !here_succeeded_; }

  // Of -margin + confidence where that is positive, so that its descent is the attack's.
  void OutputGradient(int, std::span<const float> logits, std::span<float> gradient) override {
    if (!WantsGradients(logits)) return;
    LossGradient(Loss::kMargin, logits, sample_.goal, gradient);
    for (float& value : gradient) value = -value;
  }

  void See(std::span<const float> logits, std::span<const float> gradients) override {
    const double margin = sample_.goal.MarginOf(logits);
    here_succeeded_ = margin >= options_.confidence;
    succeeded_ = succeeded_ || (margin > 0 && margin >= options_.confidence);
    const double objective = Distance() + const_ * std::max(options_.confidence - margin, 0.0);
    if (Stalls(objective)) return EndRound();
    Descend(gradients);
    if (++step_ == options_.steps) EndRound();
  }

  int restart() const override { return round_; }
  int step() const override { return step_; }

 private:
  // |x(w) - x(w_0)|^2.
  double Distance() const {
    double sum = 0;
    for (std::size_t i = 0; i < w_.size(); ++i) {
      const double moved = half_ * (tanh_[i] - start_[i]);
      sum += moved * moved;
    }
    return sum;
  }

  bool Stalls(double objective) {
    const int tenth = (options_.steps + 9) / 10;
    if (!options_.abort_early || step_ % tenth != 0) return false;
    if (!(objective <= 0.9999 * last_)) return true;
    last_ = objective;
    return false;
  }

  void Descend(std::span<const float> gradients) {
    adam_.BeginStep();
    for (std::size_t i = 0; i < w_.size(); ++i) {
      const double of_x = 2 * half_ * (tanh_[i] - start_[i]) + const_ * gradients[i];
      const double of_w = of_x * half_ * (1 - tanh_[i] * tanh_[i]);
      w_[i] -= options_.learning_rate * adam_.Step(i, of_w);
    }
  }

  void BeginRound() {
    std::copy(w0_.begin(), w0_.end(), w_.begin());
    adam_.Restart();
    step_ = 0;
    last_ = kUnbounded;
    succeeded_ = false;
    here_succeeded_ = false;
  }

  void EndRound() {
    (succeeded_ ? upper_ : lower_) = const_;
    const_ = upper_ == kUnbounded ? const_ * 10 : (lower_ + upper_) / 2;
    ++round_;
    const bool last = round_ + 1 == options_.binary_search_steps;
    if (last && options_.binary_search_steps >= 10) const_ = std::min(upper_, kLargestConst);
    BeginRound();
  }

  const CarliniWagnerOptions options_;
  const Sample sample_;
  const double middle_;
  const double half_;
  std::vector<double> w0_;
  std::vector<double> start_;  // tanh(w0)
  std::vector<double> w_;
  std::vector<double> tanh_;  // of w where the walk looks
  Adam adam_;
  double const_;
  double lower_ = 0;
  double upper_ = kUnbounded;
  double last_ = kUnbounded;  // objective a tenth of the round ago
  bool succeeded_ = false;
  bool here_succeeded_ = false;  // where the walk looked last
  int round_ = 0;
  int step_ = 0;
};

class CarliniWagnerAttack : public Attack {
 public:
  explicit CarliniWagnerAttack(const CarliniWagnerOptions& options) : options_(options) {
    CUPEL_CHECK(options.binary_search_steps >= 1 && options.steps >= 1 && options.initial_const > 0);
  }
  int gradients(std::int64_t) const override { return 1; }
  bool nearest() const override { return true; }
  std::unique_ptr<Walk> Begin(const Sample& sample) const override {
    return std::make_unique<CarliniWagnerWalk>(options_, sample);
  }

 private:
  CarliniWagnerOptions options_;
};

}  // namespace

std::unique_ptr<Attack> MakeCarliniWagnerAttack(const CarliniWagnerOptions& options) {
  return std::make_unique<CarliniWagnerAttack>(options);
}

}  // namespace cupel::algorithm::inspect
