// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a scheme of this family hands back, figure by figure: each with its interval, or a note that it does
/// not exist.
///
/// Intervals: figures of a table without weights come from a multinomial bootstrap of its cells
/// (stats/count_bootstrap.h); all others from a BCa bootstrap of the samples. Beyond kMaxUnits samples these
/// are drawn in random groups of equal expected size, which keeps a replicate cheap and the spread the same.

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/algorithm/classification/labelled.h"
#include "cupel/algorithm/classification/ranking.h"
#include "cupel/algorithm/classification/table.h"
#include "cupel/algorithm/scheme/scheme.h"

namespace cupel::algorithm::classification {

inline constexpr std::int64_t kMaxUnits = 2000;

/// The unit of the bootstrap to which each of n samples belongs: its own, or one of kMaxUnits at random (by
/// the sample's number alone, so files in any order of classes are safe).
std::vector<std::uint32_t> UnitsOf(std::int64_t n);
std::int64_t UnitCount(std::int64_t n);

/// One class's samples against all others', with their scores. Views into what made them.
struct Binary {
  std::vector<double> scores;           ///< [n], of the positive class.
  std::vector<std::uint8_t> positives;  ///< [n]
  std::span<const double> weights;      ///< [n] or empty.
  std::vector<stats::ScoreGroup> groups;
  std::size_t positive = 1;  ///< Which class.
};

class Answer {
 public:
  /// id: of the scheme; names the random streams. The input must outlive it.
  Answer(std::string_view id, const Labelled& input, const scheme::Options& options);

  /// A figure of the table of truths and answers. NaN: left out, with a note.
  void OfTable(std::string name, const Table& table, const std::function<double(const Table&)>& statistic);
  /// numerator of denominator samples: Wilson without weights. 0 of 0: fallback, or left out when NaN.
  void OfShare(std::string name, const Table& table,
               const std::function<std::pair<double, double>(const Table&)>& share, double fallback);
  void OfRanking(std::string name, const Binary& binary, const std::function<double(Groups)>& statistic);
  /// Weighted mean of one value a sample.
  void OfMean(std::string name, std::span<const double> values);
  /// weights: [n], the sample's weight times how often it was drawn.
  void OfSamples(std::string name, const std::function<double(std::span<const double> weights)>& statistic);
  /// Made elsewhere; left out with a note when the value is not finite.
  void Add(check::Metric metric);

  void Figure(Json figure) { evaluation_.figures.push_back(std::move(figure)); }
  void Note(std::string en, std::string zh) { evaluation_.notes.push_back({std::move(en), std::move(zh)}); }
  scheme::Evaluation Finish() { return std::move(evaluation_); }

 private:
  bool Exists(const std::string& name, double value);
  std::string Stream(const std::string& name) const { return std::string(id_) + "." + name; }

  std::string_view id_;
  const Labelled& input_;
  const scheme::Options& options_;
  scheme::Evaluation evaluation_;
};

/// What schemes ask of an input. Errors: kInvalidArgument, saying what the file lacks.
Status RequireAnswers(const Labelled& input);        ///< One label a sample, and answers.
Status RequireSingleLabel(const Labelled& input);    ///< One label a sample.
Status RequireScores(const Labelled& input);         ///< Scores.
Status RequireProbabilities(const Labelled& input);  ///< Scores that are probabilities.
Status RequireNoWeights(const Labelled& input);      ///< The figure's reference knows no weights.

/// The parameter "positive": a class name; "" is class 1 of two. Errors: kInvalidArgument.
Result<std::size_t> PositiveClass(const Labelled& input, const check::Parameters& parameters);

/// Scores of the positive class. Errors: as PositiveClass and RequireScores, and when a class has no weight.
Result<Binary> BinaryOf(const Labelled& input, const check::Parameters& parameters);
/// Of a class, whether or not both classes have weight.
Binary OneVersusRest(const Labelled& input, std::size_t positive);

/// Without `labels` and `answers` of weight 0 nothing changes: the table counts weights.
Table TableOf(const Labelled& input);

}  // namespace cupel::algorithm::classification
