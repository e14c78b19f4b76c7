// SPDX-License-Identifier: Apache-2.0
#pragma once

/// CSV by RFC 4180, read strictly and in bounded memory.
///
/// A header line with unique, non-empty names; every row has as many fields; fields may be quoted, quotes
/// inside are doubled, line breaks may stand inside quotes; lines end in LF or CRLF. Beyond the RFC: a UTF-8
/// byte order mark is skipped, blank lines are skipped, spaces around unquoted fields are dropped. Errors
/// name file and line.

#include <functional>
#include <string>
#include <vector>

#include "cupel/data/dataset/blob.h"

namespace cupel::data::dataset {

/// The header's or a row's fields.
using CsvFields = std::vector<std::string>;

struct CsvHandlers {
  std::function<Status(const CsvFields&)> on_header;
  /// place: "data.csv:17", the line on which the row begins.
  std::function<Status(const CsvFields&, const std::string& place)> on_row;
};

/// Errors: kCorrupt (quote out of place, another number of fields, NUL, no header), kResourceLimit for a
/// field of more than 1 MiB or more than 65536 columns, and the handlers' errors, unchanged.
Status ReadCsv(const Blob& blob, const std::string& file_name, const CsvHandlers& handlers);

/// The whole of `text` as a finite float32. Errors: kCorrupt, naming column and place.
Result<float> ParseNumber(const std::string& text, std::string_view column, const std::string& place);

/// A class name of `class_names`, or else an index in 0 .. c-1. With no class names: any index up to 999999.
/// Errors: kCorrupt, naming place.
Result<std::int32_t> ParseLabel(const std::string& text, const std::vector<std::string>& class_names,
                                const std::string& place);

/// "0", "1", ... for a data set that names no classes.
std::vector<std::string> NumberedClasses(std::int64_t count);

}  // namespace cupel::data::dataset
