// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The report of `cupel evaluate`: the same page as an assessment's, one entry a scheme, with its definition
/// and rules. It is a picture, not evidence: nothing in it is signed, and it says so.

#include <string>
#include <vector>

#include "cupel/algorithm/catalogue/evaluate_files.h"

namespace cupel::application::report {

/// Format "cupel-report/1". generated: RFC 3339 time.
Json EvaluationReportJson(const std::vector<algorithm::catalogue::Outcome>& outcomes,
                          const algorithm::scheme::Sources& sources, const std::string& generated);

}  // namespace cupel::application::report
