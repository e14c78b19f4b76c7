// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Check results as JSON, both ways and without loss: what a run stores so that it can be resumed and
/// reported.
///
/// Doubles come back bit for bit: NaN, infinities and minus zero, which JSON cannot hold, are written as the
/// texts "nan", "inf", "-inf" and "-0". (Inside figures and witnesses, which are JSON already, numbers must
/// be finite.)
///
///     {"metrics": [{"name", "value", "interval"?: {"low", "high", "level", "method"}, "n", "count"?}],
///      "figures": [...], "witnesses": [...], "notes": [{"en", "zh"}], "notApplicable"?: {"en", "zh"},
///      "artifacts": [{"name", "extension", "mediaType", "size", "base64"?}]}

#include "cupel/algorithm/check/check.h"

namespace cupel::algorithm::check {

Json ToJson(const Text& text);
Json ToJson(const stats::Interval& interval);
Json ToJson(const Metric& metric);

/// kInline: the bytes are in the JSON as base64. kSeparate: the caller keeps the bytes elsewhere (a file
/// named by their digest); reading leaves `Artifact::bytes` empty for the caller to fill, in the same order.
enum class ArtifactBytes { kInline, kSeparate };
Json ToJson(const CheckResult& result, ArtifactBytes artifacts);

/// Errors: kCorrupt or kNotFound naming the member that is wrong or missing.
Result<Text> TextFromJson(const Json& json);
Result<stats::Interval> IntervalFromJson(const Json& json);
Result<Metric> MetricFromJson(const Json& json);
Result<CheckResult> CheckResultFromJson(const Json& json);

}  // namespace cupel::algorithm::check
