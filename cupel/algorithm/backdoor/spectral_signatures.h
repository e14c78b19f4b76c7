// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Spectral signatures: how far each training sample of a class lies out along the class's first singular
/// vector.
///
/// Per class: R the penultimate activations of its training samples, v the top right singular vector of R
/// centred on its mean (power iteration), score of a sample its squared distance along v (Tran, Li and Madry:
/// Spectral signatures in backdoor attacks, NeurIPS 2018, algorithm 1). Two things differ, both on purpose:
///   - The distance is counted from the mean of the held-out samples of that class, not of the training
///   samples. The two are the same for a little poison; when half of a class is poison the mean of all lies
///   between the lumps and says nothing.
///   - The paper removes the 1.5 epsilon n highest scores, with epsilon known. Here nobody knows epsilon:
///   suspects are the scores beyond the (1 - false_alarm_rate) quantile of held-out ones, and the class is
///   flagged when their share is significantly over `outlier_share` at level 0.99 and over the held-out
///   share.
///
/// Not promised: clean-label poison, and poison whose direction the class's own variation hides.

#include "cupel/algorithm/backdoor/features.h"
#include "cupel/algorithm/backdoor/training_verdict.h"

namespace cupel::algorithm::backdoor {

struct SpectralOptions {
  double false_alarm_rate = 0.01;
  double outlier_share = 0.05;
  std::uint64_t seed = 0;
};

struct SpectralScores {
  double variance_share = 0;     ///< Of the first direction.
  std::vector<double> training;  ///< [n]
  std::vector<double> held_out;  ///< [m]
};

/// Precondition: at least one sample on either side.
Result<SpectralScores> ScoreClass(const ClassFeatures& features, std::uint64_t seed);

/// One class. Suspects carry their scores; `strength` is the first direction's share of the variance.
Result<ClassFinding> SpectralClass(const ClassFeatures& features, std::span<const std::int64_t> original,
                                   const SpectralOptions& options);

}  // namespace cupel::algorithm::backdoor
