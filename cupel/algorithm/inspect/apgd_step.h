// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How an APGD walk moves: with momentum in Linf and L2, sparsely in L1. Plain arithmetic, one pass over the
/// features for each line of the formula in apgd_attack.h.

#include <memory>
#include <span>

#include "cupel/algorithm/inspect/threat_model.h"

namespace cupel::algorithm::inspect {

class ApgdMover {
 public:
  virtual ~ApgdMover() = default;

  virtual std::span<const float> x() const = 0;  ///< [d], inside the ball and the box by the exact rule.

  /// A new walk from `start`, [d], one of start_point.h.
  virtual void Start(std::span<const float> start) = 0;
  /// Back to a point where this walk was; the momentum of the next step is measured from the last one.
  virtual void Return(std::span<const float> x) = 0;
  /// One ascent step; false when it leads nowhere. gradient: [d]; step: > 0; sparsity: see ApgdSchedule.
  virtual bool Move(std::span<const float> gradient, double step, double sparsity) = 0;
};

/// original: [d], must outlive it; in the box.
std::unique_ptr<ApgdMover> MakeApgdMover(const ThreatModel& threat, std::span<const float> original);

}  // namespace cupel::algorithm::inspect
