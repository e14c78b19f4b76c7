// SPDX-License-Identifier: Apache-2.0
#pragma once

/// For this module's tests: a check run on predictions.

#include <limits>
#include <string_view>

#include "cupel/algorithm/check/check.h"

namespace cupel::algorithm::fairness::test_support {

/// Runs the check on predictions alone. parameters: JSON text, or "" for defaults.
inline Result<check::CheckResult> RunCheck(const check::Check& check,
                                           const data::dataset::Predictions& predictions,
                                           std::string_view parameters = "", std::uint64_t seed = 1) {
  CUPEL_TRY(const Json given, Json::Parse(parameters.empty() ? "{}" : parameters));
  check::Context context;
  CUPEL_TRY(context.parameters, check::Parameters::Create(check.description(), given));
  context.predictions = [&]() -> Result<const data::dataset::Predictions*> { return &predictions; };
  context.seed = seed;
  return check.Run(context);
}

/// The metric, or one that is called "missing" with value NaN.
inline check::Metric MetricOf(const check::CheckResult& result, std::string_view name) {
  const check::Metric* metric = check::FindMetric(result.metrics, name);
  if (metric != nullptr) return *metric;
  return {.name = "missing", .value = std::numeric_limits<double>::quiet_NaN()};
}

}  // namespace cupel::algorithm::fairness::test_support
