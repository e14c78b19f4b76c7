// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How the exports word what a run holds, so that the forms agree with each other.

#include <string>
#include <vector>

#include "cupel/application/export/run_record.h"

namespace cupel::application::exporting {

// Plans and reports are signed but not trusted to be well-formed: what is missing or of another type reads as
// nothing.

/// Errors: kCorrupt for an integer beyond +-2^53, which no JSON writer can be trusted to carry.
Status CheckNumbers(const Json& json);

/// A text as it is, an integer in decimal digits; "" for anything else.
std::string Shown(const Json& value);
/// The items of an array; none for anything else.
const Json::Array& ItemsOf(const Json* value);

/// "inspect.pgd, first 1000 of fashion-mnist-test".
std::string SliceOf(const CheckRecord& check, const RunRecord& record);

/// "robust_accuracy = 0.036 [0.0261, 0.0494], n = 1000"; "not measured" for NaN.
std::string MetricText(const algorithm::check::Metric& metric);

/// "Conv 9, Relu 7, ..."; "" when the report does not say.
std::string ArchitectureText(const RunRecord& record);

/// "x float32 [N, 1, 28, 28]", one a port. ports: "inputs" or "outputs".
std::vector<std::string> PortTexts(const RunRecord& record, std::string_view ports);

/// What the assessment found against the model, and what its checks say about themselves: failed and
/// unsupported requirements, checks not run, notes. English.
std::vector<std::string> Limitations(const RunRecord& record);

/// A UUID of version 8 (RFC 9562) from the first 16 bytes of a digest.
std::string UuidOf(const Digest& digest);

}  // namespace cupel::application::exporting
