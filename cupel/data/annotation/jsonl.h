// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Cupel's own annotation file: JSON lines, one record a line, in UTF-8 (docs/formats/annotations.md).
///
///     {"format":"cupel-annotations/1"}
///     {"duration":120,"frame_rate":25,"name":"cam1.mp4","type":"source"}
///     {"category":"fall","end":14.5,"source":"cam1.mp4","start":12,"type":"event"}
///
/// The first line names the format; after it a record is a source, a category, an object, an event or a
/// frame. A source or category that no record declares exists from its first use. Reading is strict: unknown
/// members, values out of range and a name that is declared twice are errors with their line.

#include <string>
#include <string_view>

#include "cupel/base/error.h"
#include "cupel/data/annotation/annotation.h"

namespace cupel::data::annotation {

inline constexpr std::string_view kJsonLinesFormat = "cupel-annotations/1";

/// Errors: kCorrupt with file and line; kResourceLimit for a line of more than 1 MiB or too many names.
Result<Annotations> ParseJsonLines(std::string_view text, const std::string& file_name);

/// The same file for the same annotations: what ParseJsonLines reads back equal. Members that have their
/// default are left out. Precondition: indices lie within sources and categories, numbers are finite.
std::string WriteJsonLines(const Annotations& annotations);

}  // namespace cupel::data::annotation
