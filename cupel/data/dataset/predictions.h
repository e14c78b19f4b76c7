// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a model answered for every sample of a data set: enough for checks that need no model.
///
/// Comes from running the model or from a predictions file (CSV: `label`, one column `score_<class>` per class or a
/// single column `score`/`prediction`, any number of `group_<attribute>` columns).

#include <filesystem>
#include <vector>

#include "cupel/data/dataset/dataset.h"

namespace cupel::data::dataset {

struct Predictions {
  std::int64_t n = 0;
  std::int64_t c = 0;
  std::vector<float> scores;               ///< [n, c], row-major: logits, or log-probabilities when from a file.
  std::vector<std::int32_t> labels;        ///< [n]
  std::vector<std::int64_t> sample_index;  ///< [n], original indices.
  std::vector<GroupAttribute> groups;
  std::vector<std::string> class_names;  ///< [c]

  std::span<const float> Row(std::int64_t i) const {
    return std::span(scores).subspan(static_cast<std::size_t>(i * c), static_cast<std::size_t>(c));
  }
  /// Class with the largest score; the lowest index wins a tie.
  std::int32_t Predicted(std::int64_t i) const;
};

/// Errors: kNotFound, kCorrupt with line number (missing column, not a number, NaN, label out of range),
/// kInvalidArgument when there is no row.
Result<Predictions> ReadPredictionsFile(const std::filesystem::path& path);

}  // namespace cupel::data::dataset
