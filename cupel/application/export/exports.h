// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A verified assessment in the forms that other tools read.
///
/// Promises: the same run gives the same bytes (no clock, no randomness; serial numbers follow from the
/// plan's digest, times are those that were signed); what was not measured or is not known is left out;
/// failures and checks that were not run are in every form. Does not promise: that a requirement of any
/// catalogue is met. Formats and how they are filled: docs/formats/exports.md.

#include <string>

#include "cupel/application/export/run_record.h"

namespace cupel::application::exporting {

/// CycloneDX 1.7: a machine-learning bill of materials with model card, data, and `declarations`: the
/// crosswalk's topics and the project's requirements, claims, evidence, and counter-evidence for what fails.
/// Source: https://cyclonedx.org/docs/1.7/json/
Json CycloneDx(const RunRecord& record);

/// The Model Card Toolkit's JSON, schema v0.0.2.
Json ModelCard(const RunRecord& record);

/// SARIF 2.1.0: a rule a check, a result a requirement; passes are kept. Source: OASIS SARIF v2.1.0
Json Sarif(const RunRecord& record);

}  // namespace cupel::application::exporting
