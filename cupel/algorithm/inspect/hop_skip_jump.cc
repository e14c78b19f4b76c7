// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/hop_skip_jump.h"

#include <algorithm>
#include <cmath>

#include "cupel/algorithm/inspect/blended_start.h"
#include "cupel/algorithm/inspect/normal_noise.h"

namespace cupel::algorithm::inspect {
namespace {

constexpr int kMostHalvings = 40;
constexpr std::int64_t kStepAndSearch = 30;  // Looks kept for what follows the last estimate.

/// The normal of the boundary at a point, from decisions at probes around it.
class NormalEstimate {
 public:
  NormalEstimate(std::size_t features, bool linf)
      : linf_(linf), probe_(features), sum_(features), signed_sum_(features) {}

  void Begin(double distance, std::int64_t probes) {
    distance_ = distance;
    probes_ = probes;
    seen_ = 0;
    balance_ = 0;
    std::fill(sum_.begin(), sum_.end(), 0.0F);
    std::fill(signed_sum_.begin(), signed_sum_.end(), 0.0F);
  }
  bool complete() const { return seen_ == probes_; }

  /// Writes a point at `distance` in a random direction, clipped to the box.
  void Probe(std::span<const float> centre, const ThreatModel& box, ReproducibleStream& stream,
             std::span<float> x) {
    if (linf_) {
      for (float& value : probe_) value = stream.Uniform(-1.0F, 1.0F);
    } else {
      FillNormal(stream, probe_);
    }
    double squares = 0;
    for (float value : probe_) squares += double{value} * value;
    const auto scale = static_cast<float>(distance_ / std::sqrt(std::max(squares, 1e-30)));
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i] = std::clamp(centre[i] + scale * probe_[i], box.box_low, box.box_high);
      probe_[i] = x[i] - centre[i];
    }
  }

  void See(bool adversarial) {
    const float sign = adversarial ? 1.0F : -1.0F;
    for (std::size_t i = 0; i < probe_.size(); ++i) {
      sum_[i] += probe_[i];
      signed_sum_[i] += sign * probe_[i];
    }
    balance_ += adversarial ? 1 : -1;
    ++seen_;
  }

  /// The direction of an update, [d]: the normal, unit in L2, or in Linf its sign; all zero when the probes
  /// do not tell. The mean decision is the baseline, unless all agree.
  std::vector<float> Direction() const {
    const double mean = static_cast<double>(balance_) / static_cast<double>(seen_);
    const double baseline = std::abs(mean) == 1 ? 0 : mean;
    std::vector<double> normal(sum_.size());
    double squares = 0;
    for (std::size_t i = 0; i < normal.size(); ++i) {
      normal[i] = signed_sum_[i] - baseline * sum_[i];
      squares += normal[i] * normal[i];
    }
    std::vector<float> direction(normal.size(), 0.0F);
    if (squares == 0) return direction;
    for (std::size_t i = 0; i < normal.size(); ++i) {
      const double sign = normal[i] > 0 ? 1 : normal[i] < 0 ? -1 : 0;
      direction[i] = static_cast<float>(linf_ ? sign : normal[i] / std::sqrt(squares));
    }
    return direction;
  }

 private:
  bool linf_;
  double distance_ = 0;
  std::int64_t probes_ = 0;
  std::int64_t seen_ = 0;
  std::int64_t balance_ = 0;  ///< Adversarial probes minus the others.
  std::vector<float> probe_;  ///< What the last probe really moved, after rounding and clipping.
  std::vector<float> sum_;
  std::vector<float> signed_sum_;
};

class HopSkipJumpWalk final : public Walk {
 public:
  HopSkipJumpWalk(const HopSkipJumpOptions& options, const Sample& sample)
      : options_(options),
        sample_(sample),
        d_(static_cast<double>(sample.original.size())),
        linf_(sample.threat.norm == Norm::kLinf),
        start_(sample),
        stream_(sample.seed, sample.stream, static_cast<std::uint64_t>(sample.original_index),
                BlendedStart::kDraws),
        estimate_(sample.original.size(), linf_),
        looked_(sample.original.size()) {
    theta_ = options.gamma / (linf_ ? d_ * d_ : d_ * std::sqrt(d_));
  }

  bool Next(std::span<float> x) override {
    if (queries_ == options_.queries || stage_ == Stage::kOver) return false;
    ++queries_;
    switch (stage_) {
      case Stage::kStart: return start_.Next(x);
      case Stage::kSearch: Between((low_ + high_) / 2); break;
      case Stage::kProbe: estimate_.Probe(boundary_, sample_.threat, stream_, x); return true;
      default: Along(step_length_);
    }
    std::copy(looked_.begin(), looked_.end(), x.begin());
    return true;
  }

  void See(std::span<const float> logits, std::span<const float>) override {
    const bool adversarial = Decide(sample_.goal, logits);
    switch (stage_) {
      case Stage::kStart:
        start_.See(adversarial);
        if (start_.found()) return BeginSearch({start_.point().begin(), start_.point().end()});
        if (start_.over()) stage_ = Stage::kOver;
        return;
      case Stage::kSearch: return SeeSearch(adversarial);
      case Stage::kProbe:
        estimate_.See(adversarial);
        if (estimate_.complete()) BeginStep();
        return;
      default: SeeStep(adversarial);
    }
  }

  int step() const override { return iteration_; }

 private:
  enum class Stage { kStart, kSearch, kProbe, kStep, kOver };

  // --- The search for the boundary between the original and an adversarial point.

  void BeginSearch(std::vector<float> adversarial) {
    far_ = std::move(adversarial);
    boundary_ = far_;
    low_ = 0;
    high_ = linf_ ? Distance() : 1;
    precision_ = high_ * std::clamp(theta_, 1e-5, 1e-3);
    stage_ = Stage::kSearch;
    if (!(high_ > 0)) stage_ = Stage::kOver;
  }

  void SeeSearch(bool adversarial) {
    const double middle = (low_ + high_) / 2;
    (adversarial ? high_ : low_) = middle;
    if (adversarial) boundary_ = looked_;
    if (high_ - low_ <= precision_) BeginProbes();
  }

  // L2: a point of the line; `place` is the share of the way. Linf: the far point clipped to the ball of
  // radius `place`.
  void Between(double place) {
    if (!linf_) return Blend(sample_.original, far_, place, looked_);
    for (std::size_t i = 0; i < looked_.size(); ++i) {
      const double offset = double{far_[i]} - sample_.original[i];
      looked_[i] = RoundInward(sample_.original[i], std::clamp(offset, -place, place));
    }
  }

  // --- The estimate of the normal.

  void BeginProbes() {
    distance_ = Distance();
    if (iteration_ == options_.max_iter || !(distance_ > 0)) {
      stage_ = Stage::kOver;
      return;
    }
    ++iteration_;
    const double box = double{sample_.threat.box_high} - sample_.threat.box_low;
    const double published = iteration_ == 1 ? 0.1 * box : theta_ * (linf_ ? d_ : std::sqrt(d_)) * distance_;
    const double tellable = 4 * 0x1p-24 * box * std::sqrt(d_);
    const auto grown =
        static_cast<std::int64_t>(static_cast<double>(options_.init_eval) * std::sqrt(iteration_));
    const std::int64_t left = std::max<std::int64_t>(1, options_.queries - queries_ - kStepAndSearch);
    estimate_.Begin(std::max(published, tellable), std::min({grown, options_.max_eval, left}));
    stage_ = Stage::kProbe;
  }

  // --- The step along it.

  void BeginStep() {
    update_ = estimate_.Direction();
    step_length_ = distance_ / std::sqrt(iteration_);
    halvings_ = 0;
    stage_ = Stage::kStep;
  }

  void Along(double length) {
    for (std::size_t i = 0; i < looked_.size(); ++i) {
      const auto moved = static_cast<float>(boundary_[i] + length * update_[i]);
      looked_[i] = std::clamp(moved, sample_.threat.box_low, sample_.threat.box_high);
    }
  }

  void SeeStep(bool adversarial) {
    if (adversarial) return BeginSearch(looked_);
    step_length_ /= 2;
    if (++halvings_ == kMostHalvings) BeginProbes();
  }

  double Distance() const { return Measure(sample_.original, boundary_).In(sample_.threat.norm); }

  const HopSkipJumpOptions options_;
  const Sample sample_;
  const double d_;
  const bool linf_;
  double theta_ = 0;
  BlendedStart start_;
  ReproducibleStream stream_;
  NormalEstimate estimate_;
  Stage stage_ = Stage::kStart;
  std::int64_t queries_ = 0;
  int iteration_ = 0;

  std::vector<float> far_;       ///< Adversarial; the search goes from here towards the original.
  std::vector<float> boundary_;  ///< The nearest adversarial point of the search.
  std::vector<float> looked_;
  std::vector<float> update_;
  double distance_ = 0;  ///< Of boundary_.
  double low_ = 0;
  double high_ = 0;
  double precision_ = 0;
  double step_length_ = 0;
  int halvings_ = 0;
};

class HopSkipJumpAttack final : public Attack {
 public:
  explicit HopSkipJumpAttack(const HopSkipJumpOptions& options) : options_(options) {
    CUPEL_CHECK(options.queries >= 1 && options.max_iter >= 0 && options.init_eval >= 1);
    CUPEL_CHECK(options.max_eval >= 1 && options.gamma > 0);
  }
  int gradients(std::int64_t) const override { return 0; }
  bool nearest() const override { return true; }
  std::unique_ptr<Walk> Begin(const Sample& sample) const override {
    CUPEL_CHECK(sample.threat.norm != Norm::kL1);
    return std::make_unique<HopSkipJumpWalk>(options_, sample);
  }

 private:
  HopSkipJumpOptions options_;
};

}  // namespace

std::unique_ptr<Attack> MakeHopSkipJumpAttack(const HopSkipJumpOptions& options) {
  return std::make_unique<HopSkipJumpAttack>(options);
}

}  // namespace cupel::algorithm::inspect
