// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How long the steps of an APGD walk are, and when it goes back to its best point: apgd_attack.h says the
/// rules and their sources.

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "cupel/algorithm/inspect/threat_model.h"

namespace cupel::algorithm::inspect {

class ApgdSchedule {
 public:
  virtual ~ApgdSchedule() = default;

  double step() const { return step_; }          ///< Length of the next step, > 0.
  double sparsity() const { return sparsity_; }  ///< L1: share of the features that the next step moves.

  /// loss: at the start.
  virtual void Begin(double loss) = 0;
  /// After every iteration. loss: at its point; best: the largest so far, this one included. moved: counts
  /// the features in which the best point differs from the original; asked at L1's checkpoints only. True
  /// when the walk must go on from the best point.
  virtual bool Learn(double loss, double best, const std::function<std::int64_t()>& moved) = 0;

 protected:
  double step_ = 0;
  double sparsity_ = 1;
};

/// n_iter >= 1; rho in (0, 1); features: d.
std::unique_ptr<ApgdSchedule> MakeApgdSchedule(Norm norm, double epsilon, int n_iter, double rho,
                                               std::size_t features);

}  // namespace cupel::algorithm::inspect
