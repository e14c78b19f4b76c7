// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a model answered for every sample of a data set: enough for checks that need no model.
///
/// Comes from running the model or from a predictions file, a CSV with the columns
///
///     label                the true class: a class name or index
///     and one of
///       score_<class> ...  a probability for each class, in the order of the classes;
///                          a row sums to 1 +- 0.01
///       score              two classes "0" and "1": the probability of "1"
///       prediction         the class that was answered, nothing more
///     index                optional: the sample's number in the data set; else the row's, from 0
///     group_<attribute>    optional, any number; an empty field is unknown
///
/// Probabilities become natural logarithms, with 1e-38 in place of anything smaller (log = -87.5), so that
/// softmax over a row gives the probabilities back (divided by their sum). With `prediction` the answered
/// class has 0, all others -87.5. Classes of a file with `prediction` are 0 .. the largest index, or the
/// sorted names when one is no index; of names there must be two.

#include <filesystem>
#include <vector>

#include "cupel/data/dataset/blob.h"
#include "cupel/data/dataset/dataset.h"

namespace cupel::data::dataset {

struct Predictions {
  std::int64_t n = 0;
  std::int64_t c = 0;
  std::vector<float> scores;         ///< [n, c], row-major: logits, or log-probabilities when from a file.
  std::vector<std::int32_t> labels;  ///< [n]
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

/// The same from the file's bytes. file_name: how messages call them.
Result<Predictions> ParsePredictions(const Blob& blob, const std::string& file_name);

/// Writes the same form: `index`, `label` (the class name), `score_<class>` as softmax of the scores with
/// nine digits, `group_<attribute>`. Reading it again gives the same labels, groups and answers, and
/// probabilities to 1e-6. Errors: those of WriteFileAtomic; kInvalidArgument when sizes, labels and groups do
/// not fit together or a row holds NaN or infinity.
Status WritePredictionsFile(const Predictions& predictions, const std::filesystem::path& path);

}  // namespace cupel::data::dataset
