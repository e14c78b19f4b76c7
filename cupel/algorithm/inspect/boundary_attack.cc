// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/boundary_attack.h"

#include <algorithm>
#include <cmath>

#include "cupel/algorithm/inspect/blended_start.h"
#include "cupel/algorithm/inspect/normal_noise.h"

namespace cupel::algorithm::inspect {
namespace {

/// How many of the last `size` trials succeeded.
class RecentTrials {
 public:
  explicit RecentTrials(std::size_t size) : trials_(size) {}

  void Add(bool success) { trials_[added_++ % trials_.size()] = success; }
  bool full() const { return added_ >= trials_.size(); }
  double share() const {
    return static_cast<double>(std::count(trials_.begin(), trials_.end(), true)) /
           static_cast<double>(trials_.size());
  }
  void Clear() { added_ = 0; }

 private:
  std::vector<bool> trials_;
  std::size_t added_ = 0;
};

class BoundaryWalk final : public Walk {
 public:
  BoundaryWalk(const BoundaryOptions& options, const Sample& sample)
      : options_(options),
        sample_(sample),
        start_(sample),
        stream_(sample.seed, sample.stream, static_cast<std::uint64_t>(sample.original_index),
                BlendedStart::kDraws),
        spherical_step_(options.spherical_step),
        source_step_(options.source_step),
        noise_(sample.original.size()),
        spherical_(sample.original.size()),
        candidate_(sample.original.size()) {}

  bool Next(std::span<float> x) override {
    if (queries_ == options_.queries || stage_ == Stage::kOver) return false;
    ++queries_;
    if (stage_ == Stage::kStart) return start_.Next(x);
    if (stage_ == Stage::kCandidate) Propose();
    const std::vector<float>& looked = stage_ == Stage::kCandidate ? candidate_ : spherical_;
    std::copy(looked.begin(), looked.end(), x.begin());
    return true;
  }

  void See(std::span<const float> logits, std::span<const float>) override {
    const bool adversarial = Decide(sample_.goal, logits);
    if (stage_ == Stage::kStart) return SeeStart(adversarial);
    if (stage_ == Stage::kCandidate) return SeeCandidate(adversarial);
    spherical_trials_.Add(adversarial);
    candidate_trials_.Add(candidate_adversarial_);
    AdaptSteps();
    EndStep();
  }

  int step() const override { return static_cast<int>(steps_); }

 private:
  enum class Stage { kStart, kCandidate, kSpherical, kOver };

  void SeeStart(bool adversarial) {
    start_.See(adversarial);
    if (!start_.over()) return;
    stage_ = start_.found() ? Stage::kCandidate : Stage::kOver;
    if (start_.found()) MoveTo(start_.point());
  }

  void MoveTo(std::span<const float> point) {
    place_.assign(point.begin(), point.end());
    distance_ = Measure(sample_.original, place_).l2;
    if (!(distance_ > 0)) stage_ = Stage::kOver;
  }

  void SeeCandidate(bool adversarial) {
    candidate_adversarial_ = adversarial;
    ++steps_;
    // Rounding and the box may have undone the step towards the original.
    if (adversarial && Measure(sample_.original, candidate_).l2 < distance_) moves_ = true;
    if (steps_ % options_.update_stats_every == 0) {
      stage_ = Stage::kSpherical;
    } else {
      EndStep();
    }
  }

  void EndStep() {
    stage_ = source_step_ < options_.source_step_convergence ? Stage::kOver : Stage::kCandidate;
    if (moves_) MoveTo(candidate_);
    moves_ = false;
  }

  void AdaptSteps() {
    const double factor = options_.step_adaptation;
    if (spherical_trials_.full()) {
      const double share = spherical_trials_.share();
      const double change = share > 0.5 ? factor : share < 0.2 ? 1 / factor : 1;
      spherical_step_ *= change;
      source_step_ *= change;
      if (change != 1) spherical_trials_.Clear();
    }
    if (candidate_trials_.full()) {
      const double share = candidate_trials_.share();
      const double change = share > 0.25 ? factor : share < 0.1 ? 1 / factor : 1;
      source_step_ *= change;
      if (change != 1) candidate_trials_.Clear();
    }
  }

  // Writes both candidates of a step from `place_`.
  void Propose() {
    FillNormal(stream_, noise_);
    double along = 0;
    for (std::size_t i = 0; i < noise_.size(); ++i) along += noise_[i] * Offset(i);
    along /= distance_ * distance_;
    double squares = 0;
    for (std::size_t i = 0; i < noise_.size(); ++i) {
      noise_[i] -= static_cast<float>(along * Offset(i));
      squares += double{noise_[i]} * noise_[i];
    }
    const double reach = spherical_step_ * distance_ / std::sqrt(std::max(squares, 1e-30));
    const double back = 1 / std::sqrt(1 + spherical_step_ * spherical_step_);
    double new_squares = 0;
    for (std::size_t i = 0; i < noise_.size(); ++i) {
      spherical_[i] = InBox(sample_.original[i] + back * (Offset(i) + reach * noise_[i]));
      const double offset = double{spherical_[i]} - sample_.original[i];
      new_squares += offset * offset;
    }
    // Clipping takes the spherical candidate off the sphere; the step is measured from the sphere.
    const double new_distance = std::sqrt(new_squares);
    const double length = std::max(0.0, source_step_ * distance_ + new_distance - distance_);
    const double kept = new_distance > 0 ? std::max(0.0, 1 - length / new_distance) : 0;
    for (std::size_t i = 0; i < noise_.size(); ++i) {
      const double offset = double{spherical_[i]} - sample_.original[i];
      candidate_[i] = InBox(sample_.original[i] + kept * offset);
    }
  }

  double Offset(std::size_t i) const { return double{place_[i]} - sample_.original[i]; }

  float InBox(double value) const {
    return std::clamp(static_cast<float>(value), sample_.threat.box_low, sample_.threat.box_high);
  }

  const BoundaryOptions options_;
  const Sample sample_;
  BlendedStart start_;
  ReproducibleStream stream_;
  Stage stage_ = Stage::kStart;
  std::int64_t queries_ = 0;
  std::int64_t steps_ = 0;
  double spherical_step_;
  double source_step_;
  RecentTrials spherical_trials_{100};
  RecentTrials candidate_trials_{30};

  std::vector<float> place_;  ///< The nearest adversarial point so far.
  double distance_ = 0;       ///< Of place_.
  std::vector<float> noise_;
  std::vector<float> spherical_;
  std::vector<float> candidate_;
  bool candidate_adversarial_ = false;
  bool moves_ = false;  ///< This step's candidate becomes the place.
};

class BoundaryAttack final : public Attack {
 public:
  explicit BoundaryAttack(const BoundaryOptions& options) : options_(options) {
    CUPEL_CHECK(options.queries >= 1 && options.update_stats_every >= 1);
    CUPEL_CHECK(options.spherical_step > 0 && options.source_step > 0);
    CUPEL_CHECK(options.source_step_convergence >= 0 && options.step_adaptation > 1);
  }
  int gradients(std::int64_t) const override { return 0; }
  bool nearest() const override { return true; }
  std::unique_ptr<Walk> Begin(const Sample& sample) const override {
    CUPEL_CHECK(sample.threat.norm == Norm::kL2);
    return std::make_unique<BoundaryWalk>(options_, sample);
  }

 private:
  BoundaryOptions options_;
};

}  // namespace

std::unique_ptr<Attack> MakeBoundaryAttack(const BoundaryOptions& options) {
  return std::make_unique<BoundaryAttack>(options);
}

}  // namespace cupel::algorithm::inspect
