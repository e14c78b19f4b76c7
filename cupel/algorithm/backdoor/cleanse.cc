// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/backdoor/cleanse.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cupel/algorithm/backdoor/answers.h"
#include "cupel/base/interrupt.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/stats/bootstrap.h"

namespace cupel::algorithm::backdoor {
namespace {

constexpr double kTanhEpsilon = 1e-7;
constexpr double kBeta1 = 0.5;
constexpr double kBeta2 = 0.9;
constexpr double kAdamEpsilon = 1e-7;
constexpr double kConsistency = 1.4826;

/// Numbers in (0, 1) that Adam moves through their tanh parameters.
class TanhParameters {
 public:
  TanhParameters(std::size_t n, ReproducibleStream stream)
      : raw_(n), gradient_(n, 0.0), first_(n, 0.0), second_(n, 0.0), values_(n) {
    for (double& raw : raw_) raw = std::atanh((stream.UniformDouble() - 0.5) * (2 - kTanhEpsilon));
    Refresh();
  }
  const std::vector<float>& values() const { return values_; }
  double Sum() const {
    double sum = 0;
    for (const float value : values_) sum += value;
    return sum;
  }
  std::vector<double>& gradient() { return gradient_; }

  // One step of Adam along `gradient()`, which is that of the values; clears it.
  void Update(std::int64_t step, double learning_rate) {
    const auto t = static_cast<double>(step);
    const double rate = learning_rate * std::sqrt(1 - std::pow(kBeta2, t)) / (1 - std::pow(kBeta1, t));
    for (std::size_t i = 0; i < raw_.size(); ++i) {
      const double tanh = std::tanh(raw_[i]);
      const double slope = gradient_[i] * (1 - tanh * tanh) / (2 - kTanhEpsilon);
      first_[i] = kBeta1 * first_[i] + (1 - kBeta1) * slope;
      second_[i] = kBeta2 * second_[i] + (1 - kBeta2) * slope * slope;
      raw_[i] -= rate * first_[i] / (std::sqrt(second_[i]) + kAdamEpsilon);
      gradient_[i] = 0;
    }
    Refresh();
  }

 private:
  void Refresh() {
    for (std::size_t i = 0; i < raw_.size(); ++i) {
      const double value = std::tanh(raw_[i]) / (2 - kTanhEpsilon) + 0.5;
      values_[i] = static_cast<float>(std::clamp(value, 0.0, 1.0));
    }
  }
  std::vector<double> raw_;
  std::vector<double> gradient_;
  std::vector<double> first_;
  std::vector<double> second_;
  std::vector<float> values_;
};

// Softmax minus one at the target for the first `rows` rows, 0 for the padding: the gradient of the summed
// cross entropy.
std::vector<float> CrossEntropyGradient(const std::vector<float>& logits, std::int64_t rows,
                                        std::size_t classes, std::int32_t target) {
  std::vector<float> gradient(logits.size(), 0.0F);
  for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row) {
    const auto answer = std::span(logits).subspan(row * classes, classes);
    const float largest = *std::ranges::max_element(answer);
    double sum = 0;
    for (const float value : answer) sum += std::exp(double{value} - largest);
    double others = 0;
    for (std::size_t k = 0; k < classes; ++k) {
      const double probability = std::exp(double{answer[k]} - largest) / sum;
      gradient[row * classes + k] = static_cast<float>(probability);
      if (static_cast<std::int32_t>(k) != target) others += probability;
    }
    gradient[row * classes + static_cast<std::size_t>(target)] = static_cast<float>(-others);
  }
  return gradient;
}

class Recovery {
 public:
  Recovery(const executor::Classifier& model, const data::dataset::DatasetInfo& info,
           std::span<const float> inputs, std::int32_t target, const CleanseOptions& options)
      : model_(model),
        info_(info),
        inputs_(inputs),
        target_(target),
        options_(options),
        d_(static_cast<std::size_t>(info.SampleSize())),
        n_(static_cast<std::int64_t>(inputs.size() / d_)),
        schedule_(options),
        mask_(static_cast<std::size_t>(info.sample_shape[1] * info.sample_shape[2]), Start(0)),
        pattern_(d_, Start(1)) {}

  Result<RecoveredTrigger> Run() {
    RecoveredTrigger best;
    while (best.steps < options_.steps && !schedule_.done()) {
      if (Interrupt::Requested()) return Interrupt::AsError();
      ++best.steps;
      CUPEL_TRY(const StepResult step, Step(best.steps));
      if (schedule_.Take(step.success, step.mask_l1)) {
        best.reached = true;
        best.mask = mask_.values();
        best.pattern = Pattern();
      }
    }
    if (best.reached) return best;
    best.mask = mask_.values();
    best.pattern = Pattern();
    return best;
  }

 private:
  struct StepResult {
    double success = 0;
    double mask_l1 = 0;
  };

  ReproducibleStream Start(std::uint32_t part) const {
    return {options_.seed, "inspect.neural-cleanse.start", static_cast<std::uint64_t>(target_), part};
  }

  std::vector<float> Pattern() const {
    std::vector<float> pattern = pattern_.values();
    const float range = info_.box_high - info_.box_low;
    for (float& value : pattern)
      value = std::clamp(info_.box_low + value * range, info_.box_low, info_.box_high);
    return pattern;
  }

  // One pass over the samples in random order; a last, smaller batch is left out unless it is the only one.
  Result<StepResult> Step(std::int64_t step) {
    ReproducibleStream stream(options_.seed, "inspect.neural-cleanse.order",
                              static_cast<std::uint64_t>(target_), static_cast<std::uint32_t>(step));
    const std::vector<std::int64_t> order = stream.Permutation(n_);
    const std::int64_t rows = std::min(executor::kTileSize, n_);
    const std::int64_t batches = n_ / rows;
    std::int64_t hits = 0;
    double mask_l1 = 0;
    for (std::int64_t b = 0; b < batches; ++b) {
      const auto batch =
          std::span(order).subspan(static_cast<std::size_t>(b * rows), static_cast<std::size_t>(rows));
      mask_l1 += mask_.Sum();
      CUPEL_TRY(const std::int64_t batch_hits, Batch(batch));
      hits += batch_hits;
      ++updates_;
      mask_.Update(updates_, options_.learning_rate);
      pattern_.Update(updates_, options_.learning_rate);
    }
    return StepResult{static_cast<double>(hits) / static_cast<double>(batches * rows),
                      mask_l1 / static_cast<double>(batches)};
  }

  // Adds the batch's gradients; returns how many samples the trigger turned.
  Result<std::int64_t> Batch(std::span<const std::int64_t> batch) {
    const std::vector<float> pattern = Pattern();
    const std::vector<float>& mask = mask_.values();
    const std::size_t plane = mask.size();
    std::vector<float> stamped(batch.size() * d_);
    for (std::size_t row = 0; row < batch.size(); ++row) {
      const float* x = inputs_.data() + static_cast<std::size_t>(batch[row]) * d_;
      for (std::size_t i = 0; i < d_; ++i)
        stamped[row * d_ + i] = x[i] + mask[i % plane] * (pattern[i] - x[i]);
    }
    const auto rows = static_cast<std::int64_t>(batch.size());
    CUPEL_TRY(const executor::Pass pass, GradientPass(stamped, rows));
    const std::vector<float> gradient = tensor::ToFloats(pass.input_gradient);
    const float range = info_.box_high - info_.box_low;
    for (std::size_t row = 0; row < batch.size(); ++row) {
      const float* x = inputs_.data() + static_cast<std::size_t>(batch[row]) * d_;
      for (std::size_t i = 0; i < d_; ++i) {
        const double slope = gradient[row * d_ + i];
        if (!std::isfinite(slope))
          return Fail(ErrorCode::kInvalidArgument, "the model's gradient is NaN or infinite");
        mask_.gradient()[i % plane] += slope * (pattern[i] - x[i]);
        pattern_.gradient()[i] += slope * mask[i % plane] * range;
      }
    }
    const double weight = schedule_.cost() * static_cast<double>(rows);
    for (double& slope : mask_.gradient()) slope += weight;
    std::vector<std::int32_t> classes = Classes(tensor::ToFloats(pass.output), model_.class_count());
    classes.resize(batch.size());
    return std::ranges::count(classes, target_);
  }

  Result<executor::Pass> GradientPass(const std::vector<float>& stamped, std::int64_t rows) const {
    return tensor::Translate([&] {
      return model_.LogitsGradient(TileOf(model_, stamped, rows), [&](const tensor::Tensor& output) {
        const std::vector<float> gradient = CrossEntropyGradient(
            tensor::ToFloats(output), rows, static_cast<std::size_t>(model_.class_count()), target_);
        return tensor::FromFloats(gradient, output.sizes().vec()).to(output.device());
      });
    });
  }

  const executor::Classifier& model_;
  const data::dataset::DatasetInfo& info_;
  std::span<const float> inputs_;
  std::int32_t target_;
  CleanseOptions options_;
  std::size_t d_;
  std::int64_t n_;
  CostSchedule schedule_;
  TanhParameters mask_;
  TanhParameters pattern_;
  std::int64_t updates_ = 0;
};

double MedianOf(std::vector<double> values) {
  std::ranges::sort(values);
  return stats::SortedQuantile(values, 0.5);
}

}  // namespace

bool CostSchedule::Take(double success, double mask_l1) {
  const bool reached = success >= options_.attack_success_threshold;
  const bool better = reached && mask_l1 < best_;
  if (better) best_ = mask_l1;
  CheckEarlyStop();
  if (!done_) AdjustCost(reached);
  return better;
}

void CostSchedule::CheckEarlyStop() {
  if (std::isfinite(best_)) {
    const bool stalled = best_ >= options_.early_stop_threshold * early_stop_best_;
    early_stop_counter_ = stalled ? early_stop_counter_ + 1 : 0;
  }
  early_stop_best_ = std::min(best_, early_stop_best_);
  done_ = went_up_ && went_down_ && early_stop_counter_ >= options_.early_stop_patience;
}

void CostSchedule::AdjustCost(bool reached) {
  if (cost_ == 0 && reached) {
    if (++set_counter_ >= options_.patience) {
      cost_ = options_.init_cost;
      up_counter_ = 0;
      down_counter_ = 0;
      went_up_ = false;
      went_down_ = false;
    }
  } else {
    set_counter_ = 0;
  }
  up_counter_ = reached ? up_counter_ + 1 : 0;
  down_counter_ = reached ? 0 : down_counter_ + 1;
  if (up_counter_ >= options_.patience) {
    up_counter_ = 0;
    cost_ *= options_.cost_multiplier;
    went_up_ = true;
  } else if (down_counter_ >= options_.patience) {
    down_counter_ = 0;
    cost_ /= std::pow(options_.cost_multiplier, 1.5);
    went_down_ = true;
  }
}

Result<RecoveredTrigger> RecoverTrigger(const executor::Classifier& model,
                                        const data::dataset::DatasetInfo& info, std::span<const float> inputs,
                                        std::int32_t target, const CleanseOptions& options) {
  return Recovery(model, info, inputs, target, options).Run();
}

Anomaly AnomalyOf(std::span<const double> mask_l1, double threshold, double size_ratio) {
  Anomaly anomaly;
  anomaly.median = MedianOf({mask_l1.begin(), mask_l1.end()});
  std::vector<double> distances;
  for (const double size : mask_l1) distances.push_back(std::abs(size - anomaly.median));
  anomaly.scale = kConsistency * MedianOf(distances);
  for (std::size_t k = 0; k < distances.size(); ++k) {
    anomaly.indices.push_back(distances[k] == 0 ? 0 : distances[k] / anomaly.scale);
    if (mask_l1[k] <= size_ratio * anomaly.median && anomaly.indices[k] > threshold)
      anomaly.flagged.push_back(static_cast<std::int32_t>(k));
  }
  const auto smallest = static_cast<std::size_t>(std::ranges::min_element(mask_l1) - mask_l1.begin());
  anomaly.index = anomaly.indices[smallest];
  return anomaly;
}

}  // namespace cupel::algorithm::backdoor
