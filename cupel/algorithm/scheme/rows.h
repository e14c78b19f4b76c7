// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The files of families whose input is a table: a CSV (data/dataset/csv.h) whose columns are known by name.
///
///     ReadRows(path, {{"kind", true}, {"score", true}, {"subject", false}}, [&](const Row& row) -> Status {
///       CUPEL_TRY(const double score, row.Real("score"));
///       ...
///     });
///
/// Strict: a required column that is missing and a column that nobody asked for are errors (a misspelt
/// optional column would otherwise change the result in silence). Bounded: one row is held at a time.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/data/dataset/csv.h"

namespace cupel::algorithm::scheme {

struct ColumnSpec {
  std::string name;  ///< One that ends in "*" stands for any number of columns that begin so.
  bool required = false;
};

/// The columns that a file has, by name.
using ColumnIndex = std::map<std::string, std::size_t, std::less<>>;

/// One row while it is read. A column that the file does not have reads as an empty field.
class Row {
 public:
  Row(const ColumnIndex& columns, const data::dataset::CsvFields& fields, const std::string& place)
      : columns_(columns), fields_(fields), place_(place) {}

  const std::string& place() const { return place_; }  ///< "file.csv:17"
  const ColumnIndex& columns() const { return columns_; }

  const std::string& Text(std::string_view column) const;
  bool IsEmpty(std::string_view column) const { return Text(column).empty(); }
  /// The whole field as a finite double. Errors: kCorrupt, naming column and place, here and below.
  Result<double> Real(std::string_view column) const;
  /// 0 or 1.
  Result<bool> Flag(std::string_view column) const;
  /// A field that must not be empty.
  Result<std::string> Name(std::string_view column) const;
  /// kCorrupt at this row.
  tl::unexpected<Error> Corrupt(std::string message, std::string remedy = {}) const;

 private:
  const ColumnIndex& columns_;
  const data::dataset::CsvFields& fields_;
  const std::string& place_;
};

/// Errors: kNotFound; kCorrupt with file and line; kInvalidArgument when there is no row; the handler's.
Status ReadRows(const std::filesystem::path& path, std::span<const ColumnSpec> columns,
                const std::function<Status(const Row&)>& on_row);

/// Numbers names in the order of their first appearance: 0, 1, ...; -1 for the empty name.
class NameNumbers {
 public:
  std::int32_t Of(const std::string& name);
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::map<std::string, std::int32_t, std::less<>> numbers_;
  std::vector<std::string> names_;
};

}  // namespace cupel::algorithm::scheme
