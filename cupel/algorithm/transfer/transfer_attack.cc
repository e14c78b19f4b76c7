// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/transfer/transfer_attack.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cupel/algorithm/inspect/projected_point.h"
#include "cupel/algorithm/inspect/stability.h"
#include "cupel/algorithm/transfer/input_diversity.h"
#include "cupel/base/interrupt.h"
#include "cupel/data/image/separable_filter.h"

namespace cupel::algorithm::transfer {
namespace {

using data::image::SeparableFilter;
using inspect::Sample;

// Gradients of the goals' cross entropies, each at one point of the surrogate: looks, result [samples, d].
Result<std::vector<float>> GradientsAt(const inspect::AttackTarget& surrogate,
                                       std::span<const Sample> samples, std::span<const float> looks) {
  return tensor::Translate([&]() -> Result<std::vector<float>> {
    // Where rows may depend on their number, that is always the same.
    std::vector<float> rows(looks.begin(), looks.end());
    const std::size_t d = looks.size() / samples.size();
    if (surrogate.independent_rows() == 0) rows.resize(std::max(looks.size(), d * inspect::kTileRows));
    std::vector<std::int64_t> shape(samples[0].shape.begin(), samples[0].shape.end());
    shape.insert(shape.begin(), static_cast<std::int64_t>(rows.size() / d));
    const Sample* unanswered = nullptr;
    const executor::OutputGradient climb = [&](const tensor::Tensor& output) {
      const std::vector<float> logits = tensor::ToFloats(output);
      const auto classes = static_cast<std::size_t>(output.size(1));
      std::vector<float> gradient(logits.size(), 0.0F);
      for (std::size_t i = 0; i < samples.size(); ++i) {
        const auto row = std::span(logits).subspan(i * classes, classes);
        if (std::ranges::any_of(row, [](float value) { return !std::isfinite(value); })) {
          unanswered = &samples[i];
          break;
        }
        inspect::LossGradient(inspect::Loss::kCrossEntropy, row, samples[i].goal,
                              std::span(gradient).subspan(i * classes, classes));
      }
      return tensor::FromFloats(gradient, output.sizes().vec()).to(output.device());
    };
    CUPEL_TRY(const executor::Passes passes,
              surrogate.LogitsGradients(tensor::FromFloats(rows, shape).to(surrogate.device().torch()),
                                        {&climb, 1}));
    if (unanswered != nullptr) {
      return Fail(ErrorCode::kInvalidArgument, "the surrogate answers NaN or infinity",
                  fmt::format("sample {}", unanswered->original_index));
    }
    std::vector<float> gradients = tensor::ToFloats(passes.input_gradients[0]);
    gradients.resize(looks.size());
    return gradients;
  });
}

void Smooth(const SeparableFilter& filter, const Sample& sample, std::span<float> gradient) {
  const data::image::PlaneSize size{sample.shape[1], sample.shape[2]};
  const auto plane = static_cast<std::size_t>(size.count());
  for (std::size_t at = 0; at < gradient.size(); at += plane) filter.Apply(gradient.subspan(at, plane), size);
}

// momentum = decay momentum + gradient / mean|gradient|; a gradient of zeros adds nothing.
void Accumulate(std::span<const float> gradient, double decay, std::span<double> momentum) {
  double sum = 0;
  for (const float value : gradient) sum += std::abs(double{value});
  const double mean = sum / static_cast<double>(gradient.size());
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    momentum[i] = decay * momentum[i] + (mean > 0 ? gradient[i] / mean : 0);
  }
}

// One sample on its way.
class Crafting {
 public:
  Crafting(const Sample& sample, const TransferOptions& options)
      : sample_(sample),
        options_(options),
        shape_(sample.shape.begin(), sample.shape.end()),
        step_(sample.threat.epsilon / options.steps),
        point_(sample.threat, sample.original),
        momentum_(sample.original.size(), 0.0),
        direction_(sample.original.size()) {
    point_.Enter(sample.original, true);
  }

  std::span<const float> x() const { return point_.x(); }

  // Where the surrogate is asked in step t.
  void LookAhead(int t, std::span<float> look) {
    std::ranges::copy(point_.x(), look.begin());
    for (std::size_t i = 0; options_.nesterov && i < look.size(); ++i)
      look[i] += static_cast<float>(step_ * options_.decay * momentum_[i]);
    ReproducibleStream stream(sample_.seed, sample_.stream,
                              static_cast<std::uint64_t>(sample_.original_index),
                              static_cast<std::uint32_t>(t));
    diversity_.emplace(shape_, options_.diversity_prob, stream);
    diversity_->Apply(look);
  }

  // The gradient there becomes one at the point looked at.
  void BringBack(std::span<float> gradient) const { diversity_->ApplyTransposed(gradient); }

  void Step(std::span<const float> gradient) {
    Accumulate(gradient, options_.decay, momentum_);
    std::ranges::transform(momentum_, direction_.begin(),
                           [](double value) { return static_cast<float>(value); });
    point_.Step(direction_, step_);
  }

 private:
  Sample sample_;
  const TransferOptions& options_;
  std::vector<std::int64_t> shape_;
  double step_;
  inspect::ProjectedPoint point_;
  std::vector<double> momentum_;
  std::vector<float> direction_;
  std::optional<InputDiversity> diversity_;  // of the last look
};

}  // namespace

// Looks once, at the input made on the surrogate; not at all where none could be made.
class TransferWalk : public inspect::Walk {
 public:
  TransferWalk(int steps, std::vector<float> crafted) : steps_(steps), crafted_(std::move(crafted)) {}

  bool Next(std::span<float> x) override {
    if (crafted_.empty()) return false;
    std::ranges::copy(crafted_, x.begin());
    crafted_.clear();
    return true;
  }
  void See(std::span<const float>, std::span<const float>) override {}
  int step() const override { return steps_; }

 private:
  int steps_;
  std::vector<float> crafted_;
};

std::int64_t ScaledKernel(const std::vector<std::int64_t>& sample_shape) {
  if (sample_shape.size() != 3) return 1;
  const double side = static_cast<double>(std::min(sample_shape[1], sample_shape[2]));
  const std::int64_t half = std::llround((15 * side / 299 - 1) / 2);
  return 2 * std::max<std::int64_t>(1, half) + 1;
}

std::unique_ptr<inspect::Walk> TransferAttack::Begin(const Sample& sample) const {
  return std::move(BeginAll({&sample, 1})[0]);
}

std::vector<std::unique_ptr<inspect::Walk>> TransferAttack::BeginAll(std::span<const Sample> samples) const {
  Result<std::vector<std::vector<float>>> crafted = Craft(samples);
  if (!crafted) Keep(crafted.error());
  std::vector<std::unique_ptr<inspect::Walk>> walks;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    walks.push_back(std::make_unique<TransferWalk>(
        options_.steps, crafted ? std::move((*crafted)[i]) : std::vector<float>()));
  }
  return walks;
}

Status TransferAttack::status() const {
  const std::lock_guard lock(mutex_);
  if (failure_) return tl::make_unexpected(*failure_);
  return {};
}

void TransferAttack::Keep(Error error) const {
  const std::lock_guard lock(mutex_);
  if (!failure_) failure_ = std::move(error);
}

Result<std::vector<std::vector<float>>> TransferAttack::Craft(std::span<const Sample> samples) const {
  if (samples.empty()) return std::vector<std::vector<float>>();
  const std::vector<std::int64_t> shape(samples[0].shape.begin(), samples[0].shape.end());
  const std::int64_t taps = shape.size() != 3      ? 1
                            : options_.kernel == 0 ? ScaledKernel(shape)
                                                   : options_.kernel;
  const auto radius = static_cast<int>(taps / 2);
  const SeparableFilter kernel(SeparableFilter::GaussianTaps(radius / 3.0, radius),
                               data::image::Border::kConstant);
  const std::size_t d = samples[0].original.size();
  std::vector<Crafting> craftings;
  for (const Sample& sample : samples) craftings.emplace_back(sample, options_);
  std::vector<float> looks(samples.size() * d);
  for (int t = 0; t < options_.steps; ++t) {
    if (Interrupt::Requested()) return Interrupt::AsError();
    for (std::size_t i = 0; i < samples.size(); ++i)
      craftings[i].LookAhead(t, std::span(looks).subspan(i * d, d));
    CUPEL_TRY(std::vector<float> gradients, GradientsAt(surrogate_, samples, looks));
    for (std::size_t i = 0; i < samples.size(); ++i) {
      const auto gradient = std::span(gradients).subspan(i * d, d);
      craftings[i].BringBack(gradient);
      if (radius > 0) Smooth(kernel, samples[i], gradient);
      craftings[i].Step(gradient);
    }
  }
  std::vector<std::vector<float>> crafted;
  for (const Crafting& crafting : craftings) crafted.emplace_back(crafting.x().begin(), crafting.x().end());
  return crafted;
}

}  // namespace cupel::algorithm::transfer
