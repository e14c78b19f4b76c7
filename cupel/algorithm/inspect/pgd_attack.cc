// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/pgd_attack.h"

#include <algorithm>
#include <mutex>
#include <set>

#include "cupel/algorithm/inspect/projected_point.h"
#include "cupel/algorithm/inspect/start_point.h"

namespace cupel::algorithm::inspect {
namespace {

class PgdWalk : public Walk {
 public:
  PgdWalk(const PgdOptions& options, const Sample& sample, const IterateHasher& hasher)
      : options_(options), sample_(sample), hasher_(hasher), point_(sample.threat, sample.original) {
    Place();
  }

  bool Next(std::span<float> x) override {
    while (step_ > options_.steps || repeated_) {
      cycled_ = cycled_ || (repeated_ && step_ <= options_.steps);
      if (++restart_ >= options_.restarts) return false;
      Place();
    }
    std::copy(point_.x().begin(), point_.x().end(), x.begin());
    return true;
  }

  void OutputGradient(int, std::span<const float> logits, std::span<float> gradient) override {
    LossGradient(options_.loss, logits, sample_.goal, gradient);
  }

  void See(std::span<const float>, std::span<const float> gradients) override {
    point_.Step(gradients, sample_.threat.epsilon * options_.relative_step);
    ++step_;
    if (options_.cycle_stop && options_.steps > 1) repeated_ = !seen_.insert(hasher_(point_.x())).second;
  }

  int restart() const override { return restart_; }
  int step() const override { return step_; }
  bool cycled() const override { return cycled_; }

 private:
  void Place() {
    step_ = 0;
    repeated_ = false;
    seen_.clear();
    if (options_.random_start || restart_ > 0) {
      point_.Enter(RandomStart(sample_.threat, sample_.original, sample_.seed, sample_.stream,
                               sample_.original_index, restart_),
                   options_.steps > 1);
    } else {
      point_.Enter(sample_.original, options_.steps > 1);
    }
  }

  const PgdOptions options_;
  const Sample sample_;
  const IterateHasher& hasher_;
  ProjectedPoint point_;
  int restart_ = 0;
  int step_ = 0;
  bool repeated_ = false;
  bool cycled_ = false;
  std::set<IterateHash> seen_;
};

class PgdAttack : public Attack {
 public:
  explicit PgdAttack(const PgdOptions& options) : options_(options) {}
  int gradients(std::int64_t) const override { return 1; }
  std::unique_ptr<Walk> Begin(const Sample& sample) const override {
    std::call_once(once_, [&] { hasher_ = std::make_unique<IterateHasher>(sample.original.size()); });
    return std::make_unique<PgdWalk>(options_, sample, *hasher_);
  }

 private:
  PgdOptions options_;
  mutable std::once_flag once_;
  mutable std::unique_ptr<IterateHasher> hasher_;
};

}  // namespace

std::unique_ptr<Attack> MakePgdAttack(const PgdOptions& options) {
  return std::make_unique<PgdAttack>(options);
}

}  // namespace cupel::algorithm::inspect
