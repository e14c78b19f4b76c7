// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Neural Cleanse: the smallest trigger that turns every sample into one class, and whether one class needs
/// suspiciously little.
///
/// For a class t it minimises, over a mask m [h, w] and a pattern p [c, h, w],
///
///     mean over x of cross entropy(f((1 - m) x + m p), t)  +  cost * |m|_1
///
/// by Adam (rate 0.1, betas 0.5 and 0.9, epsilon 1e-7) on tanh parameters: m = tanh(a) / (2 - e) + 1/2, e =
/// 1e-7. `cost` starts at 0, becomes `init_cost` after `patience` steps at the success threshold, and then is
/// multiplied by `cost_multiplier` after `patience` steps in a row at the threshold and divided by
/// cost_multiplier^1.5 after as many below it. The best is the smallest mask of a step at the threshold. A
/// step is one pass over the samples in batches. It ends early when the cost has gone both up and down and
/// the best mask has not shrunk for `early_stop_patience` steps. Source: Wang et al.: Neural Cleanse, S&P
/// 2019, section IV; schedule and constants as in the authors' code (github.com/bolunwang/backdoor,
/// visualizer.py and gtsrb_visualize_example.py). One thing differs: samples of the class itself are left
/// out, because no trigger is needed for them.
///
/// Promises: the result depends on (model, inputs, options, target) alone. Not promised: that the planted
/// trigger is found; a smaller one that does the same is a better answer to the question asked.

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "cupel/algorithm/executor/classifier.h"
#include "cupel/data/dataset/trigger.h"

namespace cupel::algorithm::backdoor {

struct CleanseOptions {
  std::int64_t steps = 1000;  ///< At most.
  double learning_rate = 0.1;
  double init_cost = 1e-3;
  double attack_success_threshold = 0.99;
  std::int64_t patience = 5;
  double cost_multiplier = 2;
  double early_stop_threshold = 1;
  std::int64_t early_stop_patience = 25;
  std::uint64_t seed = 0;
};

/// The weight of the mask's size and when to stop: the schedule alone, for tests.
class CostSchedule {
 public:
  explicit CostSchedule(const CleanseOptions& options) : options_(options) {}

  double cost() const { return cost_; }
  double best() const { return best_; }  ///< Smallest mask at the threshold so far; infinity before.

  /// Takes what a step gave: the share of samples turned and the mean |mask|_1. Returns true when this mask
  /// is the best so far.
  bool Take(double success, double mask_l1);
  bool done() const { return done_; }

 private:
  void CheckEarlyStop();
  void AdjustCost(bool reached);

  CleanseOptions options_;
  double cost_ = 0;
  double best_ = std::numeric_limits<double>::infinity();
  double early_stop_best_ = std::numeric_limits<double>::infinity();
  std::int64_t set_counter_ = 0;
  std::int64_t up_counter_ = 0;
  std::int64_t down_counter_ = 0;
  std::int64_t early_stop_counter_ = 0;
  bool went_up_ = false;
  bool went_down_ = false;
  bool done_ = false;
};

struct RecoveredTrigger {
  std::vector<float> mask;     ///< [h, w]
  std::vector<float> pattern;  ///< [c, h, w], in the box.
  bool reached = false;        ///< False: no step reached the threshold; mask and pattern are the last ones.
  std::int64_t steps = 0;
};

/// inputs: [n, d] in the box, samples of other classes, n >= 1. Errors: those of the model; kInterrupted;
/// kInvalidArgument when a gradient is not finite.
Result<RecoveredTrigger> RecoverTrigger(const executor::Classifier& model,
                                        const data::dataset::DatasetInfo& info, std::span<const float> inputs,
                                        std::int32_t target, const CleanseOptions& options);

/// How far each mask lies from the others: |L1 - median| / (1.4826 * median of |L1 - median|), the
/// consistency constant of a normal distribution. Zero distance gives 0, also where the scale is 0; any other
/// distance over a scale of 0 gives infinity.
struct Anomaly {
  double median = 0;
  double scale = 0;                   ///< 1.4826 MAD.
  std::vector<double> indices;        ///< [c]
  double index = 0;                   ///< Of the smallest mask.
  std::vector<std::int32_t> flagged;  ///< Indices over the threshold, masks at most size_ratio of the median.
};

/// mask_l1: [c], c >= 1. threshold: 2 in the paper. size_ratio: in (0, 1]; 1 is the paper's rule, for which
/// any mask below the median will do. It flags clean models whose masks are nearly alike, because then the
/// scale is tiny: 15.6 pixels among masks of 16 to 18 have an index of 2.4. A planted trigger is smaller by
/// factors. Of 20 clean dense networks on Fashion-MNIST 10 had an index over 2 (planted_slow_test.cc).
Anomaly AnomalyOf(std::span<const double> mask_l1, double threshold, double size_ratio);

}  // namespace cupel::algorithm::backdoor
