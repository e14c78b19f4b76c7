// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The rows of a CSV file (data/dataset/csv.h) by the names of their columns, for this family's tables.

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/data/dataset/csv.h"

namespace cupel::algorithm::detection {

/// Column of each name of the header.
using ColumnMap = std::map<std::string, std::size_t, std::less<>>;

class CsvRow {
 public:
  CsvRow(const ColumnMap& columns, const data::dataset::CsvFields& fields, const std::string& place)
      : columns_(columns), fields_(fields), place_(place) {}

  /// "" when the file has no such column.
  const std::string& Text(std::string_view column) const;
  bool IsEmpty(std::string_view column) const { return Text(column).empty(); }

  /// A finite number within +-1e12. Errors, here and below: kCorrupt, with place and column.
  Result<double> Number(std::string_view column) const;
  /// 0 or 1; empty or no such column: false.
  Result<bool> Flag(std::string_view column) const;

  Status Wrong(std::string message) const;

 private:
  const ColumnMap& columns_;
  const data::dataset::CsvFields& fields_;
  const std::string& place_;
};

struct CsvHeader {
  std::vector<std::string_view> required;
  /// Also called with the header; may be empty.
  std::function<Status(const ColumnMap& columns)> check;
};

/// Errors: kNotFound; kCorrupt with line, also for a missing column; those of on_row.
Status ReadRows(const std::filesystem::path& path, const CsvHeader& header,
                const std::function<Status(const CsvRow& row)>& on_row);

/// Names to indices, in the order in which they come.
class NameIndex {
 public:
  std::int32_t Add(const std::string& name);
  /// -1 when it was not added.
  std::int32_t Find(std::string_view name) const;
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::map<std::string, std::int32_t, std::less<>> index_;
  std::vector<std::string> names_;
};

}  // namespace cupel::algorithm::detection
