// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Inputs made on a surrogate, in the hope that they fool the target too: iterative FGSM with momentum and
/// what makes it transfer.
///
///     y_t     = x_t + a m g_t                      NI: look ahead (Lin et al. 2020); else y_t = x_t
///     d_t     = gradient of CE at D(y_t)           DI: D shrinks and pads at random (Xie et al. 2019)
///     d_t     = W * d_t                            TI: W a Gaussian kernel (Dong et al. 2019)
///     g_{t+1} = m g_t + d_t / mean|d_t|            MI: momentum (Dong et al. 2018)
///     x_{t+1} = project(x_t + a direction(g_{t+1}))
///
/// a = epsilon / steps. The gradient is divided by the mean of its magnitudes, as in the authors' code, and
/// not by their sum as in the papers: only NI's look ahead depends on which. Only the last iterate is shown
/// to the target, so a surrogate spends one query a sample; the target's gradient is never asked for.
///
/// DI keeps the size of the input: the picture shrinks to a side drawn from [0.9 side, side) and is padded
/// with zeros to its old size (a network of fixed size cannot take the paper's growing one). TI's kernel has
/// 15 taps at the papers' 299 pixels and is scaled to the picture, three standard deviations to its edge;
/// gradients beyond the edge are 0. Both need pictures; on other samples they do nothing.
///
/// Sources: Dong et al., CVPR 2018; Xie et al., CVPR 2019; Dong et al., CVPR 2019; Lin et al., ICLR 2020.

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "cupel/algorithm/inspect/attack.h"
#include "cupel/algorithm/inspect/attack_target.h"

namespace cupel::algorithm::transfer {

struct TransferOptions {
  int steps = 10;
  double decay = 1.0;           ///< m; 0: no momentum.
  bool nesterov = false;        ///< NI
  double diversity_prob = 0.0;  ///< DI: probability that D does anything.
  std::int64_t kernel = 1;      ///< TI: odd number of taps; 1: none, 0: scaled to the picture.
};

/// 15 at 299 pixels, scaled to the shorter side, odd, at least 3.
std::int64_t ScaledKernel(const std::vector<std::int64_t>& sample_shape);

class TransferAttack : public inspect::Attack {
 public:
  /// The surrogate must outlive the attack.
  TransferAttack(const inspect::AttackTarget& surrogate, const TransferOptions& options)
      : surrogate_(surrogate), options_(options) {}

  int gradients(std::int64_t) const override { return 0; }
  std::unique_ptr<inspect::Walk> Begin(const inspect::Sample& sample) const override;
  /// Inputs for all of them are made together.
  std::vector<std::unique_ptr<inspect::Walk>> BeginAll(
      std::span<const inspect::Sample> samples) const override;

  /// What went wrong with the surrogate; a walk cannot say it and ends early. Ask when all is done.
  Status status() const;

  /// The inputs made for samples of one shape and one budget, each [d]; none depends on the others. Errors:
  /// those of the surrogate; kInvalidArgument when it answers NaN.
  Result<std::vector<std::vector<float>>> Craft(std::span<const inspect::Sample> samples) const;

 private:
  void Keep(Error error) const;

  const inspect::AttackTarget& surrogate_;
  TransferOptions options_;
  mutable std::mutex mutex_;
  mutable std::optional<Error> failure_;  ///< The first.
};

}  // namespace cupel::algorithm::transfer
