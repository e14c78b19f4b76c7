// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/detection/csv_rows.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "cupel/data/dataset/blob.h"

namespace cupel::algorithm::detection {
namespace {

constexpr double kLargest = 1e12;

}  // namespace

const std::string& CsvRow::Text(std::string_view column) const {
  static const std::string nothing;
  const auto found = columns_.find(column);
  return found == columns_.end() ? nothing : fields_[found->second];
}

Status CsvRow::Wrong(std::string message) const {
  return Fail(ErrorCode::kCorrupt, std::move(message), place_);
}

Result<double> CsvRow::Number(std::string_view column) const {
  const std::string& text = Text(column);
  double number = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end || !(std::abs(number) <= kLargest)) {
    CUPEL_TRY_STATUS(
        Wrong(fmt::format("column {} must be a number within +-1e12, got \"{}\"", column, text)));
  }
  return number;
}

Result<bool> CsvRow::Flag(std::string_view column) const {
  const std::string& text = Text(column);
  if (text.empty() || text == "0") return false;
  if (text != "1") CUPEL_TRY_STATUS(Wrong(fmt::format("column {} must be 0 or 1, got \"{}\"", column, text)));
  return true;
}

Status ReadRows(const std::filesystem::path& path, const CsvHeader& header,
                const std::function<Status(const CsvRow& row)>& on_row) {
  CUPEL_TRY(const data::dataset::LoadedFile file,
            data::dataset::LoadFile(path, data::dataset::StorageLimits{}));
  ColumnMap columns;
  const auto on_header = [&](const data::dataset::CsvFields& fields) -> Status {
    for (std::size_t i = 0; i < fields.size(); ++i) columns[fields[i]] = i;
    for (const std::string_view name : header.required) {
      if (columns.contains(name)) continue;
      return Fail(ErrorCode::kCorrupt, fmt::format("column \"{}\" is missing", name), path.string() + ":1");
    }
    return header.check ? header.check(columns) : Status();
  };
  return data::dataset::ReadCsv(
      *file.blob, path.string(),
      {.on_header = on_header,
       .on_row = [&](const data::dataset::CsvFields& fields, const std::string& place) -> Status {
         return on_row(CsvRow(columns, fields, place));
       }});
}

std::int32_t NameIndex::Add(const std::string& name) {
  const auto [at, added] = index_.try_emplace(name, static_cast<std::int32_t>(names_.size()));
  if (added) names_.push_back(name);
  return at->second;
}

std::int32_t NameIndex::Find(std::string_view name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? -1 : found->second;
}

}  // namespace cupel::algorithm::detection
