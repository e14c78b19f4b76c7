// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The header and the fields of a labelled file, shared by the reader and the one-pass evaluation.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/base/error.h"
#include "cupel/data/dataset/csv.h"

namespace cupel::algorithm::classification {

inline constexpr std::size_t kNoColumn = static_cast<std::size_t>(-1);
inline constexpr std::size_t kMaxClasses = 4096;

/// Where in a row what stands.
struct Columns {
  std::size_t label = kNoColumn;
  std::size_t prediction = kNoColumn;
  std::size_t score = kNoColumn;
  std::size_t weight = kNoColumn;
  std::vector<std::size_t> scores;     ///< Of score_<class>, in the order of class_names.
  std::vector<std::size_t> truths;     ///< Of true_<label>, in the order of class_names.
  std::vector<std::size_t> predicted;  ///< Of predicted_<label>, in the same order.
  /// Known from the header, except where `prediction` stands alone: then empty.
  std::vector<std::string> class_names;

  bool IsMultilabel() const { return !truths.empty(); }
};

/// Errors: kCorrupt for an unknown or missing column, or columns that exclude each other; kResourceLimit.
Result<Columns> ReadColumns(const data::dataset::CsvFields& header);

/// The whole of text as a finite double. Errors: kCorrupt, naming column and place.
Result<double> ParseReal(const std::string& text, std::string_view column, const std::string& place);

/// ParseReal, >= 0. Errors: as it.
Result<double> ParseWeight(const std::string& text, const std::string& place);

}  // namespace cupel::algorithm::classification
