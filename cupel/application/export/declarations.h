// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The attestation part of a CycloneDX document: who says what, on which evidence.
///
/// A claim is one requirement of the plan ("robust_accuracy >= 0.40"), one measurement without a requirement,
/// or one document of the run (the plan was signed first, ...). A claim that holds names its statement as
/// `evidence`; one that does not hold, or that the samples cannot support, names it as `counterEvidence`. A
/// check that was not run makes no claim; its statement is in the list of evidence and says so. No
/// `conformance` or `confidence` is given: nobody measured one.

#include "cupel/application/export/run_record.h"

namespace cupel::application::exporting {

/// "declarations": assessors, targets, claims, evidence, attestations. Two attestations: over the crosswalk's
/// topics, and over the project's own requirements.
Json Declarations(const RunRecord& record);

/// "definitions.standards": the crosswalk's topics with the clauses they belong to, and the project's
/// requirements.
Json Standards();

}  // namespace cupel::application::exporting
