// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/masking/noise_attack.h"

#include <algorithm>

#include "cupel/algorithm/inspect/projected_point.h"
#include "cupel/algorithm/inspect/start_point.h"

namespace cupel::algorithm::masking {
namespace {

class NoiseWalk : public inspect::Walk {
 public:
  NoiseWalk(int draws, const inspect::Sample& sample)
      : draws_(draws), sample_(sample), point_(sample.threat, sample.original) {}

  bool Next(std::span<float> x) override {
    if (draw_ == draws_) return false;
    point_.Enter(inspect::RandomStart(sample_.threat, sample_.original, sample_.seed, sample_.stream,
                                      sample_.original_index, draw_),
                 false);
    std::copy(point_.x().begin(), point_.x().end(), x.begin());
    return true;
  }
  void See(std::span<const float>, std::span<const float>) override { ++draw_; }
  int step() const override { return draw_; }

 private:
  int draws_;
  inspect::Sample sample_;
  inspect::ProjectedPoint point_;
  int draw_ = 0;
};

class NoiseAttack : public inspect::Attack {
 public:
  explicit NoiseAttack(int draws) : draws_(draws) {}
  int gradients(std::int64_t) const override { return 0; }
  std::unique_ptr<inspect::Walk> Begin(const inspect::Sample& sample) const override {
    return std::make_unique<NoiseWalk>(draws_, sample);
  }

 private:
  int draws_;
};

}  // namespace

std::unique_ptr<inspect::Attack> MakeNoiseAttack(int draws) { return std::make_unique<NoiseAttack>(draws); }

}  // namespace cupel::algorithm::masking
