// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/apgd_schedule.h"

#include <algorithm>

#include "cupel/algorithm/inspect/apgd_attack.h"

namespace cupel::algorithm::inspect {
namespace {

int Share(double share, int n_iter) { return std::max(static_cast<int>(share * n_iter), 1); }

// Lengths of the intervals between checkpoints: shorter by `shorter` each, not below `shortest`.
struct Intervals {
  explicit Intervals(int n_iter)
      : next(Share(0.22, n_iter)), shorter(Share(0.03, n_iter)), shortest(Share(0.06, n_iter)) {}
  void Advance() { next = std::max(next - shorter, shortest); }
  int next;
  int shorter;
  int shortest;
};

class HalvingSchedule : public ApgdSchedule {
 public:
  HalvingSchedule(double epsilon, int n_iter, double rho) : intervals_(n_iter), rho_(rho) {
    step_ = 2 * epsilon;
  }

  void Begin(double loss) override {
    best_at_checkpoint_ = loss;
    last_loss_ = 0;  // as in the official code: the first iteration is compared with zero
  }

  bool Learn(double loss, double best, const std::function<std::int64_t()>&) override {
    rises_ += loss > last_loss_ ? 1 : 0;
    last_loss_ = loss;
    if (++since_checkpoint_ < intervals_.next) return false;
    const bool oscillates = rises_ <= rho_ * intervals_.next;
    const bool stuck = !halved_at_checkpoint_ && best_at_checkpoint_ >= best;
    halved_at_checkpoint_ = oscillates || stuck;
    best_at_checkpoint_ = best;
    rises_ = 0;
    since_checkpoint_ = 0;
    intervals_.Advance();
    if (halved_at_checkpoint_) step_ /= 2;
    return halved_at_checkpoint_;
  }

 private:
  Intervals intervals_;
  double rho_;
  int since_checkpoint_ = 0;
  int rises_ = 0;
  double last_loss_ = 0;
  double best_at_checkpoint_ = 0;
  bool halved_at_checkpoint_ = true;  // so that the first checkpoint looks at oscillation alone
};

class SparseSchedule : public ApgdSchedule {
 public:
  SparseSchedule(double epsilon, int n_iter, std::size_t features)
      : longest_(epsilon),
        interval_(Share(0.04, n_iter)),
        features_(static_cast<double>(features)),
        moved_at_checkpoint_(features_) {
    step_ = epsilon;
    sparsity_ = 0.2;
  }

  void Begin(double) override {}

  bool Learn(double, double, const std::function<std::int64_t()>& moved) override {
    if (++since_checkpoint_ < interval_) return false;
    since_checkpoint_ = 0;
    const auto now = static_cast<double>(moved());
    const bool sparser = now < 0.95 * moved_at_checkpoint_;
    moved_at_checkpoint_ = now;
    sparsity_ = now / features_ / 1.5;
    step_ = sparser ? longest_ : std::max(step_ / 1.5, longest_ / 10);
    return sparser;
  }

 private:
  double longest_;
  int interval_;
  double features_;
  double moved_at_checkpoint_;
  int since_checkpoint_ = 0;
};

}  // namespace

std::vector<int> ApgdCheckpoints(int n_iter) {
  std::vector<int> checkpoints;
  Intervals intervals(n_iter);
  for (int at = intervals.next; at <= n_iter; at += intervals.next) {
    checkpoints.push_back(at);
    intervals.Advance();
  }
  return checkpoints;
}

std::unique_ptr<ApgdSchedule> MakeApgdSchedule(Norm norm, double epsilon, int n_iter, double rho,
                                               std::size_t features) {
  if (norm == Norm::kL1) return std::make_unique<SparseSchedule>(epsilon, n_iter, features);
  return std::make_unique<HalvingSchedule>(epsilon, n_iter, rho);
}

}  // namespace cupel::algorithm::inspect
