// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/apgd_attack.h"

#include <algorithm>

#include "cupel/algorithm/inspect/apgd_schedule.h"
#include "cupel/algorithm/inspect/apgd_step.h"
#include "cupel/algorithm/inspect/start_point.h"

namespace cupel::algorithm::inspect {
namespace {

// What the model answered at a point that the walk may return to.
struct Best {
  double loss = 0;
  std::vector<float> x;
  std::vector<float> gradient;
};

class ApgdWalk : public Walk {
 public:
  ApgdWalk(const ApgdOptions& options, const Sample& sample)
      : options_(options), sample_(sample), mover_(MakeApgdMover(sample.threat, sample.original)) {
    // Which classes to attack is asked of the model first, unless the goal says.
    ranking_ = options.loss == ApgdLoss::kDlrTargeted && !sample.goal.targeted();
    if (!ranking_) Start();
  }

  bool Next(std::span<float> x) override {
    if (over_ && !StartNext()) return false;
    const std::span<const float> point = ranking_ ? sample_.original : mover_->x();
    std::copy(point.begin(), point.end(), x.begin());
    return true;
  }

  void OutputGradient(int, std::span<const float> logits, std::span<float> gradient) override {
    if (!ranking_) ApgdLossGradient(options_.loss, logits, sample_.goal, Rival(), gradient);
  }

  void See(std::span<const float> logits, std::span<const float> gradients) override {
    if (ranking_) return Rank(logits);
    double loss = ApgdLossValue(options_.loss, logits, sample_.goal, Rival());
    for (;;) {
      const bool back = Learn(loss, gradients);
      if (iteration_ == options_.n_iter) {
        over_ = true;
        return;
      }
      if (back) {
        mover_->Return(best_.x);
        gradients = best_.gradient;
        loss = best_.loss;
      }
      ++iteration_;
      // A point that is not left has the answer that it had.
      if (mover_->Move(gradients, schedule_->step(), schedule_->sparsity())) return;
    }
  }

  int restart() const override { return walk_; }
  int step() const override { return iteration_; }

 private:
  std::int32_t Rival() const {
    return rivals_.empty() ? -1 : rivals_[static_cast<std::size_t>(walk_ / options_.n_restarts)];
  }
  int Walks() const { return options_.n_restarts * std::max(1, static_cast<int>(rivals_.size())); }

  void Rank(std::span<const float> logits) {
    rivals_ = RivalsByRank(logits, sample_.goal.label);
    const auto wanted = static_cast<std::size_t>(options_.n_target_classes);
    rivals_.resize(std::min(rivals_.size(), wanted));
    ranking_ = false;
    Start();
  }

  bool StartNext() {
    if (++walk_ == Walks()) return false;
    Start();
    return true;
  }

  void Start() {
    over_ = false;
    iteration_ = 0;
    mover_->Start(RandomStart(sample_.threat, sample_.original, sample_.seed, sample_.stream,
                              sample_.original_index, walk_));
    schedule_ = MakeApgdSchedule(sample_.threat.norm, sample_.threat.epsilon, options_.n_iter, options_.rho,
                                 sample_.original.size());
  }

  // The answer at the point; true when the walk must go back to the best one.
  bool Learn(double loss, std::span<const float> gradient) {
    const std::span<const float> x = mover_->x();
    if (iteration_ == 0 || loss > best_.loss) {
      best_.loss = loss;
      best_.x.assign(x.begin(), x.end());
      best_.gradient.assign(gradient.begin(), gradient.end());
    }
    if (iteration_ == 0) {
      schedule_->Begin(loss);
      return false;
    }
    return schedule_->Learn(loss, best_.loss, [&] {
      std::int64_t moved = 0;
      for (std::size_t i = 0; i < best_.x.size(); ++i) moved += best_.x[i] != sample_.original[i] ? 1 : 0;
      return moved;
    });
  }

  const ApgdOptions options_;
  const Sample sample_;
  std::unique_ptr<ApgdMover> mover_;
  std::unique_ptr<ApgdSchedule> schedule_;
  std::vector<std::int32_t> rivals_;  // of dlr-targeted, by rank
  bool ranking_ = false;
  bool over_ = false;
  int walk_ = 0;
  int iteration_ = 0;
  Best best_;
};

class ApgdAttack : public Attack {
 public:
  explicit ApgdAttack(const ApgdOptions& options) : options_(options) {
    CUPEL_CHECK(options.n_iter >= 1 && options.n_restarts >= 1 && options.n_target_classes >= 1);
  }
  int gradients(std::int64_t) const override { return 1; }
  std::unique_ptr<Walk> Begin(const Sample& sample) const override {
    return std::make_unique<ApgdWalk>(options_, sample);
  }

 private:
  ApgdOptions options_;
};

}  // namespace

std::unique_ptr<Attack> MakeApgdAttack(const ApgdOptions& options) {
  return std::make_unique<ApgdAttack>(options);
}

}  // namespace cupel::algorithm::inspect
