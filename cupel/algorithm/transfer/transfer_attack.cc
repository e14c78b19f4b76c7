// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/transfer/transfer_attack.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cupel/algorithm/inspect/projected_point.h"
#include "cupel/algorithm/transfer/input_diversity.h"
#include "cupel/base/interrupt.h"
#include "cupel/data/image/separable_filter.h"

namespace cupel::algorithm::transfer {
namespace {

using data::image::SeparableFilter;
using inspect::Sample;

// Gradient of the goal's cross entropy at one point of the surrogate, [d].
Result<std::vector<float>> GradientAt(const inspect::AttackTarget& surrogate, const Sample& sample,
                                      std::span<const float> x) {
  return tensor::Translate([&]() -> Result<std::vector<float>> {
    std::vector<std::int64_t> shape(sample.shape.begin(), sample.shape.end());
    shape.insert(shape.begin(), 1);
    bool finite = true;
    const executor::OutputGradient climb = [&](const tensor::Tensor& output) {
      const std::vector<float> logits = tensor::ToFloats(output);
      std::vector<float> gradient(logits.size(), 0.0F);
      finite = std::ranges::all_of(logits, [](float value) { return std::isfinite(value); });
      if (finite) inspect::LossGradient(inspect::Loss::kCrossEntropy, logits, sample.goal, gradient);
      return tensor::FromFloats(gradient, output.sizes().vec()).to(output.device());
    };
    CUPEL_TRY(
        const executor::Passes passes,
        surrogate.LogitsGradients(tensor::FromFloats(x, shape).to(surrogate.device().torch()), {&climb, 1}));
    if (!finite) {
      return Fail(ErrorCode::kInvalidArgument, "the surrogate answers NaN or infinity",
                  fmt::format("sample {}", sample.original_index));
    }
    return tensor::ToFloats(passes.input_gradients[0]);
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

}  // namespace

// Looks once, at the input made on the surrogate.
class TransferWalk : public inspect::Walk {
 public:
  TransferWalk(const TransferAttack& attack, const Sample& sample) : attack_(attack), sample_(sample) {}

  bool Next(std::span<float> x) override {
    if (looked_) return false;
    looked_ = true;
    Result<std::vector<float>> crafted = attack_.Craft(sample_);
    if (!crafted) {
      attack_.Keep(std::move(crafted).error());
      return false;
    }
    std::ranges::copy(*crafted, x.begin());
    return true;
  }
  void See(std::span<const float>, std::span<const float>) override {}
  int step() const override { return attack_.options_.steps; }

 private:
  const TransferAttack& attack_;
  Sample sample_;
  bool looked_ = false;
};

std::int64_t ScaledKernel(const std::vector<std::int64_t>& sample_shape) {
  if (sample_shape.size() != 3) return 1;
  const double side = static_cast<double>(std::min(sample_shape[1], sample_shape[2]));
  const std::int64_t half = std::llround((15 * side / 299 - 1) / 2);
  return 2 * std::max<std::int64_t>(1, half) + 1;
}

std::unique_ptr<inspect::Walk> TransferAttack::Begin(const Sample& sample) const {
  return std::make_unique<TransferWalk>(*this, sample);
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

Result<std::vector<float>> TransferAttack::Craft(const Sample& sample) const {
  const bool picture = sample.shape.size() == 3;
  const std::vector<std::int64_t> shape(sample.shape.begin(), sample.shape.end());
  const std::int64_t taps = !picture ? 1 : options_.kernel == 0 ? ScaledKernel(shape) : options_.kernel;
  const auto radius = static_cast<int>(taps / 2);
  const SeparableFilter kernel(SeparableFilter::GaussianTaps(radius / 3.0, radius),
                               data::image::Border::kConstant);
  const double step = sample.threat.epsilon / options_.steps;
  inspect::ProjectedPoint point(sample.threat, sample.original);
  point.Enter(sample.original, true);
  std::vector<double> momentum(sample.original.size(), 0.0);
  std::vector<float> look(momentum.size()), direction(momentum.size());
  for (int t = 0; t < options_.steps; ++t) {
    if (Interrupt::Requested()) return Interrupt::AsError();
    std::ranges::copy(point.x(), look.begin());
    for (std::size_t i = 0; options_.nesterov && i < look.size(); ++i) {
      look[i] += static_cast<float>(step * options_.decay * momentum[i]);
    }
    ReproducibleStream stream(sample.seed, sample.stream, static_cast<std::uint64_t>(sample.original_index),
                              static_cast<std::uint32_t>(t));
    const InputDiversity diversity(shape, options_.diversity_prob, stream);
    diversity.Apply(look);
    CUPEL_TRY(std::vector<float> gradient, GradientAt(surrogate_, sample, look));
    diversity.ApplyTransposed(gradient);
    if (radius > 0) Smooth(kernel, sample, gradient);
    Accumulate(gradient, options_.decay, momentum);
    std::ranges::transform(momentum, direction.begin(),
                           [](double value) { return static_cast<float>(value); });
    point.Step(direction, step);
  }
  return std::vector<float>(point.x().begin(), point.x().end());
}

}  // namespace cupel::algorithm::transfer
