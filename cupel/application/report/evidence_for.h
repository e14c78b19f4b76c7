// SPDX-License-Identifier: Apache-2.0
#pragma once

/// For which clauses of public catalogues a run holds evidence: the crosswalk, matched with what was run.
///
/// A check counts when it measured something, whatever its verdict: a failed check is evidence too, and is
/// shown with its verdict. A check that was not run, or that does not apply, does not count. Nothing here
/// says that a clause is met.

#include <string>
#include <vector>

#include "cupel/application/assess/assessment.h"
#include "cupel/application/crosswalk/crosswalk.h"

namespace cupel::application::report {

/// One finding a row of the built-in crosswalk. frozen: the frozen plan.
std::vector<crosswalk::Finding> FindingsOf(const std::vector<assess::CheckRun>& checks, const Json& frozen);

/// The file, in the run's folder, that holds a document of this kind; "" for one that no run holds.
std::string DocumentFile(crosswalk::DocumentKind kind, std::size_t checks);

/// The report's "crosswalk" (docs/formats/report.md): catalogues, and every row with what there is of it.
Json CrosswalkJson(const std::vector<assess::CheckRun>& checks, const Json& frozen);

/// The section of report.md. report: report.json.
std::string EvidenceForMarkdown(const Json& report);

}  // namespace cupel::application::report
