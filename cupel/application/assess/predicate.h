// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The predicates of Cupel's statements: what exactly is signed. Field names follow in-toto's eval-result
/// proposal where it has them (metric, comparator, threshold, passed, sampleSize, assuranceLevel).
/// docs/formats/evidence.md lists them.

#include "cupel/application/assess/assessment.h"

namespace cupel::application::assess {

/// Written before anything runs: the plan's digests and the engine.
Json PlanPredicate(const Plan& plan, const Assessment& assessment);

/// One check: plan, engine, parameters, seed, metrics with intervals, requirements, verdict, and the digests
/// of the result file, of its artifacts and of its witnesses. Errors: reading the result file.
Result<Json> EvidencePredicate(const Assessment& assessment, const CheckRun& run);

/// The members of the evidence predicate that follow from the result alone: metrics, requirements, verdict,
/// artifacts, witnesses, sample size. A verifier computes them anew from the result's file.
Result<Json> MeasuredPart(const CheckRun& run);

/// `predicate` without the members that say when and how long: what two runs of one plan must agree on.
Json WithoutTimes(const Json& predicate);

}  // namespace cupel::application::assess
