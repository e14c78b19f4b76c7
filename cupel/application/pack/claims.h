// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Whether a verified run claims what it measured: plan, results and report held against each other.
///
/// `assess::VerifyRun` says that every byte is what the holder of the key signed. This says that what was
/// signed is consistent, which catches a signer who writes one thing into a result and another into the
/// report: checks are the plan's, in the plan's order, with its parameters and requirements; every verdict
/// follows from the metrics by the rule for requirements; every number of report.json is that of a result;
/// report.md and the data in report.html are report.json. Does not promise: that a measurement was made at
/// all (`assess::RerunAndCompare` does).

#include "cupel/application/assess/run_folder.h"
#include "cupel/base/error.h"

namespace cupel::application::pack {

/// Precondition for trust: VerifyRun succeeded for this folder. Errors: kVerificationFailed for the first
/// claim that is not what was measured, with the file; kCorrupt, kNotFound.
Status CheckClaims(const assess::RunFolder& folder);

}  // namespace cupel::application::pack
