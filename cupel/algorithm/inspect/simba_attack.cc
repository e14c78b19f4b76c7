// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/simba_attack.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cupel/algorithm/inspect/projected_point.h"
#include "cupel/algorithm/inspect/simba_basis.h"

namespace cupel::algorithm::inspect {
namespace {

class SimbaWalk final : public Walk {
 public:
  SimbaWalk(const SimbaOptions& options, const Sample& sample)
      : options_(options),
        sample_(sample),
        basis_(sample.shape, options.basis == SimbaBasis::kDct),
        place_(sample.original.begin(), sample.original.end()),
        candidate_(sample.threat, sample.original),
        wanted_(place_.size()) {}

  bool Next(std::span<float> x) override {
    if (queries_ == options_.queries) return false;
    if (queries_ > 0) Propose();
    ++queries_;
    std::copy(candidate_.x().begin(), candidate_.x().end(), x.begin());
    return true;
  }

  void See(std::span<const float> logits, std::span<const float>) override {
    const double loss = ClassLoss(logits, sample_.goal);
    if (queries_ == 1) {
      loss_ = loss;
      return;
    }
    const bool better = loss < loss_;
    if (better) {
      loss_ = loss;
      place_.assign(candidate_.x().begin(), candidate_.x().end());
    }
    // The other sign is tried when the first did not help.
    plus_ = !better && !plus_;
    if (!plus_) ++turn_;
  }

  int restart() const override { return passes_ > 0 ? passes_ - 1 : 0; }
  int step() const override { return static_cast<int>(queries_ - 1); }

 private:
  void Propose() {
    if (turn_ == order_.size()) {
      ReproducibleStream stream(sample_.seed, sample_.stream,
                                static_cast<std::uint64_t>(sample_.original_index),
                                static_cast<std::uint32_t>(passes_++));
      order_ = basis_.DrawOrder(options_.freq_dims, stream);
      turn_ = 0;
    }
    std::copy(place_.begin(), place_.end(), wanted_.begin());
    basis_.Add(order_[turn_], plus_ ? options_.step : -options_.step, wanted_);
    candidate_.MoveTo(wanted_);
  }

  const SimbaOptions options_;
  const Sample sample_;
  const DirectionBasis basis_;
  std::vector<float> place_;
  ProjectedPoint candidate_;
  std::vector<double> wanted_;
  std::int64_t queries_ = 0;
  double loss_ = 0;  ///< At place_.
  int passes_ = 0;
  std::vector<std::int64_t> order_;
  std::size_t turn_ = 0;
  bool plus_ = false;
};

class SimbaAttack final : public Attack {
 public:
  explicit SimbaAttack(const SimbaOptions& options) : options_(options) {
    CUPEL_CHECK(options.queries >= 1 && options.step > 0 && options.freq_dims >= 1);
  }
  int gradients(std::int64_t) const override { return 0; }
  std::unique_ptr<Walk> Begin(const Sample& sample) const override {
    CUPEL_CHECK(sample.threat.norm != Norm::kL1 && std::isfinite(sample.threat.epsilon));
    return std::make_unique<SimbaWalk>(options_, sample);
  }

 private:
  SimbaOptions options_;
};

}  // namespace

Result<SimbaBasis> ParseSimbaBasis(std::string_view text) {
  if (text == "pixel") return SimbaBasis::kPixel;
  if (text == "dct") return SimbaBasis::kDct;
  return Fail(ErrorCode::kInvalidArgument, fmt::format("basis must be pixel or dct, got \"{}\"", text));
}

std::unique_ptr<Attack> MakeSimbaAttack(const SimbaOptions& options) {
  return std::make_unique<SimbaAttack>(options);
}

}  // namespace cupel::algorithm::inspect
