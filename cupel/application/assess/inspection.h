// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A plan for an inspection that fits a time budget: which attacks, cheapest first, and what is left out.
///
/// What an attack will cost is estimated before anything runs: the passes it can need at most, as the table
/// in inspection_costs.cc says, times what a pass of this model takes on this machine, measured for a moment.
/// So the choice depends on the machine; the plan that comes out is frozen like any other, and its results do
/// not. Attacks usually need less than estimated, since broken inputs are not attacked again.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cupel/base/error.h"

namespace cupel::application::assess {

struct InspectionRequest {
  std::filesystem::path model;
  std::filesystem::path data;  ///< Manifest of data that the model was not trained on.
  std::optional<std::filesystem::path> training_data;  ///< Manifest; some attacks need it.
  double budget_seconds = 120;                         ///< > 0
  std::int64_t samples = 200;                          ///< Attacked at most, >= 1.
  std::vector<double> epsilons;                        ///< Linf budgets; empty: the checks' own.
  std::uint64_t seed = 0;
  int workers = 1;
  bool output_is_probability = false;
};

struct CandidateAttack {
  std::string id;
  double seconds = 0;  ///< Estimate.
  bool chosen = false;
  std::string why_not;  ///< "the budget", "needs training data".
};

struct Inspection {
  double forward_seconds = 0;               ///< Measured, a sample.
  double gradient_seconds = 0;              ///< Measured, a sample: forward and input gradient.
  std::vector<CandidateAttack> candidates;  ///< Rising in estimate.
  std::string plan;                         ///< TOML; names the files by absolute paths.
};

/// Errors: those of opening the model and the data; kInvalidArgument when not even the cheapest attack fits
/// the budget.
Result<Inspection> ChooseInspection(const InspectionRequest& request);

}  // namespace cupel::application::assess
