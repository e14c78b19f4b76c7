// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How a metric stands in a report (docs/formats/report.md, "Check"): shared by assessments and evaluations.
/// Private to this module.

#include "cupel/algorithm/check/check.h"

namespace cupel::application::report {

/// {name, value, n, count, low, high, level, method}; the caller adds title and unit.
Json MetricJson(const algorithm::check::Metric& metric);

}  // namespace cupel::application::report
