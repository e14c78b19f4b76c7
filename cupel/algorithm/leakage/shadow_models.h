// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Shadow models: networks trained as the target might have been, on samples that are chosen, so that one can
/// see how a sample's score differs when it was trained on. LiRA and RMIA read the same ones.
///
/// The target's own membership is fixed. The pool is the audited members and non-members (and further samples
/// of both sides, if asked for); every sample of it is drawn into exactly half of the shadow models
/// (Carlini et al. 2022), whichever side it is of, so that the shadows know nothing of the target's
/// membership. The reference samples (RMIA's population) are in none.
///
/// Keyed by (seed, "inspect.shadow", sample or model): workers and restarts change nothing. The scores of
/// each finished model are kept in the journal. The last result is remembered in the process, so that a
/// second check with the same model, data and parameters trains nothing.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cupel/algorithm/check/check.h"
#include "cupel/algorithm/leakage/answers.h"
#include "cupel/algorithm/leakage/population.h"
#include "cupel/algorithm/train/trainer.h"

namespace cupel::algorithm::leakage {

struct ShadowPlan {
  std::string architecture = "target";
  int models = 16;  ///< Even, >= 4.
  train::TrainOptions training;
  PopulationOptions population;
  Queries queries;
};

/// Log-odds of the true class. Rows: audited members, then audited others, then reference.
struct ShadowScores {
  std::size_t pairs = 0;      ///< Members, and as many others.
  std::size_t reference = 0;  ///< Rows after the 2 * pairs audited ones.
  std::size_t models = 0;
  std::size_t queries = 0;
  std::vector<bool> inside;     ///< [2 * pairs, models]: trained on the audited sample.
  std::vector<double> target;   ///< [rows, queries]
  std::vector<double> shadows;  ///< [models, rows, queries]

  std::size_t rows() const { return 2 * pairs + reference; }
  double Target(std::size_t row, std::size_t query) const { return target[row * queries + query]; }
  double Shadow(std::size_t model, std::size_t row, std::size_t query) const {
    return shadows[(model * rows() + row) * queries + query];
  }
  /// Scores of the models that were (or were not) trained on an audited row; of a reference row, all are not.
  std::vector<double> Of(std::size_t row, std::size_t query, bool trained_on) const;
};

/// Shared parameters: samples, population, further, shadows, and those of the training.
std::vector<check::ParameterSpec> ShadowSpecs();
ShadowPlan ShadowPlanFrom(const check::Parameters& parameters, std::uint64_t seed);

/// Which of the models train on a pool sample: [models], exactly half true.
std::vector<bool> DrawnInto(std::int64_t original, std::size_t models, std::uint64_t seed);

/// Trains and asks. Errors: those of DrawPopulation, UntrainedGraph and Train; kInvalidArgument for an odd
/// number of models; kInterrupted (finished models are kept).
Result<std::shared_ptr<const ShadowScores>> ScoreShadows(const ShadowPlan& plan,
                                                         const check::Context& context,
                                                         std::string_view what);

/// Forgets the last result: frees its memory, and lets tests train again.
void ForgetShadowScores();

}  // namespace cupel::algorithm::leakage
