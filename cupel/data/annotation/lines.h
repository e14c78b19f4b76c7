// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A text file by lines, for readers that name the line in their errors.

#include <cstdint>
#include <string>
#include <string_view>

#include "cupel/base/error.h"

namespace cupel::data::annotation {

/// Lines end in LF or CRLF; the last may lack it. A UTF-8 byte order mark is skipped.
///
///     Lines lines(text, "truth.tsv");
///     while (lines.Next()) Use(lines.line());
class Lines {
 public:
  Lines(std::string_view text, std::string file_name);

  /// False at the end, and then line() is empty.
  bool Next();
  std::string_view line() const { return line_; }
  std::int64_t number() const { return number_; }  ///< Of the line, from 1.

  /// "truth.tsv:17"
  std::string Place() const;

 private:
  std::string_view rest_;
  std::string file_name_;
  std::string_view line_;
  std::int64_t number_ = 0;
};

/// The whole of `text` as a finite number. Errors: kCorrupt, naming what and place.
Result<double> ParseReal(std::string_view text, std::string_view what, const std::string& place);

}  // namespace cupel::data::annotation
