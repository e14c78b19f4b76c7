// SPDX-License-Identifier: Apache-2.0
#pragma once

/// From what an attack found to what the check reports: metrics with intervals, figures, witnesses and notes.

#include "cupel/algorithm/check/check.h"
#include "cupel/algorithm/inspect/attack_run.h"

namespace cupel::algorithm::inspect {

/// "0.03137": four significant digits, as in the metric `robust_accuracy.eps_0.03137`.
std::string EpsilonName(double epsilon);

/// What an attack reports beyond what all do.
struct Reported {
  bool gradients = true;  ///< gradient_evaluations
  bool queries = false;   ///< queries, median_queries; the curve of robust accuracy against queries
  bool distance = false;  ///< found, median_distance: of a nearest-point attack
  bool stages = false;    ///< robust_accuracy.after.<stage>, evaluations.<stage>
};

/// The metrics that an attack reports.
std::vector<check::MetricSpec> AttackMetrics(const Reported& reported);

/// Of the plan's attacks.
Reported ReportedBy(const AttackPlan& plan, std::int64_t class_count);

/// Reads the originals of the few pictured samples from `data`. Errors: those of the data set and of the PNG
/// writer.
Result<check::CheckResult> AttackResult(const AttackRun& run, const AttackPlan& plan,
                                        const data::dataset::Dataset& data);

}  // namespace cupel::algorithm::inspect
