// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Runs one check of a plan, or takes up its stored result.

#include "cupel/application/assess/assessment.h"
#include "cupel/application/assess/inputs.h"

namespace cupel::application::assess {

/// Runs the check with a journal under the run's folder, tests its requirements, stores the result and its
/// artifacts. An error of the check itself becomes verdict not-run; interruption and failures to write are
/// returned.
Result<CheckRun> RunCheck(const Plan& plan, int number, Inputs& inputs, const RunOptions& options,
                          const RunFolder& folder);

/// A result stored earlier in this folder; nullopt when there is none or it is not of this check and these
/// parameters.
std::optional<CheckRun> LoadCheckRun(const Plan& plan, int number, const RunFolder& folder);

/// The stored form: everything that two runs of the same plan must agree on. No times.
Json ResultToJson(const CheckRun& run);
Result<CheckRun> ResultFromJson(const Json& json);

/// Tests each requirement and combines the verdicts; without requirements the verdict is not-applicable.
/// A requirement on a metric that was not reported is not-run, with the reason.
void ApplyRequirements(const std::vector<algorithm::check::Requirement>& requirements, CheckRun& run);

}  // namespace cupel::application::assess
