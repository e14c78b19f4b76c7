// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A re-run, signed by whoever ran it again: evidence that reproduces another's, or says that it does not.
///
/// The folder looks as a run's folder does (run_folder.h): `results/` and `artifacts/` of the re-run,
/// `evidence/`, `ledger/` and `keys/` of the auditor. Statement 0 is the audit itself (predicate type
/// kAuditPredicate: what was compared, with what, and the outcome); statement i is check i, with the fields
/// of evidence and these:
///
///     "assuranceLevel": "reproduced"                 "third_party" when it was not reproduced
///     "reproduces": { "name": "evidence/0001-...", "digest": { "sha256": ... } }      the original's bundle
///     "reproduction": { "reproduced": true, "sameEngine": true, "tolerance": 0, "differences": [] }
///
/// Promises: a re-run that differs is signed as one that differs; the auditor's keys are other keys than the
/// run's. Does not promise: that the auditor is independent of the signer; only that the keys are.

#include <filesystem>

#include "cupel/application/assess/assessment.h"
#include "cupel/application/assess/verify.h"

namespace cupel::application::assess {

inline constexpr const char* kAuditPredicate = "https://cupel.dev/predicate/audit/v0.1";

/// Before the checks run again: that the auditor's keys, made if they are not there, are other keys than the
/// run's, and that his folder is new or empty. Errors: kInvalidArgument; those of key_file.h.
Status CheckAuditor(const RunFolder& original, const AuditorOptions& auditor);

/// Signs and logs `again`, whose files are copied from its folder, into `auditor.out`.
/// Precondition: CheckAuditor succeeded. Errors: those of EvidenceWriter and of copying.
Status SealReproduction(const RunFolder& original, const Assessment& again, const Rerun& rerun,
                        const AuditorOptions& auditor);

}  // namespace cupel::application::assess
