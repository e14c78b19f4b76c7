// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A plain text table with columns as wide as their widest cell.

#include <string>
#include <string_view>
#include <vector>

namespace cupel::cli {

class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header) : rows_{std::move(header)} {}

  /// Precondition: as many cells as the header has.
  void Add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

  /// Columns two spaces apart, a rule under the header, no trailing spaces. Terminal styles do not count as
  /// width.
  std::string ToString() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

/// Columns that `text` takes on a terminal: skips escape sequences, counts Chinese characters as two.
std::size_t DisplayWidth(std::string_view text);

}  // namespace cupel::cli
