// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The report of one assessment, in three forms: report.json (format "cupel-report/1",
/// docs/formats/report.md), the same inside the viewer as one self-contained report.html, and report.md for
/// terminals and pull requests.
///
/// The three are functions of the assessment alone; their size does not grow with the data set.

#include <string>
#include <vector>

#include "cupel/application/assess/assessment.h"

namespace cupel::application::report {

/// The report's data. ledger: what the run's checkpoint says ({origin, size, root, ...}); generated: RFC 3339
/// time.
Json ReportJson(const assess::Assessment& assessment, const Json& ledger, const std::string& generated);

/// The viewer with the data inside. Errors: kInternal when the built-in template has no place for it.
Result<std::string> RenderHtml(const Json& report);

/// Whether the one data block of a page, written by whichever version of the viewer, is this report.
bool HtmlHolds(std::string_view html, const Json& report);

/// GitHub-flavoured Markdown.
std::string RenderMarkdown(const Json& report);

/// "0.412 [0.38, 0.44]"; shares as percentages.
std::string FormatMetric(const Json& metric);

}  // namespace cupel::application::report
