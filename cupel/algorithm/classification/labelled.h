// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Labelled answers: for every sample the true class and what a classifier answered, in double precision.
///
/// A CSV with the columns
///
///     label                the true class: a name or an index
///     prediction           the class that was answered
///     score                classes "0" and "1": how strongly "1" is meant
///     score_<class> ...    the same for every class
///     weight               optional, >= 0: how much the sample counts; their sum is > 0
///     index, group_<...>   allowed and not used here
///
/// or, where a sample can have several labels at once,
///
///     true_<label> ...     0 or 1
///     predicted_<label>    0 or 1, for the same labels
///
/// Of `prediction`, `score`, `score_<class>` one is needed; `prediction` may stand beside scores, and then
/// says what was answered. Without it the answer is the class of the largest score (the lowest index wins a
/// tie), and "1" when `score` lies in [0, 1] and is above 0.5. Any finite score is read; figures of
/// probabilities ask that they lie in [0, 1] (and a row's sum to 1 +- 0.01). Numbers are read as doubles, so
/// that ties are those of the file.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "cupel/algorithm/scheme/scheme.h"
#include "cupel/data/dataset/blob.h"

namespace cupel::algorithm::classification {

struct Labelled : scheme::Input {
  std::int64_t n = 0;
  std::int64_t c = 0;                     ///< Classes, or labels when `is_multilabel`.
  std::vector<std::string> class_names;   ///< [c]
  std::vector<std::int32_t> labels;       ///< [n]; empty when multilabel.
  std::vector<std::int32_t> answers;      ///< [n]; empty when nothing says what was answered.
  std::vector<double> scores;             ///< [n, c], or [n] when `is_single_score`; empty without scores.
  std::vector<double> weights;            ///< [n], or empty: one each.
  std::vector<std::uint8_t> truths;       ///< [n, c] when multilabel.
  std::vector<std::uint8_t> predictions;  ///< [n, c] when multilabel.
  bool is_single_score = false;           ///< Only the score of class 1 of two.
  bool is_multilabel = false;
  bool are_probs = false;  ///< Scores are probabilities.

  std::int64_t size() const override { return n; }
  double Weight(std::size_t i) const { return weights.empty() ? 1 : weights[i]; }
  double TotalWeight() const;
  /// The probability of a class; of a single score, its complement for class 0. Precondition: has scores.
  double Score(std::size_t i, std::size_t label) const {
    if (!is_single_score) return scores[i * static_cast<std::size_t>(c) + label];
    return label == 1 ? scores[i] : 1 - scores[i];
  }
};

/// Fills `are_probs`, and `answers` where only scores say them. For inputs made in memory; readers do it.
void DeriveAnswers(Labelled& input);

/// Errors: kNotFound, kCorrupt with file and line (unknown or missing column, NaN, a label that is no class),
/// kResourceLimit (more than 4096 classes), kInvalidArgument when there is no row or no weight.
Result<Labelled> ReadLabelledFile(const std::filesystem::path& path);
Result<Labelled> ParseLabelled(const data::dataset::Blob& blob, const std::string& file_name);

/// "labelled".
const scheme::InputFormat& LabelledFormat();

}  // namespace cupel::algorithm::classification
