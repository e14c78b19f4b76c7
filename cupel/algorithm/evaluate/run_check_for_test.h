// SPDX-License-Identifier: Apache-2.0
#pragma once

/// For this module's tests: predictions made by hand, and a check run on them.

#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/algorithm/check/check.h"

namespace cupel::algorithm::evaluate::test_support {

/// Decisions: the predicted class has score 2, the others 0 (so that there is a confidence).
inline data::dataset::Predictions Decisions(std::int64_t c, const std::vector<std::int32_t>& labels,
                                            const std::vector<std::int32_t>& predicted) {
  data::dataset::Predictions predictions;
  predictions.n = static_cast<std::int64_t>(labels.size());
  predictions.c = c;
  predictions.labels = labels;
  predictions.scores.assign(labels.size() * static_cast<std::size_t>(c), 0.0F);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    predictions.scores[i * static_cast<std::size_t>(c) + static_cast<std::size_t>(predicted[i])] = 2.0F;
    predictions.sample_index.push_back(static_cast<std::int64_t>(i));
  }
  for (std::int64_t k = 0; k < c; ++k) predictions.class_names.push_back(std::to_string(k));
  return predictions;
}

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

}  // namespace cupel::algorithm::evaluate::test_support
