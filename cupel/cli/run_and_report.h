// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What every command that assesses does: runs the plan, seals the report, prints the table of verdicts.

#include "cupel/application/assess/assessment.h"
#include "cupel/cli/command.h"

namespace cupel::cli {

/// Sets the session's exit code by the verdict. Errors: those of RunAssessment and SealReport;
/// kInvalidArgument when the run to resume is already finished.
Status RunAndReport(Session& session, const application::assess::Plan& plan,
                    const application::assess::RunOptions& options);

}  // namespace cupel::cli
