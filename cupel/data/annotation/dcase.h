// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Sound and video events as DCASE challenges and sed_eval exchange them: tab-separated text.
///
/// With a header: columns `filename`, `onset`, `offset`, `event_label` in any order, optionally `score` and
/// `duration` (of the recording); other columns are ignored. Without one, by the number of fields, as
/// sed_eval reads them: onset, offset, label; file, onset, offset, label; file, scene, onset, offset, label.
/// A row whose onset, offset and label are empty, or that is a file name alone, declares a recording without
/// events. Seconds.

#include <string>
#include <string_view>

#include "cupel/base/error.h"
#include "cupel/data/annotation/annotation.h"

namespace cupel::data::annotation {

/// durations: text of a second table with the columns `filename` and `duration` (the challenges' metadata
/// file), or empty. Recordings that only it names are sources without events; one given twice must have one
/// duration. Errors: kCorrupt with file and line, kResourceLimit for too many names.
Result<Annotations> ParseDcase(std::string_view text, const std::string& file_name,
                               std::string_view durations = {}, const std::string& durations_name = {});

}  // namespace cupel::data::annotation
