// SPDX-License-Identifier: Apache-2.0
#pragma once

/// FGSM (one step) and PGD (many), in Linf or L2.
///
/// x_0 = start, x_{t+1} = clip(project(x_t + step * direction(gradient of the loss at x_t))), where direction
/// is the sign (Linf) or the normalised gradient (L2). x_0 .. x_steps of every restart are looked at. Exact
/// cycle stop: the next iterate is a function of the current one, so a repeated iterate proves that all later
/// ones have been seen; the walk ends without changing the verdict ("Stop walking in circles", arXiv
/// 2503.19347). Sources: Goodfellow et al. 2015 (FGSM), Madry et al. 2018 (PGD).

#include <memory>

#include "cupel/algorithm/inspect/attack.h"

namespace cupel::algorithm::inspect {

struct PgdOptions {
  int steps = 1;              ///< >= 1.
  double relative_step = 1;   ///< Length of a step as a share of epsilon, > 0.
  int restarts = 1;           ///< >= 1; those after the first start at random.
  bool random_start = false;  ///< Whether the first start is random too.
  Loss loss = Loss::kCrossEntropy;
  bool cycle_stop = true;
};

std::unique_ptr<Attack> MakePgdAttack(const PgdOptions& options);

}  // namespace cupel::algorithm::inspect
